"""In which order the devices of a cell act within one step, or the loop that forbids it."""

from __future__ import annotations

import heapq
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

from twin.component import Bus, Former, Node, methods_of
from twin.topology import Device, Topology, Wire

Action = tuple[str, str]
"""What a device does: ("step" | "begin" | "offer" | "settle" | "book", its name)."""

Edges = dict[tuple[Action, Action], Wire | None]


@dataclass(frozen=True)
class Loop:
    """Actions that wait for each other within one step."""

    edges: tuple[tuple[Action, Action, Wire | None], ...]
    proposal: Wire | None  # the last of its wires in the file; none where buses hang on each other

    def __str__(self) -> str:
        points: list[str] = []
        for _, (_, after), wire in self.edges:
            found = [after] if wire is None else _ends(wire)
            points += [point for point in found if point != "".join(points[-1:])]
        return " -> ".join([*points, points[0]] if points[0] != points[-1] else points)


def _ends(wire: Wire) -> list[str]:
    return [f"{wire.source}.{wire.out}", f"{wire.target}.{wire.inp}"]


def in_cell(device: Device) -> bool:
    """Whether a device is part of the generated loop; others are simulators of their own."""
    return device.way == "step" and not device.remote


def order(topology: Topology) -> list[Action] | Loop:
    """What is done in each step, earliest in the file first where the data flow leaves a choice.

    ``offer`` and ``book`` are the two methods of a former, ``settle`` is the balance of a bus
    followed by its own ``step``, and ``step`` is everything else. A bus may ``begin`` by telling
    its devices what they see; one that hangs on another has an ``offer`` of all that is inside. A
    wire `->` reaches what its target does first and leaves what its source does last. Disabled
    devices keep their place.
    """
    devices = {name: device for name, device in topology.devices.items() if in_cell(device)}
    actions = [(act, name) for name, device in devices.items() for act in _acts(device)]
    edges = dict(_edges(topology, devices))
    after: dict[Action, list[Action]] = {action: [] for action in actions}
    waits = dict.fromkeys(actions, 0)
    for before, later in edges:
        after[before].append(later)
        waits[later] += 1
    place = {action: index for index, action in enumerate(actions)}
    ready = [index for index, action in enumerate(actions) if not waits[action]]
    done: list[Action] = []
    while ready:
        action = actions[heapq.heappop(ready)]
        done.append(action)
        for later in after[action]:
            waits[later] -= 1
            if not waits[later]:
                heapq.heappush(ready, place[later])
    return done if len(done) == len(actions) else _loop(topology, edges, set(actions) - set(done))


def is_hung(device: Device) -> bool:
    """Whether a device is a bus that hangs on another."""
    return issubclass(device.cls, Node) and bool(device.bus)


def collects(bus: Device) -> str:
    """The action with which a bus sums up what its devices give and offer."""
    return "offer" if is_hung(bus) else "settle"


def _acts(device: Device) -> tuple[str, ...]:
    if issubclass(device.cls, Bus):
        begins = ("begin",) if "fine_begin" in methods_of(device.cls) else ()
        return (*begins, *(("offer",) if is_hung(device) else ()), "settle")
    return ("offer", "book") if issubclass(device.cls, Former) else ("step",)


def _edges(
    topology: Topology, devices: dict[str, Device]
) -> Iterator[tuple[tuple[Action, Action], Wire | None]]:
    """Who comes before whom; what no wire can change is told last, so that it wins in a dict."""
    for wire in topology.wires:
        if not wire.late and wire.source in devices and wire.target in devices:
            last = _acts(devices[wire.source])[-1], wire.source
            first = _acts(devices[wire.target])[0], wire.target
            yield (last, first), wire
    for name, device in devices.items():
        for before, later in pairwise(_acts(device)):
            yield ((before, name), (later, name)), None
        if device.bus in devices:
            yield from _membership(device, devices[device.bus])


def _membership(device: Device, bus: Device) -> Iterator[tuple[tuple[Action, Action], None]]:
    acts = _acts(device)
    if not issubclass(bus.cls, Bus):  # a converter books before its store
        yield (("book", bus.name), (acts[0], device.name)), None
        return
    if "begin" in _acts(bus):
        yield (("begin", bus.name), (acts[0], device.name)), None
    gives = "offer" if "offer" in acts else acts[-1]
    yield ((gives, device.name), (collects(bus), bus.name)), None
    if issubclass(device.cls, Former):
        yield (("settle", bus.name), (acts[-1], device.name)), None


def _loop(topology: Topology, edges: Edges, stuck: set[Action]) -> Loop:
    """Walk back from one that waits until a place is seen twice."""
    before: dict[Action, Action] = {}
    for first, later in edges:
        if first in stuck and later in stuck:
            before.setdefault(later, first)
    walk = [min(before)]
    while before[walk[-1]] not in walk:
        walk.append(before[walk[-1]])
    ring = walk[walk.index(before[walk[-1]]) :][::-1]
    pairs = list(zip([ring[-1], *ring[:-1]], ring, strict=True))
    found = tuple((first, later, edges[first, later]) for first, later in pairs)
    place = {id(wire): index for index, wire in enumerate(topology.wires)}
    of_edge = [place.get(id(wire), len(place)) for _, _, wire in found]
    start = of_edge.index(min(of_edge))
    last = max((index for index in of_edge if index < len(place)), default=None)
    proposal = None if last is None else topology.wires[last]
    return Loop(found[start:] + found[:start], proposal)
