from __future__ import annotations

from collections import Counter
from itertools import combinations, pairwise
from pathlib import Path

import numpy as np
import pytest

from components.bess import Bess
from components.ems_rule import EmsRule
from components.genset import Genset
from components.it_load import ItLoad
from components.pcs import Pcs
from components.pv import Pv
from components.site_bus import SiteBus
from tests.pictures import (
    SVG,
    number,
    outlines,
    overlapping,
    parsed,
    pieces,
    text_box,
    texts,
    touches,
)
from twin.component import AcDevice, Bus, Component, param
from twin.draw import draw_topology
from twin.topology import Device, Topology, Wire


class Area(Bus):
    """A larger system."""

    role = "grid"
    base_mva: float = param(500.0, "base")


class Feeder(Bus):
    """A network that hangs on another."""

    joins = "ac"
    role = "grid"


class Tgov1(AcDevice):
    """A plant, of a role without a symbol."""

    rated_mw: float = param(100.0, "rated power")


class Vpp(Component):
    """A controller of others."""

    role = "control"


class Tanker(Component):
    """On no bus and of no role."""


def topology(devices: list[Device], wires: list[str], title: str = "") -> Topology:
    """A topology from devices and wires as they are written in a file."""
    found = []
    for wire in wires:
        source, arrow, target = wire.split()
        a, b = source.rpartition("."), target.rpartition(".")
        found.append(Wire(a[0], a[2], b[0], b[2], arrow == "~>"))
    by_name = {device.name: device for device in devices}
    return Topology("sample", Path(), title, by_name, tuple(found), {})


def site(group: str, count: int, bus: str) -> list[Device]:
    """A site with solar, storage, loads and a controller below a bus."""
    return [
        Device(f"{group}.main", SiteBus, count, bus=bus),
        Device(
            f"{group}.pcs",
            Pcs,
            count,
            values={"rated_kva": np.linspace(20.0, 60.0, count)},
            bus=f"{group}.main",
        ),
        Device(f"{group}.bess", Bess, count, bus=f"{group}.pcs"),
        Device(f"{group}.pv", Pv, count, bus=f"{group}.main", enabled=False),
        Device(f"{group}.it", ItLoad, count, 2, bus=f"{group}.main"),
        Device(f"{group}.ems", EmsRule, count),
    ]


def site_wires(group: str) -> list[str]:
    """What the controller of a site hears and says."""
    return [
        f"{group}.main.p_demand_kw ~> {group}.ems.p_load_kw",
        f"{group}.bess.soc_pu ~> {group}.ems.soc_pu",
        f"{group}.ems.p_set_kw -> {group}.pcs.p_set_kw",
        f"vpp.p_set_kw -> {group}.ems.p_bid_kw",
    ]


def one_site() -> Topology:
    devices = [
        Device("main", SiteBus),
        Device("genset", Genset, bus="main"),
        Device("pcs", Pcs, bus="main"),
        Device("bess", Bess, bus="pcs"),
        Device("pv", Pv, bus="main"),
        Device("ems", EmsRule),
    ]
    return topology(
        devices, ["bess.soc_pu ~> ems.soc_pu", "ems.run_cmd -> genset.run_cmd"], "Does <it> & go?"
    )


def many_groups() -> Topology:
    groups = {"site": "north", "campus": "north", "telecom_towers_of_the_valley": "south"}
    devices = [
        Device("area", Area),
        Device("plant_with_a_rather_long_name", Tgov1, each=3, bus="area"),
        Device("north", Feeder, bus="area"),
        Device("south", Feeder, bus="area"),
        Device("pair", Pcs, bus="south"),
        Device("first", Bess, bus="pair"),
        Device("second", Bess, bus="pair", enabled=False),
        Device("hospital.set", Genset, 5, bus="south"),
        Device("hospital.rules", EmsRule, 5),
        Device("hospital.plan", EmsRule, 5),
        Device("trucks.tanker", Tanker, 3),
        Device("vpp", Vpp),
        Device("market", Vpp),
    ]
    wires = [
        "area.f_hz ~> vpp.f_hz",
        "south.v_pu ~> vpp.v_pu",
        "vpp.p_kw -> pair.p_set_kw",
        "vpp.bid_kw ~> market.bid_kw",
        "market.price -> vpp.price",
        "hospital.plan.p_kw -> hospital.rules.p_kw",
        "hospital.rules.run_cmd -> hospital.set.run_cmd",
        "trucks.tanker.volume_l -> hospital.set.fill_l",
    ]
    for group, bus in groups.items():
        devices += site(group, 20, bus)
        wires += site_wires(group)
    return topology(devices, wires)


SAMPLES = {
    "one_site": one_site(),
    "many_groups": many_groups(),
    "groups_side_by_side": topology(
        [device for group in ("a", "b") for device in site(group, 2, "")], []
    ),
    "nothing": topology([], []),
}


@pytest.fixture(params=SAMPLES)
def sample(request: pytest.FixtureRequest) -> Topology:
    return SAMPLES[request.param]


