"""Visits and repairs: when crews come, what they bring, and that they are never in two places."""

from __future__ import annotations

import math
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from components.repair import Repair
from components.visit import Visit
from tests.mosaik_world import Ran, done, same
from twin.cell_sim import CellSim
from twin.processes import TwinEnvironment

YEAR_H = 8760.0
YEAR = "horizon_s = 31536000\nstep_s = 900\nsync_s = 3600\n[record]\nevery_s = 3600\n"
QUARTER = YEAR.replace("31536000", "7884000")
TANK = """
[device.sump]
type = "sump"
{sump}
wires = ["visit.refuelled_l -> refuelled_l", "visit.serviced_count -> serviced_count"]
[device.visit]
type = "visit"
{visit}
wires = [
    "sump.fuel_low ~> fuel_low",
    "sump.tank_left_l ~> tank_left_l",
    "sump.service_due ~> service_due",
]
"""
MILL = """
[device.mill]
type = "mill"
{mill}
wires = ["repair.repaired_count -> repaired_count"]
[device.repair]
type = "repair"
{repair}
wires = ["mill.failed ~> failed"]
"""


def supplied(folder: Path, sump: str = "", visit: str = "", times: str = YEAR, **more: Any) -> Ran:
    return done(folder, TANK.format(sump=sump, visit=visit), times, **more)


def total(ran: Ran, name: str) -> float:
    return ran.run.totals[name]


def test_what_is_delivered_is_what_the_tank_gained_and_what_was_burnt(tmp_path: Path) -> None:
    ran = supplied(tmp_path)
    gained_l = total(ran, "sump.tank_left_l") - 500.0
    assert total(ran, "visit.visit_count") > 40
    assert total(ran, "visit.refuelled_l") == pytest.approx(gained_l + total(ran, "sump.burnt_l"))


def test_a_visit_comes_a_lead_time_a_drive_and_a_stay_after_the_call(tmp_path: Path) -> None:
    """500 l at 2 l/h fall below 150 l in the step that ends at 175.25 h; 24 + 1.25 + 1 h."""
    ran = supplied(tmp_path, times=QUARTER)
    brought = ran.run.events.query("field == 'refuelled_l'")["t_s"].iloc[0] / 3600.0
    assert brought == 175.25 + 24.0 + 1.25 + 1.0


def test_a_delivery_is_noted_with_its_litres(tmp_path: Path) -> None:
    """At 201.5 h the tank holds 97 l: what fills it, and no more."""
    ran = supplied(tmp_path, times=QUARTER)
    notes = ran.run.events.query("field == 'refuelled_l'")
    assert notes["value"].iloc[0] == pytest.approx(500.0 - (500.0 - 2.0 * 201.5))
    assert notes["unit"].iloc[0] == "visit"


def test_a_small_tanker_brings_what_it_has_and_comes_again(tmp_path: Path) -> None:
    ran = supplied(tmp_path, visit="tanker_l = 100.0")
    trips = total(ran, "visit.trip_count")
    assert total(ran, "visit.refuelled_l") == pytest.approx(100.0 * trips, abs=100.0)
    assert total(ran, "sump.dry_h") == 0.0


def test_without_a_tanker_the_tank_runs_dry_which_is_an_outcome(tmp_path: Path) -> None:
    ran = supplied(tmp_path, visit="tanker_l = 0.0")
    assert total(ran, "sump.dry_h") == pytest.approx(YEAR_H - 250.0, abs=0.5)


def test_fuel_and_service_come_in_one_trip(tmp_path: Path) -> None:
    """Service each 250 h of a set that burns 2 l/h and calls at 150 of 500 l, about each 200 h."""
    ran = supplied(tmp_path, sump="service_every_h = 250.0", times=QUARTER)
    together, apart = total(ran, "visit.visit_count"), 0.0
    for calls in ("fuel", "service"):
        other = "reorder_l = 0.0" if calls == "service" else ""
        every = "service_every_h = 250.0" if calls == "service" else ""
        burn = "burn_l_per_h = 0.0" if calls == "service" else ""
        alone = supplied(tmp_path, "\n".join((other, every, burn)), times=QUARTER, out=calls)
        apart += total(alone, "visit.visit_count")
    assert total(ran, "visit.serviced_count") >= 6
    assert together < apart


