"""Variants side by side: the best of each row, means over seeds, what is told and what is not."""

from __future__ import annotations

import csv
import io
import json
import math
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from twin.cli.compared import table_text
from twin.comparison import Column, Comparison, as_csv, as_json, better_of, compared
from twin.runner import Outcome
from twin.study import AS_IT_STANDS, tasks_of

NADIR = {"nothing": 49.2, "storage": 49.7, "truck": 49.2}


def outcome(kpis: dict[str, float], status: str = "done", reason: str = "") -> Outcome:
    return Outcome(Path("nowhere"), status, reason, kpis, (), {})


def study(own: dict[str, dict[str, float]], **failed: str) -> Comparison:
    """Variants of one run each, some of which failed for a reason."""
    tasks = tasks_of([*own, *failed])
    outcomes = {name: outcome(kpis) for name, kpis in own.items()}
    outcomes |= {name: outcome({}, "failed", reason) for name, reason in failed.items()}
    return compared("a_study", tasks, outcomes, "")


def of_one(kpi: str, values: dict[str, float]) -> Comparison:
    return study({variant: {kpi: value} for variant, value in values.items()})


def lines(comparison: Comparison, width: int = 0) -> list[str]:
    return table_text(comparison, width).plain.splitlines()


@pytest.mark.parametrize(
    ("kpi", "values", "best"),
    [
        ("nadir_hz", NADIR, {"storage"}),
        ("fuel_l", {"a": 3.0, "b": 1.0, "c": 1.0}, {"b", "c"}),
        ("rocof_500ms_hz_per_s", {"a": -0.5, "b": 0.3}, {"b"}),  # the least of either sign
        ("pcs.t90_s", {"a": 1.5, "b": 0.2}, {"b"}),
        ("pcs.share_before_nadir_pu", {"a": 0.3, "b": 0.2}, {"a"}),
        ("payback_simple_y", {"a": math.inf, "b": 9.0}, {"b"}),
        ("fuel_l", {"a": 2.0, "b": 2.0}, set()),  # nobody is better
        ("load_kwh", {"a": 1.0, "b": 2.0}, set()),  # neither more nor less is better
    ],
)
def test_the_best_of_a_row_is_what_its_kpi_calls_better(
    kpi: str, values: dict[str, float], best: set[str]
) -> None:
    assert of_one(kpi, values).best(kpi) == best


@given(st.dictionaries(st.sampled_from("abcdef"), st.floats(0.0, 1e6), min_size=1))
def test_nobody_does_better_than_the_best(values: dict[str, float]) -> None:
    best = of_one("fuel_l", values).best("fuel_l")
    assert all(values[one] <= min(values.values()) * (1.0 + 1e-9) for one in best)
    assert (len(best) == 0) == (max(values.values()) <= min(values.values()) * (1.0 + 1e-9))


def test_over_seeds_a_variant_counts_by_its_mean_beside_two_percentiles() -> None:
    fuel_l = [10.0, 30.0, 50.0, 20.0, 40.0]
    tasks = tasks_of(["one"], range(7, 12))
    assert [task.name for task in tasks][:2] == ["one/seed-7", "one/seed-8"]
    outcomes = {t.name: outcome({"fuel_l": x}) for t, x in zip(tasks, fuel_l, strict=True)}
    found = compared("a_study", tasks, outcomes, "")
    assert found.row("fuel_l")["one"] == pytest.approx((30.0, *np.percentile(fuel_l, [5, 95, 50])))
    assert "  fuel_l  30.000   [12.000, 48.000]  l" in lines(found)


def test_a_variant_that_failed_keeps_its_column_and_its_reason() -> None:
    found = study({"sound": {"fuel_l": 1.0}}, broken="a tank is below empty")
    assert [(one.name, one.done, one.reasons) for one in found.columns] == [
        ("sound", True, []),
        ("broken", False, ["a tank is below empty"]),
    ]
    assert lines(found)[0].split() == ["sound", "broken", "(failed)"]


def test_what_was_not_begun_is_told_of_as_such() -> None:
    found = compared("a_study", tasks_of(["one", "two"]), {"one": outcome({"fuel_l": 1.0})}, "")
    assert found.columns[1].reasons == ["not begun"]


def test_energy_that_was_not_served_is_red_and_none_of_it_is_said_too() -> None:
    found = of_one("unserved_kwh", {"dark": 2.5, "lit": 0.0})
    text = table_text(found)
    red = [text.plain[s.start : s.end].split() for s in text.spans if "red" in str(s.style)]
    assert red == [["2.500"]]
    assert [line.split() for line in lines(found) if "unserved" in line] == [
        ["unserved_kwh", "2.500", "0", "*", "kWh"]
    ]


def test_rows_without_anything_in_them_and_small_resources_are_left_out() -> None:
    kpis = {"collapses_count": 0.0, "fuel_l": 3.0, "a.peak_change_kw": 99.0, "a.t90_s": 1.0}
    told = lines(study({"one": kpis | {"b.peak_change_kw": 1.0, "b.t90_s": 2.0}}))
    assert [line.split()[0] for line in told if line.startswith("  ")][1:] == ["a", "fuel_l"]


@pytest.mark.parametrize(("dark_pu", "rows"), [(1.0, 0), (0.97, 1)])
def test_availability_is_told_where_somebody_was_short(dark_pu: float, rows: int) -> None:
    told = lines(of_one("availability_pu", {"lit": 1.0, "dark": dark_pu}))
    assert sum("availability_pu" in line for line in told) == rows


def test_a_table_wider_than_the_terminal_goes_on_below_with_its_rows_named_again() -> None:
    found = of_one("nadir_hz", {f"variant_{k}": 49.0 + k / 10.0 for k in range(6)})
    parts = lines(found, width=60)
    assert max(map(len, parts)) <= 60
    assert sum("nadir_hz" in line for line in parts) == 2
    assert sum("nadir_hz" in line for line in lines(found)) == 1


def test_files_hold_every_kpi_of_every_variant() -> None:
    own = {"a": {"fuel_l": 1.0, "payback_simple_y": math.inf}, "b": {"fuel_l": 2.0, "odd": 3.0}}
    found = study(own)
    told: dict[str, Any] = json.loads(as_json(found))
    assert told["variants"]["a"]["kpis"] == {"fuel_l": 1.0, "payback_simple_y": None}
    assert told["best"] == {"fuel_l": ["a"]}
    rows = {row["kpi"]: row for row in csv.DictReader(io.StringIO(as_csv(found)))}
    assert rows["fuel_l"] == {
        "kpi": "fuel_l",
        "unit": "l",
        "better": "less",
        "a": "1.0",
        "b": "2.0",
        "what": "fuel burnt",
    }
    assert (rows["odd"]["a"], rows["odd"]["b"]) == ("", "3.0")


def test_the_scenario_as_it_stands_has_a_name_that_no_variant_can_have() -> None:
    (task,) = tasks_of([""])
    assert (task.name, task.variant) == (AS_IT_STANDS, "")
    assert not AS_IT_STANDS.isidentifier()
    assert (
        "as it stands" in lines(compared("s", [task], {task.name: outcome({"fuel_l": 1.0})}, ""))[0]
    )


def test_every_kpi_that_is_steep_is_better_near_nothing() -> None:
    assert {better_of(f"rocof_{name}_hz_per_s") for name in ("100ms", "500ms", "1s")} == {"near"}
    assert Column("none", ()).done is False
