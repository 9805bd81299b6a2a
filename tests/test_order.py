from __future__ import annotations

from pathlib import Path

import pytest

from twin.component import AcDevice, Bus, Component, Converter, Former, Store, inp, out
from twin.order import Action, Loop, order
from twin.topology import Device, Topology, Wire


class Relay(Component):
    x_kw: float = inp(0.0, "in")
    y_kw: float = out(0.0, "out")

    def step(self, dt_s: float) -> None:
        """Pass on."""


class Load(AcDevice):
    x_kw: float = inp(0.0, "in")

    def step(self, dt_s: float) -> None:
        """Take."""


class Engine(Former):
    x_kw: float = inp(0.0, "in")

    def offer(self, dt_s: float) -> None:
        """Offer."""

    def step(self, dt_s: float) -> None:
        """Book."""


class Bridge(Converter):
    x_kw: float = inp(0.0, "in")

    def offer(self, dt_s: float) -> None:
        """Offer."""

    def step(self, dt_s: float) -> None:
        """Book."""


class Crate(Store):
    def step(self, dt_s: float) -> None:
        """Store."""


class Hub(Bus):
    joins = "ac"
    y_kw: float = out(0.0, "out")

    def step(self, dt_s: float) -> None:
        """Settle."""


class Depot(Component):
    x_kw: float = inp(0.0, "in")
    y_kw: float = out(0.0, "out")

    def process(self, env: object) -> None:
        """Drive."""


def wire(text: str) -> Wire:
    source, arrow, target = text.split()
    ends = (*source.split("."), *target.split("."))
    return Wire(*ends, late=arrow == "~>")  # type: ignore[arg-type]


def topology(devices: list[Device], *wires: str) -> Topology:
    named = {device.name: device for device in devices}
    return Topology("test", Path(), "", named, tuple(map(wire, wires)), {})


def ordered(devices: list[Device], *wires: str) -> list[Action]:
    found = order(topology(devices, *wires))
    assert not isinstance(found, Loop), str(found)
    return found


def loop(devices: list[Device], *wires: str) -> Loop:
    found = order(topology(devices, *wires))
    assert isinstance(found, Loop)
    return found


RELAYS = [Device(name, Relay) for name in "abcd"]


def test_without_wires_the_order_is_that_of_the_file() -> None:
    assert [name for _, name in ordered(RELAYS)] == ["a", "b", "c", "d"]


def test_the_earliest_in_the_file_comes_first_where_the_wires_leave_a_choice() -> None:
    found = ordered(RELAYS, "d.y_kw -> a.x_kw")
    assert [name for _, name in found] == ["b", "c", "d", "a"]


def test_a_late_wire_orders_nothing() -> None:
    assert [name for _, name in ordered(RELAYS, "d.y_kw ~> a.x_kw")] == ["a", "b", "c", "d"]


def test_a_bus_settles_between_the_two_acts_of_its_formers() -> None:
    devices = [
        Device("hub", Hub),
        Device("engine", Engine, bus="hub"),
        Device("load", Load, bus="hub"),
    ]
    assert ordered(devices) == [
        ("offer", "engine"),
        ("step", "load"),
        ("settle", "hub"),
        ("book", "engine"),
    ]


def test_a_store_steps_when_its_converter_has_booked() -> None:
    devices = [
        Device("crate", Crate, bus="bridge"),
        Device("bridge", Bridge, bus="hub"),
        Device("hub", Hub),
    ]
    assert [act for act, _ in ordered(devices)] == ["offer", "settle", "book", "step"]


def test_a_bus_on_a_bus_settles_first() -> None:
    devices = [Device("outer", Hub), Device("inner", Hub, bus="outer")]
    assert ordered(devices) == [("settle", "inner"), ("settle", "outer")]


def test_a_wire_into_a_former_reaches_its_offer_and_leaves_after_its_booking() -> None:
    devices = [Device("engine", Engine), *RELAYS[:2]]
    wires = ("b.y_kw -> engine.x_kw", "engine.p_kw -> a.x_kw")
    assert ordered(devices, *wires) == [
        ("step", "b"),
        ("offer", "engine"),
        ("book", "engine"),
        ("step", "a"),
    ]


def test_a_wire_out_of_a_bus_follows_its_settlement() -> None:
    devices = [RELAYS[0], Device("load", Load, bus="hub"), Device("hub", Hub)]
    assert [name for _, name in ordered(devices, "hub.y_kw -> a.x_kw")] == ["load", "hub", "a"]


def test_other_simulators_have_no_place() -> None:
    devices = [*RELAYS[:2], Device("depot", Depot), Device("far", Relay, remote="host:1")]
    wires = ("depot.y_kw -> a.x_kw", "a.y_kw -> depot.x_kw", "far.y_kw -> a.x_kw")
    assert [name for _, name in ordered(devices, *wires)] == ["a", "b"]


def test_a_device_that_is_switched_off_keeps_its_place() -> None:
    devices = [RELAYS[0], Device("b", Relay, enabled=False), RELAYS[2]]
    assert [name for _, name in ordered(devices)] == ["a", "b", "c"]


def test_a_loop_is_printed_with_its_wires_and_the_last_is_to_be_late() -> None:
    found = loop(
        RELAYS, "a.y_kw -> b.x_kw", "c.y_kw -> a.x_kw", "b.y_kw -> c.x_kw", "c.y_kw -> d.x_kw"
    )
    assert str(found.proposal) == "b.y_kw -> c.x_kw"
    points = str(found).split(" -> ")
    assert points[0] == points[-1]
    assert set(points) == {f"{name}.{end}" for name in "abc" for end in ("x_kw", "y_kw")}


def test_a_device_wired_to_itself_is_a_loop() -> None:
    assert str(loop(RELAYS, "a.y_kw -> a.x_kw")) == "a.y_kw -> a.x_kw -> a.y_kw"


def test_a_former_that_waits_for_its_own_bus_is_a_loop_through_the_bus() -> None:
    devices = [Device("hub", Hub), Device("engine", Engine, bus="hub"), RELAYS[0]]
    found = loop(devices, "hub.y_kw -> a.x_kw", "a.y_kw -> engine.x_kw")
    assert str(found.proposal) == "a.y_kw -> engine.x_kw"
    assert "engine.x_kw -> hub" in str(found)


def test_a_wire_that_runs_beside_a_bus_is_not_proposed_because_the_bus_would_stay() -> None:
    devices = [Device("hub", Hub), Device("load", Load, bus="hub")]
    found = loop(devices, "load.p_kw -> hub.x_kw", "hub.y_kw -> load.x_kw")
    assert str(found.proposal) == "hub.y_kw -> load.x_kw"


@pytest.mark.parametrize("count", [3, 300])
def test_a_long_chain_against_the_file_is_put_in_order(count: int) -> None:
    devices = [Device(f"r{i}", Relay) for i in range(count)]
    wires = [f"r{i + 1}.y_kw -> r{i}.x_kw" for i in range(count - 1)]
    assert [name for _, name in ordered(devices, *wires)] == [f"r{i}" for i in range(count)][::-1]