def test_planned_visits_come_by_the_calendar(tmp_path: Path) -> None:
    """Quarterly, as case 3 has it: 500 l last a quarter at 390 l; four visits a year."""
    burns = f"burn_l_per_h = {390.0 / 2190.0!r}\nreorder_l = 0.0"
    ran = supplied(tmp_path, burns, "every_d = 91.0")
    told = ran.run.events.query("field == 'visit_count'")["t_s"] / 86400.0
    assert told.tolist() == pytest.approx([91.1, 182.1, 273.1, 364.1], abs=0.02)
    assert (total(ran, "sump.dry_h"), total(ran, "visit.serviced_count")) == (0.0, 4.0)


def test_a_closed_road_keeps_the_tanker_back(tmp_path: Path) -> None:
    winter = '[[event]]\nat_s = 0\nset = "visit.road_open"\nto = false\nfor_s = 2592000\n'
    ran = supplied(tmp_path, times=QUARTER + winter)
    notes = ran.run.events.query("field == 'refuelled_l'")["t_s"] / 3600.0
    assert notes.iloc[0] == 720.0 + 2.25
    assert total(ran, "sump.dry_h") > 0.0


def test_costs_are_trips_kilometres_and_hours(tmp_path: Path) -> None:
    prices = "trip_usd = 100.0\ndrive_usd_per_km = 0.5\nlabour_usd_per_h = 20.0"
    ran = supplied(tmp_path, visit=prices)
    trips = total(ran, "visit.trip_count")
    assert total(ran, "visit.driven_km") == 100.0 * trips
    assert total(ran, "visit.cost_usd") == pytest.approx(trips * (100.0 + 50.0 + 20.0 * 3.5))


def test_availability_is_that_of_the_closed_form(tmp_path: Path) -> None:
    """MTTF / (MTTF + MTTR + travel), and two steps until the crew hears and is heard."""
    ran = done(tmp_path, MILL.format(mill="", repair="work_h = 8.0"), YEAR)
    up_h, down_h = total(ran, "mill.up_h"), total(ran, "mill.down_h")
    assert up_h + down_h == pytest.approx(YEAR_H)
    repairs = total(ran, "repair.repaired_count")
    assert down_h / repairs == pytest.approx(8.0 + 1.25, abs=0.5)
    assert up_h / YEAR_H == pytest.approx(100.0 / (100.0 + 8.0 + 1.25), abs=5e-3)


def test_parts_come_before_the_crew_leaves(tmp_path: Path) -> None:
    ran = done(tmp_path, MILL.format(mill="", repair="parts_h = 72.0"), QUARTER)
    away = ran.run.events.query("field == 'away' and text == 'true'")["t_s"].iloc[0] / 3600.0
    assert away == 100.0 + 72.0


def stays(ran: Ran, fields: tuple[str, ...] = ("away",)) -> Iterator[tuple[float, float]]:
    """When a crew was out, trip by trip."""
    told = ran.run.events[ran.run.events["field"].isin(fields)]
    for _, own in told.groupby("unit"):
        moments = own["t_s"].tolist()
        yield from zip(moments[::2], moments[1::2], strict=False)


@pytest.mark.parametrize("crews", [1, 2])
def test_a_crew_is_never_in_two_places(tmp_path: Path, crews: int) -> None:
    mills = "count = 5\nlasts_h = [30.0, 31.0, 32.0, 33.0, 34.0]"
    topology = MILL.format(mill=mills, repair=f"count = 5\ncrews_count = {crews}")
    trips = list(stays(done(tmp_path, topology, QUARTER)))
    edges = sorted([(end, -1) for _, end in trips] + [(begin, 1) for begin, _ in trips])
    out = [sum(step for _, step in edges[: place + 1]) for place in range(len(edges))]
    assert max(out) == crews


def test_crews_of_two_names_do_not_wait_for_each_other(tmp_path: Path) -> None:
    ran = done(
        tmp_path,
        TANK.format(sump="", visit='crew = "tanker"') + MILL.format(mill="", repair=""),
        QUARTER,
    )
    assert total(ran, "repair.waited_h") == pytest.approx(
        9.25 * total(ran, "repair.repaired_count"), rel=1e-9
    )


DRAWN = "lead_sigma_pu = 0.5\ntravel_sigma_pu = 0.3"


