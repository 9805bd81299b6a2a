"""A load that can be dimmed."""

from __future__ import annotations

from twin.component import AcDevice, inp, param

STEPS = ("dim", "normal", "bright")


class Lamp(AcDevice):
    """Lamp; valid for steps up to half an hour."""

    step_max_s = 1800.0
    fine_step_max_s = 0.1

    level: int = param(1, "how bright", labels=STEPS)
    bulbs: int = param(4, "number of bulbs", ge=0, le=100)
    dice: int = param(1, "seed of its flicker", ge=1, le=2147483646, drawn=True)
    dimmed_pu: float = inp(1.0, "share of full light", ge=0, le=1)
    lit: bool = inp(True, "on or off")
    f_hz: float = inp(50.0, "frequency of the bus")

    def step(self, dt_s: float) -> None:
        """Burn."""
        self.p_kw = -0.1 * self.bulbs * self.dimmed_pu if self.lit else 0.0
