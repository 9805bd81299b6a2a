"""The cell: all compiled devices of a world, advanced by one generated loop.

A cell knows rows, wires, profiles and the calendar. It knows neither mosaik nor files: what it
records goes to a sink, what others send lands in the rows of ghosts.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from twin import balance, loops
from twin.calendar import Calendar
from twin.cellshape import CellShape
from twin.celltext import ARGUMENTS, JIT, loop_text
from twin.component import Component, methods_of
from twin.fleet import Rows, UnitViews, floats_of, wholes_of
from twin.kernels import compiled, first_call, load_generated
from twin.wiring import Setup

EVENT_SPARE = 4096  # events kept beyond what one step can produce
RECORD_CELLS = 500_000  # numbers of the record buffer: 4 MB
RECORD_LINES = 65_536


class Sink(Protocol):
    """Takes what a cell recorded; both arrays are only valid during the call."""

    def records(self, stamps: NDArray[np.int64], lines: NDArray[np.float64]) -> None:
        """Lines of signals, stamped with the end of their interval in ticks."""

    def events(self, log: NDArray[Any]) -> None:
        """Lines of (tick, part, unit, column, new value)."""


class Quiet:
    """Takes what a cell would record that only tries, or states offers."""

    def records(self, stamps: NDArray[np.int64], lines: NDArray[np.float64]) -> None:
        """Nothing is kept."""

    def events(self, log: NDArray[np.int64]) -> None:
        """Nothing is kept."""


@dataclass(frozen=True)
class Change:
    """A field of some units set at an instant: an event of the scenario."""

    tick: int
    part: int
    units: tuple[int, ...]
    field: str
    value: float | tuple[float, ...]  # one for all of them, or one each


class Cell:
    """Rows and one loop over them."""

    def __init__(
        self,
        setup: Setup,
        calendar: Calendar,
        sink: Sink,
        changes: Sequence[Change] = (),
        in_python: bool = False,
    ) -> None:
        """Compile the loop of a set-up, or take it from the cache; `in_python` compiles nothing."""
        self.setup = setup
        self._index = {part.name: part.index for part in setup.shape.parts}
        self.calendar = calendar
        self.sink = sink
        self.changes = sorted(changes, key=lambda change: change.tick)
        self.applied = 0
        self.in_python = in_python
        self.clock = np.zeros(loops.CLOCK_SIZE, np.int64)
        self.clock[loops.MARK_TO] = -1
        self._room = setup.events_a_step
        self._log = np.zeros((self._room + EVENT_SPARE, 5), np.int64)
        width = max(setup.record_width, 1)
        count = min(RECORD_LINES, max(RECORD_CELLS // width, 2))
        self._lines = np.zeros((count, width))
        self._stamps = np.zeros(count, np.int64)
        self._arguments = self._gather_arguments()
        if in_python:
            self._run = interpreted(setup.shape)
            return
        self._run = machine_code(setup.shape)
        first_call(self._run, *self._arguments(0), beside=balance.settle)  # compiles, takes no step

    @property
    def now(self) -> int:
        """The tick at which the next step begins."""
        return int(self.clock[loops.NOW])

    @property
    def stopped(self) -> bool:
        """Whether the last step changed a watched output."""
        return bool(self.clock[loops.STOPPED])

    def advance(self, until: int) -> None:
        """Step to `until`, or to the step in which a watched output changed."""
        while self.now < until:
            self._apply_changes()
            ahead = self.changes[self.applied].tick if self.applied < len(self.changes) else until
            target = min(until, ahead)
            while self.now < target:
                self.clock[loops.STOPPED] = 0
                self._run(*self._arguments(target))
                self.drain()
                if self.stopped:
                    return

    def drain(self) -> None:
        """Hand what was recorded to the sink."""
        count, noted = int(self.clock[loops.RECORDS]), int(self.clock[loops.EVENTS])
        if count:
            self.sink.records(self._stamps[:count], self._lines[:count])
        if noted:
            self.sink.events(self._log[:noted])
        self.clock[loops.RECORDS] = 0
        self.clock[loops.EVENTS] = 0

    def rows(self, name: str) -> Rows:
        """The rows of a device."""
        return self.setup.rows[self._index[name]]

    def take(self, arrived: Mapping[str, Any]) -> None:
        """Put what other simulators sent into the rows it is for.

        ``late a.x`` and ``now a.x`` are fields of a device stepped elsewhere, ``own a.x`` is a
        field of one stepped here, ``all a`` a whole fleet of rows as whole numbers.
        """
        for name, values in arrived.items():
            kind, _, rest = name.partition(" ")
            if kind == "all":
                table = wholes_of(self.rows(rest))
                table[:] = np.array(values, np.int64).reshape(table.shape)
                continue
            device, _, field = rest.rpartition(".")
            part = self._index[device if kind == "own" else f"{device}~{kind}"]
            self.setup.rows[part][field] = values

    def get(self, device: str, field: str) -> list[Any]:
        """A field of a device as a fresh list; ``settled x`` is a former's share of this bus."""
        kind, _, former = field.partition(" ")
        values: Any
        if kind == "all":
            values = wholes_of(self.rows(device)).ravel()
        elif kind == "settled":
            values = self.setup.rows[self._index[f"{former}~now"]]["p_settled_kw"]
        else:
            values = self.rows(device)[field]
        found: list[Any] = values.tolist()
        return found

    def state(self) -> dict[str, NDArray[Any]]:
        """Everything that a resumed run needs, copied."""
        found = {f"rows{k}": rows.copy() for k, rows in enumerate(self.setup.rows)}
        found |= {name: array.copy() for name, array in self._memory().items()}
        return found | {"clock": self.clock.copy(), "applied": np.array(self.applied)}

    def restore(self, state: Mapping[str, NDArray[Any]]) -> None:
        """Take back a state of a cell of the same set-up."""
        for k, rows in enumerate(self.setup.rows):
            rows[:] = state[f"rows{k}"]
        for name, array in self._memory().items():
            array[:] = state[name]
        self.clock[:] = state["clock"]
        self.applied = int(state["applied"])

    def views(self) -> list[tuple[tuple[int, int], Any]]:
        """The units of a cell that runs in Python: ((part, unit), view)."""
        return [
            ((k, i), fleet[i]) for k, fleet in enumerate(self._views) for i in range(fleet.shape[0])
        ]

    def use(self, run: Callable[..., None]) -> None:
        """Run another loop over the same arrays."""
        self._run = run

    def _memory(self) -> dict[str, NDArray[Any]]:
        """Arrays beside the rows that carry something from step to step."""
        setup = self.setup
        found = {"due": setup.due, "slots_due": setup.curves.due, "driven": setup.driven}
        found["cursor"] = setup.curves.cursor
        for name in ("meters", "sums", "least", "most", "picked_sums", "seen", "offers"):
            for k, array in enumerate(getattr(setup, name)):
                found[f"{name}{k}"] = array
        return found

    def _apply_changes(self) -> None:
        while self.applied < len(self.changes) and self.changes[self.applied].tick <= self.now:
            change = self.changes[self.applied]
            self.setup.rows[change.part][change.field][list(change.units)] = change.value
            self.applied += 1

    def _gather_arguments(self) -> Callable[[int], list[Any]]:
        setup = self.setup
        rows: tuple[Any, ...] = tuple(setup.rows)
        if self.in_python:
            pairs = zip(setup.shape.parts, rows, strict=True)
            self._views = [UnitViews(part.cls, fleet) for part, fleet in pairs]
            rows = tuple(self._views)
        fixed = {
            "clock": self.clock,
            "segments": self.calendar.segments,
            "step_s": np.array([self.calendar.seconds(int(s[2])) for s in self.calendar.segments]),
            "rows": rows,
            "floats": tuple(floats_of(fleet) for fleet in setup.rows),
            "wholes": tuple(wholes_of(fleet) for fleet in setup.rows),
            "curves": tuple(setup.curves),
            "lines": self._lines,
            "stamps": self._stamps,
            "log": self._log,
            "room": self._room,
        }
        every = [fixed.get(name, getattr(setup, name, None)) for name in ARGUMENTS]
        place = ARGUMENTS.index("until")

        def arguments(until: int) -> list[Any]:
            every[place] = until
            return every

        return arguments


