"""How long storage lasts, by what a run did to it, and the highest quarters of a meter."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.accounts import (
    AS_STUDIED,
    YEAR_S,
    economics_of,
    grid,
    hybrid,
    recorded,
    run_of,
)
from twin.kpis import compute
from twin.kpis.economics import statement
from twin.kpis.lives import extrapolated_y


@pytest.fixture
def economics(tmp_path: Path) -> dict[str, Any]:
    """Case 0 at market prices: the genset was there before."""
    return economics_of(tmp_path, AS_STUDIED)


def test_packs_that_the_run_replaced_last_as_long_as_they_did(economics: dict[str, Any]) -> None:
    devices = hybrid()
    devices["bess"]["totals"]["replaced_count"] = 2.0
    found = compute(run_of(devices, economics, horizon_s=10 * YEAR_S))
    assert found["storage_life_y"] == pytest.approx(5.0)


# Remaining capacity after 1, 2 and 10 years at 0.8 DoD daily and 25 C, computed elsewhere: the
# equations of Naumann, and BLAST-Lite's 250 Ah prismatic cell.
NAUMANN = (0.93930767, 0.91416808, 0.80807399)
BLAST = (0.97935456, 0.96646082, 0.89201714)


@pytest.mark.parametrize(("left_pu", "rel"), [(NAUMANN, 0.01), (BLAST, 0.1)])
def test_ageing_of_two_years_tells_when_ten_will_have_passed(
    left_pu: tuple[float, ...], rel: float
) -> None:
    first, second, tenth = left_pu
    assert extrapolated_y(2.0, 1.0 - first, 1.0 - second, tenth) == pytest.approx(10.0, rel=rel)


def test_capacity_that_does_not_fade_tells_no_life() -> None:
    assert extrapolated_y(1.0, 0.0, 0.0, 0.8) is None


def test_a_pack_that_fades_is_replaced_when_it_has(
    economics: dict[str, Any], tmp_path: Path
) -> None:
    """Of a loss as the root of time, 10 % in a year are 20 % in four."""
    t_s = [YEAR_S * share for share in (1e-6, 0.25, 0.5, 1.0)]
    left = [1.0, 0.95, 1.0 - 0.1 * 0.5**0.5, 0.9]
    folder = recorded(tmp_path, t_s, bess__capacity_pu=left)
    run = run_of(hybrid(), economics, folder)
    assert compute(run)["storage_life_y"] == pytest.approx(4.0)
    said = statement(run)
    assert said is not None
    again = [item for item in said["items"] if item["kind"] == "replacement"]
    assert [item["at_y"] for item in again] == pytest.approx([4.0, 8.0, 12.0])
    assert {item["note"] for item in again} == {"ageing: 4 years"}


CHARGED = AS_STUDIED + "prices.grid.demand_charge_usd_per_kw = 4\n"


def test_a_demand_charge_bills_the_highest_quarter_of_each_month(tmp_path: Path) -> None:
    """From 31 January 23:50: a quarter of 10 and 40 kW is 30 kW on average, one of export is 0."""
    economics = economics_of(tmp_path, CHARGED)
    t_s = [600.0, 1200.0, 1500.0, 2400.0, 3300.0]
    folder = recorded(tmp_path, t_s, grid__p_kw=[99.0, 40.0, 10.0, -50.0, 20.0])
    devices = hybrid() | {"grid": grid(100.0)}
    run = run_of(devices, economics, folder, start="2026-01-31T23:50:00+08:00")
    said = statement(run)
    assert said is not None
    demand = [item for item in said["items"] if item["kind"] == "demand"]
    covered_pu = 3 * 900.0 / (28 * 86400.0)  # three whole quarters of February
    assert [item["quantity"] for item in demand] == [pytest.approx(30.0 * covered_pu)]


def test_a_year_of_even_import_is_billed_twelve_times(tmp_path: Path) -> None:
    economics = economics_of(tmp_path, CHARGED)
    t_s = [900.0 * (step + 1) for step in range(365 * 96)]
    folder = recorded(tmp_path, t_s, grid__p_kw=[7.0] * len(t_s))
    found = compute(run_of(hybrid() | {"grid": grid(100.0)}, economics, folder))
    assert found["grid_usd_per_y"] == pytest.approx(100.0 + 12 * 7.0 * 4.0)


@pytest.mark.parametrize("t_s", [[], [3600.0, 7200.0]], ids=["not recorded", "by the hour"])
def test_a_demand_charge_that_cannot_be_told_leaves_out_what_rests_on_it(
    t_s: list[float], tmp_path: Path
) -> None:
    economics = economics_of(tmp_path, CHARGED)
    if t_s:
        recorded(tmp_path, t_s, grid__p_kw=[1.0] * len(t_s))
    run = run_of(hybrid() | {"grid": grid(100.0)}, economics, tmp_path)
    said = statement(run)
    assert said is not None
    assert "for the demand charge" in said["missing"][0]
    assert "lcoe_site_usd_per_kwh" not in compute(run)
