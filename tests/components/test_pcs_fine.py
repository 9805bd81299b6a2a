from __future__ import annotations

import math
from itertools import pairwise
from typing import Any

import pytest

from components.area import Area
from components.load import Load
from components.pcs_fast import PcsFast as Pcs
from components.tgov1 import Tgov1
from tests.components.following import INSTANT, PLENTY, advance, follower, powers
from tests.components.grid import Grid


def test_droop_reaches_full_power_at_its_share_of_nominal_frequency() -> None:
    pcs = follower(droop_pu=0.01, **INSTANT)
    assert advance(pcs, 0.01, f_hz=50.0 - 0.01 * 50.0) == pytest.approx(100.0, rel=1e-12)


@pytest.mark.parametrize(("kind", "off_hz"), [("offset", 0.18), ("step", 0.2)])
def test_kind_of_the_deadband_decides_what_is_left_of_a_deviation(kind: str, off_hz: float) -> None:
    pcs = follower(droop_pu=0.02, deadband_hz=0.02, deadband_kind=kind, **INSTANT)
    assert advance(pcs, 0.01, f_hz=50.019) == 0.0
    assert advance(pcs, 0.01, f_hz=50.2) == pytest.approx(-100.0 * off_hz, rel=1e-12)


def test_lag_is_followed_exactly_at_any_step() -> None:
    for dt_s in (0.001, 0.01, 0.1):
        pcs = follower(lag_s=0.08, filter_s=0.0, droop_pu=0.02)
        advance(pcs, dt_s)
        mean_kw = sum(powers(pcs, dt_s, 0.3, f_hz=49.8)) * dt_s / 0.3
        fade = math.exp(-0.3 / 0.08)
        assert pcs.given_kw == pytest.approx(20.0 * (1.0 - fade), rel=1e-12)
        assert mean_kw == pytest.approx(20.0 * (1.0 - (1.0 - fade) * 0.08 / 0.3), rel=1e-12)


def test_filter_and_lag_are_two_lags_in_a_chain_to_second_order() -> None:
    filter_s, lag_s, after_s = 0.1, 0.04, 0.2
    fades = [T * math.exp(-after_s / T) for T in (filter_s, lag_s)]
    exact_kw = 20.0 * (1.0 - (fades[0] - fades[1]) / (filter_s - lag_s))
    errors_kw = []
    for dt_s in (0.01, 0.005):
        pcs = follower(filter_s=filter_s, lag_s=lag_s, droop_pu=0.02)
        advance(pcs, dt_s)
        powers(pcs, dt_s, after_s, f_hz=49.8)
        errors_kw.append(pcs.given_kw - exact_kw)
    assert abs(errors_kw[0]) < 0.02
    assert errors_kw[0] / errors_kw[1] == pytest.approx(4.0, abs=0.1)


@pytest.mark.parametrize("delay_s", [0.02, 0.025, 0.0501])
def test_nothing_comes_before_the_delay_and_all_of_it_after(delay_s: float) -> None:
    pcs = follower(delay_s=delay_s, droop_pu=0.02, **INSTANT)
    advance(pcs, 0.01)
    found = powers(pcs, 0.01, 0.1, f_hz=49.8)
    begun = int(delay_s / 0.01 + 1e-9)
    share = 1.0 - (delay_s / 0.01 - begun)
    expected = [0.0] * begun + [20.0 * share] + [20.0] * (9 - begun)
    assert found == pytest.approx(expected, abs=1e-9)


