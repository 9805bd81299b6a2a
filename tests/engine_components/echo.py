"""Repeats its input after a delay. Valid at any step. Leaves out: what makes the delay."""

from __future__ import annotations

from twin.component import Component, Vector, delay_line, inp, out, param, state
from twin.delay import delayed


class Echo(Component):
    """A pure delay, and the energy that went in and came out."""

    delay_s: float = param(1.0, "how late", ge=0)
    x_kw: float = inp(0.0, "what goes in")
    line: Vector = delay_line("delay_s", "what is on its way")
    in_kwh: float = state(0.0, "energy that went in")
    out_kwh: float = state(0.0, "energy that came out")
    y_kw: float = out(0.0, "what comes out")

    def step(self, dt_s: float) -> None:
        self.y_kw = delayed(self.line, self.x_kw, self.delay_s, dt_s)
        self.in_kwh += self.x_kw * dt_s / 3600.0
        self.out_kwh += self.y_kw * dt_s / 3600.0
