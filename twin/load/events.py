"""Events: from ``site[3].pcs.p_set_kw`` to the units and the number that are set."""

from __future__ import annotations

import re
from typing import Any

from twin.component import Kind
from twin.load.spread import Spread, column
from twin.load.wires import filled_by_buses
from twin.problems import did_you_mean, shown
from twin.scenario import Event
from twin.topology import Device, Topology

PART = r"([a-z][a-z0-9_]*)(?:\[(\d{1,8})\])?"
TARGET = re.compile(rf"{PART}(?:\.{PART})?\.([a-z][a-z0-9_]*)", re.ASCII)


def read_event(at_s: float, target: str, to: Any, topology: Topology) -> Event:
    """An event whose device, units, field and value all exist. Raises ValueError otherwise."""
    match = TARGET.fullmatch(target)
    if match is None:
        raise ValueError(
            f"should be like plant[0].online or site.pcs.p_set_kw, got {shown(target)}"
        )
    first, outer, second, inner, name = match.groups()
    full = f"{first}.{second}" if second else first
    if full not in topology.devices:
        raise ValueError(f"names no device: {full}{did_you_mean(full, topology.devices)}")
    device = topology.devices[full]
    if not second:
        outer, inner = None, outer
    units = _units(device, outer, inner)
    return Event(at_s, full, units, name, _value(device, name, to, topology))


def _units(device: Device, outer: str | None, inner: str | None) -> tuple[int, ...]:
    groups = _chosen(outer, device.groups, device.group)
    each = _chosen(inner, device.each, device.name)
    if not device.enabled:
        return ()
    return tuple(group * device.each + unit for group in groups for unit in each)


def _chosen(index: str | None, count: int, name: str) -> range:
    if index is None:
        return range(count)
    if int(index) >= count:
        raise ValueError(f"names {name}[{index}], but there are {count}")
    return range(int(index), int(index) + 1)


def _value(device: Device, name: str, to: Any, topology: Topology) -> float:
    fields = device.cls.fields
    kinds = (Kind.INP, Kind.PARAM)
    fitting = [n for n, f in fields.items() if f.kind in kinds and f.type in (float, int, bool)]
    if name not in fitting:
        said = "is not an input or parameter" if name in fields else "is not a field"
        raise ValueError(f"{name} {said} of {device.name}{did_you_mean(name, fitting)}")
    if name in device.profiles:
        raise ValueError(f"{device.name}.{name} is driven by a profile")
    if (device.name, name) in filled_by_buses(topology.devices):
        raise ValueError(f"{device.name}.{name} is filled by its bus")
    for wire in topology.wires:
        if (wire.target, wire.inp) == (device.name, name):
            raise ValueError(f"{device.name}.{name} is driven by a wire from {wire.source}")
    if isinstance(to, list | dict):
        raise ValueError(f"{name} should be set to one value, got {shown(to)}")
    return float(column(Spread(device, name, 0), fields[name], to)[0])
