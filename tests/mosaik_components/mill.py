"""A machine that fails. Valid at any step. Leaves out: what it does."""

from __future__ import annotations

from twin.component import Component, inp, param, state


class Mill(Component):
    """Fails after so many hours of running, until it is repaired."""

    lasts_h: float = param(100.0, "hours of running until it fails", gt=0)
    repaired_count: int = inp(0, "repairs so far")
    failed: bool = state(False, "whether it has failed")
    ran_h: float = state(0.0, "hours since it was last repaired", ge=0)
    up_h: float = state(0.0, "hours run", ge=0)
    down_h: float = state(0.0, "hours failed", ge=0)
    seen_count: int = state(0, "the counter when last read", ge=0)

    def step(self, dt_s: float) -> None:
        if self.repaired_count > self.seen_count:
            self.failed = False
            self.ran_h = 0.0
        self.seen_count = self.repaired_count
        if self.failed:
            self.down_h += dt_s / 3600.0
        else:
            self.up_h += dt_s / 3600.0
            self.ran_h += dt_s / 3600.0
            self.failed = self.ran_h >= self.lasts_h
