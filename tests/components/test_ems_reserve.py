from __future__ import annotations

import pytest

from components.ems_reserve import EmsReserve
from tests.components.managed import decided, orders


def on_grid(**given: float) -> EmsReserve:
    """4 kW for 5 h are 20 of 50 kWh above 0.15: a reserve of 0.55."""
    return EmsReserve(p_load_kw=4.0, outage_h=5.0, grid_available=True, **given)


def test_the_reserve_is_the_outage_on_top_of_where_the_genset_starts() -> None:
    assert decided(EmsReserve, p_load_kw=4.0, outage_h=5.0).reserve_pu == pytest.approx(0.55)


def test_no_more_is_held_than_the_battery_is_charged_to() -> None:
    assert decided(EmsReserve, p_load_kw=40.0).reserve_pu == 0.90


def test_below_the_reserve_the_grid_fills_it_at_it_the_grid_carries_above_the_battery() -> None:
    said = orders(on_grid(), "soc_pu", [0.40, 0.54, 0.56, 0.59, 0.61, 0.57, 0.55, 0.54])

    charging, grid, battery = ("charging", -5.0), ("grid", 0.0), ("battery", 4.0)
    assert said == [charging, charging, grid, grid, battery, battery, grid, charging]


def test_surplus_is_stored_whatever_it_holds() -> None:
    said = orders(on_grid(p_gen_kw=12.0), "soc_pu", [0.40, 0.57, 0.70])

    assert [p_set for _, p_set in said] == [-8.0, -8.0, -8.0]


def test_without_charging_the_grid_carries_alone() -> None:
    assert orders(on_grid(grid_charge_kw=0.0), "soc_pu", [0.3]) == [("grid", 0.0)]


def test_the_reserve_follows_the_load_within_days() -> None:
    ems = on_grid()
    ems.step(900.0)
    ems.p_load_kw = 2.0
    reserves = []
    for _ in range(3):
        for _ in range(96):
            ems.step(900.0)
        reserves.append(round(ems.reserve_pu, 3))

    assert reserves == [0.424, 0.377, 0.36]  # 0.35 + 0.2 exp(-days)
