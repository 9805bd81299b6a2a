from __future__ import annotations

from typing import Any

from tests.engine import after, cell, device, scenario, values, wire
from tests.engine_components.source import Source
from tests.engine_components.taker import Taker


def given(*wires: Any, steps: int = 1, **counts: Any) -> Any:
    """`a`, `b` and `c` give 1, 2, 3 ... in each step; what `taker` got after some steps."""
    devices = [device(name, Source, **counts.get(name, {})) for name in "abc"]
    made = cell([*devices, device("taker", Taker, **counts.get("taker", {}))], wires)
    return values(after(made, steps), "taker.x_kw")


def test_a_wire_carries_what_its_source_gives_in_the_same_step() -> None:
    assert given("a.x_kw -> taker.x_kw", steps=3) == [3.0]


def test_a_late_wire_carries_what_its_source_gave_one_step_before() -> None:
    assert given("a.x_kw ~> taker.x_kw", steps=3) == [2.0]


def test_a_late_wire_begins_with_what_its_source_shows_at_the_start() -> None:
    assert given("a.x_kw ~> taker.x_kw", a={"base_kw": 50.0}) == [50.0]


def test_a_source_further_down_in_the_file_still_acts_first() -> None:
    devices = [device("taker", Taker), device("a", Source)]
    made = after(cell(devices, ["a.x_kw -> taker.x_kw"]), 1)
    assert values(made, "taker.y_kw") == [1.0]


def test_an_input_without_a_wire_keeps_its_default() -> None:
    assert given() == [-1.0]


def test_an_input_without_a_wire_keeps_what_it_was_given() -> None:
    assert given(taker={"x_kw": 4.0}) == [4.0]


def test_equal_counts_meet_unit_by_unit() -> None:
    several = {"each": 3}
    found = given(
        "a.x_kw -> taker.x_kw", a={"base_kw": [10.0, 20.0, 30.0], **several}, taker=several
    )
    assert found == [11.0, 21.0, 31.0]


def test_one_meets_many() -> None:
    assert given("a.x_kw -> taker.x_kw", taker={"each": 3}) == [1.0, 1.0, 1.0]


def test_many_into_one_are_summed() -> None:
    found = given("a.x_kw -> taker.x_kw", a={"base_kw": [10.0, 20.0, 30.0], "each": 3})
    assert found == [63.0]


HUGE = 2.0**70  # swallows what is added to it


def test_many_are_summed_in_the_order_of_their_units() -> None:
    bases = [HUGE, 512.0, -HUGE, 0.0]
    found = given("a.x_kw -> taker.x_kw", a={"base_kw": bases, "each": 4})
    assert found == [1.0]


def test_wires_into_one_input_are_summed_in_the_order_of_the_file() -> None:
    wires = ["b.x_kw -> taker.x_kw", "a.x_kw -> taker.x_kw", "c.x_kw -> taker.x_kw"]
    found = given(*wires, a={"base_kw": -HUGE}, b={"base_kw": HUGE}, c={"base_kw": 7.0})
    assert found == [8.0]


def test_wires_of_fleets_into_one_input_are_summed_unit_by_unit() -> None:
    counts: Any = {"a": {"each": 2, "base_kw": [10.0, 20.0]}, "taker": {"each": 2}}
    wires = ["a.x_kw -> taker.x_kw", "b.x_kw -> taker.x_kw"]
    assert given(*wires, b={"base_kw": 100.0}, **counts) == [112.0, 122.0]


def test_a_late_wire_and_one_of_the_same_step_meet_in_either_order() -> None:
    late, now = "a.x_kw ~> taker.x_kw", "b.x_kw -> taker.x_kw"
    tens: Any = {"a": {"base_kw": 10.0}, "b": {"base_kw": 20.0}}
    assert given(late, now, steps=3, **tens) == given(now, late, steps=3, **tens) == [35.0]


def test_at_names_the_source_of_each_target() -> None:
    three = {"each": 3, "base_kw": [10.0, 20.0, 30.0]}
    found = given(wire("a.x_kw -> taker.x_kw", [2, 0]), a=three, taker={"each": 2})
    assert found == [31.0, 11.0]


def test_at_names_the_target_of_each_source() -> None:
    three = {"each": 3, "base_kw": [10.0, 20.0, 30.0]}
    found = given(wire("a.x_kw -> taker.x_kw", [1, 0, 1]), a=three, taker={"each": 2})
    assert found == [21.0, 42.0]


def grouped(text: str, source: int, target: int) -> list[Any]:
    """Two sites, each with some sources and some takers."""
    units = 2 * source
    devices = [
        device("site.a", Source, groups=2, each=source, base_kw=[10.0 * k for k in range(units)]),
        device("site.taker", Taker, groups=2, each=target),
    ]
    return values(after(cell(devices, [text]), 1), "site.taker.x_kw")


def test_within_a_group_one_meets_the_many_of_its_own_site() -> None:
    assert grouped("site.a.x_kw -> site.taker.x_kw", 1, 3) == [1.0, 1.0, 1.0, 11.0, 11.0, 11.0]


def test_within_a_group_many_are_summed_in_their_own_site() -> None:
    assert grouped("site.a.x_kw -> site.taker.x_kw", 3, 1) == [33.0, 123.0]


def test_within_a_group_equal_counts_meet_unit_by_unit() -> None:
    assert grouped("site.a.x_kw -> site.taker.x_kw", 2, 2) == [1.0, 11.0, 21.0, 31.0]


def test_whole_numbers_and_truths_are_carried_as_they_are() -> None:
    wires = ["a.steps -> taker.whole", "a.odd -> taker.truth"]
    made = after(cell([device("a", Source), device("taker", Taker)], wires), 3)
    assert (values(made, "taker.whole"), values(made, "taker.truth")) == ([3], [True])


def test_a_device_that_is_switched_off_leaves_the_default_of_what_it_feeds() -> None:
    assert given("a.x_kw -> taker.x_kw", a={"enabled": False}) == [-1.0]


def test_of_several_sources_those_that_are_switched_off_add_nothing() -> None:
    wires = ["a.x_kw -> taker.x_kw", "b.x_kw -> taker.x_kw"]
    assert given(*wires, steps=3, a={"enabled": False}) == [3.0]


def test_where_all_sources_are_switched_off_the_default_is_left() -> None:
    wires = ["a.x_kw -> taker.x_kw", "b.x_kw ~> taker.x_kw"]
    off = {"enabled": False}
    assert given(*wires, steps=2, a=off, b=off) == [-1.0]


def test_a_device_that_is_switched_off_takes_no_steps() -> None:
    made = cell([device("taker", Taker, enabled=False)])
    assert values(after(made, 2), "taker.calls") == []


def test_a_slow_device_is_given_its_inputs_when_it_acts() -> None:
    devices = [device("a", Source), device("taker", Taker, period_s=4.0)]
    made = after(cell(devices, ["a.x_kw ~> taker.x_kw"], scenario(12.0)), 7)
    assert values(made, "taker.x_kw") == [4.0]
