"""A genset that burns gas: its lines, its heat and carbon, and how large a step it bears."""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np
import pytest

from components._genset.fuel import CURVE_ROWS, CURVES, FUEL_ROWS, FUELS
from tests.components.test_genset import ready, run
from tests.components.test_iso8528 import NAMES, accepted, published
from twin.kpis import iso8528

SHEETS = Path(__file__).parents[1] / "reference" / "energy" / "gas_sets.csv"
FUEL_OF = {"lng": "lng_ipcc", "lpg": "lpg_ipcc"}


def sheets() -> list[dict[str, str]]:
    with SHEETS.open(encoding="utf-8") as file:
        assert file.readline().startswith("# ")
        return list(csv.DictReader(file))


def heat_kwh_per_l(fuel: str) -> float:
    return float(FUEL_ROWS[FUELS.index(fuel)]["heat_kwh_per_l"])


@pytest.mark.parametrize("sheet", sheets(), ids=lambda row: f"{row['fuel']}_{row['rated_kw']}kw")
def test_lines_are_fits_to_the_sheets_of_makers(sheet: dict[str, str]) -> None:
    rated_kw = float(sheet["rated_kw"])
    shares = [share for share in (50, 75, 100) if sheet[f"at_{share}pct"]]
    heat_kw = [float(sheet[f"at_{share}pct"]) for share in shares]
    litres = np.array(heat_kw) / heat_kwh_per_l(FUEL_OF[sheet["fuel"]])
    slope, intercept = np.polyfit([share / 100.0 * rated_kw for share in shares], litres, 1)

    (row,) = [row for row in CURVE_ROWS if row["curve"] == f"{sheet['fuel']}_{sheet['rated_kw']}kw"]
    found = float(row["slope_l_per_kwh"]), float(row["intercept_l_per_h_per_kw"])
    assert found == pytest.approx((slope, intercept / rated_kw), abs=5.1e-4)


@pytest.mark.parametrize("load_pu", [0.5, 1.0])
@pytest.mark.parametrize("sheet", sheets(), ids=lambda row: f"{row['fuel']}_{row['rated_kw']}kw")
def test_its_efficiency_is_that_of_the_sheet(sheet: dict[str, str], load_pu: float) -> None:
    rated_kw = float(sheet["rated_kw"])
    kind, fuel = sheet["fuel"], FUELS.index(FUEL_OF[sheet["fuel"]])
    curve = CURVES.index(f"{kind}_{sheet['rated_kw']}kw")
    genset = run(ready(rated_kw=rated_kw, fuel=fuel, fuel_curve=curve), load_pu * rated_kw, 3600.0)
    told = load_pu * rated_kw / float(sheet[f"at_{load_pu:.0%}".replace("%", "pct")])
    print(f"{curve}: {genset.energy_kwh / genset.fuel_heat_kwh:.4f} of {told:.4f} at {load_pu:.0%}")
    assert genset.energy_kwh / genset.fuel_heat_kwh == pytest.approx(told, rel=5e-3)


@pytest.mark.parametrize(("fuel", "kg_per_gj"), [("lng_ipcc", 56.1), ("lpg_ipcc", 63.1)])
def test_carbon_is_heat_times_the_default_factor_of_ipcc(fuel: str, kg_per_gj: float) -> None:
    row = FUEL_ROWS[FUELS.index(fuel)]
    heat_gj = 3.6e-3 * heat_kwh_per_l(fuel)
    assert float(row["co2_kg_per_l"]) == pytest.approx(kg_per_gj * heat_gj, rel=1e-4)


def test_a_kwh_of_a_gas_set_carries_a_tenth_less_carbon_dioxide_than_of_a_diesel_set() -> None:
    """At full load: 11.54 MJ/kWh x 56.1 kg/GJ against 0.266 l/kWh x 2.68 kg/l."""
    kg = {}
    for fuel, curve in (("lng_ipcc", "lng_1040kw"), ("diesel_ipcc", "chart_500kw")):
        values = {"fuel": FUELS.index(fuel), "fuel_curve": CURVES.index(curve)}
        genset = run(ready(rated_kw=1000.0, **values), 1000.0, 3600.0)
        per_l = float(FUEL_ROWS[FUELS.index(fuel)]["co2_kg_per_l"])
        kg[fuel] = genset.fuel_l * per_l / genset.energy_kwh
    print(f"kg/kWh at full load: {kg}")
    assert kg["lng_ipcc"] == pytest.approx(11.54e-3 * 56.1, rel=5e-3)
    assert kg["lng_ipcc"] / kg["diesel_ipcc"] == pytest.approx(0.91, abs=0.01)


@pytest.mark.parametrize(("step_pu", "number"), [(0.2, 2), (0.5, 1), (0.7, 0)])
def test_it_takes_smaller_steps_than_a_diesel_set(
    step_pu: float, number: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A fifth of its rating at once is class G2 and half G1, where a diesel set reaches G3."""
    monkeypatch.setitem(NAMES, "gas", "gas")
    _, gas = accepted(step_pu, **published("gas"))
    _, diesel = accepted(step_pu, **published("W_K15"))
    dips = [2.0 * (50.0 - trace.x.min()) for trace in (gas, diesel)]
    print(f"{step_pu:.0%}: gas dips {dips[0]:.1f} %, diesel {dips[1]:.1f} %")
    assert iso8528.reached(gas, 50.0, step_pu) == number
    assert iso8528.reached(diesel, 50.0, step_pu) == 3
