"""What was said of a site is held against what its variants came to."""

from __future__ import annotations

from dataclasses import replace

import pytest

from twin.claims import as_markdown, judge
from twin.cli.claims import results_of
from twin.scenario import Claim, Expect

RESULTS = {
    "sunny": {"fuel_l": 100.0, "unserved_kwh": 0.0, "served_share_pu": 0.9991},
    "cloudy": {"fuel_l": 400.0, "unserved_kwh": 3.0, "served_share_pu": 0.98},
    "diesel": {"fuel_l": 1000.0, "unserved_kwh": 0.0, "served_share_pu": 1.0},
}
LESS_DIESEL = Claim(
    name="less_diesel",
    said="diesel -85 %",
    result="fuel_l",
    of=("sunny", "cloudy"),
    against=("diesel", "diesel"),
    measure="cut",
    limits=Expect(min=0.85),
    condition="where the sky is clear",
    because="{sunny.fuel_l} against {diesel.fuel_l}",
)


def verdict(limit: float) -> tuple[str, str]:
    (one,) = judge([replace(LESS_DIESEL, limits=Expect(min=limit))], RESULTS)
    return one.verdict, one.reason


@pytest.mark.parametrize(
    ("limit", "said"),
    [(0.6, "holds"), (0.85, "holds if"), (0.95, "cannot hold")],
)
def test_a_claim_holds_in_all_some_or_none_of_its_variants(limit: float, said: str) -> None:
    assert verdict(limit)[0] == said


def test_the_condition_is_told_where_it_decides_and_figures_stand_in_the_reason() -> None:
    assert verdict(0.85)[1] == "where the sky is clear; 100.0 l against 1,000.0 l"
    assert verdict(0.6)[1] == "100.0 l against 1,000.0 l"


@pytest.mark.parametrize(
    ("measure", "results"),
    [
        ("cut", "90 % sunny, 60 % cloudy"),
        ("share", "10 % sunny, 40 % cloudy"),
        ("saved", "900.0 l sunny, 600.0 l cloudy"),
    ],
)
def test_a_result_is_told_as_it_was_claimed(measure: str, results: str) -> None:
    (one,) = judge([replace(LESS_DIESEL, measure=measure)], RESULTS)
    assert one.results == results


def test_a_result_by_itself_needs_no_other_run() -> None:
    supply = replace(
        LESS_DIESEL, result="served_share_pu", measure="value", limits=Expect(min=0.999)
    )
    (one,) = judge([supply], RESULTS)
    assert (one.wanted, one.results) == (
        "served_share_pu >= 99.9 %",
        "99.91 % sunny, 98 % cloudy",
    )


def test_what_no_run_tells_is_unknown_and_brings_the_nearest_word() -> None:
    (one,) = judge([replace(LESS_DIESEL, result="fuel_kg")], RESULTS)
    assert one.verdict == "unknown"
    assert one.reason == "fuel_kg is no result of these runs; did you mean fuel_l?"


def test_each_variant_can_be_compared_with_one_of_its_own() -> None:
    wet = {**RESULTS, "wet_diesel": {"fuel_l": 500.0}}
    (one,) = judge([replace(LESS_DIESEL, against=("diesel", "wet_diesel"))], wet)
    assert one.results == "90 % sunny, 20 % cloudy"


def test_a_terminal_tells_line_by_line_where_it_holds() -> None:
    (one,) = judge([LESS_DIESEL], RESULTS)
    assert results_of(one).plain.splitlines() == [
        "fuel_l cut >= 85 %",
        "✓ sunny   90 %",
        "✗ cloudy  60 %",
    ]


def test_the_table_goes_into_a_document() -> None:
    last = as_markdown(judge([LESS_DIESEL], RESULTS)).splitlines()[-1]
    assert last == (
        "| diesel -85 % | fuel_l cut >= 85 %: 90 % sunny, 60 % cloudy | **holds if** | "
        "where the sky is clear; 100.0 l against 1,000.0 l |"
    )
