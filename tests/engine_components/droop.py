"""A former with droop in both regimes. Valid at any step. Leaves out: what drives it."""

from __future__ import annotations

from twin.component import Former, inp, param


class Droop(Former):
    """Moves with the frequency; in the fine regime through a lag of the first order."""

    rated_kw: float = param(100.0, "most power", gt=0)
    p_set_kw: float = param(0.0, "power at nominal frequency")
    stiffness_kw_per_hz: float = param(50.0, "change of power with frequency", gt=0)
    lag_s: float = param(0.05, "of the power behind the frequency", gt=0)
    f_nominal_hz: float = param(50.0, "nominal frequency", gt=0)
    f_hz: float = inp(50.0, "frequency of the bus")

    def offer(self, dt_s: float) -> None:
        self.p0_kw = self.p_set_kw
        self.k_kw_per_hz = self.stiffness_kw_per_hz
        self.p_min_kw = -self.rated_kw
        self.p_max_kw = self.rated_kw

    def step(self, dt_s: float) -> None:
        self.p_kw = self.p_settled_kw

    def enter_fine(self) -> None:
        self.p0_kw = self.p_kw

    def fine(self, dt_s: float) -> None:
        self.p_kw = self.p_settled_kw
        wanted_kw = self.p_set_kw - self.stiffness_kw_per_hz * (self.f_hz - self.f_nominal_hz)
        self.p0_kw += (wanted_kw - self.p0_kw) * dt_s / self.lag_s
