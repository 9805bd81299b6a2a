from __future__ import annotations

import csv
import math
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.carbon_books import METHODS, booked, diesel_and_qinghai, site_year
from twin.carbon.flows import SOURCES, USES, flow_name, split
from twin.carbon.inventory import carried_out
from twin.carbon.settings import Method
from twin.ledger.totals import totals

CASES = Path(__file__).parent / "reference" / "carbon" / "cases.csv"


def flows_of(sources: Sequence[float], uses: Sequence[float]) -> dict[str, float]:
    given = [
        {name: np.array([kwh]) for name, kwh in zip(names, values, strict=True)}
        for names, values in ((SOURCES, sources), (USES, uses))
    ]
    return {name: float(kwh[0]) for name, kwh in split(*given).items() if kwh[0]}


def test_renewables_serve_the_load_charge_and_are_exported_where_they_are_left() -> None:
    found = flows_of((10.0, 0.0, 0.0, 0.0), (6.0, 3.0, 1.0, 0.0))
    assert found == {
        "renewable_to_load_kwh": 6.0,
        "renewable_to_storage_kwh": 3.0,
        "renewable_to_export_kwh": 1.0,
    }


def test_an_hour_that_exports_and_imports_exports_its_own_sun() -> None:
    """Half an hour of 10 kWh of sun and 3 of load, then half an hour of 3 of load at night."""
    found = flows_of((10.0, 0.0, 3.0, 0.0), (6.0, 0.0, 7.0, 0.0))
    assert found == {
        "renewable_to_load_kwh": 3.0,
        "renewable_to_export_kwh": 7.0,
        "grid_to_load_kwh": 3.0,
    }


def test_grid_and_fuel_serve_the_rest_as_they_mix() -> None:
    found = flows_of((1.0, 0.0, 3.0, 6.0), (7.0, 3.0, 0.0, 0.0))
    assert found == pytest.approx(
        {
            "renewable_to_load_kwh": 1.0,
            "grid_to_load_kwh": 2.0,
            "fuel_to_load_kwh": 4.0,
            "grid_to_storage_kwh": 1.0,
            "fuel_to_storage_kwh": 2.0,
        }
    )


def test_what_is_dumped_is_the_fuels_while_the_sun_serves_the_load() -> None:
    found = flows_of((4.0, 0.0, 0.0, 3.0), (6.0, 0.0, 0.0, 1.0))
    assert found == {
        "fuel_to_dumped_kwh": 1.0,
        "renewable_to_load_kwh": 4.0,
        "fuel_to_load_kwh": 2.0,
    }


def test_a_store_that_gives_and_takes_in_one_interval_does_not_charge_itself() -> None:
    found = flows_of((10.0, 1.0, 0.0, 0.0), (8.0, 3.0, 0.0, 0.0))
    assert found == {
        "storage_to_load_kwh": 1.0,
        "renewable_to_load_kwh": 7.0,
        "renewable_to_storage_kwh": 3.0,
    }


def toy(method: Method) -> tuple[list[float], list[float]]:
    """Empty; 10 kWh without carbon; 10 kWh with 10 kg; 10 kWh leave and 2 of the 20 are lost."""
    out, closing = carried_out(
        method,
        np.array([10.0, 10.0, 0.0]),
        np.array([0.0, 0.0, 10.0]),
        np.array([0.0, 10.0, 20.0, 8.0]),
        np.array([[0.0], [0.0], [10.0], [0.0]]),
    )
    return out[:, 0].tolist(), closing[:, 0].tolist()


def test_at_the_weighted_average_what_leaves_carries_what_the_pool_carries() -> None:
    """By hand: 18 kWh carry 10 kg, so 10 kWh carry 5.556 kg and 8 kWh keep 4.444 kg."""
    out, closing = toy("weighted_average")
    assert out == pytest.approx([0.0, 0.0, 100.0 / 18.0])
    assert closing == pytest.approx([0.0, 10.0, 80.0 / 18.0])


def test_first_in_first_out_the_oldest_charge_leaves_first() -> None:
    """By hand: 9 + 9 kWh are left of both; the 9 of the first and 1 of the second leave."""
    out, closing = toy("fifo")
    assert out == pytest.approx([0.0, 0.0, 10.0 / 9.0])
    assert closing == pytest.approx([0.0, 10.0, 80.0 / 9.0])


