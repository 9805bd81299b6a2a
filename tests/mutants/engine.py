"""A sound former for the contract to pass. Valid at any step. Leaves out: nearly everything."""

from __future__ import annotations

from typing import ClassVar

from twin.component import Former, out, param, state


class Engine(Former):
    """An engine with a fuel store that never ends."""

    role = "fuel"
    balance: ClassVar = {"fuel_kwh": 1.0, "given_kwh": -1.0, "lost_kwh": -1.0}

    rated_kw: float = param(100.0, "rated power", gt=0)
    efficiency_pu: float = param(0.4, "electric efficiency", gt=0, le=1)
    fuel_kwh: float = state(0.0, "fuel burnt", ge=0)
    given_kwh: float = state(0.0, "electric energy given", ge=0)
    lost_kwh: float = state(0.0, "heat given away", ge=0)
    load_pu: float = out(0.0, "power over rating", ge=0, le=1)

    def offer(self, dt_s: float) -> None:
        self.p0_kw = 0.5 * self.rated_kw
        self.k_kw_per_hz = 4.0 * self.rated_kw
        self.p_min_kw = 0.0
        self.p_max_kw = self.rated_kw

    def step(self, dt_s: float) -> None:
        self.p_kw = self.p_settled_kw
        self.load_pu = min(self.p_kw / self.rated_kw, 1.0)
        energy_kwh = self.p_kw * dt_s / 3600.0
        self.fuel_kwh += energy_kwh / self.efficiency_pu
        self.given_kwh += energy_kwh
        self.lost_kwh += energy_kwh / self.efficiency_pu - energy_kwh
