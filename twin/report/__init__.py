"""Figures of a run, as papers print them: what an event did to frequency and to the sites.

They are drawn of runs that saw an event in fine steps. matplotlib is imported when one is drawn.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from twin.report.shown import Event, event_of
from twin.run import Run

if TYPE_CHECKING:
    from matplotlib.figure import Figure

__all__ = ["figures"]


def figures(run: Run, folder: Path | None = None) -> list[Path]:
    """Draw what a run has to show, into a folder or `figures` of its own; the files written."""
    event = event_of(run)
    if event is None:
        return []
    from twin.report import frequency, transfer

    draws: dict[str, Callable[[Run, Event], Figure | None]] = {
        "frequency": frequency.figure,
        "transfer": transfer.figure,
    }
    written = []
    for name, draw in draws.items():
        drawn = draw(run, event)
        if drawn is not None:
            path = (folder or run.folder / "figures") / f"{name}.png"
            path.parent.mkdir(parents=True, exist_ok=True)
            drawn.savefig(path)
            written.append(path)
    return written
