from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import pytest

from components.area import Area
from components.load import Load
from components.tgov1 import Tgov1
from tests.components.areas import A1, D3, frequency_response, two_areas
from tests.components.duel import D1, D2, GIVEN, LOSS_KW, NO_LIMIT, VALVE, duel
from tests.components.grid import Grid, Storage, after_loss, nadir_hz
from twin.delay import delayed, line_length
from twin.lags import beyond, clipped, lag_mean, lagged


@dataclass
class DelayedStorage:
    """Droop behind a pure delay, a deadband and a lag, limited in what it gives (no windup)."""

    rated_kw: float
    droop_pu: float
    deadband_hz: float
    delay_s: float
    lag_s: float
    line: list[float]
    f_hz: float = 50.0
    p_kw: float = 0.0
    given_kw: float = 0.0

    def step(self, dt_s: float) -> None:
        seen_hz = delayed(self.line, self.f_hz, self.delay_s, dt_s)
        wanted_kw = self.rated_kw * beyond(50.0 - seen_hz, self.deadband_hz) / (50 * self.droop_pu)
        after_kw = lagged(self.given_kw, wanted_kw, self.lag_s, dt_s)
        mean_kw = lag_mean(self.given_kw, after_kw, wanted_kw, self.lag_s, dt_s)
        self.p_kw = clipped(mean_kw, -self.rated_kw, self.rated_kw)
        self.given_kw = clipped(after_kw, -self.rated_kw, self.rated_kw)


def without_delay() -> Grid:
    """The linear case: no deadband, delay or limit."""
    units = [
        Storage(1e3 * unit["Pmax_MW"] / (unit["droop"] * 50.0), unit["Tlag_s"])
        for unit in GIVEN["units"]
    ]
    return duel(NO_LIMIT, devices=units)


def with_delay(dt_s: float) -> Grid:
    units = [
        DelayedStorage(
            1e3 * unit["Pmax_MW"],
            unit["droop"],
            unit["db_Hz"],
            unit["tau_s"],
            unit["Tlag_s"],
            [0.0] * line_length(unit["tau_s"], dt_s),
        )
        for unit in GIVEN["units"]
    ]
    return duel(VALVE, devices=units)


def test_linear_storage_meets_the_exact_solution_at_10_ms() -> None:
    found = after_loss(without_delay(), 0.01, 40.0, LOSS_KW)

    assert nadir_hz(found) == pytest.approx(D2["nadir_Hz"], abs=0.05e-3)
    for after_s, f_hz in D2["f_at_t_after_event_Hz"].items():
        assert found[round(float(after_s) / 0.01)] == pytest.approx(f_hz, abs=0.05e-3), after_s


def test_delayed_storage_with_limits_meets_the_reference_at_10_ms() -> None:
    found = after_loss(with_delay(0.01), 0.01, 60.0, LOSS_KW)

    assert nadir_hz(found) == pytest.approx(D1["nadir_fine_Hz"], abs=0.05e-3)
    assert found[-1] == pytest.approx(D1["f_end_Hz"], abs=0.01e-3)


def test_halving_the_step_quarters_the_error_of_the_nadir() -> None:
    cases: dict[str, tuple[Callable[[float], Grid], float, float]] = {
        "linear": (lambda _: without_delay(), 0.08, D2["nadir_Hz"]),
        "delayed": (with_delay, 0.02, D1["nadir_fine_Hz"]),
    }
    for name, (grid, longest_s, exact_hz) in cases.items():
        steps_s = [longest_s / 2**n for n in range(4)]
        found = [nadir_hz(after_loss(grid(dt), dt, 4.0, LOSS_KW)) for dt in steps_s]
        errors_mhz = [1e3 * (f_hz - exact_hz) for f_hz in found]
        for dt, error_mhz in zip(steps_s, errors_mhz, strict=True):
            print(f"{name:8} {1e3 * dt:5.1f} ms  nadir error {error_mhz:+8.4f} mHz")
        order = math.log2(abs(errors_mhz[0] / errors_mhz[-1])) / 3.0
        print(f"{name:8} order {order:.2f}")
        assert order > 1.8, name


def test_system_frequency_response_has_the_nadir_of_its_closed_form() -> None:
    found = frequency_response(0.001)

    assert nadir_hz(found) == pytest.approx(D3["nadir_50Hz"], abs=0.1e-3)
    assert found.index(min(found)) * 0.001 == pytest.approx(D3["t_nadir_s"], abs=0.002)


def test_two_area_network_fed_with_its_measured_load_is_one_mass() -> None:
    found, told = two_areas()

    assert found == pytest.approx(told, abs=0.2e-3)
    assert min(found) == pytest.approx(A1["results_network"]["nadir_Hz"], abs=0.2e-3)


def test_free_fall_follows_inertia_and_damping_exactly() -> None:
    area = Area(base_kva=1e6, h_s=4.0, damping_pu=2.0)
    grid = Grid(area, [], [Load()])
    found = after_loss(grid, 0.05, 10.0, 50e3)

    # 50 MW short of 1000 MVA: -0.05 / D (1 - exp(-D t / 2H)) of 50 Hz
    expected = 50.0 - 50.0 * 0.05 / 2.0 * (1.0 - math.exp(-2.0 * 10.0 / 8.0))
    assert found[-1] == pytest.approx(expected, abs=1e-12)