def test_the_process_alone_has_the_times_that_it_has_in_a_run(tmp_path: Path) -> None:
    ran = supplied(tmp_path, visit=DRAWN, times="seed = 3\n" + QUARTER)
    calls = ran.run.events.query("field == 'fuel_low'")
    env = TwinEnvironment(seed=3)
    alone = Visit(lead_sigma_pu=0.5, travel_sigma_pu=0.3)
    env.name(alone, "visit[0]")
    env.process(alone.process(env))

    def call() -> Any:
        for t_s, text in zip(calls["t_s"], calls["text"], strict=True):
            yield env.timeout(t_s + 900.0 - env.now)  # what changes in a step is told at its end
            env.put(alone, "fuel_low", text == "true")

    env.process(call())
    env.run(until=7884000.0)
    for name in ("trip_count", "away_h", "waited_h"):
        assert getattr(alone, name) == total(ran, f"visit.{name}") > 5


def test_what_is_drawn_depends_on_seed_and_name_alone() -> None:
    def first(seed: int, name: str) -> float:
        env, unit = TwinEnvironment(seed), Repair()
        env.name(unit, name)
        return float(env.stream(unit).random())

    assert first(1, "a") == first(1, "a")
    assert len({first(1, "a"), first(2, "a"), first(1, "b")}) == 3


def test_lengths_have_the_mean_that_was_asked_for() -> None:
    """Of 4,000 lognormal times of mean 10 h, within four standard errors."""
    from components._crews import lasting_s

    stream = TwinEnvironment(1).stream(Repair())
    lasts_h = [lasting_s(stream, 10.0, 0.8) / 3600.0 for _ in range(4000)]
    spread = 10.0 * math.sqrt(math.expm1(0.64) / 4000)
    assert sum(lasts_h) / 4000 == pytest.approx(10.0, abs=4 * spread)


def test_exploded_it_is_the_same(tmp_path: Path) -> None:
    short = "seed = 3\n" + YEAR.replace("31536000", "1728000").replace(
        "sync_s = 3600", "sync_s = 900"
    )
    fused, exploded = (
        supplied(tmp_path, visit=DRAWN, times=short, out=out, exploded=out == "exploded").run
        for out in ("fused", "exploded")
    )
    same(fused, exploded)


STORMS = """
[[outage]]
set = "{}"
per_day = 0.2
mean_h = 30.0
sigma = 0.7
"""
ZOOMED = "fine_step_s = 0.01\nfine_sync_s = 0.1\nfine_for_s = 0.2\n"
GRID = """
[device.main]
type = "site_bus"
[device.grid]
type = "grid_connection"
bus = "main"
"""


def test_roads_that_storms_close_open_no_fine_window(tmp_path: Path) -> None:
    ran = supplied(tmp_path, times=ZOOMED + QUARTER + STORMS.format("visit.road_open"))
    closed = ran.run.events.query("field == 'road_open' and by == 'scenario'")
    assert len(closed) > 10
    assert ran.run.meta["steps"] == 7884000 / 900
    assert total(ran, "visit.waited_h") > 26.25 * total(ran, "visit.visit_count")


def test_a_zoom_moves_no_crew(tmp_path: Path) -> None:
    """Outages of a grid beside it, seen in fine steps or not."""
    storms = QUARTER + STORMS.format("grid.available")
    site = TANK.format(sump="reorder_l = 150.2", visit=DRAWN) + GRID  # no level at the mark itself
    runs = [
        done(tmp_path, site, fine + storms, out=f"run{place}")
        for place, fine in enumerate(("", ZOOMED))
    ]
    assert runs[1].run.meta["steps"] > runs[0].run.meta["steps"] + 400
    for name in ("visit.refuelled_l", "visit.waited_h", "visit.away_h", "sump.burnt_l"):
        assert total(runs[0], name) == pytest.approx(total(runs[1], name), rel=1e-9)


def test_a_level_that_moves_at_every_step_calls_nobody(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The tank's level is read on arrival: a year of 35,040 steps in a few calls a visit."""
    calls = []
    plain = CellSim.step

    def counted(self: CellSim, time: int, inputs: Any, max_advance: int) -> int:
        calls.append(time)
        return plain(self, time, inputs, max_advance)

    monkeypatch.setattr(CellSim, "step", counted)
    ran = supplied(tmp_path)
    assert len(calls) <= 8 * total(ran, "visit.trip_count") + 60
