from __future__ import annotations

import math
import random
from typing import Any

import numpy as np
import pytest

from components.area import Area
from components.load import Load
from components.pcs import Pcs
from components.pcs_forming import PcsForming
from components.tgov1 import Tgov1
from tests.components.forming import Apart, Together, converter
from tests.components.grid import Grid
from tests.components.site import LIMITS

DT_S = 0.001


def test_coarse_it_is_the_plain_converter_that_forms() -> None:
    drawn = random.Random(3)
    plain, forming = Pcs(rated_kva=80.0), PcsForming(rated_kva=80.0)
    booked = ["p_kw", "p_dc_kw", "loss_kwh", "e_to_bus_kwh", "e_from_bus_kwh", "e_dc_in_kwh"]
    offered = ["p0_kw", "k_kw_per_hz", "p_min_kw", "p_max_kw"]
    for _ in range(500):
        dt_s = drawn.choice([1.0, 60.0, 900.0])
        inputs = {name: drawn.choice([0.0, drawn.uniform(0.0, 200.0)]) for name in LIMITS}
        inputs |= {"p_set_kw": drawn.uniform(-150.0, 150.0), "online": drawn.random() < 0.9}
        share = drawn.random()
        for pcs in (plain, forming):
            for name, value in inputs.items():
                setattr(pcs, name, value)
            pcs.offer(dt_s)
            pcs.p_settled_kw = pcs.p_min_kw + share * (pcs.p_max_kw - pcs.p_min_kw)
            pcs.step(dt_s)
        for name in offered + booked:
            assert getattr(plain, name) == getattr(forming, name), name


DROOP = {"control": "droop", "droop_pu": 0.03, "tau_f_s": 0.05}
VSM = {"control": "vsm", "h_s": 0.05 / 0.06, "damping_pu": 1.0 / 0.03}  # tau / (2 m_p), 1 / m_p


@pytest.mark.parametrize("bus", [Apart, Together])
def test_droop_and_virtual_machine_of_equal_inertia_and_damping_are_equal(bus: Any) -> None:
    traces = []
    for own in (DROOP, VSM):
        pair = [converter(10.0, **own), converter(5.0, rated_kva=60.0, x_l_pu=0.1)]
        held = bus(pair, p_kw=15.0)
        held.run(0.1, DT_S)
        held.p_kw = 60.0
        traces.append([])
        for _ in range(500):
            held.fine(DT_S)
            traces[-1].append((pair[0].p_kw, pair[1].p_kw, held.f_hz))
    assert np.ptp(np.array(traces[0])[:, 0]) > 5.0
    assert np.array(traces[0]) == pytest.approx(np.array(traces[1]), rel=1e-9)


def test_halving_the_step_quarters_the_error() -> None:
    def end_hz(dt_s: float) -> float:
        pair = [converter(kiv_pu_per_s=0.0), converter(kiv_pu_per_s=0.0, tau_f_s=0.1)]
        bus = Apart(pair)
        bus.run(0.01, dt_s)
        bus.p_kw = 60.0
        bus.run(0.06, dt_s)
        return pair[0].df_hz

    exact_hz = end_hz(0.0001)
    errors_mhz = [1e3 * abs(end_hz(dt_s) - exact_hz) for dt_s in (0.002, 0.001, 0.0005)]
    print("error at 2, 1, 0.5 ms:", *(f"{error:.4f} mHz" for error in errors_mhz))
    assert math.log2(errors_mhz[0] / errors_mhz[2]) / 2.0 > 1.8
    assert errors_mhz[1] < 0.1


def test_together_it_adds_inertia_and_damping_to_its_area() -> None:
    pcs = converter(rated_kva=500.0, droop_pu=0.02, tau_f_s=0.3)
    grid = Grid(Area(base_kva=3000.0, h_s=4.0, damping_pu=1.0), [pcs], [Load(p_set_kw=100.0)])
    grid.fine(0.01)
    grid.devices[0].p_set_kw = 200.0
    inertia = 2.0 * 4.0 * 3000.0 / 50.0 + 0.3 * 500.0 / (0.02 * 50.0)
    damping = 3000.0 / 50.0 + 500.0 / (0.02 * 50.0)
    for n in range(1, 301):
        grid.fine(0.01)
        end_hz = -100.0 / damping * (1.0 - math.exp(-0.01 * n * damping / inertia))
        assert grid.area.f_end_hz - 50.0 == pytest.approx(end_hz, abs=1e-9)
    given_kw = -500.0 * (grid.area.df_mean_hz) - 150.0 * grid.area.slope_hz_per_s
    assert pcs.p_kw == pytest.approx(given_kw)
    assert pcs.p_kw > 80.0


