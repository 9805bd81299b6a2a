from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from tests.event_runs import Devices, device, run_of, with_events
from twin.kpis import compute, traces
from twin.kpis.resources import of_resources
from twin.kpis.traces import Trace
from twin.run import Run

REFERENCE = Path(__file__).parent / "reference" / "frequency"
CLASS = "iso8528_frequency_only_class_count"


def diesel(
    folder: Path, *at_s: float, genset: str = "fuel", since_s: float = 0.0, bus: str = "main"
) -> Run:
    """The reference diesel in droop: load 0.3, 0.7 and again 0.3 pu of 800 kW at 1 s and 9 s."""
    table = pd.read_csv(REFERENCE / "c2_diesel_island.csv")
    table = table[table["t_s"] >= since_s]
    load = np.where((table["t_s"] > 1.0) & (table["t_s"] <= 9.0), -560.0, -240.0)
    signals = {
        "t_s": table["t_s"],
        "main.f_hz": np.full(len(table), 50.0),
        "main.f_end_hz": table["f_droop_Hz"],
        "set.p_kw": 16.0 * table["throttle_droop_pu"] * table["f_droop_Hz"],  # a torque
        "load.p_kw": load,
    }
    devices = {
        "main": device("bus"),
        "set": device(genset, bus, rated={"rated_kw": 800.0}),
        "load": device("load", "main"),
    }
    return run_of(folder, devices, {name: list(x) for name, x in signals.items()}, *at_s)


def test_a_load_step_and_its_rejection_are_told_by_the_published_numbers(tmp_path: Path) -> None:
    """Extremes are of the whole run; what settles ends with the next event."""
    told = json.loads((REFERENCE / "c2_diesel_island.json").read_text("utf-8"))["results"]["droop"]
    found = compute(diesel(tmp_path, 9.0, 1.0))
    assert found["nadir_hz"] == pytest.approx(told["nadir_Hz"], abs=1e-5)
    assert found["nadir_s"] == pytest.approx(told["t_nadir_after_event_s"], abs=0.01)
    assert found["zenith_hz"] == pytest.approx(told["zenith_Hz"], abs=1e-5)
    assert found["zenith_s"] == pytest.approx(told["t_zenith_s"] - 1.0, abs=0.01)
    assert found["rocof_500ms_hz_per_s"] == pytest.approx(told["rocof_500ms_Hz_s"], abs=1e-4)
    assert found["settled_hz"] == pytest.approx(told["f_8p9s_Hz"], abs=1e-3)


def test_a_set_is_judged_by_the_share_of_its_rating_that_it_took(tmp_path: Path) -> None:
    """4 % of droop is class 2. Over the step of 0.4 pu it shows as 1.6 %, which class 3 allows."""
    found = compute(diesel(tmp_path, 1.0, 9.0))
    assert found["genset_step_pu"] == pytest.approx(0.4, abs=0.01)
    assert found[CLASS] == 2.0


def test_a_step_is_judged_also_if_it_is_not_the_first_that_the_scenario_does(
    tmp_path: Path,
) -> None:
    found = compute(diesel(tmp_path, 0.5, 1.0, 9.0))
    assert (found[CLASS], found["genset_step_pu"]) == (2.0, pytest.approx(0.4, abs=0.01))


def test_without_a_genset_there_is_no_class_of_one(tmp_path: Path) -> None:
    assert CLASS not in compute(diesel(tmp_path, 1.0, genset="storage"))


def test_a_set_without_a_bus_is_not_judged(tmp_path: Path) -> None:
    assert CLASS not in compute(diesel(tmp_path, 1.0, bus=""))


def test_a_genset_that_stands_still_before_the_event_reaches_no_class(tmp_path: Path) -> None:
    t_s = list(np.arange(0.0, 5.0, 0.01))
    devices = {"main": device("bus"), "set": device("fuel", "main")}
    signals = {"t_s": t_s, "main.f_hz": [50.0] * 500, "set.p_kw": [0.0] * 500}
    assert CLASS not in compute(run_of(tmp_path, devices, signals, 1.0))


def test_a_set_that_the_event_hardly_moves_is_not_judged(tmp_path: Path) -> None:
    t_s = np.arange(0.0, 5.0, 0.01)
    devices = {"main": device("bus"), "set": device("fuel", "main", rated={"rated_kw": 100.0})}
    signals = {"t_s": t_s, "main.f_hz": [50.0] * 500, "set.p_kw": np.where(t_s > 1.0, 59.0, 50.0)}
    assert CLASS not in compute(run_of(tmp_path, devices, signals, 1.0))


def test_an_event_at_the_first_instant_is_seen_in_the_first_sample(tmp_path: Path) -> None:
    found = compute(diesel(tmp_path, 0.0, since_s=0.01))
    assert found["nadir_s"] == pytest.approx(1.62)


