"""Gives numbers of every type. Valid at any step. Leaves out: all physics."""

from __future__ import annotations

from twin.component import Component, out, param, state


class Pulse(Component):
    """Counts its steps; what it gives is its base and the count."""

    base_kw: float = param(0.0, "given before the first step")
    steps: int = state(0, "steps taken", ge=0)
    odd: bool = state(False, "whether the count is odd")
    x_kw: float = out(0.0, "the base and the count")

    def start(self) -> None:
        self.x_kw = self.base_kw

    def step(self, dt_s: float) -> None:
        self.steps += 1
        self.x_kw = self.base_kw + self.steps
        self.odd = self.steps % 2 == 1