def zoomed(rank: int, **given: Any) -> Grid:
    """An area with a plant, off its set point, and a converter at its side."""
    plant = Tgov1(rated_kva=2000.0, p_set_kw=900.0)
    pcs = converter(**({"rank": rank} | given))
    pcs.placed = False
    grid = Grid(Area(base_kva=3000.0), [plant, pcs], [Load(p_set_kw=200.0)])
    grid.coarse(1.0)
    grid.devices[0].p_set_kw += 60.0
    for _ in range(20):
        grid.coarse(1.0)
    return grid


@pytest.mark.parametrize(
    "given",
    [
        {"p_set_kw": 40.0},
        {"p_set_kw": -40.0, "when_connected": "following"},
        {"p_set_kw": 99.5},  # the droop would take it beyond its rating
        {"p_set_kw": 300.0, "when_connected": "following"},
        {"control": "vsm", "h_s": 3.0, "damping_pu": 20.0},
        {"online": False, "p_set_kw": 10.0},
        {"p_set_kw": 50.0, "e_discharge_kwh": 30.0 / 3600.0},  # limited by energy in a second
    ],
    ids=str,
)
def test_zoom_without_an_event_moves_nothing(given: dict[str, Any]) -> None:
    set_kw = given.pop("p_set_kw", 0.0)
    grid = zoomed(2, **given)
    pcs = grid.plants[1]
    pcs.p_set_kw = set_kw  # type: ignore[attr-defined]
    for _ in range(5):
        grid.coarse(1.0)
    f_hz, p_kw = grid.area.f_hz, pcs.p_kw
    assert abs(f_hz - 50.0) > 0.005
    for _ in range(1000):
        grid.fine(0.01)
    assert grid.area.f_end_hz == pytest.approx(f_hz, abs=1e-9)
    assert pcs.p_kw == pytest.approx(p_kw, abs=1e-6)


def test_event_at_the_beginning_of_a_zoom_is_not_solved_away() -> None:
    grid = zoomed(2)
    pcs = grid.plants[1]
    before_kw, f_hz = pcs.p_kw, grid.area.f_end_hz
    pcs.p_set_kw = 50.0  # type: ignore[attr-defined]
    for _ in range(2000):
        grid.fine(0.01)
    risen_hz = grid.area.f_end_hz - f_hz
    assert risen_hz > 0.01
    assert pcs.p_kw - before_kw == pytest.approx(50.0 - 100.0 * risen_hz, abs=1e-3)


def test_together_it_leaves_the_set_at_its_limit_and_comes_back() -> None:
    small, large = converter(80.0, tau_f_s=0.3), converter(0.0, rated_kva=1000.0, tau_f_s=0.1)
    bus = Together([small, large], p_kw=80.0)
    bus.run(0.1, DT_S)
    bus.p_kw = 580.0
    bus.fine(DT_S)
    assert small.p_kw > 150.0  # in the step itself its inertia gives more
    bus.fine(DT_S)
    assert (small.p_kw, small.inertia_kws_per_hz, small.damping_kw_per_hz) == (100.0, 0.0, 0.0)
    bus.run(3.0, DT_S)
    assert small.p_kw == 100.0
    assert bus.f_end_hz == pytest.approx(50.0 - (580.0 - 100.0) / 1000.0, abs=1e-6)
    assert small.limited_s > 3.0
    assert small.k_kw_per_hz > 0.0  # its bus is still formed

    bus.p_kw = 180.0
    bus.run(3.0, DT_S)
    assert bus.f_end_hz == pytest.approx(50.0 - 100.0 / 1100.0, abs=1e-6)
    assert small.p_kw == pytest.approx(80.0 + 100.0 * 100.0 / 1100.0, abs=1e-4)


