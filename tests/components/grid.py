"""An area with its plants and loads in plain Python: the order of a step, written out once more.

It exists so that components that are dynamic can be tested together without the framework. Its
coarse settlement is one bisection over all that answer frequency.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from components.area import Area
from twin.component import Former
from twin.lags import lagged


@dataclass
class Grid:
    """One area; devices have `step` or `fine`, `p_kw`, and `f_hz` where they see the frequency."""

    area: Area
    plants: Sequence[Former] = ()
    devices: Sequence[Any] = ()
    in_fine: bool = field(default=False, init=False)

    def __post_init__(self) -> None:
        for device in self.everyone:
            if hasattr(device, "start"):
                device.start()

    @property
    def everyone(self) -> list[Any]:
        return [self.area, *self.plants, *self.devices]

    def fine(self, dt_s: float) -> None:
        """One step in which all are dynamic."""
        if not self.in_fine:
            self.in_fine = True
            for one in self.everyone:
                getattr(one, "enter_fine", lambda: None)()
        self._see_frequency()
        for device in self.devices:
            getattr(device, "fine", device.step)(dt_s)
        for plant in self.plants:
            getattr(plant, "fine_offer", plant.offer)(dt_s)
            assert plant.p_min_kw <= plant.p0_kw <= plant.p_max_kw
            plant.p_settled_kw = plant.p0_kw
        self._collect()
        for brought in ("inertia", "damping"):
            unit = "kws_per_hz" if brought == "inertia" else "kw_per_hz"
            own = [getattr(plant, f"{brought}_{unit}", 0.0) for plant in self.plants]
            setattr(self.area, f"{brought}_inside_{unit}", sum(own))
        self.area.fine(dt_s)
        for plant in self.plants:
            if hasattr(plant, "slope_settled_hz_per_s"):
                plant.df_settled_hz = self.area.df_mean_hz
                plant.slope_settled_hz_per_s = self.area.slope_hz_per_s
            getattr(plant, "fine", plant.step)(dt_s)

    def coarse(self, dt_s: float) -> None:
        """One step in which the area is algebraic; its own load is settled like a plant."""
        self.in_fine = False
        self._see_frequency()
        for device in self.devices:
            device.step(dt_s)
        for plant in self.plants:
            plant.offer(dt_s)
        self.area.offer(dt_s)
        self.area.formed = any(plant.k_kw_per_hz > 0.0 for plant in self.plants)
        self._settle()
        self.area.step(dt_s)
        for plant in self.plants:
            plant.step(dt_s)

    def _see_frequency(self) -> None:
        for one in (*self.plants, *self.devices):
            if hasattr(one, "f_hz"):
                one.f_hz = self.area.f_hz

    def _collect(self) -> None:
        powers = [device.p_kw for device in self.devices]
        self.area.p_source_kw = sum(p for p in powers if p > 0.0)
        self.area.p_demand_kw = -sum(p for p in powers if p < 0.0)
        self.area.p_formers_kw = sum(plant.p_settled_kw for plant in self.plants)

    def _settle(self) -> None:
        self._collect()
        area, sides = self.area, [*self.plants, self.area]

        def missing_kw(df_hz: float) -> float:
            for side in sides:
                p_kw = side.p0_kw - side.k_kw_per_hz * df_hz
                side.p_settled_kw = min(max(p_kw, side.p_min_kw), side.p_max_kw)
            given_kw = sum(side.p_settled_kw for side in sides)
            return area.p_demand_kw - area.p_source_kw - given_kw

        far_hz = area.f_nominal_hz
        left_kw = max(missing_kw(-far_hz), 0.0) + min(missing_kw(far_hz), 0.0)
        edge_kw = math.copysign(1e-6, left_kw) if left_kw else 0.0  # where the last gave all
        area.df_hz = zero(lambda df: missing_kw(df) - left_kw - edge_kw, -far_hz, far_hz)
        missing_kw(area.df_hz)
        area.short_kw, area.surplus_kw = max(left_kw, 0.0), max(-left_kw, 0.0)
        area.p_formers_kw = sum(plant.p_settled_kw for plant in self.plants)


def zero(rising: Callable[[float], float], low: float, high: float) -> float:
    """Where a rising function crosses zero, as well as halving can tell."""
    for _ in range(200):
        middle = 0.5 * (low + high)
        low, high = (low, middle) if rising(middle) > 0.0 else (middle, high)
    return 0.5 * (low + high)


def after_loss(grid: Grid, dt_s: float, seconds: float, loss_kw: float) -> list[float]:
    """Frequencies after a loss of power, one at the end of each step, the first at the loss."""
    grid.fine(dt_s)
    grid.devices[0].p_set_kw += loss_kw
    found = [grid.area.f_end_hz]
    for _ in range(round(seconds / dt_s)):
        grid.fine(dt_s)
        found.append(grid.area.f_end_hz)
    return found


def nadir_hz(frequencies: list[float]) -> float:
    """The lowest point of the parabola through the lowest three."""
    n = frequencies.index(min(frequencies))
    left, low, right = frequencies[n - 1 : n + 2]
    return low - (right - left) ** 2 / (8.0 * (left - 2.0 * low + right))


@dataclass
class Storage:
    """Droop behind a lag of the first order: the storage of the linear reference case."""

    k_kw_per_hz: float
    lag_s: float
    f_hz: float = 50.0
    p_kw: float = 0.0
    given_kw: float = 0.0

    def step(self, dt_s: float) -> None:
        wanted_kw = self.k_kw_per_hz * (50.0 - self.f_hz)
        after_kw = lagged(self.given_kw, wanted_kw, self.lag_s, dt_s)
        self.p_kw = wanted_kw - (after_kw - self.given_kw) * self.lag_s / dt_s
        self.given_kw = after_kw
