from __future__ import annotations

import cmath
import math
from typing import Any

import pytest

from components._forming.modes import TRIPPED
from components.bess import Bess
from components.load import Load
from components.pcs_forming import PcsForming
from components.site_bus import SiteBus
from tests import engine
from tests.components.forming import Apart, Together, converter
from tests.components.test_pcs_forming import cause, mode

DT_S = 0.001


def parted(bus: Together, *formers: Any, **given: Any) -> Apart:
    """The same formers on a bus of their own; they are not told of a new regime."""
    island = Apart([], f_hz=bus.f_hz, **given)
    island.formers = formers
    return island


@pytest.mark.parametrize("i_max_pu", [1.2, 1.5, 2.0])
def test_current_into_a_fault_is_limited_and_comes_back(i_max_pu: float) -> None:
    pcs = converter(i_max_pu=i_max_pu)
    bus = Apart([pcs], shunt_kva=20.0)
    bus.run(0.1, DT_S)
    fault = 0.1 + 0.1j
    bus.shunt_kva = 20.0 + 100.0 / fault.conjugate()
    bus.run(0.05, DT_S)
    y_pu = bus.shunt_kva.conjugate() / 100.0
    print(f"I_max {i_max_pu}: |I| {abs(bus.v * y_pu):.4f} pu, V {abs(bus.v):.3f} pu")
    assert abs(bus.v * y_pu) == pytest.approx(i_max_pu, rel=1e-3)
    assert pcs.limited_s == pytest.approx(0.05, abs=1.5 * DT_S)

    held = pcs.share_pu
    bus.shunt_kva = 20.0
    steps = math.ceil((1.0 - held) / (50.0 * DT_S))
    bus.run((steps + 1) * DT_S, DT_S)
    assert pcs.share_pu == 1.0
    assert abs(bus.v) == pytest.approx(1.0, abs=0.02)


def test_constant_power_beyond_the_current_limit_takes_the_voltage_with_it() -> None:
    pcs = converter()
    bus = Apart([pcs], p_kw=50.0)
    bus.run(0.1, DT_S)
    bus.p_kw = 130.0
    bus.run(0.2, DT_S)
    assert (abs(bus.v), mode(pcs), pcs.y_kva) == (0.0, "off", 0.0)


def test_load_that_gives_way_with_voltage_lives_on_at_the_current_limit() -> None:
    pcs = converter(uf_pu=0.0)
    bus = Apart([pcs], p_kw=50.0, exponent=2.0)
    bus.run(0.1, DT_S)
    bus.p_kw = 150.0
    bus.run(0.5, DT_S)
    assert abs(bus.v) == pytest.approx(1.2 / 1.5, abs=0.005)
    assert mode(pcs) == "forming"


@pytest.mark.parametrize("change_s", [0.0, 0.02, 0.05])
def test_one_that_follows_leaves_a_gap_while_it_changes(change_s: float) -> None:
    pcs = converter(30.0, when_connected="following", change_s=change_s, v_set_pu=1.01, mq_pu=0.0)
    grid = Together([pcs], held=True, theta_rad=0.4)
    grid.run(0.1, DT_S)
    assert (mode(pcs), pcs.p_kw) == ("following", pytest.approx(30.0))

    island = parted(grid, pcs, v=0.0, theta_rad=0.4, shunt_kva=40.0)
    gap_s = 0.0
    while abs(island.fine(DT_S)) == 0.0:
        assert (mode(pcs), pcs.p_kw, pcs.k_kw_per_hz) == ("changing", 0.0, 0.0)
        gap_s += DT_S
    assert gap_s == pytest.approx(change_s)
    angle = cmath.phase(island.v) + math.atan(0.15 * 0.4)
    if change_s > 0.0:  # else the EMF is that of the power before
        assert (pcs.e_pu, angle) == (1.01, pytest.approx(0.4, abs=1e-3))
    island.run(2.0, DT_S)
    assert abs(island.v) == pytest.approx(1.01, abs=1e-4)


def test_one_that_follows_gives_its_set_point_behind_a_lag() -> None:
    pcs = converter(0.0, when_connected="following", lag_s=0.05)
    grid = Together([pcs], held=True, f_hz=49.7)
    grid.fine(DT_S)
    assert (pcs.inertia_kws_per_hz, pcs.damping_kw_per_hz, pcs.k_kw_per_hz) == (0.0, 0.0, 0.0)
    pcs.p_set_kw = 60.0
    grid.run(0.05, DT_S)
    assert pcs.given_kw == pytest.approx(60.0 * (1.0 - math.exp(-1.0)))


def test_one_that_forms_holds_its_load_without_a_gap() -> None:
    pcs = converter(30.0, q_set_kvar=10.0)
    grid = Together([pcs], p_kw=30.0, theta_rad=-2.0, v_pu=0.99)
    grid.run(0.5, DT_S)
    island = parted(grid, pcs, p_kw=30.0, q_kvar=10.0)
    v = island.fine(DT_S)
    assert (abs(v), cmath.phase(v)) == (pytest.approx(0.99), pytest.approx(-2.0))
    assert (pcs.p_kw, pcs.q_kvar) == (pytest.approx(30.0), pytest.approx(10.0))
    assert pcs.df_hz == pytest.approx(0.0, abs=1e-9)


