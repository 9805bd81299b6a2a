"""The meter of a site reads what crosses its boundary, and what that costs."""

from __future__ import annotations

import pytest

from components.site_bus import SiteBus


def metered(p_kw: float) -> SiteBus:
    """A quarter of an hour on the grid, in which this was delivered to it."""
    tariff = {"price_usd_per_kwh": 0.2, "export_price_usd_per_kwh": 0.05, "carbon_kg_per_kwh": 0.6}
    bus = SiteBus(held=True, **tariff)
    bus.offer(900.0)
    bus.p_settled_kw = p_kw
    bus.step(900.0)
    return bus


def test_what_comes_in_is_paid_and_carries_its_carbon() -> None:
    bus = metered(-8.0)
    assert (bus.import_kwh, bus.export_kwh) == (2.0, 0.0)
    assert (bus.cost_usd, bus.carbon_kg) == pytest.approx((0.4, 1.2))


def test_what_goes_out_is_paid_for_and_earns_no_credit() -> None:
    bus = metered(8.0)
    assert (bus.import_kwh, bus.export_kwh) == (0.0, 2.0)
    assert (bus.cost_usd, bus.carbon_kg) == pytest.approx((-0.1, 0.0))


def test_an_island_meters_nothing() -> None:
    bus = metered(0.0)
    bus.close_cmd = False
    bus.offer(900.0)
    bus.p_settled_kw = -8.0
    bus.step(900.0)
    assert bus.import_kwh == 0.0
