"""From devices, wires and profiles to the arrays that one loop runs over."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from twin.calendar import Calendar
from twin.celltext import Binding, BusPart, CellShape, Link, Part
from twin.component import Former, methods_of
from twin.delay import line_length
from twin.fleet import Rows, layout, make_rows, unit_view
from twin.kernels import compiled
from twin.order import Action
from twin.profiles import Profile
from twin.scenario import Record
from twin.topology import Device, Wire, bus_units, wire_pairs

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


class Curves(NamedTuple):
    """Profiles laid end to end, in the order in which the loop takes them."""

    times: Ints
    values: Floats
    first: Ints
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


@dataclass(frozen=True)
class Column:
    """One column of the records."""

    device: str
    field: str
    stat: str  # "" for a single unit; sum, min or max over a fleet
    name: str
    keep: bool


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
    periods: Ints
    periods_s: Floats
    due: Ints
    members: tuple[Ints, ...]
    offers: tuple[Floats, ...]
    firsts: tuple[Ints, ...]
    meters: tuple[Floats, ...]
    meter_of: Mapping[str, int]
    recorded: NDArray[np.bool_]
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
    record: Record = Record()
    watched: Sequence[tuple[str, str]] = ()


def build(plan: Plan, in_python: bool = False) -> Setup:
    """Lay out the arrays of a cell and set its devices to their start."""
    maker = _Maker(plan)
    links, targets, sources, modes = maker.links()
    buses, bus_arrays = maker.buses()
    bindings, choices, curves = maker.bindings()
    actions = [(action, maker.stepped[name]) for action, name in plan.actions]
    watched = [(k, maker.stepped[name], out) for k, (name, out) in enumerate(plan.watched)]
    parts = list(maker.parts.values())
    rows = [maker.make(part, in_python) for part in parts]
    shape = CellShape(
        parts, actions, links, bindings, buses, len(bus_arrays["members"]), watched
    )
    periods = maker.periods(parts)
    seen = tuple(rows[part.index][name].copy() for _, part, name in watched)
    live = {part.index for part in maker.stepped.values()}
    records = _records(plan, parts, live)
    return Setup(
        shape=shape,
        rows=rows,
        targets=targets,
        sources=sources,
        modes=modes,
        curves=curves,
        driven=np.zeros(len(curves.first)),
        choices=choices,
        periods=periods[0],
        periods_s=periods[1],
        due=np.zeros(len(parts), np.int64),
        columns=records.pop("columns"),
        seen=seen,
        devices=plan.devices,
        events_a_step=sum(
            2 * len(part.logged) * len(rows[part.index]) for part in parts if not part.ghost
        ),
        **bus_arrays,
        **records,
    )


class _Maker:
    """Numbers parts, links, bindings and buses while it makes their arrays."""

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self.parts: dict[tuple[str, str], Part] = {}
        self.shortest_s = float(min(plan.calendar.seconds(int(s[2])) for s in _lines(plan)))
        names = list(dict.fromkeys(name for _, name in plan.actions))
        self.stepped = {name: self._part(name, "") for name in names}

    def _part(self, name: str, ghost: str) -> Part:
        if (name, ghost) not in self.parts:
            device = self.plan.devices[name]
            lengths = self._lengths(device)
            shown = f"{name}~{ghost}" if ghost else name
            place = len(self.parts)
            slow = device.period_s is not None and not ghost
            part = Part(place, shown, device.cls, layout(device.cls, lengths), bool(ghost), slow)
            self.parts[name, ghost] = part
        return self.parts[name, ghost]

    def _reach(self, name: str, ghost: str) -> Part:
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
        if "start" in methods_of(device.cls):
            if in_python:
                for i in range(len(rows)):
                    methods_of(device.cls)["start"](unit_view(device.cls, rows, i))
            else:
                compiled(device.cls).each_start(rows)
        return rows

    def links(self) -> tuple[list[Link], tuple[Ints, ...], tuple[Ints, ...], Ints]:
        """Wires into the devices of this cell, late ones first in none but file order."""
        links, targets, sources, modes = [], [], [], []
        wires = [wire for wire in self.plan.wires if wire.target in self.stepped]
        ends = [(wire.target, wire.inp) for wire in wires]
        for wire in wires:
            source = self._reach(wire.source, "late" if wire.late else "now")
            target = self.stepped[wire.target]
            to, out_of = wire_pairs(wire, self.plan.devices)
            shared = ends.count((wire.target, wire.inp)) > 1
            first = not any((link.target, link.inp) == (target, wire.inp) for link in links)
            mode = _mode(to, out_of, self._units(wire.target), self._units(wire.source))
            modes.append((2 if first else 3) if shared else mode)
            links.append(Link(len(links), source, wire.out, target, wire.inp, wire.late))
            targets.append(to.astype(np.int64))
            sources.append(out_of.astype(np.int64))
        return links, tuple(targets), tuple(sources), np.array(modes, np.int64)

    def _units(self, name: str) -> int:
        return self.plan.devices[name].units

    def buses(self) -> tuple[list[BusPart], dict[str, Any]]:
        """Buses settled here, and ghosts of those whose formers book here."""
        found: list[BusPart] = []
        members: list[Ints] = []
        offers: list[Floats] = []
        firsts: list[Ints] = []
        meter_of: dict[str, int] = {}
        sizes: list[int] = []
        settled = [name for action, name in self.plan.actions if action == "settle"]
        booked = [name for action, name in self.plan.actions if action in ("offer", "book")]
        away = [self.plan.devices[name].bus for name in booked]
        for name in dict.fromkeys([*settled, *(bus for bus in away if bus not in settled)]):
            if not name:
                continue
            here = name in settled
            hung = [device for device in self.plan.devices.values() if device.bus == name]
            pairs: dict[bool, list[tuple[int, Part]]] = {False: [], True: []}
            for device in hung:
                if not here and device.name not in self.stepped:
                    continue
                if device.way != "step" and device.name not in self.stepped and not here:
                    continue
                forming = issubclass(device.cls, Former)
                pairs[forming].append((len(members), self._reach(device.name, "now")))
                meter_of[device.name] = len(members)
                on = bus_units(device, self.plan.devices[name])
                members.append(on if device.units else np.empty(0, np.int64))
                sizes.append(device.units)
            first, slots = self._slots(name, [members[m] for m, _ in pairs[True]], pairs[True])
            for (member, _), slot in zip(pairs[True], slots, strict=True):
                members[member] = slot
            part = self._reach(name, "now")
            meter_of[name] = len(sizes)
            sizes.append(self._units(name))
            members.append(np.empty(0, np.int64))
            found.append(
                BusPart(
                    len(found), part, tuple(pairs[False]), tuple(pairs[True]), meter_of[name]
                )
            )
            firsts.append(first)
            offers.append(np.zeros((6, int(first[-1]))))
        arrays: dict[str, Any] = {
            "members": tuple(members),
            "offers": tuple(offers),
            "firsts": tuple(firsts),
            "meters": tuple(np.zeros((size, 2)) for size in sizes),
            "meter_of": meter_of,
        }
        return found, arrays

    def _slots(
        self, bus: str, on: list[Ints], formers: list[tuple[int, Part]]
    ) -> tuple[Ints, list[Ints]]:
        """Places of the formers' units in the offers: by bus unit, rank, then order of the file."""
        units = self._units(bus)
        ranks = []
        for _, part in formers:
            device = self.plan.devices[part.name.partition("~")[0]]
            rank = device.values.get("rank", np.full(device.units, part.cls.fields["rank"].default))
            ranks.append(np.asarray(rank)[: device.units])
        if not on:
            return np.zeros(units + 1, np.int64), []
        every = np.concatenate(on)
        order = np.lexsort((np.arange(len(every)), np.concatenate(ranks), every))
        place = np.empty(len(every), np.int64)
        place[order] = np.arange(len(every))
        first = np.searchsorted(every[order], np.arange(units + 1)).astype(np.int64)
        cuts = np.cumsum([len(part) for part in on])[:-1]
        return first, [slots.astype(np.int64) for slots in np.split(place, cuts)]

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
        per_s = float(self.plan.calendar.ticks_per_s)
        times = [np.rint(profile.times_s * per_s).astype(np.int64) for profile in profiles]
        ends = np.cumsum([len(part) for part in times], dtype=np.int64)
        first = ends - np.array([len(part) for part in times], np.int64)
        empty = [np.empty(0, np.int64)]
        return Curves(
            times=np.concatenate(times or empty),
            values=np.concatenate([p.values for p in profiles] or [np.empty(0)]),
            first=first,
            last=ends,
            mode=np.array([mode for _, _, mode in keys], np.int64),
            cursor=first.copy(),
            period=np.array([period for _, period, _ in keys], np.int64),
            due=np.zeros(len(profiles), np.int64),
        )

    def periods(self, parts: list[Part]) -> tuple[Ints, Floats]:
        """The period of each part in ticks and seconds; 0 = every step."""
        seconds = [
            (self.plan.devices[part.name.partition("~")[0]].period_s or 0.0) for part in parts
        ]
        ticks = [self.plan.calendar.ticks(period) for period in seconds]
        return np.array(ticks, np.int64), np.array(seconds)


