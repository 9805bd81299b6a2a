"""Whether those who hold a bus go with it in the fine regime.

A bus with a swing of its own (an area) hears inertia and damping; a bus at a source needs nothing;
one that may be an island (a site, a network) is settled as in the coarse regime as long as nothing
in it turns. So a former without dynamics never answers on the first, which is refused, and on the
last only while it is alone there, which is remarked.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from twin.catalog import find
from twin.component import Bus, Component, Former, Node, methods_of
from twin.load.hooks import is_algebraic
from twin.topology import Device, Topology

TURNS = "inertia_kws_per_hz"  # what a former with a fine regime lends its bus


def regime_problems(topology: Topology) -> Iterator[tuple[Device, str]]:
    """Formers that cannot do on their bus in fine steps what they are there for."""
    for device, bus in _formers(topology):
        cls = _inside(bus.cls)
        if _turns(device) and issubclass(cls, Bus) and "fine" not in methods_of(cls):
            yield device, f"turns in fine steps, but {bus.name} has no fine regime"
        if _swings(cls) and is_algebraic(device, _steered(device, topology)):
            said = f"holds its bus without inertia, so in fine steps {bus.name} gets no answer"
            param = getattr(device.cls, "algebraic", ("", ""))[0]
            yield device, f"{said}; {param} = false would go" if param else said


def regime_remarks(topology: Topology) -> Iterator[tuple[Device, str]]:
    """Formers that in fine steps hold their bus only while they are alone on it."""
    for device, bus in _formers(topology):
        if not issubclass(_inside(bus.cls), Node) or not is_algebraic(
            device, _steered(device, topology)
        ):
            continue
        beside = [one for one in _on(bus, topology) if _turns(one)]
        where = [f"beside {one.name}" for one in beside[:1]]
        root = _root(bus, topology.devices)
        if _swings(root.cls) and not _told(device, bus):
            where.insert(0, f"while {bus.name} is connected to {root.name}")
        if where:
            said = f"in fine steps it does not answer {' or '.join(where)}"
            yield device, f"holds {bus.name} without inertia: {said}"


def _formers(topology: Topology) -> Iterator[tuple[Device, Device]]:
    """Each former that is there, and its bus."""
    for device in topology.devices.values():
        bus = topology.devices.get(device.bus)
        plain = issubclass(device.cls, Former) and not issubclass(device.cls, Node)
        if plain and bus is not None and device.units and bus.units:
            yield device, bus


def _on(bus: Device, topology: Topology) -> Iterator[Device]:
    return (one for one, on in _formers(topology) if on is bus)


def _turns(device: Device) -> bool:
    return TURNS in device.cls.fields and "fine" in methods_of(device.cls)


def _inside(cls: type[Component]) -> type[Component]:
    """What devices hang on in the compiled loop: a bus itself, or the last of its companions."""
    return find(list(cls.companions.values())[-1]) if cls.companions else cls


def _swings(cls: type[Component]) -> bool:
    """Whether its frequency moves by itself in fine steps, whoever hangs on it."""
    moves = issubclass(cls, Bus) and not issubclass(cls, Node) and "fine" in methods_of(cls)
    return moves and not getattr(cls, "sourced", False)


def _told(device: Device, bus: Device) -> bool:
    """Whether its bus tells a former that others hold it, so that it goes with them."""
    return getattr(device.cls, "algebraic", ("", ""))[1] in _inside(bus.cls).fields


def _root(bus: Device, devices: Mapping[str, Device]) -> Device:
    """The bus on which a bus hangs in the end, through whatever others."""
    while bus.bus:
        bus = devices[bus.bus]
    return bus


def _steered(device: Device, topology: Topology) -> set[str]:
    """The inputs of a device that profiles and wires fill."""
    wired = {wire.inp for wire in topology.wires if wire.target == device.name}
    return wired | set(device.profiles)
