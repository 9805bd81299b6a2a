"""A power that wanders about its mean, fast and slow: what secondary control has to take up.

    P = mean + fast + slow, not below zero
    dX = - X / T dt + s sqrt(2 / T) dW          either of both, T its time and s its deviation

the process of Uhlenbeck and Ornstein (1930), Phys. Rev. 36, 823, which is stationary, normal and
correlated by exp(-t / T); studies of frequency give loads and wind this form (Milano and
Zarate-Minano, 2013, IEEE Trans. Power Syst. 28(4) 4537-4544). It begins at its mean. A step is
exact,

    X' = X exp(-dt / T) + s sqrt(1 - exp(-2 dt / T)) n

with n the sum of twelve uniform numbers less six, which is normal to within its fourth moment
(2.9, not 3) and never beyond six.

Its seed is drawn from that of the scenario, so it is the same in every variant. Each of its steps
takes numbers from its dice: give it a `period_s` and its path does not depend on the step of the
scenario, and holds in between. Deviations and times are assumptions unless they are measured.
Valid at any step. Leaves out: the course of a day, ramps, jumps, and what lies below its step.
"""

from __future__ import annotations

import math

from components._dice import HIGHEST, rolled, seeded, uniform_pu
from twin.component import Component, out, param, state

UNIFORMS = 12  # whose variances add up to one


class Wander(Component):
    """Two Ornstein-Uhlenbeck processes about a mean: fluctuating load, wind or net load."""

    role = "shape"

    dice: int = param(1, "begins its path", ge=1, le=HIGHEST, drawn=True)
    mean_kw: float = param(0.0, "mean of what it gives", ge=0)
    fast_sd_kw: float = param(0.0, "standard deviation of the fast part; an assumption", ge=0)
    fast_s: float = param(300.0, "its time; an assumption", gt=0)
    slow_sd_kw: float = param(0.0, "standard deviation of the slow part; an assumption", ge=0)
    slow_s: float = param(3600.0, "its time; an assumption", gt=0)

    rolled: int = state(1, "where its dice stand", ge=1, le=HIGHEST, record=False)
    fast_kw: float = state(0.0, "fast part")
    slow_kw: float = state(0.0, "slow part")
    p_kw: float = out(0.0, "what it comes to", ge=0)

    def start(self) -> None:
        self.rolled = seeded(self.dice)
        self.p_kw = self.mean_kw

    def step(self, dt_s: float) -> None:
        """Walk on."""
        self.fast_kw = walked(self, self.fast_kw, self.fast_sd_kw, self.fast_s, dt_s)
        self.slow_kw = walked(self, self.slow_kw, self.slow_sd_kw, self.slow_s, dt_s)
        self.p_kw = max(self.mean_kw + self.fast_kw + self.slow_kw, 0.0)


def walked(one: Wander, x_kw: float, sd_kw: float, time_s: float, dt_s: float) -> float:
    """Where a part is after a step."""
    kept = math.exp(-dt_s / time_s)
    return x_kw * kept + sd_kw * math.sqrt(1.0 - kept * kept) * normal(one)


def normal(one: Wander) -> float:
    """A number of mean 0 and variance 1, from its dice."""
    total = -0.5 * UNIFORMS
    for _ in range(UNIFORMS):
        one.rolled = rolled(one.rolled)
        total += uniform_pu(one.rolled)
    return total
