"""A table as data for other programs: one line a row and basis, everything that was found."""

from __future__ import annotations

import csv
import io
import json
import math
from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from twin.comparison import Spread
from twin.factorial.study import BASES, Line, Table

Plain = dict[str, Any]


def as_json(table: Table) -> str:
    """Everything, and what was asked; what never happens is null."""
    lines = [_told(line) | {"values": _spreads(line.values)} for line in table.lines]
    told = {
        "asked": asdict(table.plan),
        "bases": BASES,
        "runs": table.runs,
        "nothing": _spreads(table.bare),
        "lines": lines,
    }
    return json.dumps(told, indent=1)


def as_csv(table: Table) -> str:
    """A line for each row on each basis; of what is drawn mean, 5th and 95th percentile."""
    text = io.StringIO()
    out = csv.writer(text, lineterminator="\n")
    for place, line in enumerate(table.lines):
        told = _told(line)
        for name, own in _spreads(line.values).items():
            told |= {name: own["mean"], f"{name}_p5": own["p5"], f"{name}_p95": own["p95"]}
        if place == 0:
            out.writerow(told)
        out.writerow(["" if value is None else value for value in told.values()])
    return text.getvalue()


def _told(line: Line) -> Plain:
    row = line.row
    return {
        "basis": line.basis,
        "row": row.name,
        "technology": row.technology,
        "state": row.state,
        "droop": row.droop,
        "size_kw": line.size_kw,
        "firm_kw": line.firm_kw,
        "inertia_mws": line.inertia_mws,
        "short_circuit_mva": line.short_circuit_mva,
        **line.waiting_usd_per_y,
        "events_usd_per_y": line.events_usd_per_y,
        "annual_usd_per_y": line.annual_usd_per_y,
        "waiting_kg_per_y": line.waiting_kg_per_y,
        "events_kg_per_y": line.events_kg_per_y,
        "annual_kg_per_y": line.annual_kg_per_y,
    }


def _spreads(values: Mapping[str, Spread]) -> dict[str, dict[str, float | None]]:
    return {
        name: {end: value if math.isfinite(value) else None for end, value in own._asdict().items()}
        for name, own in values.items()
    }
