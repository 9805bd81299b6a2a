"""Buses: who hangs on what, and whether it fits."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from twin.load.devices import Found
from twin.load.document import Document
from twin.load.hooks import check_use
from twin.problems import did_you_mean
from twin.topology import Device, Ints, bus_units


def join_buses(document: Document, found: Found) -> None:
    """Give every device its bus by its full name; where that is wrong, report it and give none."""
    fit = {name for name, device in found.devices.items() if _fits(document, found, device)}
    for name, device in found.devices.items():
        path = found.entries[name].path
        try:
            key = "bus" if device.bus else "at"
            bus = _bus_of(device, found)
            key = "at" if device.at is not None else "bus"
            if bus is not None:
                _check_place(device, bus, bus.name in fit)
        except ValueError as error:
            document.report((*path, key), str(error))
            bus = None
        found.devices[name] = replace(device, bus=bus.name if bus else "")
    _check_rings(document, found)
    _check_stores(document, found)


def _bus_of(device: Device, found: Found) -> Device | None:
    """The device on which one hangs; None if it hangs on nothing or on what is itself wrong."""
    if not device.bus:
        if device.at is not None:
            raise ValueError("is given without a bus")
        return None
    names = found.names(device.group)
    if device.bus not in names:
        raise ValueError(f"names no device: {device.bus}{did_you_mean(device.bus, names)}")
    bus = found.devices.get(names[device.bus])
    if bus is None:
        return None
    wants = device.cls.joins
    if not wants:
        raise ValueError("is given, but this type hangs on no bus")
    if bus.cls.holds != wants:
        called = {full: name for name, full in names.items()}
        fits = [n for full, n in called.items() if _holds(found.devices.get(full)) == wants]
        said = f"; {', '.join(fits)} would fit" if fits else ""
        raise ValueError(f"needs {wants}, but {bus.name} holds {_holds(bus) or 'nothing'}{said}")
    return bus


def _holds(device: Device | None) -> str:
    return device.cls.holds if device else ""


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
    return bus_units(replace(device, enabled=True), replace(bus, enabled=True))


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
