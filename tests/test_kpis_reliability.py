"""Reliability and logistics in numbers: from events and counters to what a reader asks for."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

import twin
from tests.event_runs import device, run_of, with_events
from tests.mosaik_world import done
from twin.kpis import compute
from twin.kpis.logistics import out_of_fuel_h
from twin.run import Run

DAY_S = 86400.0
OUTAGE = {"set": "site.grid.available", "per_day": 1, "mean_h": 2.0, "sigma": 0.5}


def run(folder: Path, devices: dict[str, Any], *lines: tuple[Any, ...], **document: Any) -> Run:
    made = run_of(folder, devices, {"t_s": [1.0]})
    about = {"horizon_s": DAY_S, "document": document}
    return with_events(Run(made.folder, {**made.meta, "scenario": about}), *lines)


def grid(t_h: float, unit: str, there: bool) -> tuple[Any, ...]:
    name = "site.grid"
    return (t_h * 3600.0, name, unit, "available", float(there), str(there).lower(), "scenario")


GRIDS = {"site.grid": device("grid", units=4, totals={})}


def test_outages_are_counted_of_units_that_fail_together(tmp_path: Path) -> None:
    lines = grid(1, "site.grid", False), grid(3, "site.grid", True), grid(23, "site.grid", False)
    found = compute(run(tmp_path, GRIDS, *lines, outage=[OUTAGE]))
    assert (found["grid_outages_count"], found["grid_out_h"]) == (2.0, 3.0)
    assert (found["grid_outage_mean_h"], found["grid_outage_longest_h"]) == (1.5, 2.0)


def test_of_units_that_fail_apart_they_are_the_mean(tmp_path: Path) -> None:
    lines = [grid(1, "site[0].grid", False), grid(7, "site[0].grid", True)]
    lines += [grid(8, "site[2].grid", False), grid(10, "site[2].grid", True)]
    lines += [grid(20, "site.grid", False), grid(21, "site.grid", True)]
    found = compute(run(tmp_path, GRIDS, *lines, outage=[OUTAGE | {"each_unit": True}]))
    saifi, caidi, saidi = (
        found[name] for name in ("grid_outages_count", "grid_outage_mean_h", "grid_out_h")
    )
    assert (saifi, saidi) == (6 / 4, (6.0 + 2.0 + 4 * 1.0) / 4)
    assert saifi * caidi == pytest.approx(saidi)


def test_a_year_without_outage_counts_none_and_a_scenario_without_any_tells_nothing(
    tmp_path: Path,
) -> None:
    (tmp_path / "b").mkdir()
    found = compute(run(tmp_path, GRIDS, outage=[OUTAGE]))
    assert (found["grid_outages_count"], found["grid_out_h"]) == (0.0, 0.0)
    assert "grid_outage_mean_h" not in found
    assert "grid_outages_count" not in compute(run(tmp_path / "b", GRIDS))


def test_outages_of_roads_and_converters_are_none_of_the_grid(tmp_path: Path) -> None:
    roads = {"visit": device("logistics", totals={}), "pcs": device("converter", totals={})}
    entries = [OUTAGE | {"set": "visit.road_open"}, OUTAGE | {"set": "pcs.online"}]
    assert "grid_outages_count" not in compute(run(tmp_path, roads, outage=entries))


def test_availability_is_the_time_in_which_all_was_served(tmp_path: Path) -> None:
    """Four sites for a day, half an hour short together; one for more than 86.4 s."""
    counts = {"totals": {"outage_s": 1800.0}, "counting": {"outage_s": 1}}
    sites = {
        "site.main": device("bus", units=4, **counts),
        "site.room": device("load", "site.main", 4, totals={}),
    }
    found = compute(run(tmp_path, sites))
    assert found["availability_pu"] == pytest.approx(1.0 - 0.5 / 96.0)
    assert found["three_nines_pu"] == 0.75


def test_a_set_that_failed_twice_in_2200_h_ran_1100_h_between(tmp_path: Path) -> None:
    sets = {"set": device("fuel", totals={"run_h": 2200.0, "failure_count": 2.0})}
    assert compute(run(tmp_path, sets))["genset_mtbf_h"] == 1100.0


def mode(t_h: float, text: str) -> tuple[Any, ...]:
    return (t_h * 3600.0, "set", "set", "mode", 0.0, text, "device")


def test_hours_without_fuel_are_those_between_two_modes(tmp_path: Path) -> None:
    labels = {"mode": {"labels": ["off", "running", "out_of_fuel"]}}
    lines = mode(1, "running"), mode(5, "out_of_fuel"), mode(8, "running"), mode(22, "out_of_fuel")
    made = run(tmp_path, {"set": device("fuel", fields=labels)}, *lines)
    assert out_of_fuel_h(made) == 3.0 + 2.0


def test_crews_are_summed_over_all_that_send_them(tmp_path: Path) -> None:
    shared = {"trip_count": 3.0, "driven_km": 300.0, "cost_usd": 375.0}
    crews = {
        "visit": device("logistics", totals=shared | {"visit_count": 3.0, "refuelled_l": 900.0}),
        "repair": device("logistics", totals=shared | {"repaired_count": 2.0}),
    }
    found = compute(run(tmp_path, crews))
    told = ("crew_trips_count", "driven_km", "logistics_cost_usd", "visits_count", "refuelled_l")
    assert [found[name] for name in told] == [6.0, 600.0, 750.0, 3.0, 900.0]
    assert found["repairs_count"] == 2.0


SUPPLIED = """
[device.main]
type = "site_bus"
[device.room]
type = "it_load"
bus = "main"
[device.grid]
type = "grid_connection"
bus = "main"
"""
TIMES = """
horizon_s = 8640000
step_s = 900
seed = 4
[[outage]]
set = "grid.available"
per_day = 1
mean_h = 3.0
sigma = 0.5
"""


def test_a_site_that_hangs_on_the_grid_alone_is_as_available_as_that(tmp_path: Path) -> None:
    found = done(tmp_path, SUPPLIED, TIMES).run.kpis
    assert found["grid_outages_count"] > 50
    assert found["availability_pu"] == pytest.approx(1.0 - found["grid_out_h"] / 2400.0)
    assert found["outage_h"] == pytest.approx(found["grid_out_h"])


def test_a_site_whose_room_was_dropped_was_not_supplied(tmp_path: Path) -> None:
    kept = twin.simulate("it_room/transfer", variant="mode_change", out=tmp_path / "run")
    assert kept.kpis["dropped_kwh"] > 0.0
    assert kept.meta["devices"]["main"]["counting"]["outage_s"] == 1
