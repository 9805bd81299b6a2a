"""A former without dynamics. Valid at any step. Leaves out: limits of a real source."""

from __future__ import annotations

from twin.component import Former, param, state


class Stiff(Former):
    """Gives whatever the bus asks for, within its rating."""

    rated_kw: float = param(1000.0, "most power, both ways", gt=0)
    given_kwh: float = state(0.0, "energy given")

    def offer(self, dt_s: float) -> None:
        self.p0_kw = 0.0
        self.k_kw_per_hz = 1000.0
        self.p_min_kw = -self.rated_kw
        self.p_max_kw = self.rated_kw

    def step(self, dt_s: float) -> None:
        self.p_kw = self.p_settled_kw
        self.given_kwh += self.p_kw * dt_s / 3600.0
