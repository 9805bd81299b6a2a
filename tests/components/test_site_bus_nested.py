from __future__ import annotations

from typing import Any

import pytest

from components._bus.transfer import CONNECTED, DEAD, ISLANDED
from components.site_bus import SiteBus
from tests.components.site_island import Droop, SiteIsland


def offered(**values: Any) -> SiteBus:
    """A site that is 10 kW short and has a former of -20 to 40 kW."""
    given: dict[str, Any] = {
        "held": True,
        "p_source_kw": 5.0,
        "p_demand_kw": 15.0,
        "p0_inside_kw": 3.0,
        "k_inside_kw_per_hz": 40.0,
        "p_min_inside_kw": -20.0,
        "p_max_inside_kw": 40.0,
        "q_kvar": -4.0,
    }
    bus = SiteBus(**(given | values))
    bus.start()
    bus.offer(60.0)
    return bus


def offer_of(bus: SiteBus) -> tuple[float, float, float, float]:
    return bus.p0_kw, bus.p_min_kw, bus.p_max_kw, bus.k_kw_per_hz


def test_it_offers_what_the_inside_can_do() -> None:
    bus = offered()

    assert offer_of(bus) == (-7.0, -30.0, 30.0, 40.0)
    assert (bus.exchanging, bus.q_outside_kvar) == (True, -4.0)


def test_the_contract_bounds_what_it_offers() -> None:
    assert offer_of(offered(import_max_kw=5.0, export_max_kw=12.0)) == (-5.0, -5.0, 12.0, 40.0)


@pytest.mark.parametrize(
    "without", [{"close_cmd": False}, {"upstream_closed": False}, {"v_outside_pu": 0.05}]
)
def test_without_a_grid_it_offers_nothing_and_is_an_island(without: dict[str, Any]) -> None:
    bus = offered(**without)
    bus.formed, bus.df_hz, bus.p_formers_kw = True, -0.2, 10.0
    bus.step(60.0)

    assert (*offer_of(bus), bus.q_outside_kvar, bus.p_kw) == (0.0,) * 6
    assert (bus.mode, bus.transfer_count, bus.island_s) == (ISLANDED, 1, 60.0)
    assert (bus.f_hz, bus.v_pu) == (49.8, 1.0)


def test_on_a_grid_frequency_and_voltage_are_those_outside() -> None:
    bus = offered(f_outside_hz=49.95, v_outside_pu=0.97)
    bus.formed, bus.p_settled_kw, bus.p_formers_kw = True, -7.0, 3.0
    bus.step(60.0)

    assert (bus.f_hz, bus.v_pu, bus.p_kw, bus.mode) == (49.95, 0.97, -7.0, CONNECTED)
    assert bus.served_kwh == 0.25


def test_nothing_that_holds_it_and_no_grid_is_dead() -> None:
    bus = offered(v_outside_pu=0.0)
    bus.short_kw, bus.surplus_kw = 15.0, 5.0
    bus.step(60.0)

    assert (bus.mode, bus.live, bus.f_hz, bus.dead_s) == (DEAD, False, 0.0, 60.0)


def connected(former: Droop, dt_s: float, **values: Any) -> SiteIsland:
    bus = SiteBus(held=True, live=True, f_hz=50.0, mode="connected", **values)
    site = SiteIsland(bus, [former], load_kw=30.0, load_kvar=8.0)
    site.run(0.1, dt_s)
    return site


@pytest.mark.parametrize("dt_s", [0.001, 0.01])
def test_what_it_gives_outside_is_what_its_formers_answer_less_the_load(dt_s: float) -> None:
    former = Droop(s_kva=100.0, x_pu=0.15, p0_kw=10.0)
    site = connected(former, dt_s)
    site.bus.df_settled_hz, site.bus.slope_settled_hz_per_s = -0.1, -0.5
    site.step(dt_s)
    bus = site.bus

    assert (bus.inertia_kws_per_hz, bus.damping_kw_per_hz) == (former.inertia, former.damping)
    assert former.p_kw == pytest.approx(10.0 + 0.1 * former.damping + 0.5 * former.inertia)
    assert bus.p_kw == pytest.approx(former.p_kw - 30.0)
    assert (bus.q_outside_kvar, bus.unserved_kw) == (-8.0, 0.0)


def test_beyond_the_contract_loads_go_short_and_sources_are_turned_away() -> None:
    site = connected(Droop(s_kva=100.0, x_pu=0.15), 0.001, import_max_kw=20.0, export_max_kw=15.0)
    site.step()
    assert (site.bus.p_kw, site.bus.unserved_kw) == (-20.0, 10.0)
    site.source_kw = 90.0
    site.step()

    assert (site.bus.p_kw, site.bus.curtailed_kw) == (15.0, 45.0)


def test_entering_a_zoom_on_a_grid_moves_nothing() -> None:
    bus = offered(f_outside_hz=49.93, v_outside_pu=1.01)
    bus.formed, bus.p_settled_kw = True, -7.0
    bus.step(60.0)
    bus.enter_fine()
    bus.fine_begin(0.001)

    assert (bus.f_hz, bus.v_pu, bus.mode, bus.apart) == (49.93, 1.01, CONNECTED, False)
    assert bus.transfer_count == 0


def test_leaving_a_zoom_as_an_island_goes_on_as_one() -> None:
    site = connected(Droop(s_kva=100.0, x_pu=0.15), 0.001)
    site.bus.v_outside_pu = 0.0
    site.run(0.1)
    bus = site.bus
    bus.offer(60.0)
    bus.formed, bus.df_hz, bus.p_formers_kw = True, -0.3, 30.0
    bus.step(60.0)

    assert (bus.mode, bus.exchanging, bus.apart, bus.f_hz) == (ISLANDED, False, False, 49.7)
