"""A panel that turns irradiance into power."""

from __future__ import annotations

from twin.component import AcDevice, inp, param


class SunPanel(AcDevice):
    """Panel."""

    rated_kw: float = param(5.0, "power in full sun", gt=0, le=1000)
    shade_pu: float = param(0.0, "share in the shade", ge=0, le=1)
    ghi_w_per_m2: float = inp(0.0, "irradiance", ge=0)

    def step(self, dt_s: float) -> None:
        """Follow the sun."""
        self.p_kw = self.rated_kw * (1.0 - self.shade_pu) * self.ghi_w_per_m2 / 1000.0
