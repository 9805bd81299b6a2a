"""From devices, wires and profiles to the arrays that one loop runs over."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from twin.busbars import busbars
from twin.calendar import Calendar
from twin.cellshape import Binding, CellShape, Link, Part
from twin.columns import Column, is_recorded, record_arrays
from twin.component import methods_of
from twin.delay import line_length
from twin.fleet import Rows, layout, make_rows, unit_view
from twin.kernels import compiled, first_call
from twin.order import Action, is_hung
from twin.profiles import EDGE_S, Profile
from twin.scenario import Record
from twin.topology import Device, Wire, wire_pairs

EVERYTHING = Record()
Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


class Curves(NamedTuple):
    """Profiles laid end to end, in the order in which the loop takes them."""

    times: Floats  # in ticks; a stamp may lie between two
    values: Floats
    last: Ints
    mode: Ints
    cursor: Ints
    period: Ints
    due: Ints


@dataclass(frozen=True)
class Driven:
    """An input driven by profiles: which of them each unit follows."""

    profiles: tuple[Profile, ...]
    choice: Ints


@dataclass
class Setup:
    """The shape of a cell and its arrays, all indexed as the shape says."""

    shape: CellShape
    rows: list[Rows]
    targets: tuple[Ints, ...]
    sources: tuple[Ints, ...]
    modes: Ints
    curves: Curves
    driven: Floats
    choices: tuple[Ints, ...]
    only: Ints  # the profile that all units follow, or -1
    periods: Ints
    periods_s: Floats
    due: Ints
    members: tuple[Ints, ...]
    offers: tuple[Floats, ...]
    firsts: tuple[Ints, ...]
    meters: tuple[Floats, ...]
    meter_of: Mapping[str, int]
    even: NDArray[np.bool_]
    plain: NDArray[np.bool_]
    picked: tuple[Ints, ...]
    sums: tuple[Floats, ...]
    least: tuple[Floats, ...]
    most: tuple[Floats, ...]
    picked_sums: tuple[Floats, ...]
    columns: list[Column]
    seen: tuple[NDArray[Any], ...]
    events_a_step: int
    devices: Mapping[str, Device]

    @property
    def record_width(self) -> int:
        """Numbers in a line of records."""
        return len(self.columns)

    def unit_name(self, device: str, unit: int) -> str:
        """The name of a unit of a device."""
        return self.devices[device].unit_name(unit)

    def part(self, name: str, ghost: str = "") -> Part:
        """The part of a device, or its ghost for "late" or "now" wires."""
        wanted = f"{name}~{ghost}" if ghost else name
        return next(part for part in self.shape.parts if part.name == wanted)


@dataclass(frozen=True)
class Plan:
    """What a cell is asked to do."""

    devices: Mapping[str, Device]
    wires: Sequence[Wire]  # those of buses included
    actions: Sequence[Action]
    calendar: Calendar
    driven: Mapping[tuple[str, str], Driven] = field(default_factory=dict)
    record: Record = EVERYTHING
    watched: Mapping[tuple[str, str], bool] = field(default_factory=dict)  # whether one waits


def build(plan: Plan, in_python: bool = False) -> Setup:
    """Lay out the arrays of a cell and set its devices to their start."""
    maker = _Maker(plan)
    links, targets, sources, modes = maker.links()
    bars = busbars(plan.devices, plan.actions, maker.reach)
    bindings, choices, curves = maker.bindings()
    actions = [(action, maker.stepped[name]) for action, name in plan.actions]
    watched = [(k, maker.stepped[name], out) for k, (name, out) in enumerate(plan.watched)]
    parts = list(maker.parts.values())
    rows = [maker.make(part, in_python) for part in parts]
    shape = CellShape(parts, actions, links, bindings, bars.parts, len(bars.members), watched)
    periods = maker.periods(parts)
    awake = plan.watched.values()
    seen = tuple(
        rows[part.index][name][: None if waits else 0].copy()
        for (_, part, name), waits in zip(watched, awake, strict=True)
    )
    live = {part.index for part in maker.stepped.values()}
    records = record_arrays(plan.devices, plan.record, parts, live)
    return Setup(
        shape=shape,
        rows=rows,
        targets=targets,
        sources=sources,
        modes=modes,
        curves=curves,
        driven=np.zeros(len(curves.last)),
        choices=choices,
        only=np.array([c[0] if len(c) and np.all(c == c[0]) else -1 for c in choices], np.int64),
        periods=periods[0],
        periods_s=periods[1],
        due=np.zeros(len(parts), np.int64),
        columns=records.pop("columns"),
        seen=seen,
        devices=plan.devices,
        events_a_step=sum(
            2 * len(part.logged) * len(rows[part.index]) for part in parts if not part.ghost
        ),
        **bars.arrays(),
        **records,
    )


class _Maker:
    """Numbers parts, links, bindings and buses while it makes their arrays."""

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self.parts: dict[tuple[str, str], Part] = {}
        self.shortest_s = float(
            min(plan.calendar.seconds(int(s[2])) for s in plan.calendar.segments)
        )
        names = list(dict.fromkeys(name for _, name in plan.actions))
        self.stepped = {name: self._part(name, "") for name in names}

    def _part(self, name: str, ghost: str) -> Part:
        if (name, ghost) not in self.parts:
            device = self.plan.devices[name]
            rows = layout(device.cls, self._lengths(device))
            self.parts[name, ghost] = Part(
                len(self.parts),
                f"{name}~{ghost}" if ghost else name,
                device.cls,
                rows,
                ghost=bool(ghost),
                slow=device.period_s is not None and not ghost,
                recorded=not ghost and is_recorded(name, rows.recorded, self.plan.record),
                picked=not ghost and bool(self.plan.record.units),
            )
        return self.parts[name, ghost]

    def reach(self, name: str, ghost: str) -> Part:
        """The part of a device that is stepped here, or its ghost."""
        return self.stepped.get(name) or self._part(name, ghost)

    def _lengths(self, device: Device) -> dict[str, int]:
        found = {}
        for name, declared in device.cls.fields.items():
            if isinstance(declared.size, str):
                delay = device.values.get(declared.size, device.cls.fields[declared.size].default)
                found[name] = line_length(float(np.max(delay, initial=0.0)), self.shortest_s)
        return found

    def make(self, part: Part, in_python: bool) -> Rows:
        """Rows of a part at their start."""
        device = self.plan.devices[part.name.partition("~")[0]]
        rows = make_rows(device.cls, device.units, {}, self._lengths(device))
        for name, values in device.values.items():
            rows[name] = values[: device.units]
        if is_hung(device):
            rows["held"] = True
        if "start" in methods_of(device.cls):
            if in_python:
                for i in range(len(rows)):
                    methods_of(device.cls)["start"](unit_view(device.cls, rows, i))
            else:
                first_call(compiled(device.cls).each_start, rows)
        return rows

    def links(self) -> tuple[list[Link], tuple[Ints, ...], tuple[Ints, ...], Ints]:
        """Wires into the devices of this cell in the order in which they are carried: late first.

        Of wires that meet in one input the first clears it and the others add to it. One from a
        device that is switched off carries nothing, and leaves an input of its own as it is.
        """
        links: list[Link] = []
        targets, sources, modes = [], [], []
        wires = [wire for wire in self.plan.wires if wire.target in self.stepped]
        wires.sort(key=lambda wire: not wire.late)
        pairs = [wire_pairs(wire, self.plan.devices) for wire in wires]
        carried = [wire for wire, (to, _) in zip(wires, pairs, strict=True) if len(to)]
        ends = [(wire.target, wire.inp) for wire in carried]
        for wire, (to, out_of) in zip(wires, pairs, strict=True):
            source = self.reach(wire.source, "late" if wire.late else "now")
            links.append(
                Link(
                    len(links),
                    source,
                    wire.out,
                    self.stepped[wire.target],
                    wire.inp,
                    wire.late,
                    wire.inward,
                )
            )
            mode = _mode(to, out_of, self._units(wire.target), self._units(wire.source))
            if len(to) and ends.count((wire.target, wire.inp)) > 1:
                first = carried[ends.index((wire.target, wire.inp))]
                mode = 2 if wire is first else 3
            modes.append(mode)
            targets.append(to.astype(np.int64))
            sources.append(out_of.astype(np.int64))
        return links, tuple(targets), tuple(sources), np.array(modes, np.int64)

    def _units(self, name: str) -> int:
        return self.plan.devices[name].units

    def bindings(self) -> tuple[list[Binding], tuple[Ints, ...], Curves]:
        """Profiles as slots; equal ones are evaluated once a step."""
        slots: dict[tuple[int, int, int], tuple[int, Profile]] = {}
        bindings: list[Binding] = []
        choices: list[Ints] = []
        for (name, inp), driven in self.plan.driven.items():
            if name not in self.stepped:
                continue
            part = self.stepped[name]
            period_s = self.plan.devices[name].period_s
            period = self.plan.calendar.ticks(period_s) if period_s else 0
            own = []
            for profile in driven.profiles:
                mode = int(profile.linear) if part.cls.fields[inp].type is float else 2
                key = (id(profile), period, mode)
                own.append(slots.setdefault(key, (len(slots), profile))[0])
            bindings.append(Binding(len(bindings), part, inp))
            choices.append(np.array(own, np.int64)[driven.choice])
        return bindings, tuple(choices), self._curves(list(slots), [p for _, p in slots.values()])

    def _curves(self, keys: Iterable[tuple[int, int, int]], profiles: list[Profile]) -> Curves:
        times = [self._stamps(profile) for profile in profiles]
        ends = np.cumsum([len(part) for part in times], dtype=np.int64)
        first = ends - np.array([len(part) for part in times], np.int64)
        return Curves(
            times=np.concatenate([*times, np.empty(0)]),
            values=np.concatenate([*(profile.values for profile in profiles), np.empty(0)]),
            last=ends,
            mode=np.array([mode for _, _, mode in keys], np.int64),
            cursor=first,
            period=np.array([period for _, period, _ in keys], np.int64),
            due=np.zeros(len(profiles), np.int64),
        )

    def _stamps(self, profile: Profile) -> Floats:
        """The stamps of a profile in ticks, whole where they are within rounding."""
        per_s = self.plan.calendar.ticks_per_s
        ticks = profile.times_s * per_s.numerator / per_s.denominator
        near = np.rint(ticks)
        stamps: Floats = np.where(np.abs(ticks - near) <= EDGE_S * per_s, near, ticks)
        return stamps

    def periods(self, parts: list[Part]) -> tuple[Ints, Floats]:
        """The period of each part in ticks and seconds; 0 = every step."""
        seconds = [
            (self.plan.devices[part.name.partition("~")[0]].period_s or 0.0) for part in parts
        ]
        ticks = [self.plan.calendar.ticks(period) for period in seconds]
        return np.array(ticks, np.int64), np.array(seconds)


def _mode(to: Ints, out_of: Ints, target_units: int, source_units: int) -> int:
    same = target_units == source_units == len(to)
    if same and np.array_equal(to, out_of) and np.array_equal(to, np.arange(len(to))):
        return 0
    return 1 if len(to) == len(np.unique(to)) else 2
