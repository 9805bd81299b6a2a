from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from tests.carbon_books import METHODS, diesel_and_qinghai, site_year
from tests.carbon_site import run_site, write_site
from twin.carbon.meters import Member, accounts
from twin.ledger.reading import Reading
from twin.ledger.statement import statement
from twin.ledger.table import book, table_of
from twin.run import Run

BOOKS = ("unserved_kwh", "curtailed_kwh", "dumped_kwh")


def device(role: str, bus: str = "", kind: str = "state", **start: float) -> dict[str, Any]:
    """What run.json says of a device whose counters began there."""
    fields = {n: {"kind": kind, "unit": n.rpartition("_")[2], "labels": []} for n in start}
    about = {"role": role, "bus": bus, "units": 1, "enabled": True, "rated": {}}
    return about | {"fields": fields, "start_totals": start}


def run_of(folder: Path, devices: dict[str, Any], horizon_s: float, **table: list[float]) -> Run:
    """A run that recorded these signals; a dot of a name is written as two underscores."""
    (folder / "signals").mkdir()
    columns = {name.replace("__", "."): values for name, values in table.items()}
    pq.write_table(pa.table(columns), folder / "signals/part-cell-00000.parquet")
    scenario = {"start": "2026-06-01T00:00:00+08:00", "horizon_s": horizon_s}
    return Run(folder, {"format": 1, "devices": devices, "scenario": scenario})


def site_bus(outside: str = "", **more: float) -> dict[str, Any]:
    return device("bus", outside, **dict.fromkeys(BOOKS, 0.0), **more)


QUIET = {f"main__{name}": [0.0] * 4 for name in BOOKS}


def test_counters_are_read_as_they_stood_at_the_ends_of_intervals(tmp_path: Path) -> None:
    """The counter began at 100; half hours are recorded, the last interval is half an hour."""
    devices = {"main": site_bus(), "load": device("load", "main", energy_kwh=100.0)}
    table = {"t_s": [1800.0, 3600.0, 5400.0], "load__energy_kwh": [101.0, 103.0, 106.0]}
    quiet = {name: values[:3] for name, values in QUIET.items()}
    reading = Reading(run_of(tmp_path, devices, 5400.0, **table, **quiet), 3600.0)
    found = table_of(reading, diesel_and_qinghai("fifo"))
    assert found["load_kwh"].tolist() == [3.0, 3.0]
    assert found["interval_h"].tolist() == [1.0, 0.5]
    assert found["begin"].tolist() == ["2026-06-01T00:00:00+08:00", "2026-06-01T01:00:00+08:00"]


def test_an_end_at_which_nothing_was_recorded_is_a_gap(tmp_path: Path) -> None:
    devices = {"main": site_bus(), "load": device("load", "main", energy_kwh=0.0)}
    table = {"t_s": [1800.0, 3000.0, 5400.0, 7200.0], "load__energy_kwh": [1.0, 2.0, 3.0, 4.0]}
    reading = Reading(run_of(tmp_path, devices, 7200.0, **table, **QUIET), 3600.0)
    carbon = diesel_and_qinghai("fifo")
    assert table_of(reading, carbon)["load_kwh"].tolist() == [2.0, 2.0]
    assert statement(reading, carbon)["data_gaps"] == [
        "1 intervals end where nothing was recorded, and were read a little before; the first is "
        "interval 0"
    ]


def test_a_bus_on_a_feeder_imports_and_exports_what_crosses_to_it(tmp_path: Path) -> None:
    """5 kW in and 3 kW out within one hour are both metered: half an hour each."""
    devices = {"feeder": device("bus", v_pu=1.0), "main": site_bus("feeder", p_kw=0.0)}
    power = {"t_s": [1800.0, 3600.0, 5400.0, 7200.0], "main__p_kw": [-5.0, 3.0, -5.0, -5.0]}
    reading = Reading(run_of(tmp_path, devices, 7200.0, **power, **QUIET), 3600.0)
    found = table_of(reading, diesel_and_qinghai("fifo"))
    assert found["import_kwh"].tolist() == [2.5, 5.0]
    assert found["export_kwh"].tolist() == [1.5, 0.0]


def test_kilometres_belong_to_the_site_of_their_group_or_to_the_first(tmp_path: Path) -> None:
    devices = {"a.main": site_bus(), "b.main": site_bus()}
    devices |= {name: device("", driven_km=0.0) for name in ("b.crew", "tanker")}
    quiet = {f"{site}__main__{name}": [0.0] for site in "ab" for name in BOOKS}
    way = {"b__crew__driven_km": [7.0], "tanker__driven_km": [40.0]}
    reading = Reading(run_of(tmp_path, devices, 3600.0, t_s=[3600.0], **way, **quiet), 3600.0)
    found = table_of(reading, diesel_and_qinghai("fifo"))
    assert found["account"].tolist() == ["a.main", "b.main"]
    assert found["travel_km"].tolist() == [40.0, 7.0]


def member(role: str, bus: str = "", *fields: str) -> Member:
    return Member(role, bus, frozenset(fields))


def test_buses_below_a_bus_are_of_its_account_and_stores_below_their_converters() -> None:
    devices = {
        "grid": member("network"),
        "site": member("bus", "grid", *BOOKS),
        "hall": member("bus", "site", *BOOKS),
        "pcs": member("converter", "hall"),
        "bess": member("storage", "pcs"),
        "other": member("bus", "grid", *BOOKS),
        "lamp": member("load", "grid"),
    }
    found = accounts(devices)
    assert [(one.bus, one.outside) for one in found] == [("site", "grid"), ("other", "grid")]
    assert found[0].by_role == {
        "bus": ("site", "hall"),
        "converter": ("pcs",),
        "storage": ("bess",),
    }


@pytest.mark.parametrize("method", METHODS)
def test_a_year_at_a_quarter_hour_takes_a_fifth_of_a_second(method: Any) -> None:
    """Time of the processor, best of three: other work on the machine does not count."""
    given, stored_kwh = site_year(35040)
    given |= {
        name: np.zeros(35040) for name in ("unserved_kwh", "wind_kwh", "grid_kg", "travel_km")
    }
    spent = []
    for _ in range(3):
        began = time.process_time()
        book(given, stored_kwh, diesel_and_qinghai(method))
        spent.append(time.process_time() - began)
    assert min(spent) <= 0.2


def test_a_run_that_asks_for_no_ledger_keeps_none(tmp_path: Path) -> None:
    write_site(tmp_path, "")
    run = run_site(tmp_path)
    assert [path.name for path in run.folder.glob("ledger.*")] == []
    assert [name for name in run.kpis if name.startswith("carbon")] == []


def test_method_and_factors_can_be_overridden_as_anything_else(tmp_path: Path) -> None:
    run = run_site(tmp_path, carbon__method="fifo", carbon__grid="CN-GS-2023")
    assert "renewable-first-1/fifo" in (run.folder / "ledger.json").read_text("utf-8")
    per_kwh = run.kpis["carbon_s2_kg"] / run.kpis["import_kwh"]
    assert per_kwh == pytest.approx(0.4471)
