from __future__ import annotations

import math
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from twin.kpis import compute
from twin.kpis.dispatch import Dispatch, Store, Task, best_loss_pu, solve
from twin.kpis.foresight import Prices, judged, optimum, task_of
from twin.run import Run

FULL_LOAD_L_PER_KWH = 0.08415 + 0.246  # Skarstein & Uhlen, at rated power


def task(load: list[float], sun: list[float], store: Store | None = None, **given: Any) -> Task:
    nothing = np.zeros(len(load))
    plain = Task(
        hours=np.ones(len(load)),
        load_kw=np.array(load),
        sun_kw=np.array(sun),
        import_max_kw=nothing,
        export_max_kw=nothing,
        genset_kw=10.0,
        store=store,
        genset_cost_per_kwh=1.0,
        import_cost_per_kwh=nothing,
        export_gain_per_kwh=nothing,
    )
    return replace(plain, **given)


def battery(**given: Any) -> Store:
    """10 kWh, empty at both ends, 4 kW each way, half of the energy lost on the way in."""
    plain = Store(0.0, 0.0, 0.0, 10.0, 4.0, 4.0, charge_pu=0.5)
    return replace(plain, **given)


def test_without_battery_the_genset_makes_what_the_sun_leaves() -> None:
    assert solve(task([3.0, 3.0, 3.0], [5.0, 1.0, 0.0])).cost == pytest.approx(2.0 + 3.0)


def test_a_battery_saves_what_it_can_take_of_the_surplus_less_its_loss() -> None:
    """Of 7 kW of surplus it takes 4, keeps 2, and gives them back."""
    found = solve(task([3.0, 3.0], [10.0, 0.0], battery()))

    assert (found.cost, found.charge_kw[0], found.discharge_kw[1]) == pytest.approx((1.0, 4.0, 2.0))


def test_what_is_in_the_battery_at_the_end_was_not_free() -> None:
    """1 kWh more at the end than at the start needs 2 kWh of the genset."""
    store = battery(start_kwh=3.0, end_kwh=4.0)

    assert solve(task([1.0], [0.0], store)).cost == pytest.approx(1.0 + 2.0)


def test_a_battery_that_leaks_gives_less() -> None:
    """At half of it an hour, an e-th of 2 kWh is left at the end of the second hour."""
    store = battery(start_kwh=2.0, loss_pu_per_h=0.5)

    assert solve(task([0.0, 2.0], [0.0, 0.0], store)).cost == pytest.approx(2.0 - 2.0 / math.e)


def test_import_costs_no_litres_while_the_grid_is_there() -> None:
    limits = np.array([2.0, 0.0])

    assert solve(task([3.0, 3.0], [0.0, 0.0], import_max_kw=limits)).cost == pytest.approx(4.0)


def test_with_prices_it_buys_cheap_and_carries_over() -> None:
    """The dear kWh at 0.9 is worth 2 cheap ones at 0.2: 4 of them are bought beside the load."""
    priced = task(
        [1.0, 2.0],
        [0.0, 0.0],
        battery(),
        genset_kw=0.0,
        import_max_kw=np.full(2, 10.0),
        import_cost_per_kwh=np.array([0.2, 0.9]),
    )

    assert solve(priced).cost == pytest.approx(5.0 * 0.2)


def test_what_nobody_can_carry_has_no_optimum() -> None:
    with pytest.raises(ValueError, match="has no optimum"):
        solve(task([20.0], [0.0]))


def test_no_loss_of_a_converter_lies_below_its_best_point() -> None:
    """P0 = 0.0072 and K = 0.0345 of Notton 2: 3.15 %, at 46 % of its rating."""
    loads = np.linspace(0.001, 1.0, 1000)
    losses = 0.0072 / loads + 0.0345 * loads
    best = best_loss_pu(0.0072, 0.0345)

    assert losses.min() == pytest.approx(best, rel=1e-5)
    assert best == pytest.approx(0.0315, abs=5e-5)


def test_a_kwh_costs_what_it_costs_the_independent_optimum() -> None:
    """Cases 0 and 1 by PyPSA: energy of the genset and its litres (energy_results.json)."""
    for energy_kwh, litres in ((3978.8695329849706, 1313.62377631), (636.4111288913698, 210.11113)):
        assert energy_kwh * FULL_LOAD_L_PER_KWH == pytest.approx(litres, rel=1e-6)


POWERS = st.lists(st.floats(0.0, 9.0), min_size=24, max_size=24)


@settings(deadline=None, max_examples=40)
@given(load=POWERS, sun=POWERS, start=st.floats(0.0, 10.0))
def test_no_rule_does_better_and_no_battery_does_harm(
    load: list[float], sun: list[float], start: float
) -> None:
    """Against sun first, then battery, then genset, hour by hour."""
    held, burnt = start, 0.0
    for wanted, shining in zip(load, sun, strict=True):
        residual = wanted - shining
        if residual <= 0.0:
            held = min(held + 0.5 * min(-residual, 4.0), 10.0)
        else:
            given_kw = min(residual, held, 4.0)
            held, burnt = held - given_kw, burnt + residual - given_kw
    best = solve(task(load, sun, battery(start_kwh=start, end_kwh=held)))

    assert best.cost <= burnt + 1e-6
    assert best.cost <= sum(max(w - s, 0.0) for w, s in zip(load, sun, strict=True)) + 1e-6
    assert balanced(best, np.array(load) - np.array(sun))


def balanced(found: Dispatch, residual: Any) -> bool:
    given = found.genset_kw + found.bought_kw + found.discharge_kw - found.charge_kw
    return bool(np.all(given - found.sold_kw >= residual - 1e-6))


