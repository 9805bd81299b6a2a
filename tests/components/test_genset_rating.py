from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from components.genset import Genset
from tests.components.island import turning
from tests.components.test_genset import ready, run
from tests.components.test_genset_starting import run as run_fine

# Wacker Neuson G 2.5A and G 3.3A, operator's manual: 3 % per 500 m above 1000 m, per 5 K above 40
WACKER = {"derate_above_m": 1000.0, "derate_pu_per_km": 0.06}
ALTITUDES = [(1000, 1.0), (1500, 0.97), (2000, 0.94), (2500, 0.91), (3000, 0.88), (3500, 0.85)]
TEMPERATURES = [(20, 1.0), (40, 1.0), (45, 0.97), (50, 0.94), (55, 0.91), (60, 0.88)]


def most_pu(**values: Any) -> float:
    return run(ready(rated_kw=1.0, **values), 9.0, 60.0).p_kw


@pytest.mark.parametrize(("altitude_m", "left_pu"), ALTITUDES)
def test_thin_air_takes_what_the_table_of_the_maker_says(altitude_m: int, left_pu: float) -> None:
    assert most_pu(altitude_m=altitude_m, **WACKER) == pytest.approx(left_pu)


@pytest.mark.parametrize(("air_degc", "left_pu"), TEMPERATURES)
def test_hot_air_takes_what_the_table_of_the_maker_says(air_degc: int, left_pu: float) -> None:
    assert most_pu(air_degc=air_degc) == pytest.approx(left_pu)


def test_both_deratings_multiply() -> None:
    # Stamford, sizing procedure: derate multipliers are cumulative
    assert most_pu(altitude_m=2000, air_degc=50, **WACKER) == pytest.approx(0.94 * 0.94)


def test_a_plateau_costs_a_sixth_by_default() -> None:
    assert most_pu(altitude_m=2808.0) == pytest.approx(1.0 - 0.117 * 1.308)


def test_least_load_stays_that_of_the_rating_as_far_as_there_is_power() -> None:
    genset = ready(altitude_m=2808.0, min_load_pu=0.3)
    assert run(genset, 0.0, 60.0).p_kw == pytest.approx(4.5)
    genset.air_degc = 1000.0
    assert run(genset, 15.0, 60.0).p_kw == 0.0


def test_the_rack_of_a_derated_set_is_limited_as_well() -> None:
    genset = turning(6.0, altitude_m=2000.0, governor="isochronous", **WACKER)
    run_fine(genset, 1.0)
    genset.f_hz = 45.0
    run_fine(genset, 5.0)
    assert genset.rack_pu == pytest.approx(1.1 * 0.94)


@given(dt_s=st.sampled_from([1.0, 7.5, 30.0, 60.0, 300.0]), warmup_s=st.floats(0.0, 280.0))
def test_warming_up_costs_the_same_energy_at_any_step(dt_s: float, warmup_s: float) -> None:
    genset = Genset(run_cmd=True, warmup_s=warmup_s, warmup_pu=0.4)
    genset.start()
    run(genset, 15.0, dt_s, int(300 / dt_s))

    given_kws = 15.0 * (0.4 * warmup_s + (290.0 - warmup_s))
    assert genset.energy_kwh == pytest.approx(given_kws / 3600.0, rel=1e-9)


def test_a_cold_set_is_set_to_no_more_in_the_fine_regime() -> None:
    genset = Genset(run_cmd=True, warmup_s=60.0, p_set_kw=15.0, f_hz=0.0, start_s=5.0)
    genset.start()
    genset.enter_fine()
    run_fine(genset, 60.0)
    assert genset.p_ref_kw == pytest.approx(0.3 * 15.0)
    run_fine(genset, 15.0)
    assert genset.p_ref_kw == pytest.approx(15.0)


def test_hours_are_counted_by_load() -> None:
    genset = ready(min_load_pu=0.0, band_low_pu=0.5, band_high_pu=0.9)
    for load in (0.0, 0.2, 0.3, 0.4, 0.5, 0.75, 0.9, 1.0):
        run(genset, 15.0 * load, 900.0, 4)

    assert (genset.run_h, genset.low_load_h, genset.band_h) == pytest.approx((8.0, 2.0, 3.0))


def test_held_at_its_least_load_it_does_not_foul() -> None:
    assert run(ready(), 0.0, 900.0, 10).low_load_h == 0.0
