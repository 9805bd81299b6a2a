from __future__ import annotations

import math

import pytest

from components.bess import Bess
from components.ems_rule import EmsRule
from components.genset import Genset
from components.grid_connection import GridConnection
from components.it_load import ItLoad
from components.pcs import Pcs
from components.pv import Pv
from tests.components.site import Site, imbalance_kw


def room(rated_kw: float) -> ItLoad:
    """A load of exactly its rating."""
    return ItLoad(rated_kw=rated_kw, idle_pu=0, pue_pu=1, ups_efficiency_pu=1)


def island() -> Site:
    """The island case: 3.05 kW, 20 kWp, 50 kWh, 30 kW converter, 15 kW genset."""
    site = Site(
        load=room(3.05),
        pv=Pv(rated_kw=20.0),
        pcs=Pcs(rated_kva=30.0),
        bess=Bess(energy_kwh=50.0),
        genset=Genset(rated_kw=15.0),
        ems=EmsRule(),
    )
    return site.start()


def sun_w_per_m2(t_s: float) -> float:
    return max(1000.0 * math.sin(2 * math.pi * (t_s / 86400.0 - 0.25)), 0.0)


@pytest.mark.parametrize("dt_s", [10.0, 60.0, 900.0, 3600.0])
@pytest.mark.parametrize("with_grid", [False, True])
def test_days_of_a_whole_site_lose_no_energy(dt_s: float, with_grid: bool) -> None:
    site = island()
    site.grid = GridConnection(import_max_kw=2.0, export_max_kw=1.0) if with_grid else None
    pv, pcs, bess, genset = site.pv, site.pcs, site.bess, site.genset
    start_kwh = bess.stored_kwh
    for n in range(int(3 * 86400 / dt_s)):
        pv.poa_w_per_m2 = sun_w_per_m2(n * dt_s) * (n * dt_s < 2 * 86400)
        if site.grid:
            site.grid.available = int(n * dt_s / 3600) % 6 < 4
        site.step(dt_s)
        assert abs(imbalance_kw(site)) < 1e-11
        assert 0.1 - 1e-4 <= bess.soc_pu <= 1.0  # self-discharge may pass the floor

    bus, grid = site.bus, site.grid
    bought_kwh = grid.import_kwh - grid.export_kwh if grid else 0.0
    inward_kwh = pv.energy_kwh + genset.energy_kwh + bought_kwh + start_kwh
    used_kwh = bus.served_kwh + bus.curtailed_kwh + bus.dumped_kwh
    lost_kwh = pcs.loss_kwh + bess.loss_kwh
    assert used_kwh + lost_kwh + bess.stored_kwh == pytest.approx(inward_kwh, rel=1e-9)
    assert bus.served_kwh + bus.unserved_kwh == pytest.approx(site.load.energy_kwh, rel=1e-12)


def test_genset_carries_the_island_through_days_without_sun() -> None:
    site = island()
    for _ in range(3 * 1440):
        site.step(60.0)

    assert site.genset.start_count >= 3
    assert site.bus.unserved_kwh == 0.0


def test_outage_with_an_empty_battery_leaves_the_load_unserved() -> None:
    site = Site(
        load=room(5.0),
        grid=GridConnection(),
        pcs=Pcs(),
        bess=Bess(soc_start_pu=0.1),
        ems=EmsRule(),
    ).start()
    site.step(60.0)
    site.grid.available = False
    for _ in range(30):
        site.step(60.0)

    assert site.bus.unserved_kwh == pytest.approx(2.5)
    assert (site.bus.live, site.bus.f_hz, site.bus.outage_s) == (False, 0.0, 1800.0)


def test_outage_is_carried_by_a_charged_battery_from_its_first_second() -> None:
    site = Site(load=room(5.0), grid=GridConnection(), pcs=Pcs(), bess=Bess(), ems=EmsRule())
    site.start()
    site.step(1.0)
    site.grid.available = False
    site.step(1.0)

    assert (site.bus.unserved_kwh, site.bus.live) == (0.0, True)


def test_dark_site_is_restarted_by_the_sun() -> None:
    site = Site(load=room(2.0), pv=Pv(), pcs=Pcs(), bess=Bess(soc_start_pu=0.1), ems=EmsRule())
    site.start()
    site.step(900.0)
    assert not site.bus.live
    site.pv.poa_w_per_m2 = 800.0
    site.step(900.0)

    assert site.bus.live
    assert site.bess.soc_pu > 0.1


def test_sun_is_lost_where_nothing_holds_the_bus() -> None:
    site = Site(load=room(1.0), pv=Pv(poa_w_per_m2=500.0)).start()
    site.step(3600.0)

    assert site.bus.curtailed_kwh == pytest.approx(site.pv.energy_kwh)
    assert site.bus.unserved_kwh == 1.0


def test_least_load_of_a_genset_that_nobody_takes_is_dumped() -> None:
    genset = Genset(run_cmd=True, start_s=0.0)
    site = Site(load=room(1.0), pv=Pv(), genset=genset).start()
    site.step(3600.0)

    assert site.bus.dumped_kwh == pytest.approx(4.5 - 1.0)
    assert site.bus.curtailed_kwh == 0.0


def test_frequency_follows_the_droop_of_the_former_that_moved() -> None:
    site = Site(load=room(15.0), pcs=Pcs(rated_kva=30.0), bess=Bess()).start()
    site.step(1.0)

    assert site.bus.f_hz == pytest.approx(49.5)  # half the rating at 2 % droop
