"""Claims held against the baseline of each variant, and plans that are never paid back."""

from __future__ import annotations

import json
import math
from dataclasses import replace
from pathlib import Path

from twin.claims import judge, needed
from twin.load import load_scenario
from twin.savings import baseline_of
from twin.scenario import Claim, Expect

HILLS = "hill_cluster/claims"
RESULTS = {
    "today": {"fuel_l": 100.0, "payback_simple_y": 6.0},
    "more_outages": {"fuel_l": 400.0, "payback_simple_y": 5.0},
    "diesel": {"fuel_l": 1000.0},
    "more_diesel": {"fuel_l": 2000.0},
    "line": {"fuel_l": 10.0, "payback_simple_y": math.inf},
}
LESS_DIESEL = Claim(
    name="less_diesel",
    said="diesel -85 %",
    result="fuel_l",
    of=("today", "more_outages"),
    against=("diesel", "more_diesel"),
    measure="cut",
    limits=Expect(min=0.85),
    condition="",
    because="",
)
SOONER = replace(LESS_DIESEL, result="payback_simple_y", of=("today",), against=("line",))


def test_each_variant_is_compared_with_its_own_baseline() -> None:
    (one,) = judge([LESS_DIESEL], RESULTS)

    assert one.results == "90 % today, 80 % more_outages"
    assert (one.verdict, one.reason) == ("holds if", "in today")


def test_a_plan_that_pays_beats_one_that_never_does() -> None:
    (one,) = judge([SOONER], RESULTS)
    assert (one.verdict, one.results) == ("holds", "100 % today")


def test_what_is_never_paid_back_is_told_so_and_holds_nothing() -> None:
    never = replace(SOONER, of=("line",), against=(), measure="value", limits=Expect(max=5.0))
    (one,) = judge([never], RESULTS)

    assert (one.verdict, one.results) == ("cannot hold", "never line")
    assert json.loads(json.dumps(one.told(), allow_nan=False))["values"] == {"line": None}


def test_baselines_are_run_beside_the_variants_that_name_them() -> None:
    scenario, _ = load_scenario(HILLS)
    alone = replace(SOONER, of=("outage_10h",), against=("grid_upgrade",))

    assert baseline_of(scenario, "outage_10h") == "diesel_10h"
    assert needed(replace(scenario, claims=(alone,))) == [
        "outage_10h",
        "diesel_only",
        "diesel_10h",
        "grid_upgrade",
    ]


def test_every_shipped_claim_tells_its_reason() -> None:
    """A verdict without one is of no use to a reader."""
    for path in sorted((Path(__file__).parents[1] / "topologies").glob("*/*.toml")):
        if "[claim." in path.read_text("utf-8"):
            assert all(claim.because for claim in load_scenario(path)[0].claims), path
