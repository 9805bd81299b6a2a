"""A gas set in a scenario: what it does for an area, what it emits, and what a ledger asks."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.carbon_site import CARBON, write_site
from twin.load import load_scenario
from twin.problems import Problems
from twin.run import Run, open_run
from twin.runner import Options, run_scenario

GAS = {"genset.fuel": "lng_ipcc", "genset.fuel_curve": "lng_330kw"}


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Run]:
    folder = tmp_path_factory.mktemp("gas")
    found = {}
    for variant in ("nothing", "diesel", "natural_gas"):
        options = Options(variant=variant, out=folder / variant)
        outcome = run_scenario("lumped_area/gas_set", options)
        assert outcome.status == "done", outcome.reason
        found[variant] = open_run(outcome.folder)
    return found


def test_called_by_a_trip_a_gas_set_gives_less_in_the_first_minute(runs: dict[str, Run]) -> None:
    early = {name: runs[name].kpis["truck.energy_0_60s_kwh"] for name in ("diesel", "natural_gas")}
    print(f"kWh in the first minute: {early}")
    assert 0.5 * early["diesel"] < early["natural_gas"] < 0.9 * early["diesel"]


def test_it_burns_more_heat_and_emits_a_tenth_less(runs: dict[str, Run]) -> None:
    """6 MW for an hour: efficiencies of 31 and 38 %, 56.1 and 74.1 kg/GJ."""
    heat, carbon = (
        {name: value(runs[name]) for name in ("diesel", "natural_gas")}
        for value in (
            lambda run: run.totals["truck.fuel_heat_kwh"] / run.totals["truck.energy_kwh"],
            lambda run: run.kpis["fuel_carbon_kg"] / run.totals["truck.energy_kwh"],
        )
    )
    print(f"heat {heat}, carbon {carbon} kg/kWh")
    assert heat["natural_gas"] == pytest.approx(11.54 / 3.6, rel=0.01)
    assert carbon["natural_gas"] == pytest.approx(11.54e-3 * 56.1, rel=0.01)
    assert 0.88 < carbon["natural_gas"] / carbon["diesel"] < 0.93


def test_a_ledger_counts_litres_as_the_fuel_that_is_burnt(tmp_path: Path) -> None:
    path = write_site(tmp_path)
    with pytest.raises(Problems) as caught:
        load_scenario(path, GAS)
    (found,) = caught.value.found
    print(found)
    assert (found.path, found.line > 0) == ("carbon.fuel", True)
    assert found.text == "counts the litres of genset as diesel, but it burns lng_ipcc"
    lng = write_site(tmp_path / "lng", CARBON.replace('"diesel"', '"lng_ipcc"'))
    scenario, _ = load_scenario(lng, GAS)
    assert scenario.carbon is not None
    assert scenario.carbon.fuel is not None
    assert scenario.carbon.fuel.co2_kg_per_l == 1.2185
