"""Changes its mode now and then. Valid at any step. Leaves out: any reason to."""

from __future__ import annotations

from twin.component import Component, inp, param, state


class Blinker(Component):
    """Turns every so many steps, while it is allowed to."""

    every: int = param(1, "steps between two turns", ge=1)
    allowed: bool = inp(True, "whether it may turn")
    steps: int = state(0, "steps taken", ge=0)
    mode: int = state(0, "what it shows", ge=0, le=2, labels=("red", "amber", "green"))
    lit: bool = state(False, "whether it is lit")

    def step(self, dt_s: float) -> None:
        self.steps += 1
        if self.allowed and self.steps % self.every == 0:
            self.mode = (self.mode + 1) % 3
            self.lit = not self.lit
