"""A load that is told what to take. Valid at any step. Leaves out: voltage and frequency."""

from __future__ import annotations

from twin.component import AcDevice, inp, state


class Drain(AcDevice):
    """Takes from the bus what it wants; gives where that is negative."""

    wanted_kw: float = inp(10.0, "power it wants to take")
    taken_kwh: float = state(0.0, "energy taken")

    def step(self, dt_s: float) -> None:
        self.p_kw = -self.wanted_kw
        self.taken_kwh += self.wanted_kw * dt_s / 3600.0
