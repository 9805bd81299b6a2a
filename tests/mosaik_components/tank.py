"""A tank that is drawn from and filled. Valid at any step. Leaves out: running dry."""

from __future__ import annotations

from twin.component import Component, inp, param, state


class Tank(Component):
    """Loses fuel at a steady rate and gains what a counter says was brought."""

    burn_l_per_h: float = param(36.0, "what is drawn", ge=0)
    start_l: float = param(500.0, "what is in it at the start", ge=0)
    brought_l: float = inp(0.0, "counter of litres brought")
    level_l: float = state(0.0, "what is in it")
    seen_l: float = state(0.0, "the counter when it was last read", ge=0)

    def start(self) -> None:
        self.level_l = self.start_l

    def step(self, dt_s: float) -> None:
        self.level_l += self.brought_l - self.seen_l - self.burn_l_per_h * dt_s / 3600.0
        self.seen_l = self.brought_l