def test_apart_those_with_room_take_over_what_another_cannot_give() -> None:
    small, large = converter(80.0), converter(0.0, rated_kva=1000.0)
    bus = Apart([small, large], p_kw=80.0)
    bus.run(0.1, DT_S)
    bus.p_kw = 580.0
    bus.run(10.0, DT_S)
    assert small.p_kw == pytest.approx(100.0, abs=0.01)
    assert large.df_hz == pytest.approx(-480.0 / 1000.0, abs=1e-3)
    bus.p_kw = 180.0
    bus.run(10.0, DT_S)
    assert small.df_limit_hz == 0.0
    assert small.p_kw == pytest.approx(80.0 + 100.0 * 100.0 / 1100.0, abs=1e-3)


def test_alone_beyond_its_limit_it_loses_frequency_until_it_trips() -> None:
    pcs = converter()
    bus = Apart([pcs])
    bus.run(0.1, DT_S)
    bus.p_kw = 110.0
    bus.run(1.0, DT_S)
    began_hz = bus.f_hz
    bus.run(1.0, DT_S)
    assert bus.f_hz - began_hz == pytest.approx(-0.1 * 50.0 * 0.1, abs=1e-3)  # k_limit f0 over

    bus.run(6.0, DT_S)
    assert (mode(pcs), cause(pcs), pcs.y_kva) == ("tripped", "under_frequency", 0.0)
    assert bus.v == 0.0


def mode(pcs: PcsForming) -> str:
    return PcsForming.fields["mode"].labels[pcs.mode]


def cause(pcs: PcsForming) -> str:
    return PcsForming.fields["trip_cause"].labels[pcs.trip_cause]


def test_store_at_its_limit_beside_others_does_not_trip() -> None:
    small, large = converter(20.0, p_discharge_max_kw=30.0), converter(0.0, rated_kva=500.0)
    bus = Apart([small, large], p_kw=20.0)
    bus.run(0.1, DT_S)
    bus.p_kw = 220.0
    bus.run(8.0, DT_S)
    assert (mode(small), small.p_dc_kw) == ("forming", pytest.approx(30.0, abs=0.01))


def test_dead_bus_at_the_beginning_of_a_zoom_leaves_no_trace() -> None:
    pcs = converter(10.0)
    bus = Together([pcs], held=True, f_hz=0.0, v_pu=0.0)
    bus.run(0.01, DT_S)
    assert (pcs.p_kw, pcs.limited_s) == (0.0, 0.0)
    bus.f_hz, bus.v_pu = 50.0, 1.0
    bus.run(0.01, DT_S)
    assert pcs.p_kw == pytest.approx(10.0)


def test_store_that_is_asked_for_more_than_it_bears_trips_its_converter() -> None:
    pcs = converter(p_discharge_max_kw=40.0)
    bus = Apart([pcs], p_kw=0.0)
    bus.run(0.1, DT_S)
    bus.p_kw = 60.0
    bus.run(1.9, DT_S)
    assert pcs.p_dc_kw == pytest.approx(60.0 + 0.72 + 0.0345 * 36.0)
    assert mode(pcs) == "forming"
    bus.run(0.2, DT_S)
    assert (mode(pcs), cause(pcs)) == ("tripped", "store")


def test_empty_store_carries_its_island_on_the_sun_and_not_without() -> None:
    pcs = converter(e_discharge_kwh=0.0)
    bus = Apart([pcs], p_kw=-20.0)
    bus.run(3.0, DT_S)
    assert mode(pcs) == "forming"
    assert pcs.p_kw == pytest.approx(-20.0)
    bus.p_kw = 5.0
    bus.run(2.5, DT_S)
    assert cause(pcs) == "store"
    assert pcs.e_dc_out_kwh == 0.0


def test_voltage_falls_with_reactive_power_along_its_droop() -> None:
    pcs = converter(v_set_pu=1.02, mq_pu=0.05)
    bus = Apart([pcs], p_kw=50.0, q_kvar=40.0)
    bus.run(4.0, DT_S)
    assert pcs.q_kvar == pytest.approx(40.0)
    assert abs(bus.v) == pytest.approx(1.02 - 0.05 * 0.4, abs=1e-6)


def test_together_it_gives_the_reactive_power_it_is_set_within_its_circle() -> None:
    pcs = converter(80.0, q_set_kvar=90.0)
    Together([pcs], p_kw=80.0).fine(DT_S)
    assert pcs.q_kvar == pytest.approx(60.0)
    low = converter(0.0, q_set_kvar=-90.0)
    Together([low], v_pu=0.5).fine(DT_S)
    assert low.q_kvar == pytest.approx(-60.0)  # 1.2 of current at half the voltage