def _lines(plan: Plan) -> Ints:
    return plan.calendar.segments


def _mode(to: Ints, out_of: Ints, target_units: int, source_units: int) -> int:
    same = target_units == source_units == len(to)
    if same and np.array_equal(to, out_of) and np.array_equal(to, np.arange(len(to))):
        return 0
    return 1 if len(to) == len(np.unique(to)) else 2


def _records(plan: Plan, parts: list[Part], live: set[int]) -> dict[str, Any]:
    """Columns of the records, and the running means behind them."""
    columns: list[Column] = []
    recorded = np.zeros(len(parts), np.bool_)
    picked: list[Ints] = []
    for part in parts:
        own: list[int] = []
        if part.index in live:
            device = plan.devices[part.name]
            fleet = _fleet_columns(device, part, plan.record)
            recorded[part.index] = any(column.keep for column in fleet)
            columns += fleet if recorded[part.index] else []
            names = [device.unit_name(i) for i in range(device.units)] if plan.record.units else []
            own = [i for i, name in enumerate(names) if _matches(name, plan.record.units)]
            for i in own:
                columns += [
                    Column(device.name, name, "", f"{names[i]}.{name}", True)
                    for name in part.layout.recorded
                ]
        picked.append(np.array(own, np.int64))
    widths = [len(part.layout.flows) for part in parts]
    return {
        "columns": columns,
        "recorded": recorded,
        "picked": tuple(picked),
        "sums": tuple(np.zeros(width) for width in widths),
        "least": tuple(np.full(width, np.inf) for width in widths),
        "most": tuple(np.full(width, -np.inf) for width in widths),
        "picked_sums": tuple(
            np.zeros((len(own), width)) for own, width in zip(picked, widths, strict=True)
        ),
    }


def _fleet_columns(device: Device, part: Part, record: Record) -> list[Column]:
    if not device.units:
        return []
    stats = ("",) if device.units == 1 else ("sum", "min", "max")
    found = []
    for block in (part.layout.wholes, part.layout.floats, part.layout.flows):
        for stat in stats:
            for name in block:
                signal = f"{device.name}.{name}"
                keep = _matches(signal, record.signals)
                shown = f"{signal}:{stat}" if stat else signal
                found.append(Column(device.name, name, stat, shown, keep))
    return found


def _matches(name: str, patterns: Sequence[str]) -> bool:
    return any(fnmatchcase(name, pattern) for pattern in patterns)
