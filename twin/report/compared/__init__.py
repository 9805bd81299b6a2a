"""Figures of a comparison, as papers print them; matplotlib is imported when they are drawn."""

from __future__ import annotations

from pathlib import Path

from twin.comparison import Comparison

__all__ = ["figures"]

ENDINGS = ("png", "pdf")


def figures(comparison: Comparison, folder: Path) -> list[Path]:
    """Draw what a comparison has to show into a folder; the pictures written, each as PDF too."""
    from twin.report import style
    from twin.report.compared import bars, course, events, fleet, response
    from twin.report.compared.shown import shown_of

    shown = shown_of(comparison)
    draws = {
        "frequency": events.frequency,
        "power": events.power,
        "course": course.figure,
        "response": response.figure,
        "energy": bars.energy,
        "reserve": bars.reserve,
        "cost": bars.cost,
        "fuel": fleet.fuel,
        "trucks": fleet.trucks,
        "charge": fleet.charge,
    }
    written = []
    for name, draw in draws.items():
        with style.look():
            drawn = draw(shown)
            if drawn is not None:
                folder.mkdir(parents=True, exist_ok=True)
                for ending in ENDINGS:
                    drawn.savefig(folder / f"{name}.{ending}")
                written.append(folder / f"{name}.png")
    return written