WEAK: Devices = {
    "area": device("bus"),
    "site.main": device("bus", "area", units=3),
    "plant": device("plant", "area"),
    "site.pcs": device("converter", "site.main", units=3),
    "site.pv": device("solar", "site.main", units=3),
    "site.load": device("load", "site.main", units=3),
    "off": device("converter", "area", enabled=False),
}


def weak_area(folder: Path, *at_s: float | dict[str, Any]) -> Run:
    """The reference area with six delayed storage units; a coarse part comes before the event."""
    table = pd.read_csv(REFERENCE / "d_coi_ndroop_dde.csv")
    storage = table.filter(like="Ps").sum(axis=1).to_numpy()
    powers = {"plant.p_kw": table["Pgov_MW"].to_numpy(), "site.pcs.p_kw:sum": storage}
    signals = {"t_s": np.append(0.0, table["t_s"] + 600.0), "area.f_end_hz": table["f_Hz"]}
    for name, power in powers.items():
        signals[name] = 1000.0 * traces.means(Trace(table["t_s"].to_numpy(), power)).x
    signals["site.pv.p_kw:sum"] = np.full(len(table), 12.0)
    signals["site.load.p_kw:sum"] = np.linspace(-5.0, -9.0, len(table))
    lengths = {name: np.append(x[0], x) if name != "t_s" else x for name, x in signals.items()}
    return run_of(folder, WEAK, {name: list(x) for name, x in lengths.items()}, *at_s)


def numbers() -> dict[str, Any]:
    whole = json.loads((REFERENCE / "d_coi_ndroop_dde.json").read_text("utf-8"))
    found: dict[str, Any] = whole["D1_nonlinear_delay"]
    return found


def test_an_area_is_told_by_the_published_numbers(tmp_path: Path) -> None:
    told, found = numbers(), compute(weak_area(tmp_path, 601.0))
    assert found["nadir_hz"] == pytest.approx(told["nadir_Hz"], abs=1e-5)
    assert found["nadir_s"] == pytest.approx(told["t_nadir_after_event_s"], abs=0.01)
    assert found["rocof_500ms_hz_per_s"] == pytest.approx(told["rocof_500ms_Hz_s"], abs=1e-4)
    assert found["settled_hz"] == pytest.approx(told["f_end_Hz"], abs=1e-5)
    assert found["quasi_steady_20_52s_mhz"] == pytest.approx(-193.3, abs=0.1)
    assert found["arrest_s"] == found["nadir_s"]


def test_without_an_event_it_begins_with_the_fine_steps(tmp_path: Path) -> None:
    assert compute(weak_area(tmp_path))["nadir_s"] == pytest.approx(2.71)


def test_resources_are_the_devices_that_answered(tmp_path: Path) -> None:
    found = of_resources(weak_area(tmp_path, 601.0))
    assert {name.rpartition(".")[0] for name in found} == {"plant", "site.pcs"}


def test_a_fleet_is_told_by_its_sum(tmp_path: Path) -> None:
    told, found = numbers(), of_resources(weak_area(tmp_path, 601.0))
    peak = 1000.0 * told["storage_peak_MW"]
    assert found["site.pcs.peak_change_kw"] == pytest.approx(peak, rel=1e-4)


def test_storage_answers_before_the_plant_and_gives_more_before_the_nadir(tmp_path: Path) -> None:
    found = of_resources(weak_area(tmp_path, 601.0))
    names = ("delay_s", "t10_s", "t50_s", "t90_s")
    pcs, plant = ([found[f"{device}.{name}"] for name in names] for device in ("site.pcs", "plant"))
    assert pcs == sorted(pcs)
    assert all(one < other for one, other in zip(pcs[1:], plant[1:], strict=True))
    assert found["site.pcs.share_before_nadir_pu"] > found["plant.share_before_nadir_pu"]


def test_a_window_beyond_the_run_has_no_energy(tmp_path: Path) -> None:
    """The reference ends 59 s after its event."""
    found = of_resources(weak_area(tmp_path, 601.0))
    assert "plant.energy_0_30s_kwh" in found
    assert "plant.energy_0_60s_kwh" not in found


def test_the_delay_and_lag_of_a_resource_are_found_in_its_mean_powers(tmp_path: Path) -> None:
    """-3 kW to 7 kW after 0.5 s, lag 0.2 s: t50 lies ln 2 lags after the delay."""
    t_s = np.round(np.arange(1, 4001) * 0.01, 9)
    late = np.maximum(t_s - 1.5, 0.0)
    stored = 10.0 * (late - 0.2 * (1.0 - np.exp(-late / 0.2)))  # the integral, so means are exact
    p_kw = -3.0 + np.diff(np.append(0.0, stored)) / 0.01
    run = run_of(tmp_path, {"bess": device("storage")}, {"t_s": t_s, "bess.p_kw": p_kw}, 1.0)
    found = of_resources(run)
    assert found["bess.t50_s"] == pytest.approx(0.5 + 0.2 * np.log(2.0), abs=1e-3)
    assert found["bess.energy_0_1s_kwh"] == pytest.approx(
        10.0 * (0.5 - 0.2 * 0.918) / 3600, rel=1e-3
    )