@pytest.mark.parametrize("dip_pu", [0.0, 0.3, 0.7])
def test_voltage_is_back_at_once_when_it_is_parted_from_a_dip(dip_pu: float) -> None:
    pcs = converter(40.0)
    grid = Together([pcs], held=True)
    grid.run(0.1, DT_S)
    grid.v_pu = dip_pu
    grid.run(0.005, DT_S)
    assert abs(pcs.p_kw) <= 100.0 * 1.2 * dip_pu
    island = parted(grid, pcs, p_kw=40.0, v=dip_pu)
    assert abs(island.fine(DT_S)) > 0.9
    island.run(0.02, DT_S)
    assert pcs.share_pu == 1.0


@pytest.mark.parametrize("black_start", [True, False])
def test_only_a_converter_that_may_starts_a_dead_bus(black_start: bool) -> None:
    pcs = converter(black_start=black_start, ramp_pu_per_s=2.0)
    pcs.entering = False
    bus = Apart([], v=0.0, shunt_kva=30.0)
    bus.formers = [pcs]
    bus.run(0.25, DT_S)
    if not black_start:
        assert (mode(pcs), pcs.y_kva, abs(bus.v)) == ("off", 0.0, 0.0)
        return
    assert mode(pcs) == "starting"
    assert abs(bus.v) == pytest.approx(0.5, abs=0.005)
    bus.run(0.3, DT_S)
    assert mode(pcs) == "forming"
    assert abs(bus.v) == pytest.approx(1.0, abs=0.005)


def test_one_that_is_switched_on_beside_others_joins_them_without_a_bump() -> None:
    first, second = converter(40.0), converter(0.0, online=False, change_s=0.1)
    bus = Apart([first, second], p_kw=40.0, q_kvar=10.0)
    bus.run(0.5, DT_S)
    assert (mode(second), second.y_kva) == ("off", 0.0)
    second.online = True
    bus.run(0.101, DT_S)
    assert mode(second) == "forming"
    assert abs(second.p_kw) < 0.1
    assert abs(second.q_kvar) < 0.1
    bus.run(6.0, DT_S)
    assert [first.q_kvar, second.q_kvar] == pytest.approx([5.0, 5.0], abs=0.01)


@pytest.mark.parametrize(
    ("bus", "limit_s", "why"),
    [
        ({"v_pu": 0.4}, 0.3, "under_voltage"),
        ({"v_pu": 1.25}, 0.1, "over_voltage"),
        ({"f_hz": 46.9}, 0.2, "under_frequency"),
        ({"f_hz": 51.9}, 0.4, "over_frequency"),
    ],
)
def test_it_trips_after_the_time_of_its_relay(
    bus: dict[str, float], limit_s: float, why: str
) -> None:
    times = {"uv_s": 0.3, "ov_s": 0.1, "uf_s": 0.2, "of_s": 0.4}
    pcs = converter(**times)
    grid = Together([pcs], held=True)
    grid.run(0.1, DT_S)
    for name, value in bus.items():
        setattr(grid, name, value)
    grid.run(limit_s - DT_S, DT_S)
    assert pcs.trip_count == 0
    grid.run(DT_S, DT_S)
    assert (mode(pcs), cause(pcs), pcs.trip_count) == ("tripped", why, 1)

    grid.v_pu, grid.f_hz = 1.0, 50.0
    grid.run(0.1, DT_S)
    assert (mode(pcs), pcs.p_kw, pcs.k_kw_per_hz) == ("tripped", 0.0, 0.0)
    pcs.online = False
    grid.fine(DT_S)
    pcs.online = True
    grid.fine(DT_S)
    assert mode(pcs) == "forming"


def test_zoom_into_an_island_without_an_event_moves_nothing() -> None:
    devices = [
        engine.device("main", SiteBus),
        engine.device("pcs", PcsForming, "main", rated_kva=30.0, p_set_kw=2.0),
        engine.device("bess", Bess, "pcs"),
        engine.device("load", Load, "main", p_set_kw=12.0),
    ]
    cell = engine.cell(devices, when=engine.zoomed(2.0, horizon_s=4.0, fine_for_s=1.0))
    told = {}
    for at_s in (2.0, 3.0):
        cell.advance(cell.calendar.ticks(at_s))
        told[at_s] = [engine.values(cell, name)[0] for name in ("pcs.p_kw", "main.f_hz")]
    assert engine.values(cell, "pcs.mode") == [3]
    assert told[2.0] == pytest.approx([12.0, 50.0 - 10.0 / 30.0])
    assert told[3.0] == pytest.approx(told[2.0], abs=1e-6)


def test_a_trip_clears_by_itself_after_its_time() -> None:
    pcs = converter(of_s=0.1, reset_s=0.5)
    grid = Together([pcs], held=True)
    grid.run(0.1, DT_S)
    grid.f_hz = 53.0
    grid.run(0.2, DT_S)
    assert mode(pcs) == "tripped"

    grid.f_hz = 50.0
    grid.run(0.3, DT_S)
    assert mode(pcs) == "tripped"
    grid.run(0.2, DT_S)
    assert mode(pcs) == "forming"


def test_a_trip_of_the_fine_regime_clears_in_the_coarse_one() -> None:
    pcs = converter(black_start=True)
    pcs.mode = TRIPPED
    pcs.offer(60.0)
    assert (mode(pcs), pcs.p_max_kw) == ("tripped", 0.0)
    for _ in range(4):
        pcs.offer(60.0)
    assert mode(pcs) == "forming"
    assert pcs.p_max_kw > 0.0
