from __future__ import annotations

from pathlib import Path

import pytest

from tests.event_runs import device, run_of
from twin.kpis import compute

STEPS = [0.1, 0.2, 0.3, 0.32, 0.4, 0.5, 1.0]


def voltages(folder: Path, *v_pu: list[float]) -> dict[str, float]:
    buses = {f"bus{number}": device("bus") for number, _ in enumerate(v_pu)}
    table = {f"bus{number}.v_pu": values for number, values in enumerate(v_pu)}
    return compute(run_of(folder, buses, {"t_s": STEPS, **table}, 0.2))


def test_the_worst_bus_is_told_of_gaps_and_dips(tmp_path: Path) -> None:
    found = voltages(
        tmp_path, [1.0, 1.0, 1.0, 0.0, 0.6, 0.8, 1.02], [1.0, 1.0, 0.75, 0.75, 1.0, 1.0, 1.0]
    )
    assert found == pytest.approx(
        {
            "v_min_pu": 0.0,
            "v_max_pu": 1.02,
            "v_below_90pct_s": 0.2,
            "v_below_70pct_s": 0.1,
            "transfer_gap_ms": 20.0,
            "ride_through_itic_120v_pu": 0.5,
            "ride_through_iec_61000_class_3_pu": 1.0,
        }
    )


def test_a_dip_before_the_event_does_not_count(tmp_path: Path) -> None:
    assert voltages(tmp_path, [0.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0])["v_min_pu"] == 1.0


def test_a_dead_bus_has_a_gap_but_no_frequency_of_zero(tmp_path: Path) -> None:
    f_hz = [50.0, 50.0, 50.0, 0.0, 49.8, 49.9, 50.0]
    table = {"t_s": STEPS, "bus.f_hz": f_hz, "bus.v_pu": [float(f > 0.0) for f in f_hz]}
    found = compute(run_of(tmp_path, {"bus": device("bus")}, table, 0.2))
    assert (found["nadir_hz"], found["transfer_gap_ms"]) == (49.8, pytest.approx(20.0))


def test_a_fleet_of_buses_is_judged_by_its_lowest_and_its_highest_voltage(tmp_path: Path) -> None:
    table = {"t_s": STEPS, "bus.v_pu:min": [0.98] * 7, "bus.v_pu:max": [1.0] * 4 + [1.3] * 3}
    found = compute(run_of(tmp_path, {"bus": device("bus", units=9)}, table, 0.2))
    assert (found["v_min_pu"], found["v_max_pu"]) == (0.98, 1.3)
    assert found["ride_through_itic_120v_pu"] == 0.0


def test_a_gap_shorter_than_the_records_is_told_by_the_bus_that_counted_it(tmp_path: Path) -> None:
    table = {"t_s": STEPS, "bus.v_pu:min": [1.0] * 3 + [0.8] + [1.0] * 3, "bus.v_pu:max": [1.0] * 7}
    table |= {"bus.gap_s:max": [0.0] * 3 + [0.004] * 4, "bus.dip_pu:min": [1.0] * 3 + [0.0] * 4}
    found = compute(run_of(tmp_path, {"bus": device("bus", units=5)}, table, 0.2))
    assert (found["transfer_gap_ms"], found["v_min_pu"]) == (4.0, 0.0)


def test_energy_lost_to_voltage_is_that_of_all_converters(tmp_path: Path) -> None:
    one = {"totals": {"lost_to_voltage_kwh": 3.0}, "start_totals": {"lost_to_voltage_kwh": 1.0}}
    devices = {name: device("converter", **one) for name in ("a", "b")}
    found = compute(run_of(tmp_path, devices | {"c": device("plant")}, {"t_s": [1.0]}))
    assert found["lost_to_voltage_kwh"] == 4.0


def test_a_grid_that_failed_is_no_gap_to_loads_that_left_it(tmp_path: Path) -> None:
    devices = {"grid": device("bus"), "main": device("bus", "grid"), "rack": device("load", "main")}
    table = {
        "t_s": STEPS,
        "grid.v_pu": [1.0] * 2 + [0.0] * 5,
        "main.v_pu": [1.0] * 3 + [0.0] + [1.0] * 3,
    }
    found = compute(run_of(tmp_path, devices, table, 0.2))
    assert found["transfer_gap_ms"] == pytest.approx(20.0)
