from __future__ import annotations

import math
import time
from typing import Any

import pytest

from components.bess_cell import BessCell
from tests.components.packs import rack
from twin.fleet import make_rows
from twin.kernels import compiled


def cabinet(**values: Any) -> BessCell:
    return rack(**({"thermal": True, "own_w_per_kwh": 1.5} | values))


def held(bess: BessCell, hours: float, dt_s: float = 900.0) -> None:
    """Feed the cabinet from outside, so that the cells neither fill nor empty."""
    for _ in range(round(hours * 3600.0 / dt_s)):
        bess.p_dc_kw = -(0.075 + bess.heater_kw) / bess.coulombic_pu
        bess.step(dt_s)


def test_heater_burns_what_the_walls_let_through() -> None:
    bess = cabinet(air_degc=-10.0)
    held(bess, 24 * 20)
    before_kwh, lost_kwh = bess.heater_kwh, bess.loss_kwh
    held(bess, 24)

    # 0.3 W/K a kWh over 20 K, less all that is lost and used inside; at 10 degC it stays
    walls_kwh = 24.0 * 0.3e-3 * 50.0 * 20.0
    assert bess.cell_degc == pytest.approx(10.0, abs=1e-6)
    assert bess.loss_kwh - lost_kwh == pytest.approx(walls_kwh, rel=1e-6)
    rest_kwh = walls_kwh - (bess.heater_kwh - before_kwh)
    assert rest_kwh == pytest.approx(24.0 * 0.075, rel=0.02)  # and the cells' own losses


def test_in_the_warmth_the_heater_rests() -> None:
    bess = cabinet(air_degc=15.0)
    held(bess, 24 * 20)

    assert bess.heater_kwh == 0.0
    assert bess.own_kwh == pytest.approx(0.075 * 24 * 20, rel=1e-9)
    assert bess.cell_degc == pytest.approx(15.0 + 75.0 / 15.0, abs=0.1)


def test_cabinet_cools_with_its_time_constant() -> None:
    bess = cabinet(air_degc=0.0, heater_w_per_kwh=0.0, own_w_per_kwh=0.0)
    hours = 10.0
    for _ in range(40):
        bess.step(900.0)

    time_constant_h = 10.0 * 1000.0 / 0.3 / 3600.0  # mass x heat capacity over UA, a kWh
    assert bess.cell_degc == pytest.approx(25.0 * math.exp(-hours / time_constant_h), rel=1e-9)


def test_a_heater_too_weak_for_the_frost_leaves_cells_that_take_no_charge() -> None:
    bess = cabinet(air_degc=-40.0, soc_start_pu=0.9)
    for _ in range(4 * 24 * 4):
        bess.step(900.0)

    assert bess.heater_kw == pytest.approx(0.3)
    assert bess.cell_degc < 0.0
    assert bess.p_charge_max_kw == 0.0


def test_an_empty_rack_feeds_its_cabinet_no_longer_and_freezes() -> None:
    bess = cabinet(air_degc=-20.0, soc_start_pu=0.12)
    for _ in range(4 * 24 * 20):
        bess.step(900.0)

    assert bess.stored_kwh == 0.0
    assert bess.own_kwh < 6.0  # it drew what was below soc_min as well
    assert bess.cell_degc == pytest.approx(-20.0, abs=0.1)


def test_hard_work_warms_the_cells() -> None:
    worked, rested = cabinet(), cabinet()
    for _ in range(24):
        for p_dc_kw in (-20.0, 20.0):
            worked.p_dc_kw = p_dc_kw
            worked.step(900.0)
            rested.step(900.0)

    warmth_kwh = (worked.cell_degc - rested.cell_degc) * 10.0 * 50.0 / 3600.0
    lost_kwh = worked.loss_kwh - rested.loss_kwh
    assert 0.5 * lost_kwh < warmth_kwh < lost_kwh  # the walls took the rest


@pytest.mark.parametrize("dt_s", [1.0, 60.0, 3600.0])
def test_step_length_hardly_matters(dt_s: float) -> None:
    courses = {dt: cabinet(ageing=1, air_degc=5.0, soc_start_pu=0.9) for dt in (900.0, dt_s)}
    for dt, bess in courses.items():
        for hour in range(6):
            bess.p_dc_kw = (12.0, -10.0, 0.0)[hour % 3]
            for _ in range(round(3600.0 / dt)):
                bess.step(dt)

    usual, other = courses[900.0], courses[dt_s]
    assert other.stored_kwh == pytest.approx(usual.stored_kwh, rel=2e-3)
    assert other.loss_kwh == pytest.approx(usual.loss_kwh, rel=2e-2)
    assert other.cell_degc == pytest.approx(usual.cell_degc, abs=0.2)


@pytest.mark.parametrize("p_dc_kw", [-15.0, 0.0, 15.0])
def test_the_same_hour_fast_and_slow_keeps_its_energy(p_dc_kw: float) -> None:
    methods = compiled(BessCell)
    rows = make_rows(BessCell, 2, {"soc_start_pu": [0.5, 0.5], "air_degc": [0.0, 0.0]}, {})
    methods.each_start(rows)
    rows["p_dc_kw"] = p_dc_kw
    for _ in range(4):
        methods.each_step(rows[:1], 900.0)
    for _ in range(360_000):
        methods.each_fine(rows[1:], 0.01)
    slow, fast = rows

    assert fast["e_out_kwh"] - fast["e_in_kwh"] == pytest.approx(p_dc_kw, rel=1e-9, abs=1e-12)
    assert fast["stored_kwh"] == pytest.approx(slow["stored_kwh"], rel=1e-3)
    assert fast["soc_pu"] == pytest.approx(slow["soc_pu"], rel=1e-3)
    assert fast["own_kwh"] == pytest.approx(slow["own_kwh"], rel=1e-3)
    for row in rows:
        moved = row["e_in_kwh"] - row["e_out_kwh"] - row["loss_kwh"]
        start_kwh = rack().stored_kwh
        assert start_kwh + moved == pytest.approx(row["stored_kwh"], abs=1e-9)


def test_entering_and_leaving_the_fine_regime_moves_nothing() -> None:
    whole, visited = cabinet(ageing=2), cabinet(ageing=2)
    for bess in (whole, visited):
        bess.p_dc_kw = 5.0
        bess.step(60.0)
    whole.step(1.0)
    for _ in range(1000):
        visited.fine(0.001)
    for bess in (whole, visited):
        bess.step(60.0)

    for name in ("soc_pu", "stored_kwh", "loss_kwh", "cell_degc", "p_charge_max_kw", "clock_s"):
        assert getattr(visited, name) == pytest.approx(getattr(whole, name), rel=1e-5)


def test_a_year_of_one_rack_at_15_minutes_costs_less_than_20_ms() -> None:
    units, steps = 100, 200
    rows = make_rows(BessCell, units, {"air_degc": [-5.0] * units, "ageing": [2] * units}, {})
    methods = compiled(BessCell)
    methods.each_start(rows)
    methods.each_step(rows, 900.0)
    spent_s = []
    for step in range(steps):
        rows["p_dc_kw"] = 10.0 * math.sin(2.0 * math.pi * step / 96.0)
        before_s = time.thread_time()
        methods.each_step(rows, 900.0)
        spent_s.append(time.thread_time() - before_s)

    assert 35_040 * sorted(spent_s)[steps // 4] / units < 0.02
