"""Takes numbers of every type and adds up one of them. Valid at any step. Leaves out: physics."""

from __future__ import annotations

from twin.component import Component, inp, out, param, state


class Taker(Component):
    """Keeps the energy of what it is given, and how it was stepped."""

    gain_pu: float = param(1.0, "what the input is multiplied with")
    x_kw: float = inp(-1.0, "a power")
    whole: int = inp(-7, "a whole number")
    truth: bool = inp(False, "a truth")
    calls: int = state(0, "steps taken", ge=0)
    elapsed_s: float = state(0.0, "time of all steps", ge=0)
    dt_s: float = state(0.0, "the last step", ge=0)
    x_kwh: float = state(0.0, "energy of the input")
    y_kw: float = out(0.0, "the input times the gain")

    def step(self, dt_s: float) -> None:
        self.calls += 1
        self.elapsed_s += dt_s
        self.dt_s = dt_s
        self.x_kwh += self.x_kw * dt_s / 3600.0
        self.y_kw = self.gain_pu * self.x_kw
