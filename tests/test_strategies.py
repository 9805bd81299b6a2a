"""Every strategy on one site, by its type alone; none does better than perfect foresight."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

import twin
from tests.managed_site import managed, write_site
from twin.kpis.foresight import judged
from twin.problems import Problems

NO_GRID = {"grid.import_max_kw": 0.0, "grid.available": False}
ISLAND: dict[str, dict[str, Any]] = {
    "rule": {"ems.soc_off_pu": 0.8},
    "follow": {"ems.type": "ems_follow"},
    "persistence": {"ems.type": "ems_forecast"},
    "perfect": {
        "ems.type": "ems_forecast",
        "ems.forecast": "perfect",
        "ems.array_kw": 10.0,
        "ems.sun_w_per_m2": "day.poa_w_per_m2",
    },
    "reserve": {"ems.type": "ems_reserve"},
    "tariff": {"ems.type": "ems_tariff"},
}


@pytest.fixture
def site(tmp_path: Path) -> Path:
    return write_site(tmp_path)


@pytest.mark.parametrize("name", ISLAND)
@pytest.mark.parametrize("soc_on", [0.15, 0.4])
def test_on_an_island_each_serves_all_and_none_burns_less_than_foresight(
    site: Path, name: str, soc_on: float
) -> None:
    outcome = managed(site, name, ISLAND[name] | NO_GRID | {"ems.soc_on_pu": soc_on})
    found = judged(twin.open(outcome.folder))

    assert outcome.kpis["unserved_kwh"] == 0.0
    assert found.spent >= found.least > 0.0


@pytest.mark.parametrize("name", ISLAND)
def test_with_a_failing_grid_none_burns_less_than_foresight(site: Path, name: str) -> None:
    outcome = managed(site, name, ISLAND[name] | {"ems.soc_on_pu": 0.4, "expect.fuel_l.max": 9e9})
    found = judged(twin.open(outcome.folder))

    assert found.spent >= found.least
    assert outcome.kpis["residual_pu"] < 1e-9


def test_an_outage_as_long_as_was_expected_starts_no_genset(site: Path) -> None:
    """Five hours of 3 kW; a reserve of three hours does not last."""
    starts = [
        managed(site, f"{hours}h", {"ems.type": "ems_reserve", "ems.outage_h": hours}).kpis[
            "genset_starts_count"
        ]
        for hours in (3.0, 6.0)
    ]

    assert starts == [1.0, 0.0]


def test_a_tariff_that_is_followed_costs_less(site: Path) -> None:
    plain = managed(site, "rule", {})
    given = {"ems.low_usd_per_kwh": 0.1, "ems.high_usd_per_kwh": 0.25}
    priced = {"ems.type": "ems_tariff", "ems.price_usd_per_kwh": "day.price_usd_per_kwh"}
    levels = managed(site, "levels", priced | given)
    shares = managed(site, "shares", priced | {"ems.thresholds": "quantile"})

    for followed in (levels, shares):
        assert followed.kpis["grid_cost_usd"] < 0.95 * plain.kpis["grid_cost_usd"]


def test_the_peak_of_the_evening_is_shaved(tmp_path: Path) -> None:
    """8 kW for two hours on a limit of 5; one minute of surprise moves a quarter by a fifteenth."""
    site = write_site(tmp_path, meter=True)
    minutes = {"step_s": 60.0, "horizon_s": 86400.0}
    shaved = {"ems.type": "ems_peak", "ems.limit_kw": 5.0, "ems.soc_reserve_pu": 0.4}
    outcome = managed(site, "peak", shaved | minutes)
    run = twin.open(outcome.folder)
    quarters = run["grid.p_kw"].groupby((run["grid.p_kw"].index - 1.0) // 900.0).mean()

    assert quarters.max() == pytest.approx(5.0, rel=0.05)
    assert run.totals["ems.peak_kw"] == pytest.approx(quarters.max(), abs=1e-6)


@pytest.mark.parametrize(
    ("changed", "needed"),
    [
        ({"ems.type": "ems_forecast", "ems.forecast": "perfect"}, "sun_w_per_m2"),
        ({"ems.type": "ems_tariff", "ems.thresholds": "quantile"}, "price_usd_per_kwh"),
    ],
)
def test_who_is_to_look_ahead_needs_a_profile(
    site: Path, changed: dict[str, str], needed: str
) -> None:
    with pytest.raises(Problems) as refused:
        managed(site, "blind", changed)

    said = str(refused.value)
    assert said.startswith(str(site.parent / "topology.toml"))
    assert f"needs a profile for {needed}" in said


def test_the_gap_is_told_where_a_scenario_expects_it(site: Path) -> None:
    changed = NO_GRID | {"expect.ems_gap_pu.max": 5.0}
    outcome = managed(site, "asked", changed)

    assert [verdict.held for verdict in outcome.verdicts] == [True]
    assert outcome.kpis["ems_gap_pu"] > 0.0
