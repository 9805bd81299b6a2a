"""Published loss curves of converters, read once from the file that names their sources.

A converter may lose less when it gives to the bus than when it takes from it. The first curve is
not in the file: the one whose two coefficients are given.
"""

from __future__ import annotations

import csv
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from components.pcs import Pcs

FILE = Path(__file__).parents[1] / "data" / "pcs_losses.csv"
OWN = 0


def read() -> tuple[tuple[str, ...], tuple[tuple[float, ...], ...]]:
    """Names of the curves, and their four coefficients column by column, each one longer."""
    with FILE.open(encoding="utf-8") as file:
        next(file)  # the source
        rows = list(csv.reader(file))[1:]
    columns = zip(*((float(value) for value in values) for _, *values in rows), strict=True)
    return ("own", *(name for name, *_ in rows)), tuple((0.0, *column) for column in columns)


CURVES, (GIVING_NO_LOAD_PU, GIVING_QUADRATIC_PU, TAKING_NO_LOAD_PU, TAKING_QUADRATIC_PU) = read()
LEAST_NO_LOAD_PU = tuple(map(min, GIVING_NO_LOAD_PU, TAKING_NO_LOAD_PU))
LEAST_QUADRATIC_PU = tuple(map(min, GIVING_QUADRATIC_PU, TAKING_QUADRATIC_PU))


def no_load_pu(unit: Pcs, giving: bool) -> float:
    """Loss at no load, of the rating."""
    if unit.losses == OWN:
        return unit.no_load_pu
    return GIVING_NO_LOAD_PU[unit.losses] if giving else TAKING_NO_LOAD_PU[unit.losses]


def quadratic_pu(unit: Pcs, giving: bool) -> float:
    """Loss at rated power that grows with AC power squared, of the rating."""
    if unit.losses == OWN:
        return unit.quadratic_pu
    return GIVING_QUADRATIC_PU[unit.losses] if giving else TAKING_QUADRATIC_PU[unit.losses]
