"""Digital twins of power systems, from milliseconds to years, co-simulated on mosaik."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from twin.run import Run

__all__ = ["__version__", "open"]

__version__ = "0.1.0"


def open(folder: str | Path) -> Run:
    """Read a run folder back: its signals, events and KPIs as frames with units."""
    from twin.run import open_run

    return open_run(Path(folder))
