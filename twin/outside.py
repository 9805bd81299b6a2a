"""Devices outside the cell: what their simulators are started with, and what is kept of them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from twin.calendar import Calendar
from twin.columns import STATS, Column, matches
from twin.component import methods_of
from twin.component_sim import Change
from twin.fleet import make_rows
from twin.kernels import compiled
from twin.record import Recorder, event_words
from twin.scenario import Event, Record
from twin.service_sims import Ledger, logged, recorded
from twin.topology import Device, Wire, wire_pairs


def given_values(device: Device) -> dict[str, Any]:
    """The values of a device as plain lists, words where its fields have labels."""
    found: dict[str, Any] = {}
    for name, values in device.values.items():
        declared = device.cls.fields[name]
        plain = values[: device.units].tolist()
        if declared.labels:
            plain = [declared.labels[int(value)] for value in plain]
        found[name] = [bool(value) for value in plain] if declared.type is bool else plain
    return found | dict(device.texts)


def start_values(device: Device, names: Iterable[str]) -> dict[str, list[Any]]:
    """What fields hold before the first step."""
    rows = make_rows(device.cls, device.units)
    for name, values in device.values.items():
        rows[name] = values[: device.units]
    if "start" in methods_of(device.cls):
        compiled(device.cls).each_start(rows)
    return {name: rows[name].tolist() for name in names}


def changes_of(device: Device, events: Sequence[Event], calendar: Calendar) -> list[Change]:
    """What the scenario sets of a device, in ticks; ramps are told exchange by exchange."""
    return [
        (
            calendar.step_after(calendar.ticks(event.at_s)),
            units,
            event.field,
            device.cls.fields[event.field].type(value),
        )
        for event in events
        if event.device == device.name
        for value, units in _by_value(event).items()
    ]


def _by_value(event: Event) -> dict[float, list[int]]:
    """The units that an event gives the same value."""
    found: dict[float, list[int]] = {}
    for unit, value in zip(event.units, event.values, strict=True):
        found.setdefault(value, []).append(unit)
    return found


def unit_map(wire: Wire, devices: Mapping[str, Device]) -> Callable[[Any], Any]:
    """How the values of the source's units become those of the target's."""
    to, out_of = wire_pairs(wire, devices)
    source, target = devices[wire.source], devices[wire.target]
    every = np.arange(target.units)
    one_to_one = np.array_equal(to, every) and np.array_equal(out_of, np.arange(source.units))
    if one_to_one and source.cls.fields[wire.out].type is target.cls.fields[wire.inp].type:
        return _as_they_are
    alone = len(np.unique(to)) == len(to)
    base = np.array(start_values(target, [wire.inp])[wire.inp])

    def turn(values: Any) -> Any:
        if values is None:
            return None
        found = base.copy()
        if alone:  # units that no wire reaches keep what they hold
            found[to] = np.asarray(values)[out_of]
        else:
            found[:] = 0
            np.add.at(found, to, np.asarray(values)[out_of])
        return found.tolist()

    return turn


def _as_they_are(values: Any) -> Any:
    return values


def make_ledger(
    devices: Sequence[Device], calendar: Calendar, record: Record, begin: int
) -> Ledger:
    """A ledger of what is recorded of these devices."""
    columns = [column for device in devices for column in _columns(device, record)]
    held = {
        (device.name, name): values
        for device in devices
        for name, values in start_values(device, recorded(device)).items()
    }
    return Ledger(devices, columns, held, calendar, begin)


def _columns(device: Device, record: Record) -> Iterator[Column]:
    for name in recorded(device):
        signal = f"{device.name}.{name}"
        for stat in ("",) if device.units == 1 else STATS:
            shown = f"{signal}:{stat}" if stat else signal
            yield Column(device.name, name, stat, shown, matches(signal, record.signals))


def ledger_recorder(ledger: Ledger, folder: Path) -> Recorder:
    """The files behind a ledger."""
    devices, seconds = ledger.devices, ledger.calendar.seconds
    fields = {
        (number, place): name
        for number, device in enumerate(devices)
        for place, name in enumerate(logged(device))
    }

    def describe(log: NDArray[Any]) -> dict[str, list[Any]]:
        return event_words(log, devices, fields, seconds)

    recorder = Recorder(folder, "outside", ledger.columns, seconds, describe)
    ledger.open(recorder)
    return recorder
