"""A bus with inertia. Valid up to 10 ms in the fine regime. Leaves out: voltage, damping."""

from __future__ import annotations

from twin.component import Bus, out, param


class Swing(Bus):
    """Algebraic in the coarse regime; in the fine one the imbalance turns a mass."""

    inertia_s: float = param(2.5, "energy at nominal frequency over rating", gt=0)
    rated_kw: float = param(100.0, "rating of what turns", gt=0)
    f_nominal_hz: float = param(50.0, "nominal frequency", gt=0)
    f_hz: float = out(50.0, "frequency")

    def step(self, dt_s: float) -> None:
        self.f_hz = self.f_nominal_hz + self.df_hz

    def fine(self, dt_s: float) -> None:
        imbalance_kw = self.p_source_kw + self.p_formers_kw - self.p_demand_kw
        twice_kws = 2.0 * self.inertia_s * self.rated_kw
        self.f_hz += imbalance_kw * self.f_nominal_hz * dt_s / twice_kws
