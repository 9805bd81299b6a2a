"""A bus."""

from __future__ import annotations

from twin.component import Bus, out


class Hub(Bus):
    """Where devices meet; may itself hang on another."""

    joins = "ac"

    p_load_kw: float = out(0.0, "what its devices take", ge=0)
    f_hz: float = out(50.0, "frequency")

    def step(self, dt_s: float) -> None:
        """Book."""
        self.p_load_kw = self.p_demand_kw
