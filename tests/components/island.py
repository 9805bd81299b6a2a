"""One generating set alone on its load in plain Python: with an angle of its own, or turned by it.

Apart, the set turns its own shaft; its bus is played by hand, and the voltage is its EMF (give it a
small reactance). Together, this island turns it, with the power of the set and its inertia:

    M f' = P_m - P_e

The load follows the voltage with an exponent of its own. What devices see as frequency is the mean
over the coming step.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from components.genset import RUNNING, Genset
from tests.components.forming import Apart


def turning(p_kw: float = 0.0, **values: Any) -> Genset:
    """A set on its bus, in balance at a power; its protection keeps quiet."""
    quiet = {"under_f_pu": 0.0, "over_f_pu": 9.0, "xd_pu": 1e-4}
    genset = Genset(**(quiet | {"run_cmd": True} | values))
    genset.start()
    genset.mode = RUNNING
    genset.sequence_s = genset.start_s
    genset.p_set_kw = genset.p_ref_kw = genset.p_kw = p_kw
    return genset


@dataclass
class Island:
    """A set, its load, and devices with `step`, `f_hz` and `p_kw`."""

    genset: Genset
    load_kw: float
    exponent: float = 0.0
    devices: Sequence[Any] = ()
    apart: bool = True
    f_hz: float = field(default=50.0, init=False)
    f_end_hz: float = field(default=50.0, init=False)

    def __post_init__(self) -> None:
        self.bus = Apart([self.genset])

    def fine(self, dt_s: float) -> float:
        """One step; the frequency at its end."""
        for device in self.devices:
            device.f_hz = self.f_hz
            device.step(dt_s)
        before_hz = self.f_end_hz
        if self.apart:
            self.bus.exponent = self.exponent
            self.bus.p_kw = self.load_kw - sum(one.p_kw for one in self.devices)
            self.bus.fine(dt_s)
            self.f_end_hz = 50.0 * self.genset.speed_pu
        else:
            self._turn(dt_s)
        self.f_hz = self.f_end_hz + 0.5 * (self.f_end_hz - before_hz)
        return self.f_end_hz

    def _turn(self, dt_s: float) -> None:
        genset = self.genset
        genset.f_hz = self.f_hz
        genset.fine_offer(dt_s)
        genset.p_settled_kw = genset.p0_kw
        if genset.inertia_kws_per_hz > 0.0:
            taken_kw = self.load_kw - sum(device.p_kw for device in self.devices)
            slope = (genset.p0_kw - taken_kw) / genset.inertia_kws_per_hz
            genset.df_settled_hz = self.f_end_hz + 0.5 * dt_s * slope - 50.0
            genset.slope_settled_hz_per_s = slope
            self.f_end_hz = max(self.f_end_hz + dt_s * slope, 0.5)
        genset.fine(dt_s)

    def after(self, load_kw: float, seconds: float, dt_s: float) -> list[float]:
        """Frequencies after a change of the load, the first at the change."""
        self.load_kw = load_kw
        steps = round(seconds / dt_s)
        return [self.f_end_hz, *(self.fine(dt_s) for _ in range(steps))]
