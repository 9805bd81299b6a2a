from __future__ import annotations

from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from twin.kpis import compute, every
from twin.run import Run

NOWHERE = Path("no such run")


def device(role: str, bus: str = "", units: int = 1, **totals: float) -> dict[str, Any]:
    return {"role": role, "bus": bus, "units": units, "enabled": True, "totals": totals}


def island() -> dict[str, dict[str, Any]]:
    """Two sites with sun, battery and genset on a bus each, and what they counted in a day."""
    return {
        "site.main": device(
            "bus",
            units=2,
            unserved_kwh=10.0,
            curtailed_kwh=20.0,
            dumped_kwh=1.0,
            outage_s=7200.0,
        ),
        "site.room": device("load", "site.main", 2, energy_kwh=110.0),
        "site.pv": device("solar", "site.main", 2, energy_kwh=90.0),
        "site.set": device(
            "fuel", "site.main", 2, energy_kwh=40.0, fuel_l=14.0, run_h=6.0, start_count=3
        ),
        "site.pcs": device("converter", "site.main", 2, loss_kwh=4.0),
        "site.bess": device("storage", "site.pcs", 2, e_in_kwh=30.0, e_out_kwh=27.0, loss_kwh=2.0)
        | {"start_totals": {"efc_count": 5.0}},
    }


GRID = device("grid", "site.main", import_kwh=12.0, export_kwh=20.0, cost_usd=-1.5, carbon_kg=6.0)


def run_of(devices: dict[str, dict[str, Any]], folder: Path = NOWHERE, **meta: Any) -> Run:
    return Run(folder, {"format": 1, "status": "done", "devices": devices} | meta)


def kpis(devices: dict[str, dict[str, Any]], **meta: Any) -> dict[str, float]:
    return compute(run_of(devices, **meta))


def test_a_room_that_was_dropped_counts_as_not_served() -> None:
    devices = island()
    devices["site.room"]["totals"] |= {"dropped_s": 3600.0, "dropped_kwh": 15.0}
    found = kpis(devices)
    assert found["outage_h"] == (7200.0 + 3600.0) / 3600.0 / 2
    assert found["served_share_pu"] == 100.0 / 125.0


def test_an_island_tells_what_its_counters_tell_and_nothing_of_a_grid() -> None:
    devices = island()
    devices["site.bess"]["totals"] |= {"soc_pu": 1.2, "efc_count": 6.0}
    assert kpis(devices) == pytest.approx(
        {
            "load_kwh": 110.0,
            "served_kwh": 100.0,
            "unserved_kwh": 10.0,
            "served_share_pu": 100.0 / 110.0,
            "outage_h": 1.0,
            "solar_kwh": 90.0,
            "solar_used_kwh": 70.0,
            "curtailed_kwh": 20.0,
            "dumped_kwh": 1.0,
            "renewable_share_pu": 0.6,
            "genset_kwh": 40.0,
            "fuel_l": 14.0,
            "genset_h": 6.0,
            "genset_starts_count": 3.0,
            "battery_in_kwh": 30.0,
            "battery_out_kwh": 27.0,
            "battery_efc_count": 0.5,
            "soc_end_pu": 0.6,
            "losses_kwh": 6.0,
            "fuel_carbon_kg": 14.0 * 2.68,
        }
    )


def test_with_a_grid_its_meter_is_told() -> None:
    found = kpis({**island(), "grid": GRID})
    names = ("import_kwh", "export_kwh", "grid_cost_usd", "grid_carbon_kg")
    assert [found[name] for name in names] == [12.0, 20.0, -1.5, 6.0]


def test_import_counts_against_and_export_for_the_renewable_share() -> None:
    found = kpis({**island(), "grid": GRID})
    assert found["renewable_share_pu"] == pytest.approx(1.0 - 52.0 / 120.0)


def test_without_sun_there_is_no_renewable_share() -> None:
    devices = island()
    del devices["site.pv"]
    assert "renewable_share_pu" not in kpis(devices)


def test_hours_in_the_efficient_band_are_told_of_the_hours_run() -> None:
    devices = island()
    devices["site.set"]["totals"]["band_h"] = 4.5
    assert kpis(devices)["genset_band_pu"] == 0.75


def test_a_genset_that_charges_what_is_never_used_leaves_no_negative_share() -> None:
    devices = island()
    devices["site.set"]["totals"]["energy_kwh"] = 500.0
    assert kpis(devices)["renewable_share_pu"] == 0.0


def test_a_switched_off_device_takes_no_part() -> None:
    devices = island()
    devices["site.set"] |= {"enabled": False, "units": 0, "totals": {}}
    assert "fuel_l" not in kpis(devices)
    assert kpis(devices)["renewable_share_pu"] == 1.0


def test_a_load_that_keeps_no_books_leaves_out_what_depends_on_it() -> None:
    devices = {**island(), "site.pump": device("load", "site.main", 2)}
    found = kpis(devices)
    gone = {"load_kwh", "served_kwh", "served_share_pu", "renewable_share_pu"}
    assert set(kpis(island())) - set(found) == gone


