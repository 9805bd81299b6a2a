from __future__ import annotations

import math
from typing import Any

import pytest

from components.area import Area
from components.genset import OUT_OF_FUEL, RUNNING, Genset
from components.load import Load
from components.tgov1 import Tgov1
from tests.components.diesel import RATED_KW, worst_mhz, worst_on_network_mhz
from tests.components.grid import Grid
from tests.components.island import Island, turning


@pytest.mark.parametrize("apart", [True, False], ids=["apart", "together"])
@pytest.mark.parametrize("name", ["iso", "droop", "iso_bess"])
def test_diesel_island_follows_its_trace_at_1_ms(name: str, apart: bool) -> None:
    worst = worst_mhz(name, 0.001, apart=apart)
    print(f"C2 {name:8}  largest difference {worst:.4f} mHz of 1 mHz allowed")
    assert worst < 1.0


@pytest.mark.parametrize("apart", [True, False], ids=["apart", "together"])
@pytest.mark.parametrize("name", ["iso", "droop", "iso_bess"])
def test_halving_the_step_quarters_the_error(name: str, apart: bool) -> None:
    steps_s = [0.01, 0.005, 0.0025, 0.00125]
    errors = [worst_mhz(name, dt_s, 3.0, apart) for dt_s in steps_s]
    for dt_s, error in zip(steps_s, errors, strict=True):
        print(f"{name:8} {1e3 * dt_s:5.2f} ms  error {error:8.4f} mHz")
    order = math.log2(errors[0] / errors[-1]) / 3.0
    print(f"{name:8} order {order:.2f}")
    assert order > 1.8


@pytest.mark.parametrize("dt_s", [0.001, 0.01])
def test_droop_of_power_sees_the_load_and_not_what_turns_the_shaft(dt_s: float) -> None:
    given = {"rated_kw": RATED_KW, "te_s": 0.05, "k_pu_per_s": 40.0}
    found = Island(turning(240.0, governor="power_droop", **given), 240.0)
    told = Island(turning(240.0, governor="isochronous", **given), 240.0)
    found.fine(dt_s)
    told.fine(dt_s)
    found.load_kw = told.load_kw = 560.0
    errors_mhz = []
    for n in range(round(3.0 / dt_s)):
        # a constant power load of 0.4 pu more, behind the lag of its measurement
        told.genset.trim_pu = -0.04 * 0.4 * (1.0 - math.exp(-(n + 0.5) * dt_s / 0.05))
        errors_mhz.append(1e3 * (found.fine(dt_s) - told.fine(dt_s)))

    print(f"droop of power, {1e3 * dt_s:2.0f} ms: largest {max(map(abs, errors_mhz)):.3f} mHz")
    assert found.f_end_hz < 49.3
    assert max(map(abs, errors_mhz)) < 0.2 * (dt_s / 0.001) ** 2


@pytest.mark.parametrize("apart", [True, False], ids=["apart", "together"])
@pytest.mark.parametrize("name", ["no_delay", "delay_1s"])
def test_diesel_on_a_network_follows_its_published_trace(name: str, apart: bool) -> None:
    worst = worst_on_network_mhz(name, apart)
    print(f"C1 {name:8}  largest difference {worst:.3f} mHz of 3 mHz allowed")
    assert worst < 3.0


GOVERNORS = ["isochronous", "valve_droop", "power_droop"]


def shared(more_kw: float, **values: Any) -> Grid:
    """A set on its droop beside a steam plant, settled after a change of the load."""
    ready = {"start_s": 0.0, "start_fuel_l": 0.0, "run_cmd": True, "tank_l": 1e5}
    genset = Genset(rated_kw=2e3, p_set_kw=1e3, tank_start_l=1e5, **(ready | values))
    plant = Tgov1(rated_kva=20e3, p_set_kw=12e3)
    grid = Grid(Area(base_kva=25e3), [genset, plant], [Load(p_set_kw=5e3)])
    grid.coarse(1.0)
    grid.devices[0].p_set_kw += more_kw
    for _ in range(10):
        grid.coarse(1.0)
    return grid


@pytest.mark.parametrize("more_kw", [0.0, 1e3, -2e3, 11e3])
@pytest.mark.parametrize("governor", GOVERNORS)
def test_zoom_without_an_event_moves_nothing(governor: str, more_kw: float) -> None:
    grid = shared(more_kw, governor=governor, rank=2)
    f_hz, p_kw = grid.area.f_hz, grid.plants[0].p_kw
    for _ in range(1000):
        grid.fine(0.01)

    assert grid.area.f_end_hz == pytest.approx(f_hz, abs=1e-8)
    assert grid.plants[0].p_kw == pytest.approx(p_kw, abs=1e-5)


