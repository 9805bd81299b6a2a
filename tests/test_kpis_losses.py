from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.event_runs import device, run_of, with_events
from twin.kpis import compute


def test_what_was_shed_is_counted_of_all_that_count_it(tmp_path: Path) -> None:
    stages = {name: device("load", totals={"shed_kwh": 2.0}) for name in ("north", "south")}
    devices = stages | {"plant": device("plant", totals={})}
    assert compute(run_of(tmp_path, devices, {"t_s": [1.0]}))["shed_kwh"] == 4.0


def test_load_off_at_once_and_the_stages_that_opened_are_counted(tmp_path: Path) -> None:
    shed = {"shed_kwh": 2.0, "trip_count": 3.0}
    devices = {
        "north": device("load", units=4, totals=shed),
        "south": device("load", totals={"shed_kwh": 1.0, "trip_count": 1.0}),
        "genset": device("fuel", totals={"trip_count": 5.0}),
    }
    table = {"t_s": [0.1, 0.2, 0.3], "north.shed_kw:sum": [0.0, 40.0, 40.0]}
    found = compute(run_of(tmp_path, devices, table | {"south.shed_kw": [9.0, 0.0, 8.0]}, 0.1))
    assert (found["shed_kw"], found["shed_stages_count"]) == (48.0, 4.0)


def room(units: int, dropped: int) -> dict[str, Any]:
    """IT load, of whose units some were dropped twice."""
    totals = {"drop_count": 2.0 * dropped, "dropped_kwh": 0.5 * dropped, "transfer_count": 7.0}
    return device("load", units=units, totals=totals, counting={"drop_count": dropped})


def test_it_load_that_rode_through_is_told_of_all_that_could_drop(tmp_path: Path) -> None:
    devices = {"a": room(6, 1), "b": room(2, 1), "lamp": device("load", units=9, totals={})}
    found = compute(run_of(tmp_path, devices, {"t_s": [1.0]}))
    assert (found["rode_through_pu"], found["drops_count"]) == (0.75, 4.0)
    assert (found["dropped_kwh"], found["transfers_count"]) == (1.0, 14.0)


def test_sites_that_left_the_grid_are_told_apart_from_loads_that_left_the_site(
    tmp_path: Path,
) -> None:
    counts = {"transfer_count": 3.0, "island_s": 90.0, "collapse_count": 1.0, "dead_s": 5.0}
    devices = {"main": device("bus", units=3, totals=counts), "room": room(3, 0)}
    found = compute(run_of(tmp_path, devices, {"t_s": [1.0]}))
    assert (found["islandings_count"], found["transfers_count"]) == (3.0, 7.0)
    assert (found["islanded_s"], found["collapses_count"], found["dead_s"]) == (90.0, 1.0, 5.0)


SITES = {
    "site.genset": device("fuel", units=2, fields={"mode": {"labels": ["off", "tripped"]}}),
    "site.pcs": device("converter", units=2, fields={"tripped": {"labels": []}}),
}


def trips(folder: Path, *lines: tuple[Any, ...]) -> float:
    run = with_events(run_of(folder, SITES, {"t_s": [1.0]}), *lines)
    return compute(run)["trips_count"]


def test_units_that_tripped_are_counted(tmp_path: Path) -> None:
    genset = (1.0, "site.genset", "site[0].genset", "mode", 1.0, "running", "device")
    other = (1.0, "site.genset", "site[1].genset", "mode", 2.0, "tripped", "device")
    pcs = (1.0, "site.pcs", "site[0].pcs", "tripped", 1.0, "true", "device")
    again = (1.0, "site.pcs", "site[0].pcs", "tripped", 0.0, "false", "device")
    assert trips(tmp_path, genset, other, pcs, again) == 2.0


@pytest.mark.parametrize("unit", ["site[0].pcs", "site.pcs"])
def test_what_the_scenario_switched_off_is_no_trip(tmp_path: Path, unit: str) -> None:
    cause = (1.0, "site.pcs", unit, "online", 0.0, "false", "scenario")
    follows = (1.0, "site.pcs", "site[0].pcs", "tripped", 1.0, "true", "device")
    later = (1.5, "site.pcs", "site[0].pcs", "tripped", 1.0, "true", "device")
    assert trips(tmp_path, cause, follows, later) == 1.0


def test_where_nothing_can_trip_no_trips_are_told(tmp_path: Path) -> None:
    run = run_of(tmp_path, {"load": device("load")}, {"t_s": [1.0]})
    assert "trips_count" not in compute(run)
