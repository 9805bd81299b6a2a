"""What a component itself says of what it is given, where the framework cannot know.

A class that stands for what another file describes may write, as class methods,

    units_of(texts) -> int                  how many units it has; `count` is then not given
    check_use(texts, values, at) -> None    whether its values go, and devices on its units `at`
    remarks_of(texts) -> list[str]          what a user should know before relying on a run

any at all

    check_given(texts, values) -> None      whether what it is given goes together

any whose parameters stand for others, as the name of a published curve does for its numbers

    resolved(values) -> values              those others as they come out; `run.json` tells them

and any that hangs on a bus

    check_bus(values, bus) -> None          whether it goes on a bus of that type

Those that check raise ValueError where that cannot be. A class may declare beside them

    lone = field, value                     of units with this value a bus bears one
    algebraic = param, inp                  units with that parameter hold a bus only where it is
                                            settled, in fine steps too, unless told by that input,
                                            if any, that others hold it
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import numpy as np
from numpy.typing import NDArray

from twin.component import Component, Former, Kind, methods_of, type_name
from twin.topology import Device, Ints, Topology

Mask = NDArray[np.bool_]


def own_units(cls: type[Component], texts: Mapping[str, str]) -> int:
    """How many units a component that tells it has. Raises ValueError with the reason."""
    return int(cls.units_of(texts))  # type: ignore[attr-defined]


def check_use(device: Device, at: Ints) -> None:
    """Raise ValueError where its values do not go, or devices cannot hang on these units of it."""
    hook = getattr(device.cls, "check_use", None)
    if hook:
        hook(device.texts, device.values, np.unique(at).tolist())


def check_given(device: Device) -> None:
    """Raise ValueError where what a device is given does not go together."""
    hook = getattr(device.cls, "check_given", None)
    if hook:
        hook(device.texts, device.values)


def check_bus(device: Device, bus: Device) -> None:
    """Raise ValueError where a device does not go on a bus of that type."""
    hook = getattr(device.cls, "check_bus", None)
    try:
        if hook:
            hook(device.values, bus.cls)
    except ValueError as error:
        raise ValueError(f"{error}, but {bus.name} is a {type_name(bus.cls)}") from None


def resolved(device: Device) -> dict[str, NDArray[np.float64]]:
    """Every number a device is given, one a unit, with what they stand for."""
    declared = [f for f in device.cls.fields.values() if f.kind is Kind.PARAM and f.type is not str]
    units = device.groups * device.each
    given = {f.name: np.asarray(device.values.get(f.name, f.default), float) for f in declared}
    values = {name: np.broadcast_to(value, units) for name, value in given.items()}
    hook = getattr(device.cls, "resolved", None)
    return values | hook(values) if hook else values


def lone_units(device: Device) -> tuple[str, str, Mask]:
    """The units of which a bus bears one: the field that says so, its value as written, and which.

    No field where the component knows no such units.
    """
    name, value = getattr(device.cls, "lone", ("", 0))
    units = device.groups * device.each
    if not name:
        return "", "", np.zeros(units, bool)
    declared = device.cls.fields[name]
    given = np.broadcast_to(device.values.get(name, declared.default), units)
    return name, declared.labels[value] if declared.labels else f"{value}", given == value


def is_algebraic(device: Device, steered: set[str]) -> bool:
    """Whether any unit is a former without dynamics, which gives what a settlement asks of it.

    `steered` are the inputs of the device that others fill.
    """
    if not issubclass(device.cls, Former) or not device.units:
        return False
    param, inp = getattr(device.cls, "algebraic", ("", ""))
    if not param:
        return "fine" not in methods_of(device.cls)
    told = inp in steered or _given(device, inp) if inp else False
    return bool(np.any(_given(device, param) & ~np.asarray(told)))


def _given(device: Device, name: str) -> NDArray[np.bool_]:
    return np.asarray(device.values.get(name, device.cls.fields[name].default), bool)


def text_remarks(topology: Topology) -> Iterator[tuple[Device, str]]:
    """What the devices of a topology have to say of the texts they were given."""
    for device in topology.devices.values():
        if device.units and hasattr(device.cls, "remarks_of"):
            for text in device.cls.remarks_of(device.texts):
                yield device, text
