"""Which mosaik simulators a topology becomes, and what they exchange.

All compiled devices are one cell; exploded, each is a cell of its own, and one that acts more than
once in a step has others that do the first part of it only: a former one that states its offer,
because its bus stands between its two halves. A link that leaves a cell is late; a link into a cell
may be of the same step.
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from twin.component import Component, Former
from twin.order import Action, Loop, collects, in_cell, order
from twin.problems import Problem, Problems, shown
from twin.topology import Device, Topology, Wire, terminal_wires, told

REFUSED = "would start or call another process; --allow-remote lets it"
OFFERS = ("p0_kw", "k_kw_per_hz", "p_min_kw", "p_max_kw")


@dataclass(frozen=True)
class SimPlan:
    """One simulator: its name, what it is, the devices it holds and what it does in a step."""

    name: str
    kind: str  # "cell", "fleet" or "process"
    holds: tuple[str, ...]
    actions: tuple[Action, ...] = ()
    remote: str = ""  # address or command line, where it is another process

    @property
    def partial(self) -> bool:
        """Whether it does only the first part of what its device does in a step."""
        return " " in self.name


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
    wire: Wire | None = field(default=None, compare=False)  # where the target is no cell


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


def plan_world(topology: Topology, exploded: bool = False, allow_remote: bool = True) -> WorldPlan:
    """Divide a topology into simulators; raises Problems where that cannot or must not be."""
    actions = order(topology)
    if isinstance(actions, Loop):
        where = f"; make one wire late: {str(actions.proposal).replace('->', '~>')}"
        text = f"loop within one step: {actions}{where if actions.proposal else ''}"
        raise Problems([Problem(str(topology.folder), 0, "wires", text)])
    found = [problem for device in topology.devices.values() for problem in _outside(device)]
    found += _meetings(topology)
    if not allow_remote:
        found += [
            Problem(sim.where, 0, f"device.{sim.name}.remote", REFUSED)
            for sim in topology.devices.values()
            if sim.remote and sim.units
        ]
    if found:
        raise Problems(found)
    wires = (*topology.wires, *terminal_wires(topology.devices))
    sims = [*_cells(actions, exploded), *_others(topology)]
    links = tuple(dict.fromkeys(_links(topology, wires, sims)))
    return WorldPlan(tuple(sims), links, wires, exploded)


def awaited(cls: type[Component], inp: str) -> bool:
    """Whether a process may wait for an input to change, or reads it when it acts: a level."""
    return cls.fields[inp].type is not float


def watched(
    wires: Sequence[Wire], devices: Mapping[str, Device], held: Sequence[str]
) -> dict[tuple[str, str], bool]:
    """Fields of held devices that processes may wait for, and whether one that is there does."""
    found: dict[tuple[str, str], bool] = {}
    for wire in wires:
        target, field = devices[wire.target], (wire.source, wire.out)
        if wire.source in held and target.way == "process" and awaited(target.cls, wire.inp):
            found[field] = found.get(field, False) or target.units > 0
    return found


def is_address(remote: str) -> bool:
    """Whether a simulator that runs already is meant, at host:port."""
    return re.fullmatch(r"[^\s:]+:\d{1,5}", remote) is not None


def is_command(remote: str) -> bool:
    """Whether a command line is meant, which is told where to connect."""
    try:
        said = shlex.join(shlex.split(remote)) % {"addr": "HOST:PORT", "python": "python"}
    except (ValueError, TypeError, KeyError):
        return False
    return "HOST:PORT" in said


def _outside(device: Device) -> Iterator[Problem]:
    """What a device that is stepped outside the cell cannot be."""
    if in_cell(device):
        return
    rules = {
        "holds a bus or forms one, so it must be compiled and in this process": (
            issubclass(device.cls, Former) or (bool(device.cls.holds) and not device.cls.companions)
        ),
        "is the name of a simulator of its own; call the device otherwise": (
            device.name in ("cell", "processes")
        ),
        f"should be host:port or a command with %(addr)s, got {shown(device.remote)}": (
            bool(device.remote) and not (is_address(device.remote) or is_command(device.remote))
        ),
        "is a process, which no profile can drive": (
            device.way == "process" and bool(device.profiles)
        ),
        "is a process, which has no period": (
            device.way == "process" and device.period_s is not None
        ),
    }
    for text, broken in rules.items():
        if broken:
            yield Problem(device.where, 0, device.name, text)


def _meetings(topology: Topology) -> Iterator[Problem]:
    """Wires between simulators that mosaik would lose: it knows an input by its source alone."""
    seen: set[tuple[str, str, str]] = set()
    for wire in topology.wires:
        source, target = topology.devices[wire.source], topology.devices[wire.target]
        if source.way == target.way == "process":
            text = "joins two processes; they share an environment, use its resources"
            yield Problem(wire.where, 0, str(wire), text)
        ends = (wire.source if target.way != "process" else "", wire.target, wire.inp)
        if ends in seen and not in_cell(target):
            text = f"is a second wire to {wire.target}.{wire.inp}"
            text += f" from {wire.source}" if ends[0] else ", a process"
            yield Problem(wire.where, 0, str(wire), f"{text}: add them up before")
        seen.add(ends)


def _cells(actions: list[Action], exploded: bool) -> Iterator[SimPlan]:
    if not actions:
        return
    names = tuple(dict.fromkeys(name for _, name in actions))
    if not exploded:
        yield SimPlan("cell", "cell", names, tuple(actions))
        return
    for name in names:
        own = tuple(action for action in actions if action[1] == name)
        yield SimPlan(name, "cell", (name,), own)
        for count in range(1, len(own)):
            yield SimPlan(f"{name} {own[count - 1][0]}", "cell", (name,), own[:count])


def _others(topology: Topology) -> Iterator[SimPlan]:
    processes = []
    for device in topology.devices.values():
        if in_cell(device) or not device.units:
            continue
        if device.way == "process" and not device.remote:
            processes.append(device.name)
        else:
            kind = "process" if device.way == "process" else "fleet"
            yield SimPlan(device.name, kind, (device.name,), remote=device.remote)
    if processes:
        yield SimPlan("processes", "process", tuple(processes))


def _links(topology: Topology, wires: tuple[Wire, ...], sims: list[SimPlan]) -> Iterator[LinkPlan]:
    home: dict[str, SimPlan] = {}
    for sim in sims:
        for name in sim.holds:
            home.setdefault(name, sim)
    for sim in sims:
        for wire in wires:
            begins = wire.inward and len(sim.actions) == 1 and sim.actions[0][0] == "begin"
            if begins or wire.target not in sim.holds:
                continue
            if wire.source in home and wire.source not in sim.holds:
                yield _link(_teller(home[wire.source], wire, topology, sims), wire, sim)
        for device in topology.devices.values():
            yield from _powers(device, topology, sim, home)
        if sim.partial:
            name = sim.holds[0]
            yield LinkPlan(name, name, "all rows", sim.name, "", f"all {name}", True)


def _teller(source: SimPlan, wire: Wire, topology: Topology, sims: list[SimPlan]) -> SimPlan:
    """Who tells a quantity of the same step: a former's offer its bus, a bus that begins all on it.

    Others hear of it when all is done.
    """
    if wire.late:
        return source
    part = ""
    if topology.devices[wire.source].bus == wire.target:
        part = "offer"
    elif topology.devices[wire.target].bus == wire.source:
        part = "begin"
    return next((sim for sim in sims if sim.name == f"{wire.source} {part}"), source)


def _link(source: SimPlan, wire: Wire, target: SimPlan) -> LinkPlan:
    if target.kind == "cell":
        attr = f"{'late' if wire.late else 'now'} {wire.source}.{wire.out}"
        return LinkPlan(source.name, wire.source, wire.out, target.name, "", attr, wire.late)
    ends = (source.name, wire.source, wire.out, target.name, wire.target, wire.inp)
    return LinkPlan(*ends, wire.late, wire)


def _powers(
    device: Device, topology: Topology, sim: SimPlan, home: Mapping[str, SimPlan]
) -> Iterator[LinkPlan]:
    """Power between a device and its bus, where they live in different simulators."""
    if device.cls.joins != "ac" or not device.bus or device.name not in home:
        return
    if device.bus in home[device.name].holds:
        return
    bus = topology.devices[device.bus]
    if (collects(bus), device.bus) in sim.actions:
        if issubclass(device.cls, Former):
            for out in OFFERS:
                attr = f"now {device.name}.{out}"
                yield LinkPlan(f"{device.name} offer", device.name, out, sim.name, "", attr, False)
        else:
            attr = f"now {device.name}.p_kw"
            source = home[device.name].name
            yield LinkPlan(source, device.name, "p_kw", sim.name, "", attr, False)
    if issubclass(device.cls, Former) and sim.name == device.name:
        source = home[device.bus].name
        attr = f"own {device.name}.p_settled_kw"
        out = f"settled {device.name}"
        yield LinkPlan(source, device.bus, out, sim.name, "", attr, False)
        for out, _ in told(device.cls, bus.cls):
            attr = f"settled {device.bus}.{out}"
            yield LinkPlan(source, device.bus, out, sim.name, "", attr, False)
