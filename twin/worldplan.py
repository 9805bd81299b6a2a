"""Which mosaik simulators a topology becomes, and what they exchange.

All compiled devices are one cell; exploded, each is a cell of its own, and each former has a
second one that only states its offer, because its bus stands between its two halves. A link that
leaves a cell is late; a link into a cell may be of the same step.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from twin.component import Former, Kind
from twin.order import Action, Loop, in_cell, order
from twin.problems import Problem, Problems
from twin.topology import Device, Topology, Wire, terminal_wires

OFFERS = ("p0_kw", "k_kw_per_hz", "p_min_kw", "p_max_kw")


@dataclass(frozen=True)
class SimPlan:
    """One simulator: its name, what it is, the devices it holds and what it does in a step."""

    name: str
    kind: str  # "cell", "fleet", "remote" or "process"
    holds: tuple[str, ...]
    actions: tuple[Action, ...] = ()


@dataclass(frozen=True)
class LinkPlan:
    """One exchanged quantity. Into a cell `attr` says where it lands, else it is an input."""

    source: str
    device: str
    out: str
    target: str
    entity: str  # "" is the hub of a cell
    attr: str
    late: bool
    wire: Wire | None = None  # how units map, where the target is no cell


@dataclass(frozen=True)
class WorldPlan:
    """Simulators and links, and the device that each simulator steps."""

    sims: tuple[SimPlan, ...]
    links: tuple[LinkPlan, ...]
    wires: tuple[Wire, ...]  # those of the buses included
    exploded: bool

    @property
    def eventful(self) -> bool:
        """Whether anything in the world reacts in continuous time."""
        return any(sim.kind == "process" for sim in self.sims)


def plan_world(topology: Topology, exploded: bool = False) -> WorldPlan:
    """Divide a topology into simulators; raises Problems where that cannot be."""
    actions = order(topology)
    if isinstance(actions, Loop):
        where = f"; make one wire late: {str(actions.proposal).replace('->', '~>')}"
        text = f"loop within one step: {actions}{where if actions.proposal else ''}"
        raise Problems([Problem(str(topology.folder), 0, "wires", text)])
    found = list(_problems(topology))
    if found:
        raise Problems(found)
    wires = (*topology.wires, *terminal_wires(topology.devices))
    sims = [*_cells(topology, actions, exploded), *_others(topology)]
    links = tuple(dict.fromkeys(_links(topology, wires, sims)))
    return WorldPlan(tuple(sims), links, wires, exploded)


def _problems(topology: Topology) -> Iterator[Problem]:
    for device in topology.devices.values():
        if in_cell(device):
            continue
        if issubclass(device.cls, Former) or device.cls.holds:
            text = "holds a bus or forms one, so it must be compiled and in this process"
            yield Problem(str(topology.folder), 0, device.name, text)
    for wire in topology.wires:
        source, target = topology.devices[wire.source], topology.devices[wire.target]
        if source.way == target.way == "process":
            text = "joins two processes; they share an environment, use its resources"
            yield Problem(wire.where, 0, str(wire), text)


def _cells(topology: Topology, actions: list[Action], exploded: bool) -> Iterator[SimPlan]:
    if not actions:
        return
    names = tuple(dict.fromkeys(name for _, name in actions))
    if not exploded:
        yield SimPlan("cell", "cell", names, tuple(actions))
        return
    for name in names:
        own = tuple(action for action in actions if action[1] == name)
        yield SimPlan(name, "cell", (name,), own)
        if own[0][0] == "offer":
            yield SimPlan(f"{name} offer", "cell", (name,), own[:1])


def _others(topology: Topology) -> Iterator[SimPlan]:
    processes = []
    for device in topology.devices.values():
        if in_cell(device) or not device.units:
            continue
        if device.remote:
            yield SimPlan(device.name, "remote", (device.name,))
        elif device.way == "process":
            processes.append(device.name)
        else:
            yield SimPlan(device.name, "fleet", (device.name,))
    if processes:
        yield SimPlan("processes", "process", tuple(processes))


def _links(topology: Topology, wires: tuple[Wire, ...], sims: list[SimPlan]) -> Iterator[LinkPlan]:
    home: dict[str, SimPlan] = {}
    for sim in sims:
        for name in sim.holds:
            home.setdefault(name, sim)
    for sim in sims:
        for wire in wires:
            if wire.target in sim.holds and wire.source in home and wire.source not in sim.holds:
                yield _link(home[wire.source], wire, sim)
        for device in topology.devices.values():
            yield from _powers(device, topology.devices, sim, home)
        if sim.name.endswith(" offer"):
            name = sim.holds[0]
            yield LinkPlan(name, name, "all rows", sim.name, "", f"all {name}", True)


def _link(source: SimPlan, wire: Wire, target: SimPlan) -> LinkPlan:
    if target.kind == "cell":
        attr = f"{'late' if wire.late else 'now'} {wire.source}.{wire.out}"
        return LinkPlan(source.name, wire.source, wire.out, target.name, "", attr, wire.late)
    ends = (source.name, wire.source, wire.out, target.name, wire.target, wire.inp)
    return LinkPlan(*ends, wire.late, wire)


def _powers(
    device: Device, devices: Mapping[str, Device], sim: SimPlan, home: Mapping[str, SimPlan]
) -> Iterator[LinkPlan]:
    """Power between a device and its bus, where they live in different simulators."""
    if device.cls.joins != "ac" or not device.bus or device.name not in home:
        return
    apart = device.bus not in home[device.name].holds
    if ("settle", device.bus) in sim.actions and apart:
        if issubclass(device.cls, Former):
            for out in OFFERS:
                attr = f"now {device.name}.{out}"
                yield LinkPlan(f"{device.name} offer", device.name, out, sim.name, "", attr, False)
        else:
            attr = f"now {device.name}.p_kw"
            source = home[device.name].name
            yield LinkPlan(source, device.name, "p_kw", sim.name, "", attr, False)
    if ("book", device.name) in sim.actions and apart:
        attr = f"own {device.name}.p_settled_kw"
        out = f"settled {device.name}"
        yield LinkPlan(home[device.bus].name, device.bus, out, sim.name, "", attr, False)


def recorded_fields(device: Device) -> list[str]:
    """What is recorded of a device that is not in a cell."""
    return [
        name
        for name, field in device.cls.fields.items()
        if field.record and field.kind in (Kind.STATE, Kind.OUT) and field.type not in (list, str)
    ]