def test_event_at_the_beginning_of_a_zoom_is_not_solved_away() -> None:
    grid = shared(0.0)
    genset = grid.plants[0]
    genset.p_set_kw = 2e3  # type: ignore[attr-defined]
    for _ in range(3000):
        grid.fine(0.01)
    given_kw = genset.p_kw - 1e3

    assert grid.area.f_end_hz > 50.05
    assert given_kw == pytest.approx(1e3 - 2e3 / 2.0 * (grid.area.f_end_hz - 50.0), abs=0.1)


def test_second_zoom_begins_where_the_coarse_regime_left_off() -> None:
    grid = shared(0.0)
    for _ in range(100):
        grid.fine(0.01)
    grid.devices[0].p_set_kw += 1e3
    for _ in range(10):
        grid.coarse(1.0)
    f_hz = grid.area.f_hz
    for _ in range(100):
        grid.fine(0.01)

    assert grid.area.f_end_hz == pytest.approx(f_hz, abs=1e-8)


def test_fine_regime_ends_where_the_coarse_one_stands() -> None:
    fine, coarse = shared(0.0), shared(0.0)
    for grid in (fine, coarse):
        grid.devices[0].p_set_kw += 1e3
    for _ in range(4000):
        fine.fine(0.01)
    coarse.coarse(1.0)

    assert fine.plants[0].p_kw == pytest.approx(coarse.plants[0].p_kw, abs=1e-3)


def test_droop_shares_a_load_in_proportion_to_the_ratings() -> None:
    sets = [turning(0.0, rated_kw=rated_kw) for rated_kw in (500.0, 1500.0)]
    grid = Grid(Area(base_kva=2e3, h_s=1.0, damping_pu=0.0), sets, [Load()])
    grid.fine(0.005)
    grid.devices[0].p_set_kw = 1e3
    for _ in range(6000):
        grid.fine(0.005)

    assert [genset.p_kw for genset in sets] == pytest.approx([250.0, 750.0], abs=1e-3)
    assert grid.area.f_end_hz == pytest.approx(50.0 - 0.5 * 0.04 * 50.0, abs=1e-6)


def test_rack_stays_within_its_limits_and_leaves_them_without_delay() -> None:
    genset = turning(100.0, rated_kw=800.0, governor="isochronous", td_s=0.0)
    island = Island(genset, 100.0)
    low_hz = island.after(1000.0, 0.5, 0.001)
    assert genset.rack_pu == pytest.approx(1.1)
    assert low_hz[-1] < 47.0

    island.after(0.0, 0.2, 0.001)
    assert genset.rack_pu < 1.1


def test_engine_runs_dry_with_an_empty_tank_and_no_fuel_too_much() -> None:
    genset = turning(800.0, rated_kw=800.0, governor="isochronous", tank_start_l=0.25)
    island = Island(genset, 800.0)
    island.after(800.0, 5.0, 0.003)

    assert (genset.mode, genset.tank_left_l) == (OUT_OF_FUEL, 0.0)
    assert genset.fuel_l == pytest.approx(0.25, rel=1e-12)
    # 264 l/h at full load: 0.25 l are 3.41 s
    assert genset.run_h * 3600.0 == pytest.approx(0.25 / (800.0 * 0.33015) * 3600.0, rel=1e-3)


def test_fuel_of_a_steady_hour_is_that_of_the_coarse_regime() -> None:
    fine = turning(400.0, rated_kw=800.0)
    island = Island(fine, 400.0)
    island.after(400.0, 10.0, 0.01)
    litres = (0.08415 * 800.0 + 0.246 * 400.0) * 10.0 / 3600.0

    assert fine.fuel_l == pytest.approx(litres, rel=1e-9)
    assert (fine.mode, fine.run_h) == (RUNNING, pytest.approx(10.0 / 3600.0))


def test_bus_is_told_inertia_together_and_an_emf_apart() -> None:
    genset = turning(800.0, rated_kw=800.0, h_s=1.5, xd_pu=0.25, xdd_pu=0.2)
    genset.f_hz = 49.0
    genset.fine_offer(0.001)
    told = genset.inertia_kws_per_hz, genset.y_kva, genset.p0_kw
    assert told == pytest.approx((2.0 * 1.5 * 800.0 / 50.0 * 0.98, 0.0, 800.0))

    genset.apart = True
    genset.fine_offer(0.001)
    assert (genset.inertia_kws_per_hz, genset.y_kva) == (0.0, 4000.0)
    emf = complex(genset.ex_kva, genset.ey_kva) / genset.y_kva
    assert abs(emf) == pytest.approx(abs(1.0 + 0.2j))  # 1 pu of current at unity power factor

    genset.run_cmd = False
    genset.fine_offer(0.001)
    assert (genset.y_kva, genset.e_pu, genset.k_kw_per_hz) == (0.0, 0.0, 0.0)
