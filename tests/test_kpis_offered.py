"""What storage offers just before an event, and what behind a network was not served."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.components.feeder import Feeder
from tests.event_runs import Devices, device, run_of
from twin.kpis import compute
from twin.kpis.energy import outage_h, unserved_kwh
from twin.kpis.offered import KPIS

OFFER = {  # by 1, 2, 3 s; it falls when the event has drawn on the stores
    "site.pcs.offered_1h_kw:sum": [7.0, 5.0, 1.0],
    "site.pcs.not_offered_1h_kw:sum": [0.0, 2.0, 2.0],
    "mobile.offered_1h_kw": [0.0, 4.0, 0.0],
}


@pytest.mark.parametrize(("event_s", "offered_kw"), [(2.0, 9.0), (2.5, 9.0), (0.0, 7.0)])
def test_an_offer_is_that_before_the_event_of_all_that_make_one(
    tmp_path: Path, event_s: float, offered_kw: float
) -> None:
    devices: Devices = {"site.pcs": device("converter", units=4), "mobile": device("converter")}
    run = run_of(tmp_path, devices, {"t_s": [1.0, 2.0, 3.0], **OFFER}, event_s)
    values = {kpi.name: kpi.value(run) for kpi in KPIS}
    assert values["offered_1h_kw"] == offered_kw
    assert values["not_offered_1h_kw"] == (0.0 if event_s == 0.0 else 2.0)
    assert values["offered_4h_kw"] is None


def networked(folder: Path, **of_site: float) -> dict[str, float]:
    """An area, a network of which the head keeps the books, a hall on it, and sites."""
    devices: Devices = {
        "area": device("bus", totals={"unserved_kwh": 1.0}),
        "feeder.head": device("bus", "area", totals={"unserved_kwh": 2.0}),
        "feeder.bus": device("bus", "feeder.head", units=3, totals={}),
        "feeder": device("network", units=3, totals={"unserved_kwh": 4.0}),
        "hall": device("load", "feeder.bus", totals={"energy_kwh": 100.0}),
        "site.main": device("bus", "feeder.bus", units=2, totals=of_site),
        "site.room": device("load", "site.main", units=2, totals={"energy_kwh": 20.0}),
    }
    return compute(run_of(folder, devices, {"t_s": [1.0, 2.0]}))


def test_behind_a_network_nobody_that_was_not_served_is_left_out(tmp_path: Path) -> None:
    found = networked(tmp_path, unserved_kwh=8.0, outage_s=7200.0)
    assert (found["unserved_kwh"], found["served_kwh"]) == (15.0, 105.0)
    assert found["outage_h"] == 1.0  # of the sites: all others count energy alone


def test_where_sites_keep_no_books_nothing_is_told(tmp_path: Path) -> None:
    assert {"unserved_kwh", "outage_h"} & networked(tmp_path).keys() == set()


def test_a_trace_that_was_not_served_is_rounding(tmp_path: Path) -> None:
    devices: Devices = {
        "main": device("bus", totals={"unserved_kwh": 1e-15, "outage_s": 0.0}),
        "room": device("load", "main", totals={"energy_kwh": 100.0}),
    }
    run = run_of(tmp_path, devices, {"t_s": [1.0, 2.0]})
    assert (unserved_kwh(run), outage_h(run)) == (0.0, 0.0)


def test_a_network_counts_what_a_dark_bus_lacks_while_it_is_joined() -> None:
    feeder = Feeder().set("p_demand_kw", 11, 360.0).step(10.0)
    assert feeder.unserved_kw.sum() == 0.0
    feeder.set("line_out", 1, 1).step(10.0)  # all sites of `weak_area` are behind it
    assert not feeder.v_pu[3:12].any()
    assert feeder.v_pu[1] > 0.9
    assert feeder.unserved_kw.tolist() == [0.0] * 11 + [360.0] + [0.0] * 3
    assert feeder.unserved_kwh.sum() == 0.0  # now they know
    feeder.step(10.0)
    assert feeder.unserved_kwh[11] == pytest.approx(1.0)
    feeder.set("separated", 0, 1).step(10.0)  # from here its head counts
    feeder.set("separated", 0, 0).set("line_out", 1, 0).step(10.0).step(10.0)
    assert feeder.unserved_kwh.sum() == pytest.approx(1.0)
