"""The two simulators that serve devices outside a cell: one drives them, one records them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

import mosaik_api_v3
import numpy as np
from mosaik_api_v3.types import CreateResult, Meta
from numpy.typing import NDArray

from twin.calendar import Calendar
from twin.cell import Sink
from twin.cell_sim import due_after, meta, only
from twin.columns import STATS, Column
from twin.component import Field, Kind
from twin.fleet import Rows
from twin.profiles import Profile, mean_over
from twin.topology import Device
from twin.wiring import Driven

BROUGHT = ("volume", "mass", "energy")  # dimensions
STATISTICS: Mapping[str, Callable[..., Any]] = {"sum": np.sum, "min": np.min, "max": np.max}


class ProfileSim(mosaik_api_v3.Simulator):
    """Gives each driven input of a device its profile over the time until the device acts again."""

    def __init__(self) -> None:
        """Start empty; `init` brings the profiles."""
        super().__init__(meta("time-based", {}))  # type: ignore[no-untyped-call]

    def init(  # type: ignore[override]
        self,
        sid: str,
        time_resolution: float,
        driven: Mapping[tuple[str, str], Driven],
        devices: Mapping[str, Device],
        calendar: Calendar,
        begin: int = 0,
    ) -> Meta:
        """Take what drives which input of which device."""
        del sid, time_resolution
        self.driven, self.devices, self.calendar, self.begin = driven, devices, calendar, begin
        inputs = sorted({inp for _, inp in driven})
        model = {"public": True, "params": ["name"], "attrs": inputs}
        self.meta = meta("time-based", {"Device": model})
        return self.meta

    def create(self, num: int, model: str, **params: Any) -> list[CreateResult]:
        """The entity of one device."""
        del num
        return [{"eid": params["name"], "type": model}]

    def step(self, time: int, inputs: Mapping[str, Any], max_advance: int) -> int:
        """Look at the coming exchange."""
        del inputs, max_advance
        self.now = time + self.begin
        return self.calendar.sync_after(self.now) - self.begin

    def get_data(self, outputs: Mapping[str, list[str]]) -> dict[str, Any]:
        """What each driven input is to be, one value a unit."""
        return {
            name: {inp: self._given(name, inp) for inp in inps} for name, inps in outputs.items()
        }

    def _given(self, name: str, inp: str) -> list[float]:
        driven, device = self.driven[name, inp], self.devices[name]
        period = self.calendar.ticks(device.period_s) if device.period_s else 0
        span = np.array([[self.now], [due_after(self.calendar, self.now, period)]])
        t0_s, t1_s = np.asarray(self.calendar.seconds(span))
        real = device.cls.fields[inp].type is float
        values = [
            float(mean_over(p, t0_s, t1_s)[0]) if real else _value_at(p, t0_s[0])
            for p in driven.profiles
        ]
        found: list[float] = np.array(values)[driven.choice].tolist()
        return found


def _value_at(profile: Profile, t_s: float) -> float:
    """A truth or a whole number has no mean: it is what it is at the beginning."""
    place = int(np.searchsorted(profile.times_s, t_s, "right")) - 1
    return float(profile.values[max(place, 0)])


class Ledger:
    """What the devices outside the cell hold: written down exchange by exchange, changes noted."""

    def __init__(
        self,
        devices: Sequence[Device],
        columns: Sequence[Column],
        held: Mapping[tuple[str, str], list[Any]],
        calendar: Calendar,
        begin: int,
    ) -> None:
        """Start from what the recorded fields of the devices hold before the first step."""
        self.devices, self.columns, self.calendar = devices, columns, calendar
        self.held = dict(held)
        self.processes = {device.name for device in devices if device.way == "process"}
        self.logged = {device.name: logged(device) for device in devices}
        self.keys = {
            device.name: [(device.name, name) for name in recorded(device)] for device in devices
        }
        self.tables = [
            (self.keys[device.name], device.units == 1)
            for device in devices
            if device.units and self.keys[device.name]
        ]
        self.reached = begin

    def open(self, sink: Sink) -> None:
        """Choose where lines and events go."""
        self.sink = sink

    def take(self, now: int, told: Mapping[tuple[str, str], Any]) -> None:
        """Note what holds from now on.

        What a periodic device tells is its state at the end of the coming exchange; what a process
        tells has happened by now.
        """
        self.fill(now - 1)
        for number, device in enumerate(self.devices):
            for place, name in enumerate(self.logged[device.name]):
                before = self.held[device.name, name]
                after = told.get((device.name, name), before)
                if before == after:
                    continue
                for unit, (old, new) in enumerate(zip(before, after, strict=True)):
                    if old != new:
                        self.sink.events(np.array([[now, number, unit, place, new]], np.float64))
        self.held |= {key: values for key, values in told.items() if key[0] in self.processes}
        self.fill(now)
        self.held |= told

    def look(self, now: int, name: str, rows: Rows) -> None:
        """Take what a fleet holds from now on from its rows."""
        kept = rows.copy()
        told: dict[tuple[str, str], Any] = {key: kept[key[1]] for key in self.keys[name]}
        self.take(now, told | {(name, one): kept[one].tolist() for one in self.logged[name]})

    def fill(self, until: int) -> None:
        """Write the lines of all exchanges up to an instant: nothing has changed since."""
        if self.reached < until and self.calendar.sync_after(self.reached) <= until:
            every = np.concatenate([*_exchanges(self.calendar, self.reached, until)])
            self.sink.records(every, np.tile(self._line(), (len(every), 1)))
        self.reached = max(until, self.reached)

    def _line(self) -> NDArray[np.float64]:
        """One line of records, in the order of the columns."""
        parts = [np.empty(0)]
        for keys, alone in self.tables:
            table = np.array([self.held[key] for key in keys], np.float64)
            if not alone:
                table = np.array([STATISTICS[stat](table, axis=1) for stat in STATS]).T
            parts.append(table.ravel())
        return np.concatenate(parts)


def recorded(device: Device) -> list[str]:
    """What is recorded of a device that is not in a cell."""
    return [
        name
        for name, field in device.cls.fields.items()
        if field.record and field.kind in (Kind.STATE, Kind.OUT) and field.type not in (list, str)
    ]


def logged(device: Device) -> list[str]:
    """What makes an event when it changes: modes and truths, and what a process counts or brings.

    What it brings, in litres, kilograms or kilowatt-hours, are notes of delivery.
    """
    states = {n: f for n, f in device.cls.fields.items() if f.kind is Kind.STATE}
    process = device.way == "process"
    return [
        name
        for name in recorded(device)
        if name in states
        and (states[name].labels or states[name].type is bool or (process and _noted(states[name])))
    ]


def _noted(state: Field) -> bool:
    return state.type is int or (state.unit is not None and state.unit.dimension in BROUGHT)


def _exchanges(calendar: Calendar, after: int, until: int) -> Iterator[NDArray[np.int64]]:
    """The exchanges after one instant up to another."""
    ends = calendar.segments[:, 1]
    while after < until:
        place = int(np.searchsorted(ends, after, "right"))
        end = min(int(ends[place]), until)
        yield np.arange(calendar.sync_after(after), end + 1, int(calendar.segments[place, 3]))
        after = end


class RecordSim(mosaik_api_v3.Simulator):
    """Keeps the ledger: once an exchange, or where all its sources are event-driven, when told."""

    def __init__(self) -> None:
        """Start empty; `init` brings the ledger."""
        super().__init__(meta("time-based", {}))  # type: ignore[no-untyped-call]

    def init(  # type: ignore[override]
        self,
        sid: str,
        time_resolution: float,
        ledger: Ledger,
        takes: Sequence[str],
        piece: int = 0,
        begin: int = 0,
        progress: Callable[[int], None] | None = None,
    ) -> Meta:
        """Take "device.field" each; `progress` is told how far the world has come.

        With a `piece` it is event-driven, and looks up once in so many ticks all the same: for
        each event mosaik keeps a note until the next step that a simulator has planned, and goes
        through all of them at every step of any.
        """
        del sid, time_resolution
        self.ledger, self.piece, self.begin, self.progress = ledger, piece, begin, progress
        model = {"public": True, "params": [], "attrs": list(takes)}
        self.meta = meta("event-based" if piece else "time-based", {"Record": model})
        return self.meta

    def create(self, num: int, model: str, **params: Any) -> list[CreateResult]:
        """The one entity."""
        del num, params
        return [{"eid": "record", "type": model}]

    def step(self, time: int, inputs: Mapping[str, Any], max_advance: int) -> int:
        """Take what the devices hold from now on."""
        del max_advance
        now = time + self.begin
        told: dict[tuple[str, str], list[Any]] = {}
        for take, values in inputs.get("record", {}).items():
            name, _, out = take.rpartition(".")
            if (value := only(values)) is not None:
                told[name, out] = value
        self.ledger.take(now, told)
        if self.progress:
            self.progress(now)
        return due_after(self.ledger.calendar, now, self.piece) - self.begin
