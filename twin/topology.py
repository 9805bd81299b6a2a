"""What there is: devices, wires and profiles, checked and expanded to units.

`twin.load` makes these from files; everything after it works on them and never reads a file again.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from twin.climate import Climate
from twin.component import Component, Kind, methods_of, way_of

Ints = NDArray[np.int64]


@dataclass(frozen=True)
class Device:
    """A named instance of a component: one unit, or a fleet of them that need not be alike."""

    name: str  # "battery", or "site.battery" in a group
    cls: type[Component]
    groups: int = 1  # how often its group is repeated
    each: int = 1  # units in one repetition of the group
    values: Mapping[str, NDArray[Any]] = field(default_factory=dict)  # given fields, one a unit
    texts: Mapping[str, str] = field(default_factory=dict)  # string parameters
    profiles: Mapping[str, tuple[str, ...]] = field(default_factory=dict)  # inp -> "profile.column"
    setup: Mapping[str, NDArray[Any]] = field(default_factory=dict)  # given set-up fields
    setup_profiles: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    bus: str = ""
    at: Ints | None = None  # unit of the bus on which each unit hangs
    period_s: float | None = None
    enabled: bool = True
    remote: str = ""  # "host:port" or a command line
    where: str = ""  # file and line, for messages

    @property
    def units(self) -> int:
        """How many there are; none when the device is switched off."""
        return self.groups * self.each if self.enabled else 0

    @property
    def group(self) -> str:
        """The group it belongs to, or nothing."""
        return self.name.rpartition(".")[0]

    @property
    def way(self) -> str:
        """How it advances: step, fleet_step or process."""
        return way_of(self.cls)

    def unit_name(self, unit: int) -> str:
        """``battery``, ``battery[3]``, ``site[17].battery`` or ``site[17].battery[2]``."""
        if not self.group:
            return self.name if self.each == 1 else f"{self.name}[{unit}]"
        group, _, own = self.name.rpartition(".")
        inner = own if self.each == 1 else f"{own}[{unit % self.each}]"
        return f"{group}.{inner}" if self.groups == 1 else f"{group}[{unit // self.each}].{inner}"


@dataclass(frozen=True)
class Wire:
    """One quantity carried from device to device, in the same step or (late) one step later."""

    source: str
    out: str
    target: str
    inp: str
    late: bool
    at: Ints | None = None  # for each target its source, or (by length) for each source its target
    of_source: bool = False  # `at` is told by the source, also where both are of one length
    inward: bool = False  # from a device to its bus, which takes it when it sums up
    where: str = ""

    def __str__(self) -> str:
        arrow = "~>" if self.late else "->"
        return f"{self.source}.{self.out} {arrow} {self.target}.{self.inp}"


@dataclass(frozen=True)
class ProfileSource:
    """Time series, as the topology names them: of a file, or drawn from a climate."""

    name: str
    file: Path | None  # none where there is a climate
    zone: str
    between: str  # "hold" or "linear"
    fill: str = ""  # "" refuses gaps; "hold", "linear" or "zero"
    where: str = ""
    weather: bool = False  # a file of another program
    reader: str = ""  # of such a file; "" has it guessed
    climate: Climate | None = None
    monthly: Mapping[str, tuple[float, ...]] = field(default_factory=dict)  # columns of 12 values


@dataclass(frozen=True)
class Topology:
    """A checked topology."""

    name: str
    folder: Path
    title: str  # the comment at the head of the file: what question it answers
    devices: Mapping[str, Device]
    wires: tuple[Wire, ...]
    profiles: Mapping[str, ProfileSource]
    document: Mapping[str, Any] = field(default_factory=dict)  # as read, overrides applied


TERMINALS: Mapping[str, tuple[tuple[str, str, str, bool], ...]] = {
    # (from "device" or "bus", field there, field at the other end, late)
    "ac": (
        ("device", "q_kvar", "q_kvar", False),
        ("device", "q_outside_kvar", "q_kvar", False),
        ("device", "inertia_kws_per_hz", "inertia_inside_kws_per_hz", False),
        ("device", "damping_kw_per_hz", "damping_inside_kw_per_hz", False),
        ("device", "y_kva", "y_inside_kva", False),
        ("device", "ex_kva", "ex_inside_kva", False),
        ("device", "ey_kva", "ey_inside_kva", False),
        ("bus", "v_pu", "v_pu", True),
        ("bus", "f_hz", "f_hz", True),
        ("bus", "apart", "apart", True),
        ("bus", "grid_present", "grid_present", True),
        ("bus", "used_pu", "used_pu", True),
        ("bus", "v_pu", "v_outside_pu", True),
        ("bus", "f_hz", "f_outside_hz", True),
        ("bus", "f_hz", "f_sync_outside_hz", True),
    ),
    "dc": (
        ("device", "p_discharge_max_kw", "p_discharge_max_kw", True),
        ("device", "p_charge_max_kw", "p_charge_max_kw", True),
        ("device", "e_discharge_kwh", "e_discharge_kwh", True),
        ("device", "e_charge_kwh", "e_charge_kwh", True),
        ("bus", "p_dc_kw", "p_dc_kw", False),
    ),
}


SETTLED = (
    ("v_pu", "v_settled_pu"),
    ("theta_rad", "theta_settled_rad"),
    ("df_mean_hz", "df_settled_hz"),
    ("slope_hz_per_s", "slope_settled_hz_per_s"),
)
"""What a bus with a fine regime tells its formers beside their power: its field, and theirs."""


def told(former: type[Component], bus: type[Component]) -> tuple[tuple[str, str], ...]:
    """Which of these a bus has and a former asks for."""
    return tuple((o, i) for o, i in SETTLED if _gives(bus, o) and _takes(former, i))


def _frequency(device: type[Component], inp: str, bus: type[Component]) -> str:
    """Which frequency of its bus a device hears: what turns with others hears theirs.

    The measured one contains the turning of the bus voltage, which is what its own power does.
    """
    turns = _gives(device, "inertia_kws_per_hz") and inp == "f_hz"
    synchronous = turns or inp == "f_sync_outside_hz"
    return "f_sync_hz" if synchronous and _gives(bus, "f_sync_hz") else "f_hz"


def _gives(cls: type[Component], name: str) -> bool:
    return name in cls.fields and cls.fields[name].kind in (Kind.OUT, Kind.STATE)


def _takes(cls: type[Component], name: str) -> bool:
    return name in cls.fields and cls.fields[name].kind is Kind.INP


def terminal_wires(devices: Mapping[str, Device]) -> tuple[Wire, ...]:
    """The wires that ``bus = ...`` stands for, where both ends declare the quantity.

    Active power on an alternating-current bus is no wire: the bus settles it. A bus that begins
    each step tells its compiled devices of the same step.
    """
    found: list[Wire] = []
    for device in devices.values():
        if not device.bus:
            continue
        bus = devices[device.bus]
        for side, out, inp, late in TERMINALS[device.cls.joins]:
            ends = (device, bus) if side == "device" else (bus, device)
            if side == "bus" and out == "f_hz":
                out = _frequency(device.cls, inp, bus.cls)
            if _gives(ends[0].cls, out) and _takes(ends[1].cls, inp):
                late = late and not (side == "bus" and _begins_with(device, bus))
                inward = side == "device"
                ends_told = (ends[0].name, out, ends[1].name, inp, late, device.at)
                found.append(Wire(*ends_told, inward, inward and not late, device.where))
    return tuple(found)


def _begins_with(device: Device, bus: Device) -> bool:
    """Whether a device hears what its bus says at the beginning of the same step."""
    return "fine_begin" in methods_of(bus.cls) and device.way == "step" and not device.remote


def bus_units(device: Device, bus: Device) -> Ints:
    """The unit of the bus on which each unit of a device hangs."""
    targets, sources = unit_pairs(bus, device, device.at)
    if len(targets) != len(np.unique(targets)):
        raise ValueError(f"{device.units} units hang on {bus.units} of {bus.name}: give `at`")
    return sources


def wire_pairs(wire: Wire, devices: Mapping[str, Device]) -> tuple[Ints, Ints]:
    """Which units a wire joins: (target units, source units)."""
    source, target = devices[wire.source], devices[wire.target]
    if wire.of_source and wire.at is not None and len(wire.at) == source.units:
        order = np.lexsort((np.arange(len(wire.at)), wire.at))
        return wire.at[order], order
    return unit_pairs(source, target, wire.at)


def unit_pairs(source: Device, target: Device, at: Ints | None = None) -> tuple[Ints, Ints]:
    """Which unit of `source` reaches which unit of `target`: (target units, source units).

    Sorted by target, then source. Devices of one group meet within its repetitions; otherwise
    equal counts meet one to one, one meets many, many are summed into one. `at` says otherwise:
    as long as the target it names each target's source, as long as the source each source's target.
    Raises ValueError with the two counts where none of this fits.
    """
    many, few = source.units, target.units
    if many == 0 or few == 0:
        empty = np.empty(0, np.int64)
        return empty, empty
    if at is not None:
        return _mapped(source, target, at)
    if source.group and source.group == target.group:
        return _within_groups(source, target)
    if many == few:
        every = np.arange(many)
        return every, every
    if many == 1:
        return np.arange(few), np.zeros(few, np.int64)
    if few == 1:
        return np.zeros(many, np.int64), np.arange(many)
    raise ValueError(f"{many} units meet {few}: give `at`")


def _mapped(source: Device, target: Device, at: Ints) -> tuple[Ints, Ints]:
    if len(at) == target.units:
        if at.min() < 0 or at.max() >= source.units:
            raise ValueError(f"`at` goes beyond the {source.units} units of {source.name}")
        return np.arange(target.units), at
    if len(at) == source.units:
        if at.min() < 0 or at.max() >= target.units:
            raise ValueError(f"`at` goes beyond the {target.units} units of {target.name}")
        order = np.lexsort((np.arange(len(at)), at))
        return at[order], order
    raise ValueError(f"`at` has {len(at)} entries, not {target.units} or {source.units}")


def _within_groups(source: Device, target: Device) -> tuple[Ints, Ints]:
    groups = np.arange(target.groups)[:, None]
    if source.each == target.each:
        every = np.arange(target.units)
        return every, every
    if source.each == 1:
        return np.arange(target.units), np.repeat(groups[:, 0], target.each)
    if target.each == 1:
        return np.repeat(groups[:, 0], source.each), np.arange(source.units)
    raise ValueError(f"{source.each} units meet {target.each} in each {source.group}: give `at`")
