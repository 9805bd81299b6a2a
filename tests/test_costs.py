"""Levelised costs against other codes and published figures (tests/reference/economics)."""

from __future__ import annotations

import json
import math
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from twin.kpis import costs

REFERENCE = json.loads((Path(__file__).parent / "reference/economics/lcos.json").read_text("utf-8"))

RATES = st.floats(0.0, 0.5)
YEARS = st.integers(1, 40)
MONEY = st.floats(1.0, 1e9)


@pytest.mark.parametrize(("key", "expected"), REFERENCE["crf"].items())
def test_the_capital_recovery_factor_is_that_of_the_table(key: str, expected: float) -> None:
    discount_pu, years = map(float, key.split("_"))
    assert costs.crf(discount_pu, years) == pytest.approx(expected, rel=1e-14)


def test_without_interest_an_investment_comes_back_in_even_parts() -> None:
    assert costs.crf(0.0, 20.0) == 1.0 / 20.0


def w1() -> dict[str, float]:
    given = REFERENCE["W1_inputs"]
    energy_mwh = given["energy_mwh_per_y"]
    yearly_usd = given["capex_usd"] * given["fixed_opex_pu"] + given["fixed_opex_usd_per_y"]
    yearly_usd += given["variable_opex_usd_per_mwh"] * energy_mwh
    terms = given["discount_pu"], given["years"]
    factor = costs.annuity_factor(*terms)
    return {
        "costs": given["capex_usd"] + yearly_usd * factor,
        "energy": energy_mwh * factor,
        "lcoe": costs.lcoe(given["capex_usd"], yearly_usd, energy_mwh, *terms),
        "lcos": costs.lcos_juelch(
            given["capex_usd"], yearly_usd, given["through_storage_mwh_per_y"], *terms
        ),
    }


def test_w1_costs_energy_lcoe_and_lcos_are_those_of_besslab() -> None:
    found, expected = w1(), REFERENCE["W1_besslab"]["expected"]
    assert found == pytest.approx(expected, abs=5e-5)  # as they are written
    whole = {key: REFERENCE["W1_besslab"][key] for key in found}
    assert found == pytest.approx(whole, rel=1e-14)


def w2(costs_at: costs.Timing, energy_at: costs.Timing, years: float = 20) -> float:
    given = REFERENCE["W2_inputs"]
    flows = given["capex_usd"], given["opex_usd_per_y"], given["energy_kwh_per_y"]
    return costs.lcoe(*flows, given["discount_pu"], years, costs_at, energy_at)


def test_w2_the_convention_alone_moves_the_result_as_in_the_package_lcoe() -> None:
    expected = REFERENCE["W2_lcoe_pkg"]
    found = {
        "year_end": w2("year_end", "year_end"),
        "year_start": w2("year_start", "year_start"),
        "mixed": w2("year_start", "year_end"),  # paid first, delivered last
        "y0_to_20": w2("year_start", "year_start", years=21),
    }
    assert found == pytest.approx({key: expected[key] for key in found}, rel=1e-14)
    assert found["year_end"] == pytest.approx(expected["expected_test"], rel=1e-14)
    assert found["year_start"] == pytest.approx(expected["expected_readme"], rel=1e-14)


def test_w4_the_published_cost_of_ember_is_met_within_5_percent() -> None:
    given = REFERENCE["W4_inputs"]
    first_mwh = given["cycles_per_y"] * given["utilisation_pu"] * given["round_trip_pu"] / 1000.0
    found = costs.lcos_schmidt(
        given["capex_usd_per_kwh"],
        given["opex_pu"] * given["capex_usd_per_kwh"],
        first_mwh,
        given["discount_pu"],
        given["years"],
        fade_pu_per_y=given["fade_pu_per_y"],
    )
    assert found == pytest.approx(REFERENCE["W4_published_usd_per_mwh"], rel=0.05)
    assert found == pytest.approx(REFERENCE["W4_readings_usd_per_mwh"][0], abs=0.05)


@given(MONEY, MONEY, MONEY, RATES, YEARS, st.floats(0, 1), st.floats(0.5, 1))
def test_w5_juelch_and_doe_are_one_where_energy_is_constant(
    capex: float, om: float, energy: float, rate: float, years: int, price: float, rte: float
) -> None:
    same = (capex, om, energy, rate, years, price, rte)
    assert costs.lcos_juelch(*same) == pytest.approx(costs.lcos_doe_pnnl(*same), rel=1e-12)


@given(MONEY, MONEY, MONEY, RATES, YEARS, st.floats(0, 1), st.floats(0.5, 1))
def test_storage_that_does_not_fade_costs_the_same_after_schmidt(
    capex: float, om: float, energy: float, rate: float, years: int, price: float, rte: float
) -> None:
    same = (capex, om, energy, rate, years, price, rte)
    assert costs.lcos_schmidt(*same) == pytest.approx(costs.lcos_doe_pnnl(*same), rel=1e-12)