def test_a_load_on_a_bus_that_keeps_no_books_leaves_out_what_was_unserved() -> None:
    devices = {**island(), "hall": device("bus"), "fan": device("load", "hall", energy_kwh=1.0)}
    assert {"unserved_kwh", "outage_h"} & set(kpis(devices)) == set()


def test_a_run_without_end_has_no_kpis() -> None:
    devices = {name: about | {"totals": {}} for name, about in island().items()}
    assert kpis(devices) == {}


def test_nothing_asked_for_is_no_share_of_anything() -> None:
    devices = island()
    devices["site.room"]["totals"]["energy_kwh"] = 0.0
    assert "served_share_pu" not in kpis(devices)


def test_the_residual_of_the_worst_unit_is_held_against_what_passed_a_mean_one() -> None:
    quiet = {"residual_kwh": 1e-9, "through_kwh": 100.0}
    loud = {"residual_kwh": -4e-9, "through_kwh": 200.0}
    devices = {"feeder": device("bus"), **island()}
    audit = {"feeder": quiet, "site.main": loud}
    assert kpis(devices, audit=audit)["residual_pu"] == pytest.approx(4e-11)


def test_a_bus_through_which_nothing_passed_has_no_residual() -> None:
    audit = {"feeder": {"residual_kwh": 0.0, "through_kwh": 0.0}}
    assert kpis({"feeder": device("bus")}, audit=audit)["residual_pu"] == 0.0


def recorded(folder: Path, **parts: dict[str, list[float]]) -> Path:
    (folder / "signals").mkdir()
    for simulator, table in parts.items():
        pq.write_table(pa.table(table), folder / f"signals/part-{simulator}-00000.parquet")
    return folder


def test_the_peak_of_loads_in_two_simulators_is_that_of_their_sum(tmp_path: Path) -> None:
    """A stamp ends an interval: the slow load takes 5 kW in the first minute, 1 kW in the other."""
    fast = {"t_s": [30.0, 60.0, 90.0, 120.0], "a.p_kw:sum": [-2.0, -7.0, -8.0, -1.0]}
    slow = {"t_s": [60.0, 120.0], "b.p_kw": [-5.0, -1.0]}
    devices = {"a": device("load", units=3), "b": device("load")}
    run = run_of(devices, recorded(tmp_path, fast=fast, slow=slow))
    assert compute(run)["peak_load_kw"] == 12.0


def test_a_peak_of_loads_of_which_one_was_not_recorded_is_left_out(tmp_path: Path) -> None:
    devices = {"a": device("load"), "b": device("load")}
    folder = recorded(tmp_path, cell={"t_s": [1.0], "a.p_kw": [-2.0]})
    assert "peak_load_kw" not in compute(run_of(devices, folder))


@pytest.mark.parametrize(("p_kw", "peak"), [([3.0, 9.0], 9.0), ([-3.0, -9.0], 0.0)])
def test_the_peak_of_import_is_never_below_zero(
    p_kw: list[float], peak: float, tmp_path: Path
) -> None:
    folder = recorded(tmp_path, cell={"t_s": [1.0, 2.0], "grid.p_kw": p_kw})
    assert compute(run_of({"grid": device("grid")}, folder))["peak_import_kw"] == peak


def test_the_lowest_state_of_charge_is_that_of_any_unit_at_any_time(tmp_path: Path) -> None:
    low = {"t_s": [1.0, 2.0], "a.soc_pu:min": [0.3, 0.2], "b.soc_pu": [0.6, 0.5]}
    devices = {"a": device("storage", units=2), "b": device("storage")}
    run = run_of(devices, recorded(tmp_path, cell={**low, "a.soc_pu:sum": [0.9, 0.8]}))
    assert compute(run)["soc_min_pu"] == 0.2


def test_every_kpi_is_named_once_with_its_unit() -> None:
    names = [kpi.name for kpi in every()]
    assert len(names) == len(set(names))
    assert [kpi.name for kpi in every() if not kpi.unit] == []


KWH = st.floats(0.0, 1e6)


@given(load=KWH, unserved=st.floats(0, 1), solar=KWH, genset=KWH, imported=KWH, exported=KWH)
def test_shares_stay_within_0_and_1_and_served_with_unserved_is_the_load(
    load: float, unserved: float, solar: float, genset: float, imported: float, exported: float
) -> None:
    devices = {**island(), "grid": device("grid", "site.main")}
    devices["site.room"]["totals"]["energy_kwh"] = load
    devices["site.main"]["totals"]["unserved_kwh"] = load * unserved
    devices["site.pv"]["totals"]["energy_kwh"] = solar
    devices["site.set"]["totals"]["energy_kwh"] = genset
    devices["grid"]["totals"] |= {"import_kwh": imported, "export_kwh": exported}
    found = kpis(devices)
    assert all(0.0 <= found.get(name, 0.0) <= 1.0 for name in found if "share" in name)
    assert found["served_kwh"] + found["unserved_kwh"] == pytest.approx(load)
