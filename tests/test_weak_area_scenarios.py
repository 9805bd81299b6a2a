"""The hours of the weak area, each to the fact it ends in: long steps or few sites, in Python."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

import twin
from twin.run import Run

FEW = {  # as much power and energy as 200 sites have
    "site.count": 9,
    "site.load.rated_kw": 178.0,
    "site.pcs.rated_kva": 889.0,
    "site.bess.energy_kwh": 2222.0,
    "site.bess.charge_max_kw": 1111.0,
    "site.bess.discharge_max_kw": 1111.0,
}
HOUR_S = 3600.0


def paced(step_s: float, **more: Any) -> dict[str, Any]:
    """Coarser steps and other values; ``group__device__field`` is a path."""
    times = {"step_s": step_s, "sync_s": step_s, "agc.period_s": step_s, "record.every_s": step_s}
    return times | {name.replace("__", "."): value for name, value in more.items()}


def ran(folder: Path, name: str, variant: str, values: dict[str, Any]) -> Run:
    return twin.simulate(
        f"weak_area/{name}",
        variant=variant,
        overrides=values,
        in_python=True,
        out=folder / f"{name}-{variant}",
    )


@pytest.fixture(scope="module")
def evening(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Run]:
    folder = tmp_path_factory.mktemp("evening")
    variants = ("storage", "mobile_dispatched", "together")
    return {one: ran(folder, "evening_peak", one, paced(600.0)) for one in variants}


def given_kwh(run: Run, name: str, until_h: float) -> float:
    power = run[f"{name}.p_kw"]
    return float(power[power.index <= until_h * HOUR_S].sum() * 600.0 / HOUR_S)


def test_storage_is_empty_before_the_evening_is_over(evening: dict[str, Run]) -> None:
    run = evening["storage"]
    print({name: value for name, value in run.kpis.items() if name.startswith("site.pcs")})
    assert run.kpis["site.pcs.full_h"] < 2.5
    assert run["site.bess.soc_pu"][4.5 * HOUR_S] < 0.15
    assert run["site.pcs.p_kw"][4.5 * HOUR_S] < 1e3


def test_trucks_that_are_called_miss_the_first_hour_and_are_ahead_at_the_end(
    evening: dict[str, Run],
) -> None:
    storage, truck = evening["storage"], evening["mobile_dispatched"]
    assert truck["truck.set.p_kw"][: 1.5 * HOUR_S].max() == 0.0
    ahead = [
        given_kwh(truck, "truck.set", h) > given_kwh(storage, "site.pcs", h) for h in (2, 3, 5, 6)
    ]
    assert ahead == [False, False, True, True]
    assert truck.kpis["fuel_l"] > 3e3


def test_together_the_frequency_stays_higher_than_with_either(evening: dict[str, Run]) -> None:
    lowest = {name: run.kpis["lowest_hz"] for name, run in evening.items()}
    print(lowest)
    assert lowest["together"] > max(lowest["storage"], lowest["mobile_dispatched"]) + 0.01


@pytest.fixture(scope="module")
def day(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Run]:
    folder = tmp_path_factory.mktemp("day")
    periods = {f"{name}__period_s": 20.0 for name in ("wander", "agc_site", "agc_truck")}
    values = FEW | paced(20.0, horizon_s=7200, agc_battery__period_s=20.0, **periods)
    values |= {"agc_site.share_pu": 1.0 / 9.0, "agc_site.reserve_kw": 2.8e3 / 9.0}
    variants = ("nothing", "storage", "mobile_spinning")
    return {one: ran(folder, "regulation_day", one, values) for one in variants}


def test_storage_regulates_without_fuel_and_its_charge_tells_what_it_owes(
    day: dict[str, Run],
) -> None:
    alone, storage = day["nothing"].kpis, day["storage"].kpis
    print(alone["off_rms_mhz"], storage["off_rms_mhz"], storage["soc_end_pu"])
    assert storage["off_rms_mhz"] < 0.6 * alone["off_rms_mhz"]
    assert "fuel_l" not in storage
    given_pu = storage["site.pcs.given_kwh"] / 20e3
    lost_pu = storage["losses_kwh"] / 20e3
    assert 0.5 - storage["soc_end_pu"] == pytest.approx(given_pu + lost_pu, rel=0.02)
    assert abs(storage["soc_end_pu"] - 0.5) > 0.01


def test_sets_regulate_too_and_burn_for_the_power_they_regulate_about(day: dict[str, Run]) -> None:
    truck = day["mobile_spinning"].kpis
    assert truck["off_rms_mhz"] < day["nothing"].kpis["off_rms_mhz"]
    assert truck["fuel_l"] > 1e3
    assert truck["out_of_fuel_h"] == 0.0


FINE = {"fine_step_s": 0.01, "fine_sync_s": 0.05, "record__fine_every_s": 0.01}


@pytest.fixture(scope="module")
def island(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Run]:
    folder = tmp_path_factory.mktemp("island")
    values = FEW | paced(60.0, fine_for_s=1.0, **FINE)
    variants = ("nothing", "park", "sites", "mobile_connected")
    return {one: ran(folder, "island", one, values) for one in variants}


def test_without_a_former_a_network_that_is_cut_off_is_dark(island: dict[str, Run]) -> None:
    run = island["nothing"]
    assert run["feeder.head.f_end_hz"][HOUR_S : 2 * HOUR_S].max() == 0.0
    assert run.kpis["dropped_kwh"] > 10e3


def test_with_the_park_it_lives(island: dict[str, Run]) -> None:
    run = island["park"]
    f_hz = run["feeder.head.f_end_hz"][HOUR_S : 2 * HOUR_S]
    assert 49.0 < f_hz.min() <= f_hz.max() <= 50.0
    assert run.kpis["dropped_kwh"] == 0.0


def test_sites_live_alone_and_the_campus_is_lost(island: dict[str, Run]) -> None:
    run = island["sites"]
    assert run["feeder.head.f_end_hz"][HOUR_S : 2 * HOUR_S].max() == 0.0
    assert run["site.main.live:min"][HOUR_S : 2 * HOUR_S].min() == 1.0
    dropped = {name: run.totals[f"{name}.dropped_kwh"] for name in ("site.load", "campus")}
    assert dropped["site.load"] == 0.0
    assert dropped["campus"] > 5e3


def test_sets_that_stand_connected_start_the_dark_network(island: dict[str, Run]) -> None:
    run = island["mobile_connected"]
    assert run.totals["feeder.head.dark_count"] >= 1.0
    assert run.kpis["dropped_kwh"] == 0.0
    assert run.kpis["unserved_kwh"] == pytest.approx(0.0, abs=1.0)
    assert run.kpis["fuel_l"] > 3e3


@pytest.fixture(scope="module")
def hour(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Run]:
    folder = tmp_path_factory.mktemp("hour")
    values = FEW | paced(10.0, fine_for_s=3.0, **FINE)
    variants = ("nothing", "storage_low", "mobile_connected")
    return {one: ran(folder, "repeated", one, values) for one in variants}


def each(run: Run, what: str) -> list[float]:
    return [run.kpis[f"fall_{k}.{what}"] for k in (1, 2, 3)]


def test_the_third_event_finds_the_storage_with_less(hour: dict[str, Run]) -> None:
    run, alone = hour["storage_low"], hour["nothing"]
    charge = each(run, "soc_pu")
    gains = [a - b for a, b in zip(each(run, "nadir_hz"), each(alone, "nadir_hz"), strict=True)]
    print(charge, gains)
    assert charge[0] > charge[1] > charge[2]
    assert gains[0] > 0.02
    assert gains[2] < 0.2 * gains[0]


def test_the_third_event_finds_sets_at_work_that_the_first_one_called(
    hour: dict[str, Run],
) -> None:
    run, alone = hour["mobile_connected"], hour["nothing"]
    assert each(run, "sets_kw")[0] == 0.0
    assert each(run, "sets_kw")[2] > 2e3
    nadirs, bare = each(run, "nadir_hz"), each(alone, "nadir_hz")
    assert nadirs[0] == pytest.approx(bare[0], abs=1e-3)
    assert nadirs[2] > bare[2] + 0.01
