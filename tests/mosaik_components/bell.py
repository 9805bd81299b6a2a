"""Strikes again and again. Leaves out: wear."""

from __future__ import annotations

from typing import Any

from twin.component import Component, inp, param, state


class Bell(Component):
    """Counts its strokes, so many seconds apart, and says when the last one was."""

    every_s: float = param(3.3, "between two strokes", gt=0)
    cracks_s: float = param(1e12, "when it cracks", ge=0)
    muted: bool = inp(False, "whether it only waits")
    stroke_count: int = state(0, "strokes so far", ge=0)
    last_s: float = state(0.0, "when it last struck", ge=0)

    def process(self, env: Any) -> Any:
        while True:
            yield env.timeout(self.every_s)
            if env.now > self.cracks_s:
                raise ValueError("cracked")
            if not self.muted:
                self.stroke_count += 1
                self.last_s = env.now