@pytest.mark.parametrize("method", METHODS)
def test_a_store_that_loses_all_its_energy_leaves_its_carbon_to_the_next_kwh(
    method: Method,
) -> None:
    out, closing = carried_out(
        method,
        np.array([0.0, 4.0, 0.0]),
        np.array([0.0, 0.0, 1.0]),
        np.array([5.0, 0.0, 4.0, 3.0]),
        np.array([[7.0], [0.0], [0.0], [0.0]]),
    )
    left = {"weighted_average": 7.0 / 4.0, "fifo": 7.0}[method]
    assert out[:, 0].tolist() == pytest.approx([0.0, 0.0, left])
    assert closing[:, 0].tolist() == pytest.approx([7.0, 7.0, 7.0 - left])


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("count", [8760, 35040])
def test_a_year_closes_to_a_gram(method: Method, count: int) -> None:
    given, stored_kwh = site_year(count)
    books = booked(stored_kwh, diesel_and_qinghai(method, opening_g_per_kwh=300.0), **given)
    emitted = math.fsum(books["s1_kg"]) + math.fsum(books["s2_kg"])
    borne = sum(math.fsum(books[f"{use}_kg"]) for use in ("load", "export", "dumped"))
    assert emitted > 1000.0
    closed = 0.3 * 25.0 + emitted - borne - books["closing_kg"][-1]
    assert f"{abs(closed):.3f}" == f"{np.abs(books['residual_kg']).sum():.3f}" == "0.000"


def test_the_two_methods_agree_on_a_year_and_differ_by_the_hour() -> None:
    given, stored_kwh = site_year(8760)
    found = [booked(stored_kwh, diesel_and_qinghai(method), **given) for method in METHODS]
    yearly = [float(books["load_kg"].sum()) for books in found]
    rates = [books["load_g_per_kwh"] for books in found]
    hourly = [float(np.percentile(rate[np.isfinite(rate)], 95)) for rate in rates]
    assert yearly[0] == pytest.approx(yearly[1], rel=0.01)
    assert hourly[0] < hourly[1]


def test_energy_that_no_meter_saw_shows_as_a_residual() -> None:
    """A pump without a meter takes 4 of the 10 kWh of a set: their carbon is borne by nobody."""
    carbon = diesel_and_qinghai("fifo")
    books = booked([0.0, 0.0], carbon, load_kwh=6.0, fuel_kwh=10.0, fuel_l=3.0)
    assert books["balance_kwh"].tolist() == [4.0]
    assert books["residual_kg"].tolist() == pytest.approx([0.4 * 3.0 * 2.68])


def test_fuel_of_a_start_without_a_kwh_is_borne_by_the_load() -> None:
    books = booked([0.0, 0.0], diesel_and_qinghai("fifo"), load_kwh=1.0, solar_kwh=1.0, fuel_l=0.1)
    assert books["load_kg"].tolist() == pytest.approx([0.268])
    assert abs(books["residual_kg"][0]) < 1e-12


def test_renewables_whose_certificates_are_sold_are_bought_again_in_the_market() -> None:
    carbon = diesel_and_qinghai("fifo")
    market = {"grid_market": carbon.grid, "certificates_sold": True}
    sold = diesel_and_qinghai("fifo", **market)
    given = {"load_kwh": 5.0, "solar_kwh": 4.0, "import_kwh": 1.0}
    books = booked([0.0, 0.0], sold, **given)
    assert (books["s2_kg"][0], books["s2_market_kg"][0]) == pytest.approx((0.1796, 5 * 0.1796))


KWH = st.just(0.0) | st.floats(1e-3, 1e4)
GIVEN = ("solar_kwh", "curtailed_kwh", "fuel_kwh", "fuel_l", "import_kwh", "discharge_kwh")
ROW = st.tuples(*[KWH] * len(GIVEN), KWH, *[st.integers(0, 64).map(lambda part: part / 64)] * 3)