def loops_mark() -> str:
    """A mark of the text of the pieces that every loop calls."""
    texts = [Path(str(module.__file__)).read_bytes() for module in (loops, balance)]
    return hashlib.sha256(b"".join(texts)).hexdigest()[:16]


def _kinds(shape: CellShape) -> list[type[Component]]:
    return list(dict.fromkeys(part.cls for part in shape.parts if not part.ghost))


def machine_code(shape: CellShape) -> Callable[..., None]:
    """The compiled loop of a shape."""
    modules = {cls: compiled(cls).__name__ for cls in _kinds(shape)}
    run: Callable[..., None] = load_generated("cell", loop_text(shape, modules, loops_mark())).run
    return run


def interpreted(
    shape: CellShape,
    around: Callable[[Callable[..., None], type[Component]], Callable[..., None]] | None = None,
) -> Callable[..., None]:
    """The same loop in plain Python over the methods as their author wrote them.

    `around` wraps each method, for someone who wants to look at every call.
    """
    text = loop_text(shape, {}, loops_mark()).replace(f"{JIT}\n", "")
    scope: dict[str, Any] = {}
    for cls in _kinds(shape):
        for method, function in methods_of(cls).items():
            scope[f"{method}_{cls.__name__}"] = around(function, cls) if around else function
    exec(compile(text, "<cell>", "exec"), scope)  # our own text, no file of a user
    run: Callable[..., None] = scope["run"]
    return run
