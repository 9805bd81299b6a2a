"""How much of one resource does what another does, by running both: maps of a scenario.

For each place of a map the other resource is run once. Then the size of the one is sought at which
both runs end with the same value: the range is halved until a hundredth of it is left, and that
bit is taken as straight. Where even the most is not enough the size is infinite; where the least
does it already, it is the least. What both end with has to rise or to fall with the size all along.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from twin.kpis import traces
from twin.load.equivalence import NADIR_FIELD
from twin.rerun import rerun
from twin.scenario import Equivalence

SHARE = 0.01  # of the range, within which the answer is taken as straight

Floats = NDArray[np.float64]
Settings = dict[str, Any]


@dataclass(frozen=True)
class Map:
    """The sizes that were found."""

    asked: Equivalence
    sizes: Floats  # [line, y, x], told in `per`; infinite: none is enough
    runs: int

    def told(self) -> dict[str, Any]:
        """The same as plain data; null where none is enough."""
        found = self.sizes.astype(object)
        found[~np.isfinite(self.sizes)] = None
        return {**asdict(self.asked), "sizes": found.tolist(), "runs": self.runs}


def find(
    name: str | Path,
    asked: Equivalence,
    overrides: Mapping[str, Any] | None = None,
) -> Map:
    """Fill a map by runs in memory; raises Problems."""
    search = _Search(name, asked, {**asked.set, **(overrides or {})})
    lines = asked.lines.values if asked.lines else (0.0,)
    sizes = np.empty((len(lines), len(asked.y.values), len(asked.x.values)))
    for line, y, x in np.ndindex(*sizes.shape):
        sizes[line, y, x] = search.at(lines[line], asked.y.values[y], asked.x.values[x])
    return Map(asked, sizes, search.runs)


def sought(ends: Callable[[float], float], goal: float, low: float, high: float) -> float:
    """The size at which `ends`, which rises or falls all along, comes to a goal."""
    at_low, at_high = ends(low), ends(high)
    if at_low == at_high:
        return low if at_low == goal else math.inf
    way = math.copysign(1.0, at_high - at_low)
    if way * (goal - at_low) <= 0.0:
        return low
    if way * (goal - at_high) > 0.0:
        return math.inf
    least = SHARE * (high - low)
    while high - low > least:
        middle = 0.5 * (low + high)
        at_middle = ends(middle)
        if way * (at_middle - goal) < 0.0:
            low, at_low = middle, at_middle
        else:
            high, at_high = middle, at_middle
    return low + (high - low) * (goal - at_low) / (at_high - at_low)


class _Search:
    """Runs the variants of a map."""

    def __init__(self, name: str | Path, asked: Equivalence, common: Settings) -> None:
        self.name, self.asked, self.common = name, asked, common
        self.runs = 0
        self._nadirs: dict[tuple[float, ...], float] = {}

    def at(self, line: float, y: float, x: float) -> float:
        """The size at one place of the map."""
        asked = self.asked
        place = {asked.y.path: y * float(asked.y.times)}
        if asked.lines:
            place[asked.lines.path] = line * float(asked.lines.times)
        scale = self._nadir_s(place) if asked.x.times == "nadir_s" else float(asked.x.times)
        place[asked.x.path] = x * scale
        goal = self._end(asked.against, place, asked.to)

        def ends(size: float) -> float:
            return self._end(asked.of, {**place, asked.vary: size}, asked.match)

        size = sought(ends, goal, *asked.between)
        axes = {"x": asked.x, "y": asked.y}
        return size / (place[axes[asked.per].path] if asked.per in axes else float(asked.per))

    def _end(self, variant: str, place: Settings, signal: str) -> float:
        self.runs += 1
        return rerun(self.name, {**self.common, **place}, variant).total(signal)

    def _nadir_s(self, place: Settings) -> float:
        """When the frequency is lowest without either resource, after the event."""
        key = tuple(place.values())
        if key not in self._nadirs:
            self.runs += 1
            ended = rerun(self.name, {**self.common, **place}, self.asked.bare)
            bus = self.asked.match.rpartition(".")[0]
            self._nadirs[key] = traces.nadir(ended.after_event(f"{bus}.{NADIR_FIELD}")).at_s
        return self._nadirs[key]
