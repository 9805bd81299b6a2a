from __future__ import annotations

import pytest

from components.grid_connection import GridConnection


def book(grid: GridConnection, p_kw: float, hours: float) -> GridConnection:
    grid.offer(3600.0 * hours)
    grid.p_settled_kw = p_kw
    grid.step(3600.0 * hours)
    return grid


def test_export_earns_money_but_no_carbon() -> None:
    grid = GridConnection(
        price_usd_per_kwh=0.14, export_price_usd_per_kwh=0.05, carbon_kg_per_kwh=0.6479
    )
    book(grid, 40.0, 0.5)
    book(grid, -10.0, 2.0)

    assert grid.cost_usd == pytest.approx(20 * 0.14 - 20 * 0.05)
    assert grid.carbon_kg == pytest.approx(20 * 0.6479)


def test_absent_grid_offers_nothing_and_counts_its_hours() -> None:
    grid = book(GridConnection(available=False), 0.0, 2.5)

    assert (grid.p_min_kw, grid.p_max_kw, grid.k_kw_per_hz) == (0.0, 0.0, 0.0)
    assert grid.out_h == 2.5


def test_controllers_see_an_outage_from_the_start() -> None:
    grid = GridConnection(available=False)
    grid.start()

    assert not grid.online
