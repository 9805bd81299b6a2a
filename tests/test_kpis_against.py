"""A run against its baseline: case 0, the hybrid against the diesel set that was there."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.accounts import CASE, economics_of, hybrid, run_of
from tests.accounts import diesel_only as diesel
from twin.kpis import compute, costs
from twin.kpis.account import account_of
from twin.kpis.against import Comparison, against
from twin.problems import Problems
from twin.run import Run

TERMS = """
baseline = "diesel_only"
capex_usd = { fuel = 0 }
prices.fuel.usd_per_l = 0.73
"""


def pair(folder: Path, more: str = "", **other: Any) -> tuple[Run, Run]:
    economics = economics_of(folder, TERMS + more)
    return run_of(hybrid(), economics), run_of(diesel(), economics | other, variant="diesel_only")


def compared(folder: Path, more: str = "") -> Comparison:
    return against(*pair(folder, more))


def test_a_hybrid_that_pays_50500_usd_and_saves_the_diesel_is_paid_back(tmp_path: Path) -> None:
    found = compared(tmp_path)
    run, baseline = (compute(one) for one in pair(tmp_path))
    parts = ("fuel_usd_per_y", "om_usd_per_y", "replacement_usd_per_y")
    saving = sum(baseline[part] - run[part] for part in parts[:2])
    paid_later = [one.items for one in map(account_of, pair(tmp_path)) if one is not None]
    bought = [sum(i.usd_per_y for i in own if i.kind == "replacement") for own in paid_later]
    saving += bought[1] - bought[0]
    assert found.extra_capex_usd == 50_500.0
    assert found.saving_usd_per_y == pytest.approx(saving)
    assert found.payback_simple_y == pytest.approx(50_500.0 / saving)
    assert found.payback_discounted_y is not None
    gained = costs.npv(50_500.0, saving, 0.08, found.payback_discounted_y)
    assert gained == pytest.approx(0.0, abs=1e-6)


@pytest.mark.parametrize("convention", ["year_end", "year_start"])
def test_the_net_present_value_is_the_difference_of_all_that_is_paid(
    convention: str, tmp_path: Path
) -> None:
    own, other = pair(tmp_path, f'convention = "{convention}"\n')
    worth = []
    for run in (own, other):
        items = account_of(run)
        assert items is not None
        first = 1 if convention == "year_end" else 0
        paid = [(i.at_y, i.usd) for i in items.items if i.at_y is not None]
        yearly = [i.usd for i in items.items if i.at_y is None]
        paid += [(float(n + first), usd) for usd in yearly for n in range(15)]
        worth.append(costs.discounted(paid, 0.08))
    found = against(own, other)
    assert found.npv_usd == pytest.approx(worth[1] - worth[0])
    assert found.figures()[f"npv_{convention}_usd"] == found.npv_usd


def test_a_baseline_that_is_built_new_pays_for_it(tmp_path: Path) -> None:
    """A line upgrade beside the diesel set, as the alternative to storage."""
    own, other = pair(tmp_path, "prices.grid.fixed_usd = 30000\n")
    devices = diesel()
    grid = {"role": "grid", "bus": "main", "units": 1, "enabled": True, "rated": {}}
    devices["grid"] = grid | {"totals": {"import_kwh": 0.0, "cost_usd": 0.0}}
    other = run_of(devices, dict(other.meta["economics"]), variant="diesel_only")
    assert against(own, other).extra_capex_usd == 50_500.0 - 30_000.0


def test_cost_cut_and_cut_of_a_kwh_are_the_same_where_the_same_is_served(tmp_path: Path) -> None:
    found = compared(tmp_path)
    assert found.cost_cut_pu == pytest.approx(found.lcoe_cut_pu)
    devices = diesel()
    devices["main"]["totals"]["unserved_kwh"] = 0.5 * CASE["load_kwh"]
    own, other = pair(tmp_path)
    other = run_of(devices, dict(other.meta["economics"]), variant="diesel_only")
    short = against(own, other)
    assert short.lcoe_cut_pu == pytest.approx(1.0 - 0.5 * (1.0 - found.cost_cut_pu))
    assert (found.extra_served_kwh_per_y, short.extra_served_kwh_per_y) == (0.0, 13359.0)


def test_what_costs_more_and_saves_nothing_is_never_paid_back(tmp_path: Path) -> None:
    economics = economics_of(tmp_path, 'capex_usd = { fuel = 0 }\nbaseline = "diesel_only"\n')
    twin = run_of(hybrid(), economics, variant="diesel_only")
    dearer = hybrid()
    dearer["pv"]["rated"]["rated_kw"] = 40.0
    found = against(run_of(dearer, economics), twin)
    assert (found.payback_simple_y, found.payback_discounted_y) == (None, None)
    assert found.npv_usd < 0.0


@pytest.mark.parametrize(
    ("other", "said"),
    [
        ({"convention": "year_start"}, "has another convention: year_start, not year_end"),
        ({"costs": "own"}, "has another costs: own, not market_small_remote_2025"),
    ],
)
def test_runs_under_other_terms_are_not_compared(
    other: dict[str, Any], said: str, tmp_path: Path
) -> None:
    with pytest.raises(Problems, match=said):
        against(*pair(tmp_path, **other))


def test_a_run_of_another_variant_is_not_the_baseline(tmp_path: Path) -> None:
    own, _ = pair(tmp_path)
    with pytest.raises(Problems, match="is a run of no variant, but the baseline is diesel_only"):
        against(own, own)


def test_a_week_and_a_run_without_economics_are_not_compared(tmp_path: Path) -> None:
    own, other = pair(tmp_path)
    week = run_of(hybrid(), dict(own.meta["economics"]), horizon_s=604_800.0)
    with pytest.raises(Problems, match="needs a run of 360 days or more, not 7"):
        against(week, other)
    with pytest.raises(Problems, match=r"has no account: its scenario has no \[economics\]"):
        against(own, run_of(diesel(), None, variant="diesel_only"))
