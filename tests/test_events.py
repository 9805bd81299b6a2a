"""Ramps, dips and repetitions: what becomes of the events of a file, and what devices see."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.engine import after, cell, device, finished, scenario, topology, values
from tests.engine_components.taker import Taker
from tests.mosaik_world import done, write
from tests.small_runs import SCENARIO, run_small, write_small
from twin.calendar import make_calendar
from twin.catalog import add_folder
from twin.cell import Cell
from twin.drive import driven_inputs
from twin.load import load_scenario
from twin.problems import Problems
from twin.profiles import mean_over
from twin.ramps import ramps
from twin.run import open_run
from twin.scenario import Event, Scenario, Zoom

HERE = Path(__file__).parent
DAY = HERE / "sample_topologies" / "small_site" / "day.toml"
LIGHT = "site.lamp.dimmed_pu"


@pytest.fixture(scope="module", autouse=True)
def sample_components() -> None:
    add_folder(HERE / "sample_components")


def day(*events: dict[str, Any], **overrides: Any) -> Scenario:
    """A day of the small site in which this happens, whatever the file says of events."""
    given = {key.replace("__", "."): value for key, value in overrides.items()}
    return load_scenario(DAY, given | {"event": list(events)})[0]


def told(found: Scenario) -> list[tuple[float, Any]]:
    return [(event.at_s, event.value) for event in found.events]


def test_a_dip_is_an_event_and_another_that_takes_it_back() -> None:
    found = day({"at_s": 60, "set": LIGHT, "to": 0.3, "for_s": 0.15})
    assert told(found) == [(60.0, 0.3), (60.15, 1.0)]


def test_units_that_are_unlike_come_back_to_what_each_was() -> None:
    dark = {"at_s": 60, "set": "site.lamp.bulbs", "to": 0, "for_s": 5}
    found = day(dark, site__lamp__bulbs=[1, 2, 3, 4])
    assert told(found)[1] == (65.0, (1.0, 1.0, 2.0, 2.0, 3.0, 3.0, 4.0, 4.0))


def test_a_dip_comes_back_to_what_an_earlier_event_had_set() -> None:
    dip = {"at_s": 60, "set": LIGHT, "to": 0.3, "for_s": 1}
    found = day(dip, {"at_s": 50, "set": LIGHT, "to": 0.8})
    assert told(found) == [(50.0, 0.8), (60.0, 0.3), (61.0, 0.8)]


def test_what_is_set_as_a_dip_ends_holds_whichever_stands_first_in_the_file() -> None:
    events = [
        {"at_s": 61, "set": LIGHT, "to": 0.8},
        {"at_s": 60, "set": LIGHT, "to": 0.3, "for_s": 1},
    ]
    assert told(day(*events))[-1] == told(day(*reversed(events)))[-1] == (61.0, 0.8)


CASCADE = {"at_s": 60, "set": "site.lamp.lit", "to": False, "for_s": 0.1, "times": 6}
CASCADE |= {"every_s": 16.4}


def test_six_faults_in_82_s_are_six_dips() -> None:
    """The sequence of 10 July 2024 that NERC reported: reference/coupling.md."""
    begins = [at_s for at_s, value in told(day(CASCADE)) if value == 0.0]
    assert begins == pytest.approx([60.0, 76.4, 92.8, 109.2, 125.6, 142.0], abs=1e-12)


def test_each_dip_and_each_end_of_one_opens_a_fine_window() -> None:
    times = {"fine_for_s": 1.0, "fine_sync_s": 0.1, "step_s": 1.0, "sync_s": 1.0}
    found = make_calendar(day(CASCADE | {"for_s": 3.0}, **times))
    fine = found.segments[found.segments[:, 5] == 1]
    assert len(fine) == 12


def test_a_zoom_opens_one_without_an_event() -> None:
    zoom = {"zoom": [{"at_s": 900}, {"at_s": 3600, "for_s": 300}]}
    found = make_calendar(day(sync_s=300, **zoom))
    fine = found.segments[found.segments[:, 5] == 1, :2]
    assert np.asarray(found.seconds(fine)).tolist() == [[900.0, 960.0], [3600.0, 3900.0]]


def ramp(at_s: float, value: float, over_s: float, *units: int) -> Event:
    return Event(at_s, "a", units or (0,), "x_kw", value, over_s)


def ramped(when: Scenario, units: int = 1, **given: Any) -> Cell:
    """Takers that a scenario drives."""
    one = device("a", Taker, each=units, **given)
    return cell([one], when=when, driven=ramps({"a": one}, when))


@pytest.mark.parametrize("step_s", [0.5, 5.0, 20.0, 60.0, 120.0])
def test_the_energy_of_a_ramp_is_the_same_at_any_step(step_s: float) -> None:
    """-1 kW until 30 s, then up to 8 kW at 90 s: -30 + 210 + 240 kWs."""
    made = finished(ramped(scenario(120.0, step_s, events=(ramp(30.0, 8.0, 60.0),))))
    assert values(made, "a.x_kwh")[0] == pytest.approx(420.0 / 3600.0, rel=1e-12)


def test_it_is_the_same_through_a_zoom() -> None:
    fine = {"fine_step_s": 0.001, "fine_sync_s": 0.01, "fine_for_s": 1.0}
    when = scenario(120.0, 4.0, events=(ramp(30.0, 8.0, 60.0),), zooms=(Zoom(37.0, 2.0),), **fine)
    assert values(finished(ramped(when)), "a.x_kwh")[0] == pytest.approx(420.0 / 3600.0)


def test_a_device_sees_the_mean_of_a_ramp_over_its_step() -> None:
    made = ramped(scenario(60.0, 10.0, events=(ramp(15.0, 5.0, 20.0),)), x_kw=1.0)
    seen = [values(after(made, 1), "a.x_kw")[0] for _ in range(5)]
    assert seen == pytest.approx([1.0, 1.25, 3.0, 4.75, 5.0])


def test_a_slow_device_sees_the_mean_over_its_own_period() -> None:
    made = ramped(scenario(120.0, 10.0, events=(ramp(0.0, 6.0, 60.0),)), period_s=60.0, x_kw=0.0)
    assert [values(after(made, 1), "a.x_kw")[0] for _ in range(7)] == [3.0] * 6 + [6.0]


def test_units_that_no_event_names_keep_what_they_hold() -> None:
    when = scenario(20.0, 10.0, events=(ramp(0.0, 4.0, 10.0, 1, 2),))
    made = after(ramped(when, units=4, x_kw=[1.0, 2.0, 0.0, 7.0]), 1)
    assert values(made, "a.x_kw") == [1.0, 3.0, 2.0, 7.0]


def test_what_is_set_before_and_after_a_ramp_stands_at_its_step() -> None:
    events = (ramp(10.0, 2.0, 0.0), ramp(20.0, 6.0, 20.0), ramp(40.0, 1.0, 0.0))
    made = ramped(scenario(50.0, 10.0, events=events), x_kw=0.0)
    assert [values(after(made, 1), "a.x_kw")[0] for _ in range(5)] == [0.0, 2.0, 3.0, 5.0, 1.0]


HAPPENED = st.lists(
    st.tuples(st.integers(0, 6), st.floats(-10, 10), st.integers(0, 9)), min_size=1, max_size=6
)


@settings(deadline=None)
@given(HAPPENED, st.sampled_from([1.0, 3.0, 7.0]))
def test_the_loop_and_the_exchange_see_the_same_means(
    happened: list[tuple[int, float, int]], step_s: float
) -> None:
    """One after the other, each some seconds after the last has ended, set or moved."""
    events, now_s = [], 0.0
    for wait_s, value, over_s in happened:
        events.append(ramp(now_s + wait_s, value, float(over_s)))
        now_s = events[-1].at_s + over_s
    events.append(ramp(now_s, 3.0, 1.0))
    when = scenario(126.0, step_s, events=tuple(events))
    made = ramped(when)
    seen = [values(after(made, 1), "a.x_kw")[0] for _ in range(int(126.0 / step_s))]
    (profile,) = ramps({"a": device("a", Taker)}, when)["a", "x_kw"].profiles
    edges = np.arange(0.0, 126.0 + step_s, step_s)
    assert seen == pytest.approx(mean_over(profile, edges[:-1], edges[1:]), abs=1e-9)


def test_a_device_that_is_switched_off_keeps_its_place_with_no_units() -> None:
    when = scenario(events=(Event(1.0, "a", (), "x_kw", 3.0, 2.0),))
    off = device("a", Taker, each=3, enabled=False)
    (found,) = driven_inputs(topology([off]), when).values()
    assert (len(found.profiles), len(found.choice)) == (1, 0)


FURNACE = '[device.furnace]\ntype = "furnace"\ncount = 2\n'
QUARTERS = "horizon_s = 3600\nstep_s = 60\nsync_s = 900\n"


def test_a_device_outside_the_cell_sees_the_mean_of_a_ramp_over_each_exchange(
    tmp_path: Path,
) -> None:
    event = '[[event]]\nat_s = 0\nset = "furnace[1].demand_pu"\nto = 1.0\nover_s = 3600\n'
    ran = done(tmp_path, FURNACE, QUARTERS + event)
    assert ran.run["furnace.wish_kw:max"].tolist() == pytest.approx([1.25, 3.75, 6.25, 8.75])
    assert ran.last("furnace.wish_kw:min") == 0.0


def test_units_outside_the_cell_come_back_to_what_each_was(tmp_path: Path) -> None:
    event = '[[event]]\nat_s = 900\nset = "furnace.demand_pu"\nto = 0.0\nfor_s = 900\n'
    ran = done(tmp_path, f"{FURNACE}demand_pu = [0.2, 0.5]\n", QUARTERS + event)
    assert ran.run["furnace.wish_kw:min"].tolist() == [2.0, 0.0, 2.0, 2.0]
    assert ran.run["furnace.wish_kw:max"].tolist() == [5.0, 0.0, 5.0, 5.0]


def test_an_input_of_a_process_cannot_be_moved_along_a_line(tmp_path: Path) -> None:
    event = '[[event]]\nat_s = 0\nset = "tanker.order_count"\nto = 1\nover_s = 60\n'
    path = write(tmp_path, '[device.tanker]\ntype = "tanker"\n', QUARTERS + event)
    with pytest.raises(Problems, match="over_s"):
        load_scenario(path)


DIPS = 'times = 2\nevery_s = 30.0\nfor_s = 10.0\n[[event]]\nat_s = 1190.0\nset = "echo.delay_s"\n'
DIPS += "to = 3.0\n"


def test_what_the_user_did_stands_among_the_events_of_a_run(tmp_path: Path) -> None:
    ran = run_small(write_small(tmp_path, scenario=SCENARIO + DIPS))
    events = open_run(ran.folder).events
    found = events[events["by"] == "scenario"]
    blinkers = ["site[1].blinker[0]", "site[1].blinker[1]"]
    expected = [(470.0, "false"), (480.0, "true"), (500.0, "false"), (510.0, "true")]
    lines = [(t_s, unit, text) for t_s, text in expected for unit in blinkers]
    assert list(zip(found["t_s"], found["unit"], found["text"], strict=True)) == [
        *lines,
        (1190.0, "echo", ""),
    ]


def test_of_a_run_that_failed_only_what_it_came_to_is_told(tmp_path: Path) -> None:
    way = {"site.flaky.way": ["sound", "refuse", "sound"], "site.flaky.fail_at_s": 480.0}
    ran = run_small(write_small(tmp_path, scenario=SCENARIO + DIPS), overrides=way)
    events = open_run(ran.folder).events
    assert set(events.loc[events["by"] == "scenario", "t_s"]) == {470.0, 480.0}


RAMPED = """
[[event]]
at_s = 300.0
set = "free.x_kw"
to = 7.0
over_s = 400.0
"""


def test_a_run_goes_on_in_the_middle_of_a_ramp(tmp_path: Path) -> None:
    more = '[device.free]\ntype = "taker"\n'
    path = write_small(tmp_path, more, SCENARIO + RAMPED)
    straight = open_run(run_small(path, "straight").folder)
    saved = run_small(path, "saved", snapshots_s=(477.0,))
    onward = open_run(run_small(path, "onward", resume=saved.folder).folder)
    assert onward.signals.equals(straight.signals)
    assert onward.events.equals(straight.events)