def test_a_run_in_minutes_has_no_frequency_kpis(tmp_path: Path) -> None:
    table = {"t_s": [60.0, 120.0, 180.0], "bus.f_hz": [50.0, 49.0, 50.0]}
    run = run_of(tmp_path, {"bus": device("bus")}, table, 60.0, tick_s=60.0)
    assert compute(run) == {}


def test_fine_steps_recorded_by_the_second_have_none_either(tmp_path: Path) -> None:
    table = {"t_s": [1.0, 2.0, 3.0, 4.0], "bus.f_hz": [50.0, 50.0, 49.0, 50.0]}
    assert compute(run_of(tmp_path, {"bus": device("bus")}, table, 2.0)) == {}


def test_a_stiff_grid_tells_nothing(tmp_path: Path) -> None:
    table = {"t_s": [0.1, 0.2, 0.3, 0.4], "grid.f_hz": [50.0] * 4}
    assert compute(run_of(tmp_path, {"grid": device("bus")}, table, 0.1)) == {}


def test_a_fleet_of_islands_tells_its_lowest_and_highest_frequency_alone(tmp_path: Path) -> None:
    table = {"t_s": [0.1, 0.2, 0.3, 0.4]}
    table |= {"bus.f_hz:sum": [150.0, 149.0, 151.0, 150.0]}
    table |= {"bus.f_hz:min": [50.0, 49.2, 49.9, 50.0], "bus.f_hz:max": [50.0, 50.0, 50.8, 50.0]}
    found = compute(run_of(tmp_path, {"bus": device("bus", units=3)}, table, 0.1))
    told = {"nadir_hz": 49.2, "nadir_s": 0.1, "zenith_hz": 50.8, "zenith_s": 0.2}
    assert found == pytest.approx(told)


def test_a_site_that_became_an_island_is_told_beside_the_area(tmp_path: Path) -> None:
    """While it was one. One that stayed on the grid is not: it has the frequency of the area."""
    left = {"totals": {"island_s": 3.0}, "units": 2}
    devices = {"area": device("bus"), "site": device("bus", "area") | left}
    devices |= {"other": device("bus", "area", totals={"island_s": 0.0})}
    table = {"t_s": [0.1, 0.2, 0.3, 0.4, 0.5], "area.f_hz": [50.0, 50.0, 49.9, 49.8, 49.8]}
    table |= {"site.f_hz:min": [50.0, 50.0, 49.1, 0.0, 48.8], "other.f_hz": [50.0] * 2 + [48.0] * 3}
    table |= {"site.f_hz:max": [50.0, 50.0, 50.0, 50.3, 50.4]}
    table |= {"site.island_s:sum": [0.0, 0.0, 0.1, 0.2, 0.2]}
    found = compute(run_of(tmp_path, devices, table, 0.2))
    assert (found["nadir_hz"], found["island_nadir_hz"], found["island_zenith_hz"]) == (
        49.8,
        49.1,
        50.3,
    )


def test_a_plant_that_the_event_trips_answers_with_what_is_left(tmp_path: Path) -> None:
    """40 MW are gone at once; from there the others rise by 20 MW within 4 s."""
    t_s = np.round(np.arange(1, 1001) * 0.01, 9)
    p_kw = np.where(t_s <= 1.0, 240e3, 200e3 + 5e3 * (t_s - 1.0).clip(0.0, 4.0))
    table = {"t_s": t_s, "plant.p_kw:sum": p_kw}
    run = run_of(tmp_path, {"plant": device("plant", units=3)}, table, 1.0)
    trip = (1.0, "plant", "plant[2]", "online", 0.0, "false", "scenario")
    found = of_resources(with_events(run, trip))
    assert found["plant.peak_change_kw"] == pytest.approx(20e3, rel=1e-2)
    assert found["plant.t50_s"] == pytest.approx(2.0, abs=0.02)


DIP = {"at_s": 601.0, "to": 0.0, "for_s": 0.15}


def test_a_momentary_dip_is_one_event_with_its_end(tmp_path: Path) -> None:
    told = numbers()["f_end_Hz"]
    assert compute(weak_area(tmp_path, DIP))["settled_hz"] == pytest.approx(told, abs=1e-5)


@pytest.mark.parametrize("more", [{"for_s": 10.0}, {"times": 6, "every_s": 10.0}])
def test_what_settles_is_judged_until_a_longer_one_ends_or_the_next_begins(
    tmp_path: Path, more: dict[str, float]
) -> None:
    run = weak_area(tmp_path, DIP | more)
    assert compute(run)["settled_hz"] == run["area.f_end_hz"].loc[611.0]