def test_no_energy_is_lost_in_the_delay_when_the_step_changes() -> None:
    pcs = follower(0.001, delay_s=0.0371, lag_s=0.02, filter_s=0.03, droop_pu=0.05)
    advance(pcs, 0.01)
    for dt_s, f_hz in [(0.01, 49.8), (0.003, 49.9), (0.1, 50.1), (0.001, 48.9), (0.02, 49.95)]:
        for _ in range(7):
            advance(pcs, dt_s, f_hz=f_hz)
    powers(pcs, 0.05, 3.0, f_hz=50.0)
    asked_hz_s = 7 * (0.01 * 0.2 + 0.003 * 0.1 - 0.1 * 0.1 + 0.001 * 1.1 + 0.02 * 0.05)
    given_kwh = pcs.e_to_bus_kwh - pcs.e_from_bus_kwh
    assert given_kwh == pytest.approx(asked_hz_s * 100.0 / (0.05 * 50.0) / 3600.0, rel=1e-9)


def test_ramp_is_kept_until_the_lag_takes_over() -> None:
    pcs = follower(droop_pu=0.02, filter_s=0.0, lag_s=0.1, ramp_pu_per_s=2.0)
    advance(pcs, 0.003)
    found = powers(pcs, 0.003, 0.6, f_hz=49.2)
    # 80 kW away at 200 kW/s: the lag would be slower over the last 20 kW, after 0.3 s
    slopes = [(b - a) / 0.003 for a, b in pairwise(found)]
    assert max(slopes) == pytest.approx(200.0, rel=1e-9)
    assert pcs.given_kw == pytest.approx(80.0 - 20.0 * math.exp(-0.3 / 0.1), rel=1e-9)
    mean_kw = 0.5 * 60.0 * 0.3 + 80.0 * 0.3 - 20.0 * 0.1 * (1.0 - math.exp(-3.0))
    assert sum(found) * 0.003 == pytest.approx(mean_kw, rel=1e-9)


def test_limit_holds_the_state_so_that_the_way_back_begins_at_once() -> None:
    pcs = follower(droop_pu=0.004, filter_s=0.0, lag_s=0.1)
    powers(pcs, 0.01, 2.0, f_hz=49.0)  # asks for five times its rating
    assert pcs.p_kw == 100.0
    assert advance(pcs, 0.01, f_hz=50.0) < 100.0


@pytest.mark.parametrize(
    ("limit", "value", "expected_dc_kw"),
    [("p_discharge_max_kw", 40.0, 40.0), ("e_discharge_kwh", 40.0 * 0.01 / 3600.0, 40.0)],
)
def test_limits_of_the_store_are_kept_with_its_energy_over_this_step(
    limit: str, value: float, expected_dc_kw: float
) -> None:
    pcs = follower(droop_pu=0.01, **{limit: value}, **INSTANT)
    advance(pcs, 0.01, f_hz=49.0)
    assert pcs.p_dc_kw == pytest.approx(expected_dc_kw, rel=1e-9)
    assert pcs.loss_kwh > 0.0


def zoomed(**given: Any) -> Grid:
    """An area with two plants, 30 kW off its set point, and a converter with a droop of 1 %."""
    plants = [Tgov1(rated_kva=2000.0, p_set_kw=900.0, deadband_hz=0.02)]
    pcs = follower(droop_pu=0.01, deadband_hz=0.015, delay_s=0.1, **given)
    grid = Grid(Area(base_kva=3000.0), [*plants, pcs], [Load(p_set_kw=200.0)])
    grid.coarse(1.0)
    grid.devices[0].p_set_kw += 30.0
    for _ in range(20):
        grid.coarse(1.0)
    return grid


@pytest.mark.parametrize(
    "given",
    [
        {"p_set_kw": 40.0},
        {"p_set_kw": -40.0, "lag_s": 0.3},
        {"p_set_kw": 300.0},  # beyond its rating
        {"grid_present": True},
        {"grid_present": True, "forming": True, "p_set_kw": 10.0},
        {"online": False, "p_set_kw": 10.0},
        {"p_set_kw": 50.0, "e_discharge_kwh": 30.0 / 3600.0},  # limited by energy in a second
    ],
    ids=str,
)
def test_zoom_without_an_event_moves_nothing(given: dict[str, Any]) -> None:
    grid = zoomed(**given)
    pcs = grid.plants[1]
    f_hz, p_kw = grid.area.f_hz, pcs.p_kw
    assert abs(f_hz - 50.0) > 0.01
    for _ in range(1000):
        grid.fine(0.01)

    assert grid.area.f_end_hz == pytest.approx(f_hz, abs=1e-9)
    assert pcs.p_kw == pytest.approx(p_kw, abs=1e-6)


