"""KPIs: pure functions of a run, named with their units.

Each module of this package lists its own as `KPIS`. One that a run has not what it takes for is
left out rather than guessed.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from twin.run import Run
from twin.units import unit_of


@dataclass(frozen=True, slots=True)
class Kpi:
    """One number that judges a run."""

    name: str
    doc: str
    value: Callable[[Run], float | None]  # None: this run cannot tell
    better: Literal["more", "less", "near", ""] = ""  # near: near nothing, of either sign
    slow: bool = False  # computed where a scenario expects something of it, not of every run

    @property
    def unit(self) -> str:
        """The unit that the name carries."""
        return str(unit_of(self.name) or "")


def groups() -> dict[str, tuple[Kpi, ...]]:
    """All KPIs in the order in which they are shown, those of resources left out."""
    from twin.kpis import (
        carbon,
        course,
        economics,
        energy,
        foresight,
        frequency,
        logistics,
        losses,
        offered,
        reliability,
        voltage,
    )

    modules = {"frequency": frequency, "voltage": voltage, "lost": losses, "energy": energy}
    modules |= {"reliability": reliability, "logistics": logistics, "carbon": carbon}
    modules["economics"] = economics
    found = {name: module.KPIS for name, module in modules.items()}
    found["frequency"] += course.KPIS
    found["energy"] += foresight.KPIS + offered.KPIS
    return found


def every() -> tuple[Kpi, ...]:
    """The same in one row."""
    return tuple(kpi for group in groups().values() for kpi in group)


def compute(run: Run) -> dict[str, float]:
    """Every KPI that this run can tell; slow ones where it is held against them."""
    from twin.kpis.course import of_course
    from twin.kpis.resources import of_resources

    asked = run.meta.get("expect", {})
    values = ((k.name, k.value(run)) for k in every() if not k.slow or k.name in asked)
    known = {n: float(v) for n, v in values if v is not None and math.isfinite(v)}
    return known | of_resources(run) | of_course(run)


def of_role(run: Run, role: str) -> dict[str, Mapping[str, Any]]:
    """The devices of one role that took part, and what ``run.json`` says of them.

    A bus that hangs on another, and meters what crosses, counts as a grid beside being a bus.
    """
    devices = run.meta["devices"].items()
    there = {name: about for name, about in devices if about["enabled"]}
    if role == "grid":
        return {name: about for name, about in there.items() if _is_grid(about)}
    return {name: about for name, about in there.items() if about["role"] == role}


def _is_grid(about: Mapping[str, Any]) -> bool:
    hung = about["role"] == "bus" and bool(about["bus"])
    return about["role"] == "grid" or (hung and "import_kwh" in about.get("totals", {}))


def booked(about: Mapping[str, Any], field: str) -> float | None:
    """What all units of one device added to a counter during the run; None if they keep none."""
    if field not in about.get("totals", {}):
        return None
    return float(about["totals"][field] - about.get("start_totals", {}).get(field, 0.0))


def all_booked(run: Run, role: str, field: str) -> float | None:
    """The same over all devices of a role; None if there are none, or one keeps no such counter."""
    return added(booked(about, field) for about in of_role(run, role).values())


def added(values: Iterable[float | None]) -> float | None:
    """Their sum; None if there are none, or one is not known."""
    total = None
    for value in values:
        if value is None:
            return None
        total = value + (total or 0.0)
    return total
