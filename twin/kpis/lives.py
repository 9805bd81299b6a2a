"""How long devices last, by the years of a cost set and by what a run did to them.

* years       `life_y` of the cost set
* run hours   `life_h` over the hours that a mean genset of the run ran in a year
* ageing      where the run replaced packs: its years over how often; otherwise the capacity that
              is lost grows as t^z from a new pack at the start, with z, 0.5 to 1, from the
              middle and the end of the run (0.5: both laws of Naumann), down to `end_of_life_pu`

The shortest counts. One year of another climate or strategy gives another z: run longer to know.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np

from twin.economics import Price
from twin.kpis import all_booked, booked, of_role
from twin.run import Run

END_OF_LIFE_PU = 0.8  # of the capacity when new, where a cost set does not say otherwise
NEW_PU = 0.999
LEAST_Z, MOST_Z = 0.5, 1.0

Prices = Mapping[tuple[str, str], Price]


@dataclass(frozen=True)
class Life:
    """How long something lasts, and what ends it."""

    years: float
    because: str


def life(run: Run, role: str, prices: Prices, run_y: float) -> Life:
    """The shortest life of a role; endless where nothing ends it."""
    return min(_lives(run, role, prices, run_y), key=lambda one: one.years)


def _lives(run: Run, role: str, prices: Prices, run_y: float) -> Iterator[Life]:
    yield Life(math.inf, "")
    if found := prices.get((role, "life_y")):
        yield Life(found.value, "life_y")
    units = sum(about["units"] for about in of_role(run, role).values())
    hours = all_booked(run, role, "run_h")
    if (found := prices.get((role, "life_h"))) and hours:
        yield Life(found.value * units * run_y / hours, "life_h")
    if role == "storage":
        end = prices.get((role, "end_of_life_pu"))
        for name in of_role(run, role):
            aged_y = _aged_y(run, name, end.value if end else END_OF_LIFE_PU, run_y)
            if aged_y is not None:
                yield Life(aged_y, "ageing")


def _aged_y(run: Run, name: str, end_pu: float, run_y: float) -> float | None:
    """Life of the packs of one device; None where the run does not tell."""
    about, signal = run.meta["devices"][name], f"{name}.capacity_pu"
    if replaced := booked(about, "replaced_count"):
        return run_y * float(about["units"]) / replaced
    if signal not in run:
        return None
    left_pu = run.frame(signal)[signal].dropna()
    if not len(left_pu) or left_pu.iloc[0] < NEW_PU:
        return None
    times_s, lost_pu = left_pu.index.to_numpy(np.float64), 1.0 - left_pu.to_numpy(np.float64)
    return extrapolated_y(
        run_y, float(np.interp(0.5 * times_s[-1], times_s, lost_pu)), float(lost_pu[-1]), end_pu
    )


def extrapolated_y(
    run_y: float, lost_middle_pu: float, lost_pu: float, end_pu: float
) -> float | None:
    """When a loss that grows as a power of time reaches the end of life; None if it does not."""
    if not 0.0 < lost_middle_pu < lost_pu:
        return None
    z = min(max(math.log2(lost_pu / lost_middle_pu), LEAST_Z), MOST_Z)
    return float(run_y * ((1.0 - end_pu) / lost_pu) ** (1.0 / z))
