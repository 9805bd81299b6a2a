"""Text in columns, as wide as the terminal is; whole lines where it is piped."""

from __future__ import annotations

import shutil
import sys
import textwrap
from collections.abc import Iterable, Sequence

LEAST_WIDTH = 20  # of the last column; where there is less room, lines run on


def columns(rows: Iterable[Sequence[str]], indent: int = 0) -> str:
    """Rows as aligned lines; the last column is wrapped on a terminal."""
    lines = [list(row) for row in rows]
    widths = [max(map(len, column)) for column in zip(*(row[:-1] for row in lines), strict=True)]
    return "\n".join(_line(row, widths, indent) for row in lines)


def _line(row: list[str], widths: list[int], indent: int) -> str:
    cells = [cell.ljust(width) for cell, width in zip(row, widths, strict=False)]
    start = " " * indent + "".join(f"{cell}  " for cell in cells)
    room = terminal_width() - len(start)
    said = textwrap.wrap(row[-1], room) if room >= LEAST_WIDTH else [row[-1]]
    return (start + f"\n{' ' * len(start)}".join(said)).rstrip()


def terminal_width() -> int:
    """Columns of the terminal; none where there is none."""
    return shutil.get_terminal_size().columns if sys.stdout.isatty() else 0


def first_sentence(text: str) -> str:
    """The first sentence of a text, up to its full stop or question mark."""
    whole = " ".join(text.split())
    ends = [at + 1 for mark in ".?!" if (at := f"{whole} ".find(f"{mark} ")) >= 0]
    return whole[: min(ends, default=len(whole))]
