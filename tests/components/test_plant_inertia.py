"""Inertia of a plant's own: it turns with the area, and goes with the plant when it trips."""

from __future__ import annotations

from typing import Any

import pytest

from components.area import Area
from components.gast import Gast
from components.hygov import Hygov
from components.ieeeg1 import Ieeeg1
from components.load import Load
from components.tgov1 import Tgov1
from tests import engine
from tests.components.grid import Grid

PLANTS = (Tgov1, Ieeeg1, Gast, Hygov)
RATED_KVA = (200e3, 150e3, 120e3, 100e3)
H_S = (4.0, 4.0, 5.0, 3.0)
P_KW = (120e3, 100e3, 60e3, 50e3)
ENERGY_KWS = [h_s * rated_kva for h_s, rated_kva in zip(H_S, RATED_KVA, strict=True)]
BASE_KVA = sum(RATED_KVA)
KEPT = {"h_s": sum(ENERGY_KWS) / BASE_KVA}  # all of it in the area
TAKEN = {"h_s": 0.0}


def given(number: int, own: bool) -> dict[str, Any]:
    h_s = H_S[number] if own else 0.0
    return {"rated_kva": RATED_KVA[number], "p_set_kw": P_KW[number], "h_s": h_s}


def only_plants(own: bool, damping_pu: float = 0.0) -> Grid:
    """Nothing else turns, and what they give is taken by an area that does not answer."""
    area = Area(base_kva=BASE_KVA, damping_pu=damping_pu, **(TAKEN if own else KEPT))
    plants = [PLANTS[number](**given(number, own)) for number in range(4)]
    grid = Grid(area, plants, [Load()])
    for _ in range(5):
        grid.fine(0.001)
    return grid


@pytest.mark.parametrize("own", [True, False])
@pytest.mark.parametrize("number", range(4))
def test_first_slope_after_a_trip_is_that_of_the_energy_that_still_turns(
    number: int, own: bool
) -> None:
    """df' = -f0 dP / (2 E_k): reference/frequency.md 1.1."""
    grid = only_plants(own)
    lost: Any = grid.plants[number]
    lost.online = False
    grid.fine(0.001)
    left_kws = sum(ENERGY_KWS) - (ENERGY_KWS[number] if own else 0.0)

    slope = -50.0 * P_KW[number] / (2.0 * left_kws)
    assert grid.area.slope_hz_per_s == pytest.approx(slope, rel=1e-9)
    assert (lost.p_kw, lost.inertia_kws_per_hz) == (0.0, 0.0)


def test_wherever_inertia_is_counted_a_step_of_load_moves_the_area_alike() -> None:
    own, kept = only_plants(own=True), only_plants(own=False)
    for grid in (own, kept):
        grid.devices[0].p_set_kw = 30e3
    for _ in range(1000):
        own.fine(0.01)
        kept.fine(0.01)
        assert own.area.f_end_hz == pytest.approx(kept.area.f_end_hz, abs=1e-9)
    assert own.area.f_min_hz < 49.8


def test_step_of_load_is_carried_by_inertia_first_and_all_of_it_is_delivered() -> None:
    grid = only_plants(own=True)
    plants: list[Any] = list(grid.plants)
    before_kwh = sum(plant.energy_kwh for plant in plants)
    grid.devices[0].p_set_kw = 30e3
    grid.fine(0.001)
    shares_kw = [30e3 * kws / sum(ENERGY_KWS) for kws in ENERGY_KWS]
    more_kw = [plant.p_kw - p_kw for plant, p_kw in zip(plants, P_KW, strict=True)]
    assert more_kw == pytest.approx(shares_kw, rel=1e-9)
    # which is no power of the turbine, and takes none of its headroom
    assert plants[0].headroom_kw == pytest.approx(RATED_KVA[0] - P_KW[0], rel=1e-9)

    for _ in range(2999):
        grid.fine(0.001)
        taken_kw = grid.area.p_load_kw + 30e3
        assert sum(plant.p_kw for plant in plants) == pytest.approx(taken_kw, rel=1e-12)
    delivered_kwh = sum(plant.energy_kwh for plant in plants) - before_kwh
    assert delivered_kwh == pytest.approx((sum(P_KW) + 30e3) * 3.0 / 3600.0, rel=1e-9)


def test_back_online_it_turns_with_the_others_again() -> None:
    grid = only_plants(own=True)
    lost: Any = grid.plants[3]
    for online in (False, True):
        lost.online = online
        grid.fine(0.001)
        grid.devices[0].p_set_kw += 20e3
        before_hz_per_s = grid.area.slope_hz_per_s
        grid.fine(0.001)
        kws = sum(ENERGY_KWS) - (0.0 if online else ENERGY_KWS[3])
        more = grid.area.slope_hz_per_s - before_hz_per_s
        assert more == pytest.approx(-50.0 * 20e3 / (2.0 * kws), rel=2e-3)


def test_entering_the_fine_regime_with_inertia_of_its_own_moves_nothing() -> None:
    grid = only_plants(own=True, damping_pu=1.0)
    grid.coarse(1.0)
    grid.devices[0].p_set_kw = 20e3
    for _ in range(3):
        grid.coarse(1.0)
    f_hz, powers_kw = grid.area.f_hz, [plant.p_kw for plant in grid.plants]
    assert f_hz < 49.95
    for _ in range(500):
        grid.fine(0.01)

    assert grid.area.f_end_hz == pytest.approx(f_hz, abs=1e-8)
    assert [plant.p_kw for plant in grid.plants] == pytest.approx(powers_kw, abs=1e-3)


def test_area_in_which_nothing_turns_any_more_is_dead_and_stays_dead() -> None:
    grid = only_plants(own=True, damping_pu=1.0)
    grid.devices[0].p_set_kw = 36e3
    for plant in grid.plants:
        plant.online = False  # type: ignore[attr-defined]
    for _ in range(100):
        grid.fine(0.01)
    assert (grid.area.f_hz, grid.area.f_end_hz, grid.area.p_load_kw) == (0.0, 0.0, 0.0)
    assert grid.area.unserved_kwh == pytest.approx(10.0)

    grid.plants[0].online = True  # type: ignore[attr-defined]
    grid.fine(0.01)
    assert grid.area.f_hz == 0.0  # a black start is left out


def test_compiled_fleet_takes_its_inertia_along_with_the_bits_of_plain_python() -> None:
    two: dict[str, list[float]] = {"rated_kva": [2e5, 1e5], "p_set_kw": [1e5, 5e4], "h_s": [4, 5]}
    devices = [
        engine.device("area", Area, h_s=0.0),
        engine.device("plant", Tgov1, "area", each=2, **two),
        engine.device("load", Load, "area"),
    ]
    when = engine.zoomed(0.0, horizon_s=1.0, fine_for_s=1.0)
    trip = (0.005, "plant", (1,), "online", 0.0)
    cell = engine.finished(engine.cell(devices, when=when, changes=[trip], in_python=False))

    plants = [Tgov1(**{name: pair[unit] for name, pair in two.items()}) for unit in range(2)]
    grid = Grid(Area(h_s=0.0), plants, [Load()])
    for n in range(1000):
        plants[1].online = n < 5
        grid.fine(0.001)
    assert engine.values(cell, "area.f_end_hz") == [grid.area.f_end_hz]
    assert engine.values(cell, "plant.p_kw") == [plants[0].p_kw, 0.0]
