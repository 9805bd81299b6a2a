"""Buses: who hangs on what, and whether it fits."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from twin.component import AcDevice, Former, Kind, Node, type_name
from twin.load.devices import Found
from twin.load.document import Document
from twin.load.hooks import check_bus, check_use, lone_units
from twin.problems import did_you_mean
from twin.topology import TERMINALS, Device, Ints, Topology, bus_units


def join_buses(document: Document, found: Found) -> None:
    """Give every device its bus by its full name; where that is wrong, report it and give none."""
    fit = {name for name, device in found.devices.items() if _fits(document, found, device)}
    for name, device in found.devices.items():
        path = found.entries[name].path
        try:
            key = "at" if device.at is not None and not device.bus else "bus"
            bus = _bus_of(device, found)
            key = "at" if device.at is not None else "bus"
            if "at" in found.entries[name].table and device.at is None:
                bus = None  # which was reported
            if bus is not None:
                _check_place(device, bus, bus.name in fit)
        except ValueError as error:
            document.report((*path, key), str(error))
            bus = None
        found.devices[name] = replace(device, bus=bus.name if bus else "")
    _check_rings(document, found)
    _check_stores(document, found)
    _check_lone(document, found)


def _bus_of(device: Device, found: Found) -> Device | None:
    """The device on which one hangs; None if it hangs on nothing or on what is itself wrong."""
    if not device.bus:
        if device.at is not None:
            raise ValueError("is given without a bus")
        if found.entries[device.name].table.get("bus") or not _needs_bus(device):
            return None  # it needs none, or what it names is wrong and was reported
        raise ValueError(f"is missing{_would_fit(device, found)}")
    names = found.names(device.group)
    if device.bus not in names:
        raise ValueError(f"names no device: {device.bus}{did_you_mean(device.bus, names)}")
    bus = found.devices.get(names[device.bus])
    if bus is None:
        return None
    wants = device.cls.joins
    if not wants:
        raise ValueError("is given, but this type hangs on no bus")
    try:
        _check_kind(device, bus)
    except ValueError as error:
        raise ValueError(f"{error}{_would_fit(device, found)}") from None
    return bus


def _check_kind(device: Device, bus: Device) -> None:
    """Raise ValueError where a device cannot hang on a bus of that kind, be they what they may."""
    wants, holds = device.cls.joins, bus.cls.holds
    if holds != wants:
        raise ValueError(f"needs {wants}, but {bus.name} holds {holds or 'nothing'}")
    if _makes_voltage(device) and "v_pu" in bus.cls.fields:
        kind = type_name(bus.cls)
        raise ValueError(f"needs a bus without a voltage of its own, but {bus.name} is a {kind}")
    check_bus(device, bus)


def _makes_voltage(device: Device) -> bool:
    """Whether a device gives others a voltage and hears of none: a source stands behind it."""
    fields = device.cls.fields
    heard = [inp for _, out, inp, _ in TERMINALS["ac"] if out == "v_pu"]
    hears = any(name in fields and fields[name].kind is Kind.INP for name in heard)
    return bool(device.cls.holds) and "v_pu" in fields and not hears


def _needs_bus(device: Device) -> bool:
    """Whether a device is nothing alone: it holds a bus, or hands on what hangs on it."""
    former = issubclass(device.cls, Former) and not issubclass(device.cls, Node)
    return former or bool(device.cls.joins and device.cls.companions)


def _would_fit(device: Device, found: Found) -> str:
    """The end of a sentence that names the buses on which a device could hang."""
    called = {full: name for name, full in found.names(device.group).items()}
    fits = [called[full] for full, bus in found.devices.items() if _may_join(device, bus)]
    return f"; {', '.join(fits)} would fit" if fits else ""


def _may_join(device: Device, bus: Device) -> bool:
    try:
        _check_kind(device, bus)
    except ValueError:
        return False
    return bus.name != device.name and bus.group in ("", device.group)


def _fits(document: Document, found: Found, device: Device) -> bool:
    """Whether a device goes with its values, whatever hangs on it; if not, it is reported."""
    try:
        check_use(device, np.empty(0, np.int64))
    except ValueError as error:
        entry, (word, _, rest) = found.entries[device.name], str(error).partition(" ")
        if word in entry.table:  # it begins with the name of the field that is wrong
            document.report((*entry.path, word), rest)
        else:
            document.report(entry.path, str(error))
        return False
    return True


def _check_place(device: Device, bus: Device, fit: bool) -> None:
    """Raise ValueError where a device cannot hang where it says; the bus itself knows best."""
    if fit and device.at is not None:
        check_use(bus, device.at)
    on = _units_of_bus(device, bus)
    if fit and device.at is None:
        check_use(bus, on)


def _units_of_bus(device: Device, bus: Device) -> Ints:
    """The unit of the bus for each unit of a device, be they switched off or not."""
    there = replace(bus, enabled=True)
    try:
        return bus_units(replace(device, enabled=True), there)
    except ValueError:
        if device.at is not None:
            raise
        units = device.groups * device.each
        raise ValueError(f"{bus.name} has {there.units} units for {units}: give `at`") from None


def _check_lone(document: Document, found: Found) -> None:
    """Of some units a bus bears one, switched on: each device with one more is reported once."""
    first: dict[tuple[str, int], str] = {}
    for name, device in found.devices.items():
        field, value, lone = lone_units(device)
        bus = found.devices.get(device.bus)
        if not field or bus is None or not bus.units or not device.units:
            continue
        on, told = bus_units(device, bus), False
        for unit in np.flatnonzero(lone).tolist():
            place = bus.name, int(on[unit])
            other = first.setdefault(place, device.unit_name(unit))
            if other != device.unit_name(unit) and not told:
                told = True
                document.report(
                    (*found.entries[name].path, field),
                    f"of {device.unit_name(unit)} is {value}, as is that of {other}: "
                    f"{bus.unit_name(place[1])} bears one such",
                )


def loose_remarks(topology: Topology) -> Iterator[tuple[Device, str]]:
    """Devices whose power goes nowhere: they hang on no bus, and no wire takes it."""
    taken = {(wire.source, wire.out) for wire in topology.wires}
    for device in topology.devices.values():
        plain = issubclass(device.cls, AcDevice) and not issubclass(device.cls, Node)
        if plain and device.units and not device.bus and (device.name, "p_kw") not in taken:
            yield device, "hangs on no bus, so its power counts nowhere"


def _check_rings(document: Document, found: Found) -> None:
    for name, device in found.devices.items():
        chain = [name]
        while (bus := found.devices[chain[-1]].bus) and bus not in chain:
            chain.append(bus)
        if bus == name:
            path = (*found.entries[name].path, "bus")
            document.report(path, f"hangs on itself: {' -> '.join([*chain, name])}")
            found.devices[name] = replace(device, bus="")


def _check_stores(document: Document, found: Found) -> None:
    """A converter knows one store: each of its units has exactly one on it."""
    for name, converter in found.devices.items():
        if converter.cls.holds != "dc" or converter.way != "step":
            continue
        hanging = [device for device in found.devices.values() if device.bus == name]
        counts = np.zeros(converter.groups * converter.each, np.int64)
        for store in hanging:
            np.add.at(counts, _units_of_bus(store, converter), 1)
        wrong = np.flatnonzero(counts != 1)
        if len(wrong) and (hanging or not document.found):  # else its store may be what is wrong
            document.report(
                found.entries[name].path,
                f"needs one store on each unit, but {converter.unit_name(int(wrong[0]))} "
                f"has {counts[wrong[0]]}",
            )
