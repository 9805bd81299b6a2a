"""Turns the sun on level ground into that on its plane, before the run. Leaves out: geometry."""

from __future__ import annotations

from typing import Any

from twin.component import AcDevice, inp, param, state


class Roof(AcDevice):
    """A panel whose irradiance is prepared."""

    tilt_pu: float = param(1.0, "factor of its plane", gt=0)
    ghi_w_per_m2: float = inp(0.0, "irradiance on level ground", ge=0)
    poa_w_per_m2: float = inp(0.0, "irradiance on its plane", ge=0)
    energy_kwh: float = state(0.0, "energy given", ge=0)

    @staticmethod
    def prepare(rows: Any, times: Any, inputs: Any) -> Any:
        del times
        return {"poa_w_per_m2": inputs["ghi_w_per_m2"] * rows["tilt_pu"]}

    def step(self, dt_s: float) -> None:
        self.p_kw = self.poa_w_per_m2 / 1000.0
        self.energy_kwh += self.p_kw * dt_s / 3600.0
