"""SimPy processes beside the cell: when they act, what they share, how often the cell is called."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

import twin.world
from tests.mosaik_components.tanker import Tanker
from tests.mosaik_world import Ran, done, run, write
from twin.cell_sim import CellSim
from twin.load import load_topology
from twin.problems import Problems
from twin.processes import TwinEnvironment
from twin.worldplan import plan_world

MINUTES = "horizon_s = 600\nstep_s = 60\n"
BELL = '[device.bell]\ntype = "bell"\nevery_s = 90.0\n'
EYE = '[device.eye]\ntype = "witness"\nwires = ["bell.stroke_count {} tally"]\n'
SUPPLY = """
[device.tank]
type = "tank"
count = 2
start_l = [500, 480]
burn_l_per_h = {burn}
wires = ["tanker.brought_l -> brought_l"]
[device.gauge]
type = "gauge"
count = 2
wires = ["tank.level_l ~> level_l", "tanker.brought_l ~> brought_l"]
[device.tanker]
type = "tanker"
count = 2
wires = ["gauge.order_count ~> order_count"]
"""


def test_an_instant_between_two_steps_is_seen_at_the_next(tmp_path: Path) -> None:
    ran = done(tmp_path, BELL + EYE.format("->"), "horizon_s = 180\nstep_s = 60\n")
    assert (ran.last("bell.last_s"), ran.last("eye.changed_s")) == (90.0, 120.0)


def test_over_a_late_wire_it_is_seen_one_step_later(tmp_path: Path) -> None:
    ran = done(tmp_path, BELL + EYE.format("~>"), "horizon_s = 240\nstep_s = 60\n")
    assert ran.last("eye.changed_s") == 180.0


@pytest.mark.parametrize("arrow", ["->", "~>"])
def test_it_is_seen_at_the_same_step_where_a_step_is_many_ticks(tmp_path: Path, arrow: str) -> None:
    """A window of fine steps makes ticks short; the bell rings long before it."""
    far = '[[event]]\nat_s = 480\nset = "bell.muted"\nto = true\n'
    fine = "fine_step_s = 1.0\nfine_sync_s = 1.0\nfine_for_s = 60\n"
    topology = BELL.replace("90.0", "130.0") + EYE.format(arrow)
    ran = done(tmp_path, topology, MINUTES + fine + far)
    column = ran.run["eye.last_tally"]
    seen = column.index[column.diff() > 0].tolist()
    assert seen == ({"->": [240.0, 360.0, 480.0], "~>": [300.0, 420.0, 481.0]})[arrow]


def test_a_world_of_processes_alone(tmp_path: Path) -> None:
    ran = done(tmp_path, BELL, MINUTES)
    assert ran.run["bell.stroke_count"].tolist() == [0, 1, 2, 2, 3, 4, 4, 5, 6, 6]


def test_its_counters_are_events_and_totals_of_the_run(tmp_path: Path) -> None:
    ran = done(tmp_path, BELL, MINUTES)
    told = ran.run.events[["t_s", "unit", "field", "value"]].to_numpy().tolist()
    assert told[:2] == [[120.0, "bell", "stroke_count", 1], [180.0, "bell", "stroke_count", 2]]
    assert ran.run.totals["bell.stroke_count"] == 6


def test_an_event_of_the_scenario_reaches_it_at_its_instant(tmp_path: Path) -> None:
    mute = '[[event]]\nat_s = 360\nset = "bell.muted"\nto = true\n'
    ran = done(tmp_path, BELL, MINUTES + mute)
    assert ran.last("bell.last_s") == 270.0


def test_a_process_begins_with_what_its_sources_hold(tmp_path: Path) -> None:
    """A tanker that took its orders for none would bring nothing for those before the start."""
    topology = SUPPLY.format(burn=0.0).replace(
        'type = "gauge"', 'type = "gauge"\norder_count = [1, 0]'
    )
    ran = done(tmp_path, topology, "horizon_s = 14400\nstep_s = 60\n")
    assert ran.last("tanker.brought_l:max") == 400.0


def year(folder: Path, out: str = "run") -> Ran:
    """A year in minutes; two tanks that are filled up 50 times each."""
    times = "horizon_s = 31536000\nstep_s = 60\nsync_s = 3600\n[record]\nevery_s = 3600\n"
    topology = SUPPLY.format(burn=2.25).replace("~> brought", "-> brought")
    return done(folder, topology, times, out)


def test_a_year_with_two_hundred_deliveries_takes_a_few_hundred_calls(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    calls = []
    plain = CellSim.step

    def counted(self: CellSim, time: int, inputs: Any, max_advance: int) -> int:
        calls.append(time)
        return plain(self, time, inputs, max_advance)

    monkeypatch.setattr(CellSim, "step", counted)
    ran = year(tmp_path)
    trips = ran.last("tanker.trip_count:sum")
    assert trips == 100
    assert len(calls) <= 3 * trips + twin.world.PIECES  # ordered, there, and back again


def test_how_often_a_world_is_looked_at_changes_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    runs = []
    for pieces in (3, 50):
        monkeypatch.setattr(twin.world, "PIECES", pieces)
        runs.append(year(tmp_path, out=f"in-{pieces}").run)
    assert runs[0].signals.equals(runs[1].signals)
    assert runs[0].events.equals(runs[1].events)


def test_crews_that_tankers_share_make_one_wait_for_the_other(tmp_path: Path) -> None:
    topology = SUPPLY.format(burn=36.0).replace("[500, 480]", "500")
    ran = done(tmp_path, topology, "horizon_s = 72000\nstep_s = 60\n")
    first, second = ran.last("tanker.last_s:min"), ran.last("tanker.last_s:max")
    assert second - first == 2 * 7200.0


def test_a_process_keeps_the_times_that_it_has_in_simpy_alone(tmp_path: Path) -> None:
    topology = SUPPLY.format(burn=36.0).replace("count = 2\n", "").replace("[500, 480]", "500")
    topology = topology.replace('type = "tanker"', 'type = "tanker"\ntravel_s = 3333.3')
    ran = done(tmp_path, topology, "horizon_s = 90000\nstep_s = 60\n")
    ordered = ran.run.events.query("unit == 'gauge' and text == 'true'")["t_s"]
    env = TwinEnvironment()
    alone = Tanker(travel_s=3333.3)
    env.process(alone.process(env))

    def order() -> Any:
        for number, begin_s in enumerate(ordered):
            yield env.timeout(begin_s + 60.0 - env.now)  # a step is seen at its end
            env.put(alone, "order_count", number + 1)

    env.process(order())
    env.run(until=90000.0)
    assert ran.last("tanker.last_s") == alone.last_s > 80000.0


def test_what_a_process_raises_ends_the_run_with_its_name_and_the_time(tmp_path: Path) -> None:
    ran = run(tmp_path, '[device.bell]\ntype = "bell"\ncracks_s = 200.0\n', MINUTES)
    assert ran.outcome.status == "failed"
    assert ran.outcome.reason.startswith("bell raised ValueError: cracked in the step from 20")


@pytest.mark.parametrize(
    ("more", "said"),
    [
        (BELL + "period_s = 60\n", "bell  is a process, which has no period"),
        (
            BELL + '[device.tanker]\ntype = "tanker"\n'
            'wires = ["bell.stroke_count ~> order_count"]\n',
            "joins two processes; they share an environment",
        ),
        ('[device.processes]\ntype = "bell"\n', "is the name of a simulator of its own"),
    ],
)
def test_what_a_process_cannot_have_is_refused(tmp_path: Path, more: str, said: str) -> None:
    path = write(tmp_path, more, MINUTES)
    with pytest.raises(Problems, match=said):
        plan_world(load_topology(path.parent / "topology.toml"))
