"""A former with droop in both regimes. Valid up to 10 ms when fine. Leaves out: what drives it."""

from __future__ import annotations

from twin.component import Former, inp, param, state


class Spring(Former):
    """Moves with the frequency; in the fine regime through a lag of the first order."""

    rated_kw: float = param(100.0, "most power", gt=0)
    p_set_kw: float = param(0.0, "power at nominal frequency")
    stiff_kw_per_hz: float = param(50.0, "change of power with frequency", gt=0)
    lag_s: float = param(0.05, "of the power behind the frequency", gt=0)
    online: bool = inp(True, "whether it holds the bus")
    f_hz: float = inp(50.0, "frequency of the bus")
    strained: bool = state(False, "whether it gives more than half its power")

    def offer(self, dt_s: float) -> None:
        if self.online:
            self.p0_kw = self.p_set_kw
            self.k_kw_per_hz = self.stiff_kw_per_hz
            self.p_min_kw = -self.rated_kw
            self.p_max_kw = self.rated_kw
        else:
            self.p0_kw = 0.0
            self.k_kw_per_hz = 0.0
            self.p_min_kw = 0.0
            self.p_max_kw = 0.0

    def step(self, dt_s: float) -> None:
        self.p_kw = self.p_settled_kw
        self.strained = abs(self.p_kw) > 0.5 * self.rated_kw

    def enter_fine(self) -> None:
        self.p0_kw = self.p_kw

    def fine(self, dt_s: float) -> None:
        self.p_kw = self.p_settled_kw
        self.strained = abs(self.p_kw) > 0.5 * self.rated_kw
        wanted_kw = self.p_set_kw - self.stiff_kw_per_hz * (self.f_hz - 50.0)
        self.p0_kw += (wanted_kw - self.p0_kw) * dt_s / self.lag_s
