from __future__ import annotations

import dataclasses
from typing import Any

import numpy as np
import pytest

from tests.engine import Tape, cell, device, driven, guarded, scenario, tape, zoomed
from tests.engine_components.flaky import WAYS, Flaky
from tests.engine_components.taker import Taker
from twin.cell import Cell
from twin.failure import CellFailure
from twin.scenario import Record, Scenario

HOUR_S = 3600.0


def fleet(way: str, unit: int, at_s: float, when: Scenario, **layout: Any) -> Cell:
    """A fleet of which one unit fails, at the step from an instant on."""
    made = device(layout.pop("name", "fleet"), Flaky, **layout)
    ways, times = np.zeros(made.units, np.int64), np.zeros(made.units)
    ways[unit], times[unit] = WAYS.index(way), at_s
    values = {"way": ways, "fail_at_s": times}
    return cell([dataclasses.replace(made, values=values)], when=when, in_python=False)


def failure(made: Cell) -> CellFailure:
    with pytest.raises(CellFailure) as raised:
        guarded(made).advance(made.calendar.end)
    return raised.value


SAID = {
    "divide": "fleet[700] raised ZeroDivisionError: float division by zero",
    "root": "fleet[700] raised ValueError: math domain error",
    "refuse": "fleet[700] raised ValueError: this cannot be",
    "nan": "fleet[700].level_pu became nan",
    "inf": "fleet[700].level_pu became inf",
    "blip": "fleet[700].y_kw became nan",
}


@pytest.mark.parametrize("way", SAID)
def test_the_unit_the_field_and_the_time_of_a_failure_are_named(way: str) -> None:
    found = failure(fleet(way, 700, 700.0, scenario(HOUR_S), each=1000))
    place = " (flaky.py:" if " raised " in SAID[way] else " in the step"
    assert (str(found).partition(place)[0], found.t_s) == (SAID[way], 700.0)


def test_what_is_raised_is_told_with_its_line() -> None:
    found = failure(fleet("refuse", 2, 0.0, scenario(), each=3))
    line = Flaky.step.__code__.co_firstlineno + 11
    assert f"(flaky.py:{line}) in the step from 0 s" in str(found)


def test_a_failure_after_many_steps_is_found_at_its_step() -> None:
    assert failure(fleet("nan", 1, 9_876.0, scenario(3 * HOUR_S), each=3)).t_s == 9_876.0


def test_a_failure_in_the_very_last_step_is_found() -> None:
    assert failure(fleet("nan", 1, 59.0, scenario(60.0), each=3)).t_s == 59.0


def test_a_failure_in_a_zoom_is_found_at_its_step() -> None:
    found = failure(fleet("divide", 0, 7.042, zoomed(7.0)))
    assert found.t_s == pytest.approx(7.042, abs=0.0011)


def test_a_unit_of_a_group_is_named_by_its_site() -> None:
    made = fleet("nan", 13, 5.0, scenario(), name="site.flaky", groups=5, each=3)
    assert failure(made).unit == "site[4].flaky[1]"


def test_a_single_device_is_named_without_a_number() -> None:
    assert failure(fleet("nan", 0, 5.0, scenario())).unit == "fleet"


def test_the_first_of_those_that_fail_is_named() -> None:
    when = scenario(HOUR_S)
    made = fleet("nan", 3, 900.0, when, each=5)
    made.rows("fleet")["way"][1] = WAYS.index("inf")
    made.rows("fleet")["fail_at_s"][1] = 901.0
    assert failure(made).unit == "fleet[3]"


def test_it_is_named_also_when_the_cell_was_called_many_times() -> None:
    made = fleet("nan", 1, 333.0, scenario(HOUR_S), each=3)
    guard = guarded(made)
    for until in range(1, 334):
        guard.advance(until)
    with pytest.raises(CellFailure, match=r"^fleet\[1\].level_pu became nan in the step from 333"):
        guard.advance(334)


def test_what_arrived_from_others_is_replayed() -> None:
    made = cell([device("a", Taker)], when=scenario(100.0))
    guard = guarded(made)
    for now in range(100):
        guard.take({"own a.x_kw": [float(now)], "own a.gain_pu": [1e308 if now == 42 else 1.0]})
        if now < 42:
            guard.advance(now + 1)
            continue
        with pytest.raises(CellFailure, match=r"^a.y_kw became inf in the step from 42 s"):
            guard.advance(now + 1)
        break
    assert guard.now == 42


def test_what_its_profile_brought_is_replayed() -> None:
    huge = driven([0.0, 50.0, 60.0, 100.0], [1.0, 1e308, 1.0, 1.0])
    taker = device("a", Taker, gain_pu=10.0)
    made = cell([taker], when=scenario(100.0), driven={("a", "x_kw"): huge})
    assert str(failure(made)) == "a.y_kw became inf in the step from 50 s"


def test_a_cell_that_stopped_early_is_replayed_as_it_went() -> None:
    made = cell([device("a", Taker)], when=scenario(100.0), watched=[("a", "y_kw")])
    guard = guarded(made)
    guard.take({"own a.x_kw": [5.0]})
    guard.advance(50)  # stops after its first step: the watched output changed
    guard.take({"own a.x_kw": [1e308], "own a.gain_pu": [10.0]})
    with pytest.raises(CellFailure, match=r"^a.y_kw became inf in the step from 1 s"):
        guard.advance(50)


def test_what_was_recorded_before_a_failure_is_kept() -> None:
    made = fleet("refuse", 0, 7.0, scenario(), each=3)
    sink = tape(made)
    failure(made)
    assert len(sink.lines) == 7


def test_a_sound_fleet_is_the_same_with_and_without_its_guard() -> None:
    when = scenario(100.0, record=Record(every_s=10.0))
    plain, watched = (fleet("sound", 0, 0.0, when, each=3) for _ in range(2))
    sinks = tape(plain), tape(watched)
    plain.advance(plain.calendar.end)
    guarded(watched).advance(watched.calendar.end)
    assert sinks[0] == sinks[1] != Tape()