def test_the_form_of_schmidt_year_by_year() -> None:
    """Its sums written out: both fades, charging, a replacement, an end of life a year after."""
    rate, years, cycles, fade_t, fade_c = 0.08, 13, 300.0, 0.015, 2e-5
    capacity, depth, rte, self_discharge = 8000.0, 0.8, 0.86, 0.01
    capex, om, price, again, end = 7_094_000.0, 8_000.0, 0.05, 900_000.0, 50_000.0
    energy = paid = 0.0
    for n in range(1, years + 1):
        left = ((1 - fade_t) * (1 - fade_c) ** cycles) ** (n - 1)
        out = cycles * depth * capacity * rte * (1 - self_discharge) * left
        energy += out / (1 + rate) ** n
        paid += (om + price * out / rte) / (1 + rate) ** n
    paid += capex + again / (1 + rate) ** 7 + end / (1 + rate) ** (years + 1)
    found = costs.lcos_schmidt(
        capex,
        om,
        cycles * depth * capacity * rte * (1 - self_discharge),
        rate,
        years,
        charging_usd_per_kwh=price,
        round_trip_pu=rte,
        fade_pu_per_y=fade_t,
        fade_pu_per_cycle=fade_c,
        cycles_per_y=cycles,
        replacements=[(7, again)],
        end_of_life_usd=end,
    )
    assert found == pytest.approx(paid / energy, rel=1e-13)


def test_the_form_of_juelch_year_by_year() -> None:
    rate, years, out, rte, price = 0.06, 20, 5000.0, 0.85, 0.08
    paid = 20_000.0 + 9_000.0 / (1 + rate) ** 11.5 - 2_000.0 / (1 + rate) ** years
    energy = 0.0
    for t in range(1, years + 1):
        paid += (400.0 + price * out / rte) / (1 + rate) ** t
        energy += out / (1 + rate) ** t
    once = (20_000.0, 400.0, out, rate, years, price, rte)
    found = costs.lcos_juelch(*once, replacements=[(11.5, 9_000.0)], residual_usd=2_000.0)
    assert found == pytest.approx(paid / energy, rel=1e-13)


@given(MONEY, MONEY, RATES)
def test_a_discounted_payback_is_the_life_at_which_nothing_is_gained(
    extra: float, saving: float, rate: float
) -> None:
    years = costs.payback_discounted(extra, saving, rate)
    if years is None:
        assert saving <= rate * extra * (1 + 1e-9)
    elif 1e-3 < years < 200.0 and (rate == 0.0 or rate > 1e-6):  # below, 1 + rate is rounded
        assert costs.npv(extra, saving, rate, years) == pytest.approx(0.0, abs=1e-6 * extra)
        assert years >= costs.payback_simple(extra, saving) * (1 - 1e-9)


def test_what_saves_nothing_is_never_paid_back_and_what_costs_nothing_at_once() -> None:
    assert costs.payback_simple(1000.0, 0.0) is None
    assert costs.payback_discounted(1000.0, 80.0, 0.08) is None  # interest eats the saving
    assert costs.payback_discounted(-5.0, 80.0, 0.08) == 0.0


@given(st.floats(0.3, 60.0), st.integers(1, 40))
def test_purchases_last_for_the_years_and_what_is_left_is_the_rest(
    life_y: float, years: int
) -> None:
    bought = 1 + len(costs.replacement_times_y(life_y, years))
    assert bought * life_y == pytest.approx(years + costs.left_pu(life_y, years) * life_y)
    assert 0.0 <= costs.left_pu(life_y, years) < 1.0 + 1e-9


def test_what_never_wears_out_is_worth_nothing_at_the_end() -> None:
    assert costs.replacement_times_y(math.inf, 20) == []
    assert costs.left_pu(math.inf, 20) == 0.0


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"discount_pu": -0.01}, "discount_pu should be 0 or more, got -0.01"),
        ({"discount_pu": math.nan}, "discount_pu should be 0 or more, got nan"),
        ({"years": 0}, "years should be greater than 0, got 0"),
        ({"round_trip_pu": 1.01}, "round_trip_pu should be above 0 and at most 1, got 1.01"),
    ],
)
def test_a_negative_rate_no_years_and_an_efficiency_above_one_are_refused(
    wrong: dict[str, float], said: str
) -> None:
    right = {"discount_pu": 0.07, "years": 10, "round_trip_pu": 0.9}
    with pytest.raises(ValueError, match="should be") as caught:
        costs.lcos_doe_pnnl(1.0, 1.0, 1.0, **(right | wrong))
    assert str(caught.value) == said
