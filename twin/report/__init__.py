"""Figures of a run, as papers print them: what an event did to frequency and to the sites.

They are drawn of runs that saw an event in fine steps. matplotlib is imported when one is drawn.
"""

from __future__ import annotations

from pathlib import Path

from twin.report.scene import scene_of
from twin.run import Run

__all__ = ["figures"]


def figures(run: Run, folder: Path | None = None) -> list[Path]:
    """Draw what a run has to show, into a folder or `figures` of its own; the files written."""
    scene = scene_of(run)
    if scene is None:
        return []
    from twin.report import frequency, style, transfer

    written = []
    for name, draw in (("frequency", frequency.figure), ("transfer", transfer.figure)):
        with style.look():
            drawn = draw(scene)
            if drawn is not None:
                path = (folder or run.folder / "figures") / f"{name}.png"
                path.parent.mkdir(parents=True, exist_ok=True)
                drawn.savefig(path)
                written.append(path)
    return written
