from __future__ import annotations

import math

import pytest

from components.area import Area
from components.bess import Bess
from components.load import Load
from components.pcs_fast import PcsFast as Pcs
from components.tgov1 import Tgov1
from tests.components.duel import (
    AREA,
    D1,
    D2,
    FLEET,
    GOVERNOR,
    LOSS_KW,
    VALVE,
    late,
    linear,
    step_errors_mhz,
    with_limits,
)
from tests.components.excitation import critical_scr, excites_itself
from tests.components.grid import after_loss, nadir_hz
from tests.engine import cell, device, finished, scenario
from twin.scenario import Event


def test_six_units_without_delay_or_limit_meet_the_exact_solution() -> None:
    found = after_loss(linear(0.01), 0.01, 40.0, LOSS_KW)

    assert nadir_hz(found) == pytest.approx(D2["nadir_Hz"], abs=0.05e-3)
    for after_s, f_hz in D2["f_at_t_after_event_Hz"].items():
        assert found[round(float(after_s) / 0.01)] == pytest.approx(f_hz, abs=0.05e-3), after_s


def test_six_units_with_delays_and_limits_meet_the_reference() -> None:
    grid = with_limits(0.01)
    peaks_kw = [0.0] * 6
    found = after_loss(grid, 0.01, 0.0, LOSS_KW)
    for _ in range(5900):  # the reference ends 60 s after its beginning, 59 s after the loss
        grid.fine(0.01)
        found.append(grid.area.f_end_hz)
        now_kw = [unit.p_kw for unit in grid.plants[1:]]
        peaks_kw = list(map(max, peaks_kw, now_kw))

    assert nadir_hz(found) == pytest.approx(D1["nadir_fine_Hz"], abs=0.05e-3)
    assert found.index(min(found)) * 0.01 == pytest.approx(D1["t_nadir_fine_s"], abs=0.01)
    assert found[-1] == pytest.approx(D1["f_end_Hz"], abs=0.01e-3)
    peaks_mw = [kw / 1e3 for kw in peaks_kw]
    assert peaks_mw == pytest.approx(D1["per_unit_peak_MW"], abs=2e-3)
    given_kwh = sum(unit.e_to_bus_kwh - unit.e_from_bus_kwh for unit in grid.plants[1:])
    assert given_kwh == pytest.approx(D1["energy_storage_0_60s_kWh"], rel=1e-4)


@pytest.mark.parametrize("in_python", [False, True])
def test_fleet_in_a_cell_meets_the_reference_from_the_first_step_of_a_zoom(in_python: bool) -> None:
    plenty = {"energy_kwh": 1e6, "discharge_max_kw": 1e6, "charge_max_kw": 1e6}
    devices = [
        device("area", Area, **AREA),
        device("plant", Tgov1, "area", **GOVERNOR, **VALVE),
        device("load", Load, "area"),
        device("pcs_fast", Pcs, "area", each=6, forming=False, filter_s=0.0, **FLEET),
        device("bess", Bess, "pcs_fast", each=6, **plenty),
    ]
    loss = (1.0, "load", (0,), "p_set_kw", LOSS_KW)
    fine = {"fine_step_s": 0.01, "fine_sync_s": 0.01, "fine_for_s": 4.0}
    when = scenario(5.0, events=(Event(1.0, "load", (), "", 0.0),), **fine)
    made = finished(cell(devices, when=when, changes=[loss], in_python=in_python))
    assert made.get("area", "f_min_hz")[0] == pytest.approx(D1["nadir_fine_Hz"], abs=0.05e-3)


def test_error_of_the_nadir_by_step_and_exchange() -> None:
    for dt_s, (within_ref, late_ref) in step_errors_mhz().items():
        within, late_by_one = (
            1e3 * (nadir_hz(after_loss(grid, dt_s, 4.0, LOSS_KW)) - D1["nadir_fine_Hz"])
            for grid in (with_limits(dt_s), late(with_limits(dt_s)))
        )
        print(f"{1e3 * dt_s:4g} ms  within the step {within:+8.4f} mHz  late {late_by_one:+8.4f}")
        # the reference holds the frequency of the step, here it is met by its mean: closer
        assert abs(within) < abs(within_ref)
        # what being late costs is the same
        assert late_by_one - within == pytest.approx(late_ref - within_ref, rel=0.04)
        assert dt_s > 0.01 or abs(late_by_one) < 1.0


def test_halving_the_step_quarters_the_error_of_the_nadir() -> None:
    cases = {
        "linear": (linear, D2["nadir_Hz"]),
        "delayed": (with_limits, D1["nadir_fine_Hz"]),
    }
    for name, (grid, exact_hz) in cases.items():
        found = (nadir_hz(after_loss(grid(dt), dt, 4.0, LOSS_KW)) for dt in (0.02, 0.01, 0.005))
        errors = [f_hz - exact_hz for f_hz in found]
        order = math.log2(abs(errors[0] / errors[-1])) / 2.0
        print(f"{name:8} order {order:.2f}")
        assert order > 1.8, name


@pytest.mark.parametrize(
    ("times_s", "droop_pu", "published"),
    [
        ((0.02, 0.05, 0.02), 0.02, 3.9),
        ((0.05, 0.1, 0.05), 0.01, 3.0),
        ((0.1, 0.1, 0.05), 0.005, 3.6),
        ((0.2, 0.1, 0.05), 0.003, 3.3),
    ],
)
def test_storage_behind_a_weak_grid_excites_itself_below_the_critical_ratio(
    times_s: tuple[float, float, float], droop_pu: float, published: float
) -> None:
    critical = critical_scr(droop_pu, *times_s)

    assert critical == pytest.approx(published, rel=0.03)
    assert excites_itself(0.95 * critical, droop_pu, *times_s)
    assert not excites_itself(1.05 * critical, droop_pu, *times_s)