def device(role: str, bus: str = "", **rest: Any) -> dict[str, Any]:
    plain = {"role": role, "bus": bus, "units": 1, "enabled": True, "params": {}, "totals": {}}
    return plain | rest


def site() -> dict[str, dict[str, Any]]:
    """Half a kWh is in the battery at the start, 1 kWh at the end; the set burnt 3 l."""
    line = {"fuel_intercept_l_per_h_per_kw": 0.08415, "fuel_slope_l_per_kwh": 0.246}
    return {
        "main": device("bus"),
        "load": device("load", "main"),
        "pcs": device("converter", "main", params={"rated_kva": 5.0}),
        "bess": device(
            "storage",
            "pcs",
            params={"energy_kwh": 10.0, "charge_efficiency_pu": 0.8, "charge_max_kw": 3.0},
            start_totals={"stored_kwh": 0.5},
            totals={"stored_kwh": 1.0},
        ),
        "set": device("fuel", "main", params={"rated_kw": 8.0} | line, totals={"fuel_l": 3.0}),
    }


def recorded(folder: Path, devices: dict[str, dict[str, Any]], **signals: list[float]) -> Run:
    """A run of four half hours, the last two of them joined in one record."""
    plain = {
        "main.p_load_kw": [2.0, 2.0, 4.0],
        "main.unserved_kw": [0.0, 0.0, 1.0],
        "main.p_gen_kw": [6.0, 0.0, 0.0],
        "bess.stored_kwh": [2.0, 1.5, 1.0],
    }
    table = {"t_s": [1800.0, 3600.0, 7200.0]} | plain | signals
    (folder / "signals").mkdir()
    pq.write_table(pa.table(table), folder / "signals/part-cell-00000.parquet")
    return Run(folder, {"format": 1, "status": "done", "devices": devices})


def test_a_run_is_held_against_its_own_signals(tmp_path: Path) -> None:
    """3 kW for half an hour store 1.2 kWh to the 0.5; 1 must be left of them, 4 kWh are missing."""
    run = recorded(tmp_path, site())
    least_l = (1.0 + 3.0 - 0.7) * FULL_LOAD_L_PER_KWH

    assert optimum(run).cost == pytest.approx(least_l)
    assert judged(run).gap_pu == pytest.approx(3.0 / least_l - 1.0)


def test_short_intervals_are_joined_to_quarters_of_an_hour(tmp_path: Path) -> None:
    run = recorded(tmp_path, site(), t_s=[300.0, 600.0, 2700.0])
    found = task_of(run)

    assert found.hours.tolist() == pytest.approx([1.0 / 6.0, 35.0 / 60.0])
    assert found.sun_kw.tolist() == [3.0, 0.0]


def test_a_grid_lends_what_it_can_while_it_is_there(tmp_path: Path) -> None:
    grid = device("grid", "main", params={"import_max_kw": 2.0}, totals={"cost_usd": 0.0})
    run = recorded(tmp_path, {**site(), "grid": grid}, **{"grid.online": [1.0, 0.0, 1.0]})

    assert task_of(run).import_max_kw.tolist() == [2.0, 0.0, 2.0]


def test_money_is_told_where_prices_are_given(tmp_path: Path) -> None:
    """In the last hour 2 of 3 kWh come from the grid at 0.1; fuel is at 1 USD/l."""
    grid = device("grid", "main", params={"import_max_kw": 2.0}, totals={"cost_usd": 0.5})
    run = recorded(tmp_path, {**site(), "grid": grid}, **{"grid.online": [0.0, 0.0, 1.0]})
    prices = Prices(fuel_usd_per_l=1.0, import_usd_per_kwh=[0.0, 0.0, 0.1])
    least_usd = 2.0 * 0.1 + (4.0 - 0.7 - 2.0) * FULL_LOAD_L_PER_KWH

    assert judged(run, prices).gap_pu == pytest.approx(3.5 / least_usd - 1.0)


def test_units_that_are_not_alike_are_as_good_as_the_best(tmp_path: Path) -> None:
    devices = site()
    devices["bess"] |= {"units": 2}
    devices["bess"]["params"] |= {"charge_efficiency_pu": [0.7, 0.8, 0.9]}
    store = task_of(recorded(tmp_path, devices)).store

    assert store is not None
    assert (store.charge_pu, store.high_kwh) == (0.9, 20.0)


def test_a_slow_kpi_is_computed_where_it_is_expected(tmp_path: Path) -> None:
    run = recorded(tmp_path, site())
    asked = Run(run.folder, {**run.meta, "expect": {"ems_gap_pu": {"max": 1.0}}})

    assert ("ems_gap_pu" in compute(run), "ems_gap_pu" in compute(asked)) == (False, True)


@pytest.mark.parametrize(
    ("gone", "told"),
    [
        ({"set": device("solar", "main")}, "has no genset"),
        ({"load": device("solar", "main")}, "has no load"),
        ({"main": device("bus", "feeder")}, "has loads on a network: main"),
        ({"bess": device("storage", "pcs"), "store": device("storage")}, "did not record store"),
    ],
)
def test_a_run_that_cannot_tell_says_why(
    tmp_path: Path, gone: dict[str, dict[str, Any]], told: str
) -> None:
    run = recorded(tmp_path, {**site(), **gone})
    asked = Run(run.folder, {**run.meta, "expect": {"ems_gap_pu": {"max": 1.0}}})

    with pytest.raises(ValueError, match=told):
        judged(run)
    assert "ems_gap_pu" not in compute(asked)


def test_a_run_that_needed_no_fuel_has_no_gap(tmp_path: Path) -> None:
    run = recorded(tmp_path, site(), **{"main.p_gen_kw": [9.0, 9.0, 9.0]})

    with pytest.raises(ValueError, match="could have done with nothing"):
        _ = judged(run).gap_pu
