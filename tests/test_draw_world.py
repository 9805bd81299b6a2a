from __future__ import annotations

import pytest

from tests.pictures import outlines, overlapping, parsed, pieces, texts, touches
from twin.draw import Link, SimulatorBox, draw_world

SIMULATORS = [
    SimulatorBox("cell", "cell", [f"site.device_{n}" for n in range(200)], 0.1),
    SimulatorBox("feeder", "fleet", ["<feeder> & bus"], 900.0),
    SimulatorBox("policy", "10.0.0.7:5678", ["vpp", "market"], 60.0),
    SimulatorBox("logistics", "process", [], None),
]
LINKS = [
    Link("cell", "feeder", ["p_kw", "q_kvar"], True),
    Link("feeder", "cell", ["v_pu"], False),
    Link("cell", "policy", [f"signal_{n}_kw" for n in range(30)], True),
    Link("policy", "cell", ["p_set_kw"], False),
    Link("cell", "logistics", ["tank_l"], True),
    Link("policy", "logistics", ["order_l"], True),
    Link("logistics", "policy", ["queue_count"], False),
    Link("feeder", "policy", ["losses_kw", "v_min_pu", "v_max_pu"], True),
]


def test_the_picture_of_a_world_has_no_overlapping_texts() -> None:
    assert overlapping(draw_world(SIMULATORS, LINKS)) == []


def test_links_of_a_world_join_their_simulators() -> None:
    picture = parsed(draw_world(SIMULATORS, LINKS))
    boxes = outlines(picture, "data-simulator")
    joined = [
        (wire.attrib["data-from"], wire.attrib["data-to"])
        for wire, corners in pieces(picture)
        if touches(corners[0], boxes[wire.attrib["data-from"]])
        and touches(corners[-1], boxes[wire.attrib["data-to"]])
    ]
    assert sorted(joined) == sorted((link.source, link.target) for link in LINKS)


@pytest.mark.parametrize(
    ("syncs", "said"),
    [
        ((0.1, 900.0), "15 min"),
        ((1.0, 1.5), "1.5 s"),
        ((0.01, 0.1), "100 ms"),
    ],
)
def test_a_link_says_how_often_data_pass(syncs: tuple[float, float], said: str) -> None:
    boxes = [SimulatorBox(name, "fleet", [], sync) for name, sync in zip("ab", syncs, strict=True)]
    assert said in texts(parsed(draw_world(boxes, [Link("a", "b", ["p_kw"], False)])))


def test_a_link_with_a_process_passes_data_on_events() -> None:
    boxes = [SimulatorBox("a", "cell", [], 1.0), SimulatorBox("b", "process", [], None)]
    assert "on events" in texts(parsed(draw_world(boxes, [Link("a", "b", ["p_kw"], False)])))


def test_a_world_of_one_simulator_lists_its_devices() -> None:
    written = texts(parsed(draw_world([SimulatorBox("cell", "cell", ["pv", "bess"], 1.0)], [])))
    assert written[-2:] == ["pv", "bess"]