def test_every_device_is_drawn_once(sample: Topology) -> None:
    groups = parsed(draw_topology(sample)).iterfind(f".//{SVG}g[@data-device]")
    assert Counter(group.get("data-device") for group in groups) == Counter(list(sample.devices))


def test_the_name_of_a_device_stands_beside_it_once() -> None:
    written = Counter(texts(parsed(draw_topology(one_site()))))
    assert {name: written[name] for name in one_site().devices} == dict.fromkeys(
        one_site().devices, 1
    )


def test_no_two_texts_overlap(sample: Topology) -> None:
    assert overlapping(draw_topology(sample)) == []


def test_every_wire_goes_from_its_source_to_its_target(sample: Topology) -> None:
    picture = parsed(draw_topology(sample))
    boxes = outlines(picture)
    astray = [
        dict(wire.attrib)
        for wire, corners in pieces(picture)
        if not touches(corners[0], boxes[wire.attrib["data-from"]])
        or not touches(corners[-1], boxes[wire.attrib["data-to"]])
    ]
    assert astray == []


def test_wires_run_through_no_symbol(sample: Topology) -> None:
    picture = parsed(draw_topology(sample))
    boxes = outlines(picture)
    hits = [
        (wire.attrib, name)
        for wire, corners in pieces(picture)
        for (x0, y0), (x1, y1) in pairwise(corners)
        for name, (left, top, right, bottom) in boxes.items()
        if min(x0, x1) < right - 1 and max(x0, x1) > left + 1
        if min(y0, y1) < bottom - 1 and max(y0, y1) > top + 1
    ]
    assert hits == []


def test_no_two_wires_run_down_on_the_same_line(sample: Topology) -> None:
    runs = [
        (corners[n][0], *sorted((corners[n][1], corners[n + 1][1])))
        for _, corners in pieces(parsed(draw_topology(sample)))
        for n in range(len(corners) - 1)
        if abs(corners[n][1] - corners[n + 1][1]) > 1
    ]
    shared = [
        (a, b)
        for a, b in combinations(runs, 2)
        if abs(a[0] - b[0]) < 2 and a[1] < b[2] and b[1] < a[2]
    ]
    assert shared == []


def test_everything_stands_on_the_sheet(sample: Topology) -> None:
    picture = parsed(draw_topology(sample))
    width, height = number(picture, "width"), number(picture, "height")
    boxes = [*outlines(picture).values(), *map(text_box, picture.iter(f"{SVG}text"))]
    assert [b for b in boxes if b[0] < 0 or b[1] < 0 or b[2] > width or b[3] > height] == []


def test_a_store_hangs_below_its_converter() -> None:
    boxes = outlines(parsed(draw_topology(one_site())))
    assert boxes["bess"][1] > boxes["pcs"][3]


def test_a_bus_on_a_bus_hangs_below_it() -> None:
    boxes = outlines(parsed(draw_topology(many_groups())))
    assert boxes["area"][3] < boxes["north"][1] < boxes["site.main"][1]


def test_up_to_twelve_wires_are_arrows_of_their_own_and_late_ones_are_dashed() -> None:
    devices = [Device("a", Vpp), Device("b", Vpp)]
    few = [f"a.x{n}_kw {'~>' if n % 2 else '->'} b.x{n}_kw" for n in range(12)]
    found = [wire for wire, _ in pieces(parsed(draw_topology(topology(devices, few))))]
    dashed = [wire.find(f"{SVG}polyline[@stroke-dasharray]") is not None for wire in found]
    assert dashed == [False, True] * 6


def test_beyond_twelve_wires_a_pair_of_devices_shares_an_arrow() -> None:
    devices = [Device("a", Vpp), Device("b", Vpp)]
    many = [f"a.x{n}_kw -> b.x{n}_kw" for n in range(12)] + ["b.y_kw ~> a.y_kw"]
    assert len(pieces(parsed(draw_topology(topology(devices, many))))) == 2


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ([250.0], "250 MW"),
        ([120.0, 200.0, 150.0], "120\N{EN DASH}200 MW"),
        ([20_000.0], "20 GW"),
    ],
)
def test_a_rating_is_a_number_or_a_range(values: list[float], said: str) -> None:
    plant = Device("plant", Tgov1, each=len(values), values={"rated_mw": np.array(values)})
    assert said in texts(parsed(draw_topology(topology([plant], []))))


def test_a_frame_says_how_often_and_a_device_how_many_in_each() -> None:
    written = texts(parsed(draw_topology(many_groups())))
    assert {"site \N{MULTIPLICATION SIGN}20", "it \N{MULTIPLICATION SIGN}2"} <= set(written)


def test_what_is_switched_off_is_said_to_be() -> None:
    assert "20 kW · off" in texts(parsed(draw_topology(many_groups())))


def test_special_characters_are_text() -> None:
    assert "Does <it> & go?" in texts(parsed(draw_topology(one_site())))
