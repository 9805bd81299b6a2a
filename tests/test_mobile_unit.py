"""Trucks: when they come, that they are the set they carry, and what a tour adds up to."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from components.genset import Genset
from components.mobile_unit import MobileUnit
from tests.components import diesel
from tests.components.island import turning
from tests.mobile import AT_ONCE, DAY, FINE, FIXED, event, fixed, sent, stages, total
from tests.mosaik_world import Ran, same
from twin.processes import TwinEnvironment

HOUR = 3600.0
QUICK = "start_s = 0.0\nstart_fuel_l = 0.0"
MINUTE = "horizon_s = 60\nstep_s = 1\nsync_s = 1\n" + FINE
STEP = event("load.p_set_kw", 20, 90.0)


def alike(truck: Ran, alone: Ran) -> None:
    """All signals of a site with a truck are those of the site with a fixed set, bit for bit."""
    told = alone.run.signals
    assert truck.run.signals[told.columns].equals(told)


@pytest.mark.parametrize("start", [QUICK, "start_s = 5.0"])
def test_a_spinning_truck_is_a_fixed_set_bit_for_bit(tmp_path: Path, start: str) -> None:
    """Coarse, through a load step at a millisecond, and coarse again."""
    spinning = sent(tmp_path, "stand_by = true\nspins = true", MINUTE + STEP, start, out="truck")
    alone = fixed(tmp_path, MINUTE + STEP, start + "\nrun_cmd = true", out="alone")
    assert total(alone, "genset.energy_kwh") > 0.5
    alike(spinning, alone)


def test_a_truck_without_stages_is_a_fixed_set_that_is_started_then(tmp_path: Path) -> None:
    called = sent(tmp_path, AT_ONCE, MINUTE + event("truck.call", 10) + STEP, QUICK, out="truck")
    times = MINUTE + event("genset.run_cmd", 10) + STEP
    alike(called, fixed(tmp_path, times, QUICK, out="alone"))


class Carried(Genset):
    """A set that a truck commands: what it is told comes from the process of a unit that spins."""

    def fine_offer(self, dt_s: float) -> None:
        self.run_cmd = TRUCKS[-1].run_cmd
        super().fine_offer(dt_s)


TRUCKS: list[MobileUnit] = []


def carried(*args: Any, **values: Any) -> Genset:
    env, truck = TwinEnvironment(), MobileUnit(depot="north", stand_by=True, spins=True)
    env.process(truck.process(env))
    env.run(until=1.0)
    TRUCKS.append(truck)
    genset = turning(*args, **values)
    genset.__class__ = Carried
    genset.run_cmd = False
    return genset


@pytest.mark.parametrize("name", ["iso", "droop", "iso_bess"])
def test_the_set_on_a_truck_follows_the_diesel_island(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """C2 of the reference, 1 mHz allowed."""
    monkeypatch.setattr(diesel, "turning", carried)
    assert diesel.worst_mhz(name, 0.001) < 1.0


@pytest.mark.parametrize("name", ["no_delay", "delay_1s"])
def test_the_set_on_a_truck_follows_the_published_machine(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """C1 of the reference, 3 mHz allowed."""
    monkeypatch.setattr(diesel, "turning", carried)
    assert diesel.worst_on_network_mhz(name) < 3.0


CALL = event("truck.call", 600, for_s=36000)


def test_a_tour_passes_its_stages_in_order(tmp_path: Path) -> None:
    """Called at 600 s: each stage 600 s, a drive 3600 s; taken back at 36600 s."""
    assert stages(sent(tmp_path, times=DAY + CALL)) == [
        (600.0, "deciding"),
        (1200.0, "mobilising"),
        (1800.0, "driving"),
        (5400.0, "connecting"),
        (6000.0, "running"),
        (36600.0, "stopping"),
        (36660.0, "packing"),
        (37260.0, "returning"),
        (40860.0, "idle"),
    ]


def test_its_set_runs_from_the_cable_to_the_end_of_the_call(tmp_path: Path) -> None:
    """The order to run is heard in the step in which it is given."""
    ran = sent(tmp_path, times=DAY + CALL, genset=QUICK)
    assert total(ran, "genset.run_h") == pytest.approx((36600.0 - 6000.0) / HOUR)


def test_hard_wired_it_takes_hours_more(tmp_path: Path) -> None:
    hard = "\n".join(f"hard_{end}_s = 10800.0" for end in ("low", "mode", "high"))
    ran = sent(tmp_path, f'{FIXED}\nconnection = "hard_wired"\n{hard}', DAY + CALL)
    assert (16200.0, "running") in stages(ran)


def test_hours_of_its_stages_and_costs_add_up(tmp_path: Path) -> None:
    prices = "drive_usd_per_km = 2.0\nlabour_usd_per_h = 30.0\ntrip_usd = 50.0"
    ran = sent(tmp_path, f"{FIXED}\n{prices}\nrent_usd_per_y = 73000.0", DAY + CALL)
    hours = {
        name: total(ran, f"truck.{name}_h")
        for name in ("deciding", "mobilising", "driving", "connecting", "running")
    }
    sixth = pytest.approx(1.0 / 6.0)
    assert hours == {
        "deciding": sixth,
        "mobilising": sixth,
        "driving": pytest.approx(2.0),
        "connecting": pytest.approx(2.0 / 6.0),
        "running": pytest.approx(30600.0 / HOUR),
    }
    away_h = (40860.0 - 1800.0) / HOUR
    cost = 50.0 + 2.0 * 100.0 + 30.0 * away_h + 73000.0 / 365.0
    assert total(ran, "truck.cost_usd") == pytest.approx(cost)
    assert total(ran, "truck.drive_fuel_l") == pytest.approx(0.35 * 100.0)


def test_idle_years_are_paid_by_the_day(tmp_path: Path) -> None:
    times = "horizon_s = 864000\nstep_s = 900\nsync_s = 900\n"
    ran = sent(tmp_path, "rent_usd_per_y = 36500.0", times)
    assert total(ran, "truck.cost_usd") == pytest.approx(1000.0)
    assert total(ran, "truck.trip_count") == 0.0


def test_an_order_taken_back_in_time_sends_nobody(tmp_path: Path) -> None:
    ran = sent(tmp_path, times=DAY + event("truck.call", 600, for_s=900))
    assert stages(ran)[-2:] == [(1200.0, "mobilising"), (1800.0, "idle")]
    assert total(ran, "truck.driven_km") == 0.0


def test_what_has_left_arrives_and_goes_home(tmp_path: Path) -> None:
    ran = sent(tmp_path, times=DAY + event("truck.call", 600, for_s=1800))
    assert total(ran, "truck.visit_count") == 1.0
    assert total(ran, "genset.start_count") == 0.0


def test_a_closed_road_keeps_it_back(tmp_path: Path) -> None:
    closed = event("truck.road_open", 0, "false", for_s=7200)
    assert (7200.0, "driving") in stages(sent(tmp_path, times=DAY + CALL + closed))


def test_standing_by_it_starts_when_called_without_a_drive(tmp_path: Path) -> None:
    ran = sent(tmp_path, "stand_by = true", DAY + CALL, QUICK)
    assert total(ran, "truck.driven_km") == 0.0
    assert total(ran, "genset.run_h") == pytest.approx(10.0)
    assert stages(ran)[-1] == (36600.0, "standing_by")


def test_a_trailer_is_left_and_fetched_by_another_team(tmp_path: Path) -> None:
    """Four ways of 50 km; away twice: 1.17 h + 1 h, and 1 h + 0.17 h + 1 h."""
    ran = sent(tmp_path, FIXED + '\nkind = "trailer"', DAY + CALL)
    assert total(ran, "truck.driven_km") == 200.0
    assert total(ran, "truck.trip_count") == 2.0
    assert total(ran, "truck.away_h") == pytest.approx(2.0 * (2.0 + 1.0 / 6.0))


def test_the_process_alone_has_the_times_that_it_has_in_a_run(tmp_path: Path) -> None:
    ran = sent(tmp_path, times="seed = 3\n" + DAY + CALL, truck="")
    env = TwinEnvironment(seed=3)
    alone = MobileUnit(depot="north")
    env.name(alone, "truck[0]")
    env.process(alone.process(env))

    def call() -> Any:
        for at_s, value, engine in ((600.0, True, 2), (36600.0, False, 0)):
            yield env.timeout(at_s - env.now)
            env.put(alone, "engine_mode", engine if value else alone.engine_mode)
            env.put(alone, "call", value)
        yield env.timeout(60.0)  # a step later the set is heard to have stopped
        env.put(alone, "engine_mode", 0)

    env.process(call())
    env.run(until=86400.0)
    for name in ("waited_h", "driving_h", "connecting_h", "away_h"):
        assert getattr(alone, name) == total(ran, f"truck.{name}") > 0.0


def test_exploded_it_is_the_same(tmp_path: Path) -> None:
    short = "seed = 3\nhorizon_s = 28800\nstep_s = 60\nsync_s = 60\n"
    short += event("truck.call", 600, for_s=14400)
    fused, exploded = (
        sent(tmp_path, "", short, out=out, exploded=out == "exploded").run
        for out in ("fused", "exploded")
    )
    same(fused, exploded)


def test_milliseconds_are_not_disturbed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """20 s at 1 ms and a whole tour: the loop is called once an exchange, not once a step."""
    from twin.cell_sim import CellSim

    calls = []
    plain = CellSim.step

    def counted(self: CellSim, time: int, inputs: Any, max_advance: int) -> int:
        calls.append(time)
        return plain(self, time, inputs, max_advance)

    monkeypatch.setattr(CellSim, "step", counted)
    times = "horizon_s = 7200\nstep_s = 60\nsync_s = 60\n" + FINE + event("load.p_set_kw", 60, 50.0)
    dispatch = event("truck.call", 120)
    ran = sent(tmp_path, times=times + dispatch)
    steps = ran.run.meta["steps"]
    print(f"{len(calls)} calls for {steps} steps")
    assert steps > 40000
    assert len(calls) < 200