def test_leaving_a_zoom_moves_nothing_where_the_bus_is_known_to_be_held() -> None:
    grid = zoomed(grid_present=True)
    pcs = grid.plants[1]
    pcs.deadband_hz = 0.0  # type: ignore[attr-defined]
    grid.plants[0].deadband_hz = 0.0  # type: ignore[attr-defined]
    grid.coarse(1.0)
    grid.devices[0].p_set_kw += 20.0
    for _ in range(6000):
        grid.fine(0.02)
    fine_hz, fine_kw = grid.area.f_end_hz, pcs.p_kw
    grid.coarse(1.0)
    assert grid.area.f_hz == pytest.approx(fine_hz, abs=1e-6)
    assert pcs.p_kw == pytest.approx(fine_kw, abs=1e-3)


def test_order_at_the_beginning_of_a_zoom_is_not_taken_for_the_past() -> None:
    grid = zoomed(p_set_kw=40.0, lag_s=0.05)
    pcs = grid.plants[1]
    pcs.p_set_kw = 60.0  # type: ignore[attr-defined]
    grid.fine(0.05)
    assert pcs.p_kw - 40.0 == pytest.approx(20.0 * math.exp(-1.0), rel=1e-6)


def test_forming_converter_offers_in_a_zoom_what_it_offers_outside() -> None:
    fine, coarse = (Pcs(p_set_kw=12.0, **PLENTY) for _ in range(2))
    fine.fine_offer(0.01)
    coarse.offer(0.01)
    for name in ("p0_kw", "k_kw_per_hz", "p_min_kw", "p_max_kw"):
        assert getattr(fine, name) == getattr(coarse, name), name


def test_converter_that_finds_its_bus_held_goes_on_from_where_it_stood() -> None:
    pcs = follower(forming=True, filter_s=0.0, lag_s=0.1)
    pcs.fine_offer(0.01)
    pcs.p_settled_kw = 50.0
    pcs.fine(0.01)
    assert advance(pcs, 0.001, grid_present=True) == pytest.approx(50.0, abs=0.5)
    powers(pcs, 0.01, 2.0)
    assert pcs.p_kw == pytest.approx(0.0, abs=1e-6)


def test_dead_bus_gets_nothing_and_begins_anew_when_it_lives() -> None:
    pcs = follower(p_set_kw=30.0, delay_s=0.05, droop_pu=0.01)
    powers(pcs, 0.01, 1.0, f_hz=49.9)
    assert pcs.p_kw == pytest.approx(50.0, rel=1e-6)
    assert advance(pcs, 0.01, f_hz=0.0, theta_rad=0.0) == 0.0
    powers(pcs, 0.01, 0.2, f_hz=0.0)
    advance(pcs, 0.01, f_hz=50.0, theta_rad=1.0)
    assert pcs.f_meas_hz == 50.0
    powers(pcs, 0.01, 2.0)
    assert pcs.p_kw == pytest.approx(30.0, rel=1e-6)


def test_turning_of_the_bus_voltage_is_frequency_too() -> None:
    pcs = follower(filter_s=0.05, lag_s=0.0, droop_pu=0.02)
    advance(pcs, 0.01)
    theta_rad = 0.0
    for _ in range(300):  # turns once in 5 s backwards, over the edge of the circle
        theta_rad = math.remainder(theta_rad - 2.0 * math.pi * 0.2 * 0.01, 2.0 * math.pi)
        advance(pcs, 0.01, theta_rad=theta_rad)
    assert pcs.f_meas_hz == pytest.approx(50.0 - 0.2, abs=1e-9)
