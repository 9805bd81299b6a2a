"""Remembers what it was given first and last. Valid at any step. Leaves out: all physics."""

from __future__ import annotations

from twin.component import Component, inp, state


class Witness(Component):
    """Shows its input as it came in, and the sum of all that came."""

    x_kw: float = inp(-1.0, "a power")
    tally: int = inp(-1, "a counter")
    first_kw: float = state(0.0, "what came in the first step")
    last_kw: float = state(0.0, "what came in the last step")
    first_tally: int = state(0, "the tally in the first step")
    changed_s: float = state(0.0, "when the tally last changed")
    now_s: float = state(0.0, "time of all steps")
    last_tally: int = state(-1, "the tally in the last step")
    x_kwh: float = state(0.0, "energy of the input")

    def step(self, dt_s: float) -> None:
        if self.now_s == 0.0:
            self.first_kw = self.x_kw
            self.first_tally = self.tally
            self.last_tally = self.tally
        if self.tally != self.last_tally:
            self.changed_s = self.now_s
        self.last_tally = self.tally
        self.last_kw = self.x_kw
        self.x_kwh += self.x_kw * dt_s / 3600.0
        self.now_s += dt_s
