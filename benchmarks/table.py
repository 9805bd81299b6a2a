"""What was measured, as rows of one table."""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path

HEADINGS = ("what", "ours", "peer", "ratio", "target")


@dataclass(frozen=True)
class Row:
    """One comparison; the target is for the ratio, or for ours where nothing is compared."""

    what: str
    ours: float = math.nan
    peer: float = math.nan
    ratio: float = math.nan
    unit: str = "s"
    at_least: float | None = None
    at_most: float | None = None
    problem: str = ""

    @property
    def met(self) -> bool:
        """Whether the target was reached; a row without one has nothing to miss."""
        judged = self.ours if math.isnan(self.ratio) else self.ratio
        return not self.problem and not (
            (self.at_least is not None and not judged >= self.at_least)
            or (self.at_most is not None and not judged <= self.at_most)
        )

    def compared(self, ours: float, peer: float, ratio: float) -> Row:
        """The row with its numbers."""
        return replace(self, ours=ours, peer=peer, ratio=ratio)

    def failed(self, problem: str) -> Row:
        """The row with the reason why there are no numbers."""
        return replace(self, problem=problem)

    def cells(self) -> tuple[str, str, str, str, str]:
        """The row as a reader sees it."""
        if self.problem:
            return self.what, "-", "-", "-", self.problem
        return (
            self.what,
            _quantity(self.ours, self.unit),
            _quantity(self.peer, self.unit),
            _plain_number(self.ratio),
            self._target(),
        )

    def _target(self) -> str:
        if self.at_least is None and self.at_most is None:
            return "-"
        text = f">= {self.at_least:g}" if self.at_least is not None else f"<= {self.at_most:g}"
        return text if self.met else f"{text} MISSED"


def _plain_number(value: float) -> str:
    if math.isnan(value):
        return "-"
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.3g}"


def _quantity(value: float, unit: str) -> str:
    if math.isnan(value):
        return "-"
    if unit == "s" and value < 1.0:
        return f"{_plain_number(value * 1e3)} ms"
    return f"{_plain_number(value)} {unit}".strip()


def plain(rows: Sequence[Row]) -> str:
    """The table for a terminal."""
    return aligned([HEADINGS, *(row.cells() for row in rows)])


def aligned(lines: Sequence[Sequence[str]]) -> str:
    """Columns of equal width: words at the left in the first and last, numbers at the right."""
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    return "\n".join(_aligned(line, widths).rstrip() for line in lines)


def _aligned(line: Sequence[str], widths: Sequence[int]) -> str:
    first, *middle, last = line
    numbers = [cell.rjust(width) for cell, width in zip(middle, widths[1:-1], strict=True)]
    return "  ".join([first.ljust(widths[0]), *numbers, last])


def markdown(rows: Sequence[Row]) -> str:
    """The same table for a README."""
    head = [f"| {' | '.join(HEADINGS)} |", "|---|---:|---:|---:|---|"]
    return "\n".join([*head, *(f"| {' | '.join(row.cells())} |" for row in rows)])


def save(path: Path, machine: str, rows: Sequence[Row]) -> None:
    """Write machine and rows as JSON, missing numbers as null."""
    listed = [{key: _finite(value) for key, value in asdict(row).items()} for row in rows]
    path.write_text(json.dumps({"machine": machine, "rows": listed}, indent=2) + "\n", "utf-8")


def _finite(value: object) -> object:
    return None if isinstance(value, float) and not math.isfinite(value) else value
