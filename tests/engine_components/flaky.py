"""Fails in the way and at the time it is told. Leaves out: the guards that a component needs."""

from __future__ import annotations

import math

from twin.component import Component, out, param, state

WAYS = ("sound", "divide", "root", "refuse", "nan", "inf", "blip")


class Flaky(Component):
    """Sound until `fail_at_s`; `blip` is sound again one step later."""

    way: int = param(0, "how it fails", labels=WAYS)
    fail_at_s: float = param(0.0, "when it fails", ge=0)
    elapsed_s: float = state(0.0, "time of all steps", ge=0)
    level_pu: float = state(1.0, "goes bad")
    y_kw: float = out(1.0, "goes bad for one step")

    def step(self, dt_s: float) -> None:
        late_s = self.elapsed_s - self.fail_at_s
        self.elapsed_s += dt_s
        self.y_kw = 1.0
        if late_s < 0.0:
            return
        if self.way == 1:
            self.level_pu = 1.0 / (late_s * 0.0)
        if self.way == 2:
            self.level_pu = math.sqrt(-1.0 - late_s)
        if self.way == 3:
            raise ValueError("this cannot be")
        if self.way == 4:
            self.level_pu = math.nan
        if self.way == 5:
            self.level_pu = 1e308 * (10.0 + late_s)
        if self.way == 6 and late_s < dt_s:
            self.y_kw = math.nan
