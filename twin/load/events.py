"""Events: from ``site[3].pcs.p_set_kw`` to the units and the number that are set."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from twin.component import Field, Kind
from twin.load.spread import Spread, column
from twin.load.wires import filled_by_buses
from twin.problems import did_you_mean, shown
from twin.scenario_schema import EventKeys
from twin.topology import Device, Topology

PART = r"([a-z][a-z0-9_]*)(?:\[(\d{1,8})\])?"
TARGET = re.compile(rf"{PART}(?:\.{PART})?\.([a-z][a-z0-9_]*)", re.ASCII)
WORDS = {int: "a whole number", bool: "true or false"}


def find_target(target: str, topology: Topology) -> tuple[Device, tuple[int, ...], str]:
    """A device, units and the name of a field, from what a file calls them.

    Raises ValueError where the device or the units do not exist.
    """
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
    return device, _units(device, outer, inner), name


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


def find_value(device: Device, name: str, to: Any, topology: Topology) -> float:
    """The number that a field is set to. Raises ValueError where it cannot be set, or not to it."""
    if name in device.cls.setup:
        raise ValueError(f"{name} of {device.name} is used up before the run")
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
        off = not topology.devices[wire.source].enabled
        if (wire.target, wire.inp) == (device.name, name) and not off:
            raise ValueError(f"{device.name}.{name} is driven by a wire from {wire.source}")
    if isinstance(to, list | dict):
        raise ValueError(f"{name} should be set to one value, got {shown(to)}")
    return float(column(Spread(device, name, 0), fields[name], to)[0])


def shape_problems(keys: EventKeys, device: Device, field: Field) -> Iterator[tuple[str, str]]:
    """What does not go together in one event: the key, and why."""
    if keys.over_s is not None:
        if keys.for_s is not None:
            yield "over_s", "does not go with for_s: write the way back as an event of its own"
        what = "a parameter" if field.kind is not Kind.INP else WORDS.get(field.type)
        if what:
            yield "over_s", f"moves inputs that are numbers with a unit; {field.name} is {what}"
        elif device.way == "process":
            yield "over_s", f"cannot move an input of a process, {device.name}"
    if (keys.times is None) != (keys.every_s is None):
        given, missing = ("times", "every_s") if keys.every_s is None else ("every_s", "times")
        yield given, f"comes together with {missing}, which is missing"
    elif keys.every_s is not None:
        if keys.for_s is None:
            yield "times", "needs for_s: without it nothing comes back that could be set again"
        elif keys.for_s >= keys.every_s:
            yield "every_s", f"should be longer than for_s, {keys.for_s:g} s"
