"""The modes of a scenario as a table."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from twin.cli.text import columns

if TYPE_CHECKING:
    from twin.modes import Modes
    from twin.modes_spectrum import Mode

ROWS = 20  # slowest modes that are shown
LEAST_PU = 0.05  # of a mode, to be named
HEAD = ("real 1/s", "Hz", "damping", "time constant s", "times", "what takes part")


def show_modes(name: str, sets: Sequence[str], **options: Any) -> None:
    """Find the modes of a scenario and print them; `options` are those of `twin.modes`."""
    from rich.console import Console
    from rich.text import Text

    from twin.load import parse_set
    from twin.modes import find_modes

    found = find_modes(name, overrides=dict(parse_set(text) for text in sets), **options)
    console = Console(highlight=False, markup=False)
    step = f"steps of {found.dt_s:g} s"
    print(f"{name} at {found.at_s:g} s, {step}: {found.numbers:,} numbers take part")
    if found.modes:
        text = Text(_table(found.modes[:ROWS]))
        text.highlight_regex(r"(?m)^ +\d.*$", "bold red")  # what grows
        console.print(text, soft_wrap=True)
    for line in _remarks(found):
        print(line)


def _table(modes: Sequence[Mode]) -> str:
    """Numbers to the right, names to the left."""
    cells = [HEAD, *map(_row, modes)]
    widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
    rows = [
        [*(cell.rjust(width) for cell, width in zip(row[:-1], widths, strict=False)), row[-1]]
        for row in cells
    ]
    return columns(rows, indent=2)


def _row(mode: Mode) -> tuple[str, ...]:
    parts = [f"{name} {100.0 * share:.0f} %" for name, share in mode.shares if share >= LEAST_PU]
    return (
        f"{mode.per_s.real:.4g}",
        f"{mode.f_hz:.4g}" if mode.f_hz else "",
        f"{mode.damping_pu:.3f}",
        f"{mode.time_constant_s:.3g}",
        f"{mode.times}" if mode.times > 1 else "",
        ", ".join(parts),
    )


def _remarks(found: Modes) -> Iterator[str]:
    rest = found.modes[ROWS:]
    if rest:
        count = _counted(sum(mode.times for mode in rest), "mode")
        yield f"faster: {count}, falling to 1/e in {rest[0].time_constant_s:.3g} s or less"
    if found.within_step:
        yield f"gone within the step: {_counted(found.within_step, 'eigenvalue')}"
    if not found.numbers:
        yield "nothing acts back on itself there, and nothing decays by itself"
    growing = sum(mode.times for mode in found.modes if mode.per_s.real > 0.0)
    if growing:
        yield f"unstable: {_counted(growing, 'mode')} with a positive real part"
    if found.rough:
        yield f"at a limit or a kink, where slopes to both sides differ: {', '.join(found.rough)}"
    if found.held:
        yield f"held meanwhile: {', '.join(found.held)}"
    if found.moving:
        field, speed = found.moving
        yield f"does not stand still: {field} moves by {speed:.3g} in a second"


def _counted(count: int, what: str) -> str:
    return f"{count:,} {what}{'s'[: count != 1]}"
