"""A store."""

from __future__ import annotations

from twin.component import Store, Vector, delay_line, param, state


class Crate(Store):
    """Crate of cells."""

    energy_kwh: float = param(20.0, "what it holds", gt=0)
    lag_s: float = param(0.0, "delay of its readings", ge=0)
    readings: Vector = delay_line("lag_s", "past readings")
    soc_pu: float = state(0.5, "state of charge", ge=0, le=1)

    def step(self, dt_s: float) -> None:
        """Count."""
        self.soc_pu -= self.p_dc_kw * dt_s / 3600.0 / self.energy_kwh
