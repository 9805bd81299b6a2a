"""Who hangs on which bus, and where each former's offer stands."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from twin.cellshape import BusPart, Part
from twin.component import Former, Node, methods_of
from twin.order import Action, collects
from twin.topology import Device, bus_units, told

Ints = NDArray[np.int64]
RANK = 4  # row of the offers; the others are written in each step


@dataclass
class Busbars:
    """The buses of a cell and their arrays, in the order of their numbers.

    A member is a device on a bus, or the bus itself; `members` says for a device on which unit of
    the bus each of its units hangs, for a former at which place of the offers it stands.
    """

    parts: list[BusPart] = field(default_factory=list)
    members: list[Ints] = field(default_factory=list)
    meters: list[NDArray[np.float64]] = field(default_factory=list)
    meter_of: dict[str, int] = field(default_factory=dict)
    offers: list[NDArray[np.float64]] = field(default_factory=list)
    firsts: list[Ints] = field(default_factory=list)
    even: list[bool] = field(default_factory=list)  # whether each unit has one offer of each former

    def arrays(self) -> dict[str, Any]:
        """The arrays as the loop takes them."""
        return {
            "members": tuple(self.members),
            "meters": tuple(self.meters),
            "meter_of": self.meter_of,
            "offers": tuple(self.offers),
            "firsts": tuple(self.firsts),
            "even": np.array(self.even, np.bool_),
            "plain": np.array([np.array_equal(m, np.arange(len(m))) for m in self.members]),
        }

    def _member(self, name: str, units: int, on: Ints) -> int:
        self.members.append(on)
        self.meters.append(np.zeros((units, 2)))
        self.meter_of[name] = len(self.members) - 1
        return self.meter_of[name]

    def add(
        self, bus: Device, hung: Sequence[Device], reach: Callable[[str, str], Part], away: bool
    ) -> None:
        """Number a bus and those that hang on it; `away`, it is settled elsewhere."""
        devices: list[tuple[int, Part]] = []
        formers: list[tuple[int, Part]] = []
        units: list[int] = []
        placed: list[tuple[int, Device]] = []
        for device in hung:
            on = bus_units(device, bus) if device.units else np.empty(0, np.int64)
            member = self._member(device.name, device.units, on)
            pair = member, reach(device.name, "now")
            if issubclass(device.cls, Former):
                formers.append(pair)
                placed.append((member, device))
                units.append(self._member(f"{device.name} unit", 0, on))
            else:
                devices.append(pair)
        own = None
        if "offer" in methods_of(bus.cls) and not issubclass(bus.cls, Node):
            own = self._member(f"{bus.name} itself", bus.units, np.arange(bus.units))
            placed.append((own, bus))
        self._place(placed, bus.units)
        self.even.append(bool(np.all(np.diff(self.firsts[-1]) == len(placed))))
        meter = self._member(f"{bus.name} short", bus.units, np.empty(0, np.int64))
        part = reach(bus.name, "now")
        tells = any(told(device.cls, bus.cls) for _, device in placed)
        teller = reach(bus.name, "settled") if away and tells else None
        rest = meter, own, tuple(units), teller
        self.parts.append(BusPart(len(self.parts), part, tuple(devices), tuple(formers), *rest))

    def _place(self, formers: Sequence[tuple[int, Device]], units: int) -> None:
        """Places in the offers: by unit of the bus, rank, then the order of the file."""
        on = [self.members[member] for member, _ in formers]
        every = np.concatenate([*on, np.empty(0, np.int64)])
        ranks = np.concatenate([*(_ranks(device) for _, device in formers), np.empty(0)])
        order = np.lexsort((np.arange(len(every)), ranks, every))
        place = np.empty(len(every), np.int64)
        place[order] = np.arange(len(every))
        self.firsts.append(np.searchsorted(every[order], np.arange(units + 1)).astype(np.int64))
        self.offers.append(np.zeros((6, len(every))))
        self.offers[-1][RANK] = ranks[order]
        begin = 0
        for member, device in formers:
            self.members[member] = place[begin : begin + device.units].copy()
            begin += device.units


def _ranks(device: Device) -> Ints:
    default = np.full(device.units, device.cls.fields["rank"].default)
    return np.asarray(device.values.get("rank", default))[: device.units]


def busbars(
    devices: Mapping[str, Device],
    actions: Sequence[Action],
    reach: Callable[[str, str], Part],
) -> Busbars:
    """Buses that are settled here, and ghosts of those whose formers only offer and book here."""
    booked = dict.fromkeys(name for action, name in actions if action in ("offer", "book"))
    settled = [name for action, name in actions if action == collects(devices[name])]
    away = dict.fromkeys(devices[name].bus for name in booked)
    found = Busbars()
    for name in dict.fromkeys([*settled, *away]):
        hung = [device for device in devices.values() if device.bus == name]
        here = hung if name in settled else [device for device in hung if device.name in booked]
        found.add(devices[name], here, reach, name not in settled)
    return found
