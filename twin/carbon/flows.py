"""From which source each use of energy came, interval by interval.

A priority rule, "renewable-first-1", in this order:

1. what formers at their least power could not place (dumped) is the fuel's
2. storage gives to the load, then to export
3. export was a surplus of the site at its instant: renewables give it, then fuel, the grid never
4. renewables give to the load, then charge storage
5. grid and fuel, mixed as they are, give to the rest of the load, then of storage

So export bears no carbon of import in an interval in which both happened, and takes none off the
load. What a source still has after that is dumped. Storage charges itself only with what no other
use takes: power that circulates between two stores. The grid exports only what the meters leave no
other source for. Energies that are negative by rounding count as 0.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

RULE = "renewable-first-1"
SOURCES = ("renewable", "storage", "grid", "fuel")
USES = ("load", "storage", "export", "dumped")


def flow_name(source: str, use: str) -> str:
    """The column of a flow."""
    return f"{source}_to_{use}_kwh"


def split(sources: Mapping[str, Floats], uses: Mapping[str, Floats]) -> dict[str, Floats]:
    """The energy of each source that went to each use, by the names of the flows."""
    left = {name: np.maximum(sources[name], 0.0) for name in SOURCES}
    needed = {name: np.maximum(uses[name], 0.0) for name in USES}
    flows = {flow_name(s, u): np.zeros_like(left[s]) for s in SOURCES for u in USES}

    def give(source: str, use: str, kwh: Floats) -> None:
        flows[flow_name(source, use)] += kwh
        left[source] = np.maximum(left[source] - kwh, 0.0)
        needed[use] = np.maximum(needed[use] - kwh, 0.0)

    give("fuel", "dumped", np.minimum(left["fuel"], needed["dumped"]))
    for use in ("load", "export", "dumped", "storage"):
        give("storage", use, np.minimum(left["storage"], needed[use]))
    for source in ("renewable", "fuel"):
        give(source, "export", np.minimum(left[source], needed["export"]))
    for use in ("load", "storage", "dumped"):
        give("renewable", use, np.minimum(left["renewable"], needed[use]))
    for use in ("load", "storage", "dumped", "export"):
        both = left["grid"] + left["fuel"]
        share = np.minimum(1.0, ratio(needed[use], both))
        grid, fuel = share * left["grid"], share * left["fuel"]
        give("grid", use, grid)
        give("fuel", use, fuel)
    return flows


def ratio(part: Floats, whole: Floats) -> Floats:
    """A quotient that is 0 where there is no whole."""
    return np.divide(part, whole, out=np.zeros_like(part), where=whole > 0.0)
