"""A device stepped outside the compiled loop that holds a bus gets companions inside it.

Power cannot wait for the next exchange. So what hangs on a network hangs on compiled companions of
it, which hand its power on in the same step; only what the network itself answers crosses late.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from twin.catalog import find
from twin.component import Component, Kind
from twin.scenario import Scenario
from twin.topology import Device, Topology, Wire, bus_units

Ratings = Mapping[str, NDArray[np.float64]]


def expanded(topology: Topology) -> Topology:
    """The topology with all companions, and what hangs on their owners hung on them."""
    owners = [device for device in topology.devices.values() if device.cls.companions]
    if not owners:
        return topology
    devices: dict[str, Device] = {}
    places = {owner.name: f"{owner.name}.{_last(owner.cls)}" for owner in owners}
    for device in topology.devices.values():
        if device in owners:
            behind = _ratings(device, topology)
            devices |= _companions(device, behind)
            values = {**_asked(device.cls, behind), **device.values}
            devices[device.name] = replace(device, bus="", values=values)
        else:
            devices[device.name] = replace(device, bus=places.get(device.bus, device.bus))
    wires = [wire for owner in owners for wire in _wires(owner)]
    return replace(topology, devices=devices, wires=(*topology.wires, *wires))


def followed(scenario: Scenario, topology: Topology) -> Scenario:
    """The scenario with every event that concerns companions brought to them as well."""
    events = []
    for event in scenario.events:
        events.append(event)
        owner = topology.devices[event.device]
        for name, kind in owner.cls.companions.items():
            cls = find(kind)
            if event.field in cls.fields and cls.fields[event.field].kind is Kind.INP:
                count = 1 if cls.alone else len(event.units)
                events.append(
                    replace(
                        event,
                        device=f"{owner.name}.{name}",
                        units=(0,) if cls.alone else event.units,
                        value=event.values[:count],
                    )
                )
    return replace(scenario, events=tuple(events))


def _last(cls: type[Component]) -> str:
    return list(cls.companions)[-1]


def _companions(owner: Device, behind: Ratings) -> dict[str, Device]:
    """Each hangs on the one before it, the first where the owner hangs."""
    found: dict[str, Device] = {}
    bus = owner.bus
    for name, kind in owner.cls.companions.items():
        cls = find(kind)
        full = f"{owner.name}.{name}"
        each = 1 if cls.alone else owner.each
        values = {key: owner.values[key][:each] for key in owner.values if key in cls.fields}
        values |= _asked(cls, behind)
        found[full] = Device(
            full,
            cls,
            owner.groups,
            each,
            values,
            bus=bus,
            enabled=owner.enabled,
            where=owner.where,
        )
        bus = full
    return found


def _wires(owner: Device) -> Iterator[Wire]:
    for text in owner.cls.companion_wires:
        first, arrow, last = text.split()
        (source, out), (target, inp) = (end.rpartition(".")[::2] for end in (first, last))
        ends = [f"{owner.name}.{name}" if name else owner.name for name in (source, target)]
        yield Wire(ends[0], out, ends[1], inp, late=arrow == "~>", where=owner.where)


def _asked(cls: type[Component], behind: Ratings) -> Ratings:
    return {name: values for name, values in behind.items() if name in cls.fields}


def _ratings(owner: Device, topology: Topology) -> Ratings:
    """The ratings of what stands behind each unit: of converters, and of all that brings inertia.

    A site behind a bus of its own counts with all that is in it. Compiled devices answer the
    voltage that they are told themselves (`follow`).
    """
    found = {name: np.zeros(owner.units) for name in ("rated_kva", "rated_forming_kva")}
    found["follow"] = np.ones(owner.units)
    for device in topology.devices.values():
        rated = _rated(device)
        if rated is None or not device.units:
            continue
        on = _behind(device, owner, topology)
        if on is None:
            continue
        if device.cls.role == "converter":
            np.add.at(found["rated_kva"], on, rated)
        if "inertia_kws_per_hz" in device.cls.fields:
            np.add.at(found["rated_forming_kva"], on, rated)
    return found


def _rated(device: Device) -> NDArray[np.float64] | None:
    for name in ("rated_kva", "rated_kw"):
        if name in device.cls.fields:
            default = np.full(device.units, device.cls.fields[name].default)
            return device.values.get(name, default)[: device.units]
    return None


def _behind(device: Device, owner: Device, topology: Topology) -> NDArray[np.int64] | None:
    """The unit of `owner` behind which each unit of a device hangs, through whatever buses."""
    on = np.arange(device.units)
    while device.bus:
        bus = topology.devices[device.bus]
        if not bus.units:
            return None
        on = bus_units(device, bus)[on]
        if bus is owner:
            return on
        device = bus
    return None
