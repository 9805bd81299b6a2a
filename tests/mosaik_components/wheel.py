"""A bus with inertia. Valid up to 10 ms in the fine regime. Leaves out: voltage, damping."""

from __future__ import annotations

from twin.component import Bus, out, param


class Wheel(Bus):
    """Algebraic in the coarse regime; in the fine one the imbalance turns a mass."""

    inertia_kw: float = param(10.0, "imbalance that changes the frequency by 1 Hz a second", gt=0)
    f_hz: float = out(50.0, "frequency")

    def step(self, dt_s: float) -> None:
        self.f_hz = 50.0 + self.df_hz

    def fine(self, dt_s: float) -> None:
        imbalance_kw = self.p_source_kw + self.p_formers_kw - self.p_demand_kw
        self.f_hz += imbalance_kw * dt_s / self.inertia_kw
