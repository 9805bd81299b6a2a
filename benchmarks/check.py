"""One figure of the accuracy table: what is expected, what comes out, what may lie between."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

HEADINGS = ("case", "expected", "got", "difference", "allowed", "source")
FINER = {"Hz": ("mHz", 1e3), "pu": ("pu", 1.0)}  # how a difference is told


@dataclass(frozen=True)
class Check:
    """One figure; the difference may be as large as `allowed`."""

    case: str
    expected: float
    got: float
    allowed: float
    unit: str
    source: str

    @property
    def met(self) -> bool:
        """Whether it is; what is not a number is not."""
        return abs(self.got - self.expected) <= self.allowed

    def cells(self) -> tuple[str, ...]:
        """The row as a reader sees it."""
        unit, factor = FINER.get(self.unit, (self.unit, 1.0))
        allowed = f"{factor * self.allowed:.3g} {unit}".strip()
        return (
            self.case,
            self._figure(self.expected),
            self._figure(self.got),
            f"{factor * (self.got - self.expected):+.2g} {unit}".strip(),
            allowed if self.met else f"{allowed} MISSED",
            self.source,
        )

    def _figure(self, value: float) -> str:
        digits = max(1 - math.floor(math.log10(self.allowed)), 0) if self.allowed else 0
        plain = f"{value:.2g}" if self.expected == 0.0 else f"{value:.{digits}f}"
        return f"{plain} {self.unit}".strip()


def largest(errors: Iterable[float]) -> float:
    """The largest in size; not a number where one of them is none."""
    return float(np.abs(list(errors)).max())
