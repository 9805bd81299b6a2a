"""How the units of a fleet lie: quantiles and a few units one by one, now and then.

The loop records sums and extremes at every step. Quantiles need a sort, so they are taken between
calls of the loop, at most as often as `most` says and as a budget of sorted numbers allows.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from twin.calendar import Calendar
from twin.cell import Cell
from twin.cellshape import Part
from twin.columns import Column, matches
from twin.fleet import floats_of
from twin.scenario import Record
from twin.topology import Device

QUANTILES = (0.05, 0.25, 0.5, 0.75, 0.95)
UNITS_SHOWN = 8  # one by one, evenly spread over the fleet
MOST = 6000  # instants in a run
APART = 200  # steps between two instants, so that the loop is not held up
BUDGET = 10_000_000  # numbers sorted in a run: some 0.3 s


@dataclass(frozen=True)
class FleetSample:
    """What is sampled of one fleet: columns of its table, and the units shown."""

    part: Part
    table: NDArray[np.float64]
    cells: list[int]
    shown: NDArray[np.int64]
    below: NDArray[np.int64]  # a quantile lies between two units in order, at a share of the way
    above: NDArray[np.int64]
    share: NDArray[np.float64]


class Sampler:
    """Takes the samples of one cell, at instants fixed before the run."""

    def __init__(self, cell: Cell, record: Record) -> None:
        """Choose fleets, units and instants."""
        self.columns: list[Column] = []
        self._fleets = list(self._choose(cell, record))
        numbers = sum(len(fleet.table) * len(fleet.cells) for fleet in self._fleets)
        often = min(MOST, cell.calendar.steps // APART, BUDGET // max(numbers, 1))
        most = record.samples or max(often, 1)
        self.instants = instants(cell.calendar, most) if numbers else []
        self._next = 0

    def _choose(self, cell: Cell, record: Record) -> Iterator[FleetSample]:
        for part in cell.setup.shape.parts:
            device = cell.setup.devices[part.name.partition("~")[0]]
            if part.ghost or device.units < 2:
                continue
            fields = [*part.layout.floats, *part.layout.flows]
            fields = [name for name in fields if matches(f"{part.name}.{name}", record.signals)]
            if fields:
                shown = np.unique(np.linspace(0, device.units - 1, UNITS_SHOWN).astype(np.int64))
                self.columns += _columns(device, fields, shown)
                cells = [part.layout.column[name] for name in fields]
                table = floats_of(cell.setup.rows[part.index])
                place = np.array(QUANTILES) * (device.units - 1)
                below = place.astype(np.int64)
                above = np.minimum(below + 1, device.units - 1)
                yield FleetSample(part, table, cells, shown, below, above, place - below)

    def before(self, now: int, until: int) -> int:
        """The next instant on the way from `now` to `until`, or `until`."""
        while self._next < len(self.instants) and self.instants[self._next] <= now:
            self._next += 1
        return min(self.instants[self._next], until) if self._next < len(self.instants) else until

    def take(self, now: int) -> NDArray[np.float64] | None:
        """A line of samples, if one is due now."""
        if self._next >= len(self.instants) or self.instants[self._next] != now:
            return None
        return np.concatenate([_line(fleet) for fleet in self._fleets])[None, :]


def _line(fleet: FleetSample) -> NDArray[np.float64]:
    values = fleet.table.T[fleet.cells]
    shown = values[:, fleet.shown]
    values.sort(axis=1)
    spread = (1.0 - fleet.share) * values[:, fleet.below] + fleet.share * values[:, fleet.above]
    return np.concatenate([spread.T.ravel(), shown.T.ravel()])


def _columns(device: Device, fields: list[str], shown: NDArray[np.int64]) -> Iterator[Column]:
    for quantile in QUANTILES:
        stat = f"p{round(100 * quantile):02d}"
        for name in fields:
            yield Column(device.name, name, stat, f"{device.name}.{name}:{stat}", True)
    for unit in shown:
        for name in fields:
            yield Column(device.name, name, "", f"{device.unit_name(int(unit))}.{name}", True)


def instants(calendar: Calendar, most: int) -> list[int]:
    """At most so many ends of steps, spread over the segments by their steps."""
    share = most / calendar.steps
    found: list[int] = []
    for start, end, step, *_ in calendar.segments.tolist():
        steps = (end - start) // step
        count = min(steps, max(int(share * steps), 1))
        stride = -(-steps // count)
        found += range(start + stride * step, end + 1, stride * step)
    return found
