"""Mistakes in [economics] and in cost sets: each a line with its place and the nearest word."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.accounts import SCENARIO, economics_of, scenario_file
from twin.load import load_scenario
from twin.load.economics import SHIPPED
from twin.problems import Problems

OWN = """
format = 1
name = "own"
year = 2026
[finance]
discount_pu = { value = 0.08, year = 2026, status = "assumption", source = "a test" }
years = { value = 15, year = 2026, status = "assumption", source = "a test" }
[solar]
usd_per_kw = { value = 900, year = 2026, status = "assumption", source = "a test" }
[storage]
usd_per_kwh = { value = 200, year = 2026, status = "assumption", source = "a test" }
[converter]
usd_per_kw = { value = 100, year = 2026, status = "assumption", source = "a test" }
[fuel]
usd_per_kw = { value = 500, year = 2026, status = "assumption", source = "a test" }
usd_per_l = { value = 1, year = 2026, status = "assumption", source = "a test" }
"""


def problems(folder: Path, economics: str = "", costs: str = "") -> list[str]:
    """What is said of a scenario, with a cost set of its own where one is given."""
    scenario = SCENARIO.replace("market_small_remote_2025", "own.toml") if costs else SCENARIO
    path = scenario_file(folder, economics, scenario)
    (path.parent / "own.toml").write_text(costs, "utf-8")
    with pytest.raises(Problems) as caught:
        load_scenario(path)
    said = [str(problem) for problem in caught.value.found]
    return [line.replace(f"{path.parent}/", "") for line in said]


@pytest.mark.parametrize("name", sorted(path.stem for path in SHIPPED.glob("*.toml")))
def test_every_shipped_cost_set_says_year_source_and_status_of_every_price(
    name: str, tmp_path: Path
) -> None:
    scenario = SCENARIO.replace("market_small_remote_2025", name)
    economics = load_scenario(scenario_file(tmp_path, "", scenario))[0].economics
    assert economics is not None
    assert economics.costs == name
    assert all(2015 <= price.year <= 2026 for price in economics.prices)
    assert all(len(price.source) > 10 for price in economics.prices if price.section != "finance")


def test_what_a_scenario_says_itself_stands_before_the_cost_set(tmp_path: Path) -> None:
    own = "discount_pu = 0.1\nyears = 12\n[economics.prices]\nfuel = { usd_per_l = 0.73 }"
    prices = economics_of(tmp_path, own)["prices"]
    found = {price["name"]: price["value"] for price in prices if price["status"] == "scenario"}
    assert found == {"discount_pu": 0.1, "years": 12.0, "usd_per_l": 0.73}


def test_a_variant_may_change_what_is_paid_at_the_start(tmp_path: Path) -> None:
    scenario = SCENARIO.replace("[economics]", '"economics.capex_usd.fuel" = 0.0\n[economics]')
    path = scenario_file(tmp_path, "", scenario)
    economics = load_scenario(path, variant="diesel_only")[0].economics
    assert economics is not None
    assert economics.capex_usd == {"fuel": 0.0}


MISTAKES = {
    "unknown cost set": (
        'costs = "market_small_remote_2025"',
        'costs = "market_small_remote_2024"',
        "try.toml:11  economics.costs  names no cost set: market_small_remote_2024; "
        "did you mean market_small_remote_2025?",
    ),
    "file that is not there": (
        'costs = "market_small_remote_2025"',
        'costs = "mine.toml"',
        "try.toml:11  economics.costs  names a file that does not exist: mine.toml",
    ),
    "file of another folder": (
        'costs = "market_small_remote_2025"',
        'costs = "../mine.toml"',
        "try.toml:11  economics.costs  leaves the folder of the topology: ../mine.toml",
    ),
    "no cost set": (
        'costs = "market_small_remote_2025"',
        "",
        "try.toml:10  economics.costs  is missing",
    ),
    "negative discount rate": (
        "[economics]",
        "[economics]\ndiscount_pu = -0.02",
        "try.toml:11  economics.discount_pu  should be greater than or equal to 0, got -0.02",
    ),
    "discount rate of minus one and more": (
        "[economics]",
        "[economics]\ndiscount_pu = -1.5",
        "try.toml:11  economics.discount_pu  should be greater than or equal to 0, got -1.5",
    ),
    "no years": (
        "[economics]",
        "[economics]\nyears = 0",
        "try.toml:11  economics.years  should be greater than or equal to 1, got 0",
    ),
    "unknown convention": (
        "[economics]",
        '[economics]\nconvention = "year_middle"',
        "try.toml:11  economics.convention  should be 'year_end' or 'year_start', "
        "got 'year_middle'",
    ),
    "unknown baseline": (
        "[economics]",
        '[economics]\nbaseline = "diesel_olny"',
        "try.toml:11  economics.baseline  is no variant of this scenario: diesel_olny; "
        "did you mean diesel_only?",
    ),
    "promise of more than everything": (
        "[economics]",
        "[economics]\nsla_pu = 99.9",
        "try.toml:11  economics.sla_pu  should be less than or equal to 1, got 99.9",
    ),
    "unknown key": (
        "[economics]",
        "[economics]\ndiscuont_pu = 0.1",
        "try.toml:11  economics.discuont_pu  is not a key here; did you mean discount_pu?",
    ),
    "capex of an unknown role": (
        "[economics]",
        "[economics]\ncapex_usd = { strage = 1.0 }",
        "try.toml:11  economics.capex_usd.strage  is not a role with a price; "
        "did you mean storage?",
    ),
    "own price of an unknown kind": (
        "[economics]",
        "[economics]\nprices.fuel.usd_per_litre = 1.0",
        "try.toml:11  economics.prices.fuel.usd_per_litre  is not a price of fuel; "
        "did you mean usd_per_l?",
    ),
    "own price below nothing": (
        "[economics]",
        "[economics]\nprices.fuel.usd_per_l = -1.0",
        "try.toml:11  economics.prices.fuel.usd_per_l  "
        "should be greater than or equal to 0, got -1.0",
    ),
    "efficiency, or another share, above one": (
        "[economics]",
        "[economics]\nprices.storage.end_of_life_pu = 1.2",
        "try.toml:11  economics.prices.storage.end_of_life_pu  "
        "should be less than or equal to 1, got 1.2",
    ),
    "terms among prices": (
        "[economics]",
        "[economics]\nprices.finance.discount_pu = 0.1",
        "try.toml:11  economics.prices.finance.discount_pu  is said at the top: discount_pu",
    ),
}


@pytest.mark.parametrize(("old", "new", "line"), MISTAKES.values(), ids=MISTAKES.keys())
def test_a_mistake_in_the_economics_of_a_scenario_is_one_line(
    old: str, new: str, line: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    scenario = SCENARIO.replace(old, new)
    path = scenario_file(tmp_path, "", scenario)
    monkeypatch.chdir(path.parent)
    with pytest.raises(Problems) as caught:
        load_scenario(path)
    assert [str(problem) for problem in caught.value.found] == [line]


COSTS = {
    "set without a year": (
        "year = 2026\n[finance]",
        "[finance]",
        "own.toml  year  is missing",
    ),
    "price without a source": (
        '900, year = 2026, status = "assumption", source = "a test" }',
        '900, year = 2026, status = "assumption" }',
        "own.toml:9  solar.usd_per_kw.source  is missing",
    ),
    "price with an empty source": (
        '900, year = 2026, status = "assumption", source = "a test" }',
        '900, year = 2026, status = "assumption", source = "   " }',
        "own.toml:9  solar.usd_per_kw.source  string should have at least 3 characters, got '   '",
    ),
    "price without a year": (
        '900, year = 2026, status = "assumption"',
        '900, status = "assumption"',
        "own.toml:9  solar.usd_per_kw.year  is missing",
    ),
    "price of unknown status": (
        '900, year = 2026, status = "assumption"',
        '900, year = 2026, status = "sure"',
        "own.toml:9  solar.usd_per_kw.status  "
        "should be 'read', 'unverified' or 'assumption', got 'sure'",
    ),
    "bare number": (
        '{ value = 900, year = 2026, status = "assumption", source = "a test" }',
        "900",
        "own.toml:9  solar.usd_per_kw  should be a value with its year, status and source, got 900",
    ),
    "price below nothing": (
        "value = 900",
        "value = -900",
        "own.toml:9  solar.usd_per_kw.value  should be greater than or equal to 0, got -900",
    ),
    "negative discount rate": (
        "value = 0.08",
        "value = -0.08",
        "own.toml:6  finance.discount_pu.value  should be greater than or equal to 0, got -0.08",
    ),
    "unknown price": (
        "usd_per_kwh = ",
        "usd_per_kw_h = ",
        "own.toml:11  storage.usd_per_kw_h  is not a price of storage; did you mean usd_per_kwh?",
    ),
    "unknown section": (
        "[converter]",
        "[convertor]",
        "own.toml:12  convertor  is not a key here; did you mean converter?",
    ),
    "no price of a device that is there": (
        '[converter]\nusd_per_kw = { value = 100, year = 2026, status = "assumption", '
        'source = "a test" }\n',
        "",
        "try.toml:11  economics.costs  has no price of converter (pcs); "
        "say it in prices.converter or capex_usd",
    ),
    "no price of fuel": (
        'usd_per_l = { value = 1, year = 2026, status = "assumption", source = "a test" }\n',
        "",
        "try.toml:11  economics.costs  has no fuel.usd_per_l; say it in prices.fuel",
    ),
    "no term": (
        'years = { value = 15, year = 2026, status = "assumption", source = "a test" }\n',
        "",
        "try.toml:11  economics.costs  has no finance.years; say years here",
    ),
}


@pytest.mark.parametrize(("old", "new", "line"), COSTS.values(), ids=COSTS.keys())
def test_a_mistake_in_a_cost_set_is_one_line(old: str, new: str, line: str, tmp_path: Path) -> None:
    assert old in OWN
    assert problems(tmp_path, costs=OWN.replace(old, new)) == [line]


def test_all_mistakes_of_both_files_are_told_at_once(tmp_path: Path) -> None:
    changed = OWN.replace("value = 900", "value = -900").replace("value = 0.08", "value = -1.0")
    found = problems(tmp_path, 'baseline = "diesel"\nsla_pu = 2.0\n', changed)
    assert [line.split("  ")[1] for line in found] == [
        "finance.discount_pu.value",
        "solar.usd_per_kw.value",
        "economics.baseline",
        "economics.sla_pu",
    ]


def test_a_cost_set_that_is_no_toml_says_so_with_its_line(tmp_path: Path) -> None:
    assert problems(tmp_path, costs="format = 1\nname = \n")[0].startswith(
        "own.toml:2  is not TOML"
    )