@pytest.mark.parametrize("method", METHODS)
@given(rows=st.lists(ROW, min_size=1, max_size=12), stored=st.lists(KWH, min_size=13, max_size=13))
def test_any_energies_that_balance_close(
    method: Method, rows: list[Any], stored: list[float]
) -> None:
    """What the sources gave is shared among the uses at random; what storage holds is anything."""
    table = np.array(rows)
    given = {name: table[:, column] for column, name in enumerate(GIVEN)}
    given["curtailed_kwh"] = np.minimum(given["curtailed_kwh"], given["solar_kwh"])
    given["unserved_kwh"] = table[:, len(GIVEN)]
    whole = given["solar_kwh"] - given["curtailed_kwh"] + given["fuel_kwh"]
    whole = whole + given["import_kwh"] + given["discharge_kwh"]
    for name, share in zip(("charge_kwh", "export_kwh", "dumped_kwh"), table.T[-3:], strict=True):
        given[name] = whole * share
        whole = whole - given[name]
    given["load_kwh"] = whole + given["unserved_kwh"]
    books = booked(stored[: len(rows) + 1], diesel_and_qinghai(method), **given)
    for source in SOURCES:
        assert min(books[flow_name(source, use)].min() for use in USES) >= 0.0
    passed = books["s1_kg"].sum() + books["s2_kg"].sum()
    assert np.abs(books["residual_kg"]).sum() <= 1e-9 * max(passed, 1.0)
    renewable = books["solar_kwh"].sum() - books["curtailed_kwh"].sum()
    assert books["renewable_load_kwh"].sum() <= books["served_kwh"].sum() * (1 + 1e-9) + 1e-6
    assert renewable >= 0.0


def cases() -> list[dict[str, str]]:
    lines = [line for line in CASES.read_text("utf-8").splitlines() if not line.startswith("#")]
    return list(csv.DictReader(lines))


@pytest.mark.parametrize("case", [c for c in cases() if c["fuel_l"]], ids=lambda c: c["case"])
def test_litres_and_import_of_the_cases_give_their_tonnes(case: dict[str, str]) -> None:
    """To 1 %, or half of the last digit printed: litres and MWh are rounded as well."""
    value = {name: float(number) for name, number in case.items() if name != "case"}
    load_kwh = 8760.0 * value["load_kw"]
    import_kwh = value["import_kwh"]
    given = {"load_kwh": load_kwh, "import_kwh": import_kwh, "fuel_l": value["fuel_l"]}
    given |= {"grid_kg": import_kwh * value["grid_kg_per_kwh"]}
    given |= {"fuel_kwh": 3.0 * value["fuel_l"]}
    given["solar_kwh"] = load_kwh - import_kwh - given["fuel_kwh"]
    carbon = diesel_and_qinghai("fifo")
    books = booked([0.0, 0.0], type(carbon)("fifo", 3600.0, fuel=carbon.fuel), **given)
    for scope in ("s1", "s2", "s33"):
        expected = pytest.approx(value[f"{scope}_t"], rel=0.01, abs=0.005)
        assert float(books[f"{scope}_kg"][0]) / 1e3 == expected


@pytest.mark.parametrize("case", cases(), ids=lambda c: c["case"])
def test_tonnes_of_the_cases_give_their_intensities(case: dict[str, str]) -> None:
    """To half a gram and what the rounding of tonnes makes."""
    kg = {scope: 1e3 * float(case[f"{scope}_t"]) for scope in ("s1", "s2", "s33", "embodied")}
    load_kwh = 8760.0 * float(case["load_kw"])
    carbon = diesel_and_qinghai("fifo")
    columns = booked([0.0, 0.0], carbon, load_kwh=load_kwh, solar_kwh=load_kwh)
    table = {**columns} | {f"{scope}_kg": np.array([mass]) for scope, mass in kg.items()}
    found = totals(table)
    rounded = 0.5 + 1e3 * 10.0 / load_kwh
    assert found["carbon_g_per_kwh"] == pytest.approx(float(case["op_g_per_kwh"]), abs=rounded)
    assert found["carbon_full_g_per_kwh"] == pytest.approx(
        float(case["full_g_per_kwh"]), abs=2.0 * rounded
    )
