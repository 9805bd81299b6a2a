"""Signals and events to disk while a run is going on.

Each part is written beside its place and renamed into it whole, so that a killed run keeps every
part that was written. A part is closed when it is large, or when it has been open for a while.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from twin.columns import Column
from twin.component import Field
from twin.scenario import Event
from twin.topology import Device

PART_CELLS = 1_000_000  # numbers in a part: 8 MB
PART_AGE_S = 5.0  # what a killed run may lose
EVENT_COLUMNS = {
    "t_s": pa.float64(),
    "device": pa.string(),
    "unit": pa.string(),
    "field": pa.string(),
    "value": pa.float64(),
    "text": pa.string(),
    "by": pa.string(),  # "scenario" or "device": who did it
}


def write_table(path: Path, table: pa.Table) -> None:
    """Write a table so that the path holds either all of it or nothing."""
    draft = path.with_suffix(".tmp")
    try:
        pq.write_table(table, draft, compression="lz4", use_dictionary=False)
        draft.replace(path)
    finally:
        draft.unlink(missing_ok=True)


class Recorder:
    """The sink of one simulator: numbered parts of signals and of events."""

    def __init__(
        self,
        folder: Path,
        name: str,
        columns: Sequence[Column],
        seconds: Callable[[Any], Any],
        describe: Callable[[NDArray[np.int64]], Mapping[str, list[Any]]],
        first_part: int = 0,
        kind: str = "signals",
    ) -> None:
        """Keep `columns`; `seconds` turns ticks to time, `describe` events to words."""
        self._folder = folder
        self._name = name
        self._keep = [place for place, column in enumerate(columns) if column.keep]
        self._all = len(self._keep) == len(columns)
        self._names = [columns[place].name for place in self._keep]
        self._seconds = seconds
        self._describe = describe
        self._room = max(PART_CELLS // max(len(self._keep), 1), 2)
        self._stamps = np.empty(0, np.int64)
        self._table = np.empty((0, 0))  # a line a column: a column is then written as it lies
        self._count = 0
        self._events: list[NDArray[np.int64]] = []
        self._kind = kind
        self._parts = {kind: first_part, "events": first_part}
        self._opened = time.monotonic()

    def records(self, stamps: NDArray[np.int64], lines: NDArray[np.float64]) -> None:
        """Take lines of signals."""
        if self._keep and not len(self._stamps):
            self._stamps = np.empty(self._room, np.int64)
            self._table = np.empty((len(self._keep), self._room))
        taken = 0
        while self._keep and taken < len(stamps):
            more = min(len(stamps) - taken, self._room - self._count)
            here, there = slice(self._count, self._count + more), slice(taken, taken + more)
            self._stamps[here] = stamps[there]
            self._table[:, here] = (lines if self._all else lines[:, self._keep])[there].T
            self._count, taken = self._count + more, taken + more
            if self._count == self._room:
                self.flush()
        if time.monotonic() - self._opened > PART_AGE_S:
            self.flush()

    def events(self, log: NDArray[Any]) -> None:
        """Take lines of events."""
        self._events.append(log.copy())

    def flush(self) -> None:
        """Write what has been taken as parts."""
        if self._count:
            columns = {"t_s": self._seconds(self._stamps[: self._count])}
            for name, column in zip(self._names, self._table, strict=True):
                columns[name] = column[: self._count]
            self._write(self._kind, pa.table(columns))
            self._count = 0
        if self._events:
            self._write("events", pa.table(dict(self._describe(np.concatenate(self._events)))))
            self._events = []
        self._opened = time.monotonic()

    def _write(self, kind: str, table: pa.Table) -> None:
        folder = self._folder / kind
        folder.mkdir(exist_ok=True)
        write_table(folder / f"part-{self._name}-{self._parts[kind]:05d}.parquet", table)
        self._parts[kind] += 1


def event_words(
    log: NDArray[Any],
    devices: Sequence[Device],
    fields: Mapping[tuple[int, int], str],
    seconds: Callable[[Any], Any],
) -> dict[str, list[Any]]:
    """Lines of (tick, part, unit, column, value) as columns of words and numbers."""
    lines = []
    places = log[:, :4].astype(np.int64).tolist()
    for (tick, part, unit, column), value in zip(places, log[:, 4].tolist(), strict=True):
        device = devices[part]
        field = device.cls.fields[fields[part, column]]
        who = device.name, device.unit_name(unit), field.name
        lines.append((float(seconds(tick)), *who, float(value), _word(field, int(value)), "device"))
    return _columns(lines)


def scenario_words(
    happened: Iterable[tuple[float, Event]], devices: Mapping[str, Device]
) -> dict[str, list[Any]]:
    """What a scenario did at which time, in the same columns; all units of a device in one line."""
    lines: list[tuple[Any, ...]] = []
    for t_s, event in happened:
        device = devices[event.device]
        field = device.cls.fields[event.field]
        names = [device.unit_name(unit) for unit in event.units]
        values = event.values
        if len(names) == device.units and len(set(values)) == 1:
            names, values = [device.name], values[:1]
        for unit, value in zip(names, values, strict=True):
            said = f"over {event.over_s:g} s" if event.over_s else _word(field, int(value))
            lines.append((t_s, device.name, unit, field.name, value, said, "scenario"))
    return _columns(lines)


def _word(field: Field, value: int) -> str:
    """A mode or a truth as a word; nothing for a number."""
    if field.labels and 0 <= value < len(field.labels):
        return field.labels[value]
    return ("true" if value else "false") if field.type is bool else ""


def _columns(lines: Sequence[tuple[Any, ...]]) -> dict[str, list[Any]]:
    return {name: [line[place] for line in lines] for place, name in enumerate(EVENT_COLUMNS)}


def merge_events(folder: Path, scenario: Mapping[str, list[Any]]) -> None:
    """Make `events.parquet` of the parts and of what the scenario did, and remove the parts.

    In order of time; at one instant the scenario comes first.
    """
    schema = pa.schema(list(EVENT_COLUMNS.items()))
    parts = sorted((folder / "events").glob("part-*.parquet"))
    tables = [pq.read_table(part).cast(schema) for part in parts]
    table = pa.concat_tables([*tables, pa.table(dict(scenario), schema)])
    order = [(name, "ascending") for name in ("t_s", "by", "unit", "field")]
    order[1] = ("by", "descending")
    write_table(folder / "events.parquet", table.sort_by(order))
    for part in parts:
        part.unlink()
    if (folder / "events").exists():
        (folder / "events").rmdir()
