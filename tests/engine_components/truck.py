"""Comes every so often. Leaves out: the road."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from twin.component import Component, out, param


class Truck(Component):
    """A process: it brings fuel and counts it."""

    every_h: float = param(1.0, "between two visits", gt=0)
    brought_l: float = out(0.0, "fuel brought so far", ge=0)

    def process(self, env: Any) -> Iterator[Any]:
        while True:
            yield env.timeout(self.every_h * 3600.0)
            self.brought_l += 100.0
