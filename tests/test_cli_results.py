from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pandas as pd

from twin.check import check
from twin.cli.results import event_text, kpi_text
from twin.run import Run

EVENT = {
    "nadir_hz": 49.40412,
    "quasi_steady_20_52s_mhz": -258.84,
    "trips_count": 0.0,
    "load_kwh": 722.2,
    "plant.t90_s": 3.104,
    "pcs.t90_s": 0.244,
    "plant.peak_change_kw": 41743.0,
    "pcs.peak_change_kw": 1176.1,
    "pcs.share_before_nadir_pu": 0.939,
}


def shown(kpis: dict[str, float], **expect: dict[str, float]) -> list[str]:
    return kpi_text(kpis, check({**kpis, "bus.dead_s": 2.0}, expect)).splitlines()


def test_an_event_is_told_by_groups_with_its_resources_side_by_side() -> None:
    assert shown(EVENT, nadir_hz={"min": 49.2}) == [
        "frequency",
        "  nadir_hz                   49.4041  Hz   >= 49.2  ok",
        "  quasi_steady_20_52s_mhz  -258.8     mHz",
        "shed, dropped, tripped",
        "  trips_count                 0",
        "resources                     plant        pcs",
        "  t90_s                       3.104      0.244  s",
        "  peak_change_kw         41,743      1,176.1    kW",
        "  share_before_nadir_pu                  0.939  pu",
        "energy",
        "  load_kwh                  722.2     kWh",
    ]


def test_where_no_event_was_seen_there_is_one_plain_table() -> None:
    assert shown({"load_kwh": 75.66, "trips_count": 0.0}) == ["  load_kwh  75.660  kWh"]


def test_what_was_lost_all_the_same_is_told_after_it() -> None:
    found = shown({"load_kwh": 75.66, "trips_count": 2.0, "dead_s": 0.0})
    assert [line.split()[0] for line in found] == ["energy", "load_kwh", "shed,", "trips_count"]


def test_a_zero_that_was_expected_is_shown() -> None:
    assert "trips_count" in "\n".join(shown({"trips_count": 0.0}, trips_count={"max": 0.0}))


def test_what_is_no_kpi_but_was_expected_comes_last() -> None:
    *_, title, last = shown(EVENT, **{"bus.dead_s": {"max": 1.0}})
    assert (title, last.split()) == (
        "also expected",
        ["bus.dead_s", "2.000", "s", "<=", "1", "missed"],
    )


def test_an_expected_kpi_of_a_resource_is_shown_with_its_verdict() -> None:
    *_, last = shown(EVENT, **{"pcs.t90_s": {"max": 0.3}})
    assert last.split() == ["pcs.t90_s", "0.244", "s", "<=", "0.3", "ok"]


def ran(folder: Path, *events: tuple[Any, ...], tick_s: float = 0.001) -> Run:
    columns = ["t_s", "device", "unit", "field", "value", "text", "by"]
    pd.DataFrame(events, columns=columns).to_parquet(folder / "events.parquet")
    devices = {"plant": {"units": 3}, "site.pcs": {"units": 4}}
    meta = {"tick_s": tick_s, "devices": devices}
    (folder / "run.json").write_text(json.dumps(meta))
    return Run(folder, meta)


TRIP = (5.0, "plant", "plant[2]", "online", 0.0, "false", "scenario")
TRIPPED = (5.0, "plant", "plant[2]", "tripped", 1.0, "true", "device")
RAMP = (10.0, "plant", "plant", "p_set_kw", 100.0, "over 60 s", "scenario")


def test_what_the_user_did_and_what_followed_is_told_in_order(tmp_path: Path) -> None:
    assert event_text(ran(tmp_path, RAMP, TRIPPED, TRIP)).splitlines() == [
        "events",
        "   5.000 s  plant[2].online   set to false",
        "   5.000 s  plant[2].tripped  true",
        "  10.000 s  plant.p_set_kw    set to 100 over 60 s",
    ]


def test_units_that_did_the_same_at_once_are_one_line(tmp_path: Path) -> None:
    ceased = [
        (5.1, "site.pcs", f"site[{k}].pcs", "mode", 1.0, "ceased", "device") for k in range(3)
    ]
    assert event_text(ran(tmp_path, *ceased)).splitlines()[1:] == [
        "  5.100 s  site.pcs.mode  ceased (3 of 4)"
    ]


def test_of_many_events_the_first_are_told(tmp_path: Path) -> None:
    many = [(float(k), "plant", "plant[0]", "mode", float(k), "", "device") for k in range(40)]
    lines = event_text(ran(tmp_path, *many)).splitlines()
    assert (len(lines), lines[-1]) == (26, "  and 16 more in events.parquet")


def test_what_settled_before_the_event_is_left_out(tmp_path: Path) -> None:
    begins = (0.0, "plant", "plant[0]", "mode", 1.0, "", "device")
    run = ran(tmp_path, begins, TRIP)
    document = {"event": [{"at_s": 5.0, "set": "plant[2].online", "to": False}]}
    told = Run(run.folder, run.meta | {"scenario": {"document": document}})
    assert event_text(told).splitlines()[1:] == ["  5.000 s  plant[2].online  set to false"]


def test_a_run_in_minutes_tells_none(tmp_path: Path) -> None:
    assert event_text(ran(tmp_path, TRIP, tick_s=60.0)) == ""
