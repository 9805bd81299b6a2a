from __future__ import annotations

import math
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from components.pcs_fast import PcsFast as Pcs
from tests.components.following import INSTANT, PLENTY, advance, follower, powers


def settled(**values: Any) -> Pcs:
    """A converter of 100 kVA that has answered for a long time."""
    pcs = follower(**(INSTANT | values))
    advance(pcs, 0.01)
    pcs.v_pu = values.get("v_pu", 1.0)
    powers(pcs, 0.1, 200.0)
    return pcs


@settings(deadline=None)
@given(
    p_set_kw=st.floats(-300, 300),
    q_set_kvar=st.floats(-300, 300),
    v_pu=st.floats(0.0, 1.4),
    f_hz=st.floats(48, 52),
    priority=st.sampled_from(["watt", "var"]),
    reactive=st.sampled_from(["fixed", "power_factor", "volt_var"]),
    factor=st.floats(0.1, 1.0),
    i_max=st.sampled_from([0.5, 1.0, 1.2]),
    coarse=st.booleans(),
)
def test_powers_stay_within_the_circle(
    p_set_kw: float,
    q_set_kvar: float,
    v_pu: float,
    f_hz: float,
    priority: str,
    reactive: str,
    factor: float,
    i_max: float,
    coarse: bool,
) -> None:
    pcs = follower(priority=priority, reactive=reactive, power_factor_pu=factor, i_max_pu=i_max)
    pcs.p_set_kw, pcs.q_set_kvar, pcs.v_pu, pcs.f_hz = p_set_kw, q_set_kvar, v_pu, f_hz
    for _ in range(10):
        if coarse:
            pcs.offer(60.0)
            pcs.p_settled_kw = pcs.p0_kw
            pcs.step(60.0)
        else:
            advance(pcs, 0.05)
        radius = 100.0 * min(1.0, i_max * v_pu)
        assert math.hypot(pcs.p_kw, pcs.q_kvar) <= radius * (1.0 + 1e-12)


@pytest.mark.parametrize(
    ("priority", "p_kw", "q_kvar"), [("watt", 80.0, 60.0), ("var", math.sqrt(1900.0), 90.0)]
)
def test_priority_says_what_is_kept_at_the_limit(priority: str, p_kw: float, q_kvar: float) -> None:
    pcs = settled(priority=priority, p_set_kw=80.0, q_set_kvar=90.0)
    assert (pcs.p_kw, pcs.q_kvar) == pytest.approx((p_kw, q_kvar), rel=1e-12)


def test_reactive_power_gives_way_where_the_bus_settles_more_than_was_offered() -> None:
    pcs = Pcs(rated_kva=100.0, p_set_kw=10.0, q_set_kvar=80.0, **PLENTY)
    pcs.offer(60.0)
    pcs.p_settled_kw = 80.0
    pcs.step(60.0)
    assert pcs.q_kvar == pytest.approx(60.0, rel=1e-12)


@pytest.mark.parametrize(("absorbing", "sign"), [(False, 1.0), (True, -1.0)])
@pytest.mark.parametrize("p_set_kw", [50.0, -50.0])
def test_power_factor_sets_reactive_beside_active_power(
    absorbing: bool, sign: float, p_set_kw: float
) -> None:
    pcs = settled(
        reactive="power_factor", power_factor_pu=0.8, absorbing=absorbing, p_set_kw=p_set_kw
    )
    assert pcs.q_kvar == pytest.approx(sign * 37.5, rel=1e-12)


@pytest.mark.parametrize(
    ("v_pu", "q_kvar"),
    [(0.90, 44.0), (0.92, 44.0), (0.95, 22.0), (1.0, 0.0), (1.05, -22.0), (1.08, -44.0)],
)
def test_volt_var_follows_the_curve_of_category_b(v_pu: float, q_kvar: float) -> None:
    pcs = settled(reactive="volt_var", v_pu=v_pu)
    assert pcs.q_kvar == pytest.approx(q_kvar, abs=1e-9)


@pytest.mark.parametrize("dt_s", [0.01, 0.1])
def test_volt_var_has_gone_90_percent_of_the_way_at_its_response_time(dt_s: float) -> None:
    pcs = follower(reactive="volt_var")
    advance(pcs, dt_s)
    powers(pcs, dt_s, 5.0, v_pu=0.90)
    assert pcs.q_kvar == pytest.approx(0.9 * 44.0, rel=1e-9)


@pytest.mark.parametrize(("v_pu", "p_kw"), [(1.05, 90.0), (1.07, 75.0), (1.08, 50.0), (1.2, 0.0)])
def test_volt_watt_limits_what_is_delivered(v_pu: float, p_kw: float) -> None:
    pcs = settled(volt_watt=True, v_pu=v_pu, p_set_kw=90.0)
    assert pcs.p_kw == pytest.approx(p_kw, abs=1e-9)


def test_volt_watt_leaves_charging_alone() -> None:
    assert settled(volt_watt=True, v_pu=1.2, p_set_kw=-90.0).p_kw == -90.0


def test_power_lost_to_volt_watt_is_counted() -> None:
    pcs = follower(volt_watt=True, p_set_kw=100.0, **INSTANT)
    advance(pcs, 0.1)
    powers(pcs, 0.1, 60.0, v_pu=1.09)
    given_kwh = 100.0 * 60.1 / 3600.0 - pcs.lost_to_voltage_kwh
    assert pcs.e_to_bus_kwh == pytest.approx(given_kwh, rel=1e-12)
    # the cap falls to 25 % through its lag, whose mean the end of each step stands for
    lag_s = 10.0 / math.log(10.0)
    expected_kwh = 75.0 * (60.0 - lag_s * (1.0 - math.exp(-60.0 / lag_s))) / 3600.0
    assert pcs.lost_to_voltage_kwh == pytest.approx(expected_kwh, rel=2e-3)


def test_current_limit_costs_power_at_low_voltage() -> None:
    pcs = follower(p_set_kw=100.0, **INSTANT)
    advance(pcs, 0.01)
    assert powers(pcs, 0.01, 0.5, v_pu=0.5)[-1] == pytest.approx(60.0, rel=1e-12)
    assert pcs.lost_to_voltage_kwh == pytest.approx(40.0 * 0.5 / 3600.0, rel=1e-9)


def test_reactive_power_ahead_of_active_power_costs_power() -> None:
    pcs = follower(p_set_kw=100.0, q_set_kvar=60.0, priority="var", **INSTANT)
    advance(pcs, 0.01)
    assert pcs.p_kw == pytest.approx(80.0, rel=1e-12)
    assert pcs.lost_to_voltage_kwh == pytest.approx(20.0 * 0.01 / 3600.0, rel=1e-9)


def test_cessation_costs_power_and_a_trip_is_not_blamed_on_voltage() -> None:
    pcs = follower(p_set_kw=100.0, protection="ieee1547_3", **INSTANT)
    advance(pcs, 0.01)
    powers(pcs, 0.01, 3.0, v_pu=0.1)  # ceases at once, trips after 2 s
    assert pcs.trip_count == 1
    assert pcs.lost_to_voltage_kwh == pytest.approx(100.0 * 2.0 / 3600.0, rel=1e-6)


def test_by_default_there_is_no_reactive_power_and_all_of_the_rating() -> None:
    pcs = settled(p_set_kw=100.0, v_pu=1.15)
    assert (pcs.p_kw, pcs.q_kvar, pcs.lost_to_voltage_kwh) == (100.0, 0.0, 0.0)
