"""Ride-through curves, read once from the files that name their sources, as tables of levels.

A curve has `LEVELS` slots: the levels below nominal first, the deepest of them in front, then those
above. A slot that is not needed lies beyond any voltage.
"""

from __future__ import annotations

import csv
import math
from pathlib import Path

import numpy as np

DATA = Path(__file__).parents[1] / "data"
NAMES = ("itic_120v", "iec_61000_class_2", "iec_61000_class_3", "iec_62040_class_3")
LEVELS = 8
LOW, HIGH = -1.0, 1.0
UNUSED = (HIGH, math.inf, math.inf)


def read(name: str) -> list[tuple[float, float, float]]:
    """Levels of a curve: the side, the voltage, and how long it may be beyond."""
    with (DATA / f"ride_through_{name}.csv").open(encoding="utf-8") as file:
        next(file)  # the source
        rows = csv.DictReader(file)
        sides = {"low": LOW, "high": HIGH}
        found = [(sides[row["side"]], float(row["v_pu"]), float(row["longest_s"])) for row in rows]
    return sorted(found)


CURVES = [read(name) for name in NAMES]
SLOTS = [slot for curve in CURVES for slot in curve + [UNUSED] * (LEVELS - len(curve))]
SIDE, LEVEL_PU, LONGEST_S = (np.array(column) for column in zip(*SLOTS, strict=True))

GAP_PU = tuple(curve[0][1] for curve in CURVES)  # below it only what is stored helps
LEAST_PU = tuple(max(v for side, v, _ in curve if side == LOW) for curve in CURVES)
MOST_PU = tuple(
    min((v for side, v, _ in curve if side == HIGH), default=math.inf) for curve in CURVES
)