def test_rate_of_change_is_that_of_its_window() -> None:
    area = Area(base_kva=1e6, h_s=4.0, damping_pu=0.0, rocof_window_s=0.5)
    after_loss(Grid(area, [], [Load()]), 0.01, 0.6, 50e3)
    assert area.rocof_hz_per_s == pytest.approx(-50.0 * 0.05 / 8.0, rel=1e-9)


def test_frequency_that_devices_see_is_the_mean_of_the_coming_step() -> None:
    grid = without_delay()
    after_loss(grid, 0.01, 1.0, LOSS_KW)
    seen_hz, before_hz = grid.area.f_hz, grid.area.f_end_hz
    grid.fine(0.01)
    assert seen_hz == pytest.approx(0.5 * (before_hz + grid.area.f_end_hz), abs=2e-5)


def thermal(**area: float) -> Grid:
    """500 MVA, 370 MW dispatched on plants of unlike droop, 40 MW of load as a device."""
    plants = [
        Tgov1(rated_kva=200e3, p_set_kw=150e3, deadband_hz=0.02),
        Tgov1(rated_kva=150e3, p_set_kw=120e3, droop_pu=0.04, damping_pu=0.5),
        Tgov1(rated_kva=120e3, p_set_kw=100e3),
    ]
    return Grid(Area(base_kva=500e3, **area), plants, [Load(p_set_kw=40e3)])


@pytest.mark.parametrize("regime", ["coarse", "fine"])
def test_area_solves_its_own_load_so_that_it_begins_in_balance(regime: str) -> None:
    grid = thermal()
    for _ in range(50):
        grid.coarse(1.0) if regime == "coarse" else grid.fine(0.01)

    assert grid.area.p_residual_kw == pytest.approx(370e3 - 40e3, abs=1e-3)
    assert grid.area.f_hz == pytest.approx(50.0, abs=1e-9)


def test_damping_belongs_to_the_residual_load_in_both_regimes() -> None:
    grid = thermal()
    grid.coarse(1.0)
    grid.devices[0].p_set_kw += 20e3
    grid.coarse(1.0)
    stiffness = sum(plant.k_kw_per_hz for plant in grid.plants) + 1.0 * 500e3 / 50.0
    assert grid.area.f_hz == pytest.approx(50.0 - 20e3 / stiffness, abs=1e-9)
    assert grid.area.p_load_kw - 330e3 == pytest.approx(-10e3 * 20e3 / stiffness, abs=1e-3)

    fine = Grid(Area(base_kva=500e3), [Tgov1(rated_kva=500e3, p_set_kw=350e3)], [Load()])
    settled_hz = after_loss(fine, 0.05, 200.0, 20e3)[-1]
    assert settled_hz == pytest.approx(50.0 - 20e3 / (500e3 / 2.5 + 10e3), abs=1e-9)


@pytest.mark.parametrize("more_kw", [20e3, -30e3, 130e3])
def test_entering_the_fine_regime_without_an_event_moves_nothing(more_kw: float) -> None:
    grid = thermal()
    grid.coarse(1.0)
    grid.devices[0].p_set_kw += more_kw
    for _ in range(30):
        grid.coarse(1.0)
    f_hz, powers_kw = grid.area.f_hz, [plant.p_kw for plant in grid.plants]
    assert abs(f_hz - 50.0) > 0.05
    for _ in range(1000):
        grid.fine(0.01)

    assert grid.area.f_end_hz == pytest.approx(f_hz, abs=1e-9)
    assert [plant.p_kw for plant in grid.plants] == pytest.approx(powers_kw, abs=1e-3)


def test_event_at_the_beginning_of_a_zoom_is_not_solved_away() -> None:
    grid = thermal()
    grid.coarse(1.0)
    grid.plants[2].online = False  # type: ignore[attr-defined]
    grid.fine(0.01)
    assert grid.area.f_end_hz - 50.0 == pytest.approx(-100e3 * 50.0 * 0.01 / 4e6, rel=1e-2)


def test_fine_regime_ends_where_the_coarse_one_stands() -> None:
    fine, coarse = thermal(), thermal()
    for plant in (*fine.plants, *coarse.plants):
        plant.deadband_hz = 0.0  # type: ignore[attr-defined]
    fine.coarse(1.0)
    coarse.coarse(1.0)
    for grid in (fine, coarse):
        grid.devices[0].p_set_kw += 15e3
    for _ in range(8000):
        fine.fine(0.02)
    coarse.coarse(1.0)
    assert fine.area.f_end_hz == pytest.approx(coarse.area.f_hz, abs=1e-9)


def test_shortage_beyond_what_plants_and_load_can_give_is_unserved() -> None:
    grid = thermal(damping_pu=0.0)
    grid.coarse(3600.0)
    grid.devices[0].p_set_kw += 200e3
    grid.coarse(3600.0)
    assert grid.area.unserved_kwh == pytest.approx(100e3, rel=1e-6)


def test_extremes_keep_the_nadir_after_the_frequency_has_recovered() -> None:
    grid = without_delay()
    found = after_loss(grid, 0.01, 40.0, LOSS_KW)
    assert (grid.area.f_min_hz, grid.area.f_max_hz) == (min(found), 50.0)
