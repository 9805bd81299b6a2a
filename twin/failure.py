"""Finds out which unit of which device made a cell fail, and when.

The fast loop knows nothing of failure. A guard keeps a recent state and what arrived since; when
something raises, or a number is no longer finite, it goes back, steps one by one, and takes the
step at fault again in plain Python, where every call can be looked at.
"""

from __future__ import annotations

import math
import traceback
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from twin.cell import Cell, Sink, interpreted
from twin.component import Component
from twin.fleet import floats_of
from twin.samples import Sampler

Progress = Callable[[int], None] | None

KEEP_CALLS = 64  # calls between two kept states
KEEP_STEPS = 2000


@dataclass
class CellFailure(Exception):  # noqa: N818 - it is what failed, not an error of ours
    """A component raised, or made a number that is not finite."""

    unit: str
    field: str
    t_s: float
    text: str

    def __str__(self) -> str:
        what = f"{self.unit}.{self.field}" if self.field else self.unit
        return f"{what} {self.text} in the step from {self.t_s:g} s"


class Guard:
    """A cell that can tell what went wrong, and that reports where it stands."""

    def __init__(self, cell: Cell, sampler: Sampler, samples: Sink, progress: Progress) -> None:
        self._cell = cell
        self._watch = cell.sink = _Watch(cell.sink)
        self._sampler = sampler
        self._samples = samples
        self._progress = progress
        self._arrived: Mapping[str, Any] = {}
        self._keep()

    @property
    def now(self) -> int:
        """The tick at which the next step begins."""
        return self._cell.now

    @property
    def calendar(self) -> Any:
        """The calendar of the cell."""
        return self._cell.calendar

    def take(self, arrived: Mapping[str, Any]) -> None:
        """Put what other simulators sent into the rows it is for."""
        self._arrived = arrived
        self._cell.take(arrived)

    def get(self, device: str, field: str) -> list[Any]:
        """A field of a device as a fresh list."""
        return self._cell.get(device, field)

    def state(self) -> dict[str, Any]:
        """Everything that a resumed run needs, copied."""
        return self._cell.state()

    def drain(self) -> None:
        """Hand what was recorded to the sink."""
        self._cell.drain()

    def advance(self, until: int) -> None:
        """Step to `until`; CellFailure says who failed."""
        self._journal.append((self._arrived, until))
        begun = self.now
        step = max(self.calendar.step_after(begun + 1) - begun, 1)
        try:
            self._sampled(until)
        except OSError:
            raise
        except Exception as error:
            self._cell.drain()
            raise self._located(f"failed: {error}") from None
        self._journal[-1] = self._arrived, self.now
        self._steps += (self.now - begun) // step
        long = self._steps >= KEEP_STEPS or len(self._journal) >= KEEP_CALLS
        long = long or self.now >= self.calendar.end
        if not self._watch.sound or (long and not finite(self._cell)):
            raise self._located("made a number that is not finite")
        if long:
            self._keep()
        if self._progress:
            self._progress(self.now)

    def _sampled(self, until: int) -> None:
        while self.now < until:
            stop = self._sampler.before(self.now, until)
            self._cell.advance(stop)
            line = self._sampler.take(self.now)
            if line is not None:
                self._samples.records(np.array([self.now], np.int64), line)
            if self._cell.stopped:
                return

    def _keep(self) -> None:
        self._state = self._cell.state()
        self._steps = 0
        self._journal: list[tuple[Mapping[str, Any], int]] = []

    def _located(self, text: str) -> CellFailure:
        """Go on from the kept state step by step to the one at fault; `text` if none is."""
        cell = self._cell
        sink, cell.sink = cell.sink, _Nothing()
        cell.restore(self._state)
        for arrived, until in self._journal:
            cell.take(arrived)
            while cell.now < until:
                before = cell.state()
                at_s = float(cell.calendar.seconds(cell.now))
                try:
                    cell.advance(min(until, cell.calendar.step_after(cell.now + 1)))
                    failed = not finite(cell)
                except Exception:
                    failed = True
                if failed:
                    cell.restore(before)
                    found = _in_python(cell, at_s)
                    cell.sink = sink
                    return found or CellFailure("the cell", "", at_s, text)
        cell.sink = sink
        return CellFailure("the cell", "", float(cell.calendar.seconds(cell.now)), text)


def finite(cell: Cell) -> bool:
    """Whether all numbers of the devices a cell steps are finite."""
    for part, rows in zip(cell.setup.shape.parts, cell.setup.rows, strict=True):
        real = [part.layout.column[name] for name in _reals(part.cls)]
        if not part.ghost and not np.isfinite(floats_of(rows)[:, real]).all():
            return False
    return True


def _reals(cls: type[Component]) -> list[str]:
    return [name for name, field in cls.fields.items() if field.type is float]


def _in_python(cell: Cell, at_s: float) -> CellFailure | None:
    """Take one step in plain Python with an eye on every unit."""
    names = {
        (part.index, i): _device_unit(cell, part.name, i)
        for part in cell.setup.shape.parts
        for i in range(len(cell.setup.rows[part.index]))
    }
    step = cell.calendar.step_after(cell.now + 1)
    twin = Cell(cell.setup, cell.calendar, _Nothing(), cell.changes, in_python=True)
    twin.clock[:] = cell.clock
    twin.applied = cell.applied
    seats = {id(view): key for key, view in twin.views()}

    def watched(function: Callable[..., None], cls: type[Component]) -> Callable[..., None]:
        def call(unit: Any, *rest: float) -> None:
            who = names[seats[id(unit)]]
            try:
                function(unit, *rest)
            except Exception as error:
                last = traceback.extract_tb(error.__traceback__)[-1]
                place = f"{last.filename.rpartition('/')[2]}:{last.lineno}"
                text = f"raised {type(error).__name__}: {error} ({place})"
                raise CellFailure(who, "", at_s, text) from None
            for name in _reals(cls):
                value = getattr(unit, name)
                if not math.isfinite(value):
                    raise CellFailure(who, name, at_s, f"became {value}")

        return call

    twin.use(interpreted(cell.setup.shape, watched))
    try:
        twin.advance(step)
    except CellFailure as failure:
        return failure
    except Exception as error:
        return CellFailure("the cell", "", at_s, f"raised {type(error).__name__}: {error}")
    return None


def _device_unit(cell: Cell, part: str, unit: int) -> str:
    return cell.setup.unit_name(part.partition("~")[0], unit)


class _Watch:
    """Passes records on, and sees whether they are finite: a mean keeps what one step did."""

    def __init__(self, sink: Sink) -> None:
        self._sink = sink
        self.sound = True

    def records(self, stamps: NDArray[np.int64], lines: NDArray[np.float64]) -> None:
        """Look at lines of signals."""
        self.sound = self.sound and bool(np.isfinite(lines).all())
        self._sink.records(stamps, lines)

    def events(self, log: NDArray[np.int64]) -> None:
        """Let events pass."""
        self._sink.events(log)


class _Nothing:
    def records(self, stamps: NDArray[np.int64], lines: NDArray[np.float64]) -> None:
        """Nothing is kept."""

    def events(self, log: NDArray[np.int64]) -> None:
        """Nothing is kept."""
