from __future__ import annotations

import math

import pytest

from components.bess import Bess


def battery(**values: float) -> Bess:
    bess = Bess(**({"self_discharge_pu_per_d": 0.0} | values))
    bess.start()
    return bess


def run(bess: Bess, p_dc_kw: float, dt_s: float, steps: int) -> None:
    bess.p_dc_kw = p_dc_kw
    for _ in range(steps):
        bess.step(dt_s)


def test_round_trip_at_the_terminals_is_the_product_of_both_ways() -> None:
    bess = battery(soc_start_pu=0.1)
    run(bess, -10.0, 900.0, 12)
    while bess.e_discharge_kwh > 1e-9:
        run(bess, min(10.0, bess.e_discharge_kwh * 4), 900.0, 1)

    assert bess.e_out_kwh / bess.e_in_kwh == pytest.approx(0.97 * 0.97, rel=1e-9)


def test_published_energy_empties_it_to_the_floor_exactly() -> None:
    bess = battery(soc_start_pu=0.83, soc_min_pu=0.17)
    run(bess, bess.e_discharge_kwh / 2, 7200.0, 1)

    assert bess.soc_pu == 0.17
    assert bess.e_discharge_kwh == 0.0


def test_published_energy_fills_it_to_the_ceiling_exactly() -> None:
    bess = battery(soc_start_pu=0.2, soc_max_pu=0.9)
    run(bess, -bess.e_charge_kwh * 3, 1200.0, 1)

    assert bess.stored_kwh == 0.9 * 50.0


def test_step_length_does_not_matter_to_the_energy() -> None:
    short, long = battery(self_discharge_pu_per_d=0.0), battery(self_discharge_pu_per_d=0.0)
    run(short, -7.0, 1.0, 3600)
    run(long, -7.0, 3600.0, 1)

    assert short.soc_pu == pytest.approx(long.soc_pu, rel=1e-12)


def test_idle_month_loses_one_and_a_half_per_cent() -> None:
    bess = Bess(soc_start_pu=0.8)
    bess.start()
    run(bess, 0.0, 3600.0, 30 * 24)

    assert bess.soc_pu == pytest.approx(0.8 * math.exp(-0.015), rel=1e-9)
    assert bess.loss_kwh == pytest.approx(40.0 - bess.stored_kwh, rel=1e-9)


def test_self_discharge_passes_the_floor_and_stops_at_nothing() -> None:
    bess = battery(soc_start_pu=0.1, self_discharge_pu_per_d=1.0)
    run(bess, 0.0, 86400.0, 2000)

    assert 0.0 <= bess.soc_pu < 1e-12


def test_full_cycle_counts_as_one() -> None:
    bess = battery(soc_start_pu=1.0, soc_min_pu=0.0)
    run(bess, bess.e_discharge_kwh, 3600.0, 1)
    run(bess, -bess.e_charge_kwh, 3600.0, 1)

    assert bess.efc_count == pytest.approx(1.0, rel=1e-12)


@pytest.mark.parametrize("p_dc_kw", [-1e6, 1e6])
def test_energy_it_does_not_hold_is_refused_and_its_books_still_close(p_dc_kw: float) -> None:
    bess = battery(self_discharge_pu_per_d=0.01)
    start_kwh = bess.stored_kwh
    run(bess, p_dc_kw, 3600.0, 40)

    left_kwh = start_kwh + bess.e_in_kwh - bess.e_out_kwh - bess.loss_kwh
    assert left_kwh == pytest.approx(bess.stored_kwh, abs=1e-9)
    assert 0.0 <= bess.soc_pu <= 1.0
