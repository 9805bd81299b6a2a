"""A site on one set through a year, from its files: what the set counted, what its events say."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

import twin
from twin.load import load_topology
from twin.problems import Problems
from twin.run import Run
from twin.runner import Options, run_scenario

TOPOLOGY = """
# How often is a station on one set without power?
format = 1
name = "station"

[device.main]
type = "site_bus"

[device.load]
type = "it_load"
bus = "main"
rated_kw = 6.0
idle_pu = 1.0
pue_pu = 1.0
ups_efficiency_pu = 1.0

[device.genset]
type = "genset"
bus = "main"
rated_kw = 20.0
min_load_pu = 0.0
start_s = 0.0
start_fuel_l = 0.0
fuel = "diesel_ipcc"
fuel_curve = "chart_20kw"
tank_l = 1e6
tank_start_l = 1e6
reorder_l = 100.0
run_cmd = true
"""

YEAR = """
topology = "station"
start = "2026-01-01T00:00:00Z"
horizon_s = 31536000
step_s = 3600
sync_s = 86400

[variant.failing]
"genset.mttf_h" = 1100.0
"genset.repair_h" = 24.0
"genset.dice" = 20260101
"genset.service_every_h" = 250.0

[variant.standby]
"genset.run_cmd" = false
"genset.exercise_every_h" = 730.0
"load.rated_kw" = 0.0
"""


def year(folder: Path, variant: str = "") -> tuple[Run, dict[str, Any]]:
    """A year in plain Python, so that nothing need be compiled; its run, and its key figures."""
    home = folder / "station"
    home.mkdir()
    (home / "topology.toml").write_text(TOPOLOGY)
    (home / "year.toml").write_text(YEAR)
    outcome = run_scenario(
        home / "year.toml", Options(out=folder / "run", variant=variant, in_python=True)
    )
    assert outcome.good
    return twin.open(outcome.folder), json.loads((outcome.folder / "kpis.json").read_text())


def test_a_year_burns_what_its_line_says(tmp_path: Path) -> None:
    run, kpis = year(tmp_path)
    assert kpis["fuel_l"] == pytest.approx(8760.0 * (0.048 * 20.0 + 0.258 * 6.0))
    assert run.totals["genset.fuel_heat_kwh"] == pytest.approx(10.0333 * kpis["fuel_l"])
    assert run.totals["genset.low_load_h"] == 0.0


def test_what_a_failed_set_does_not_serve_is_counted_by_its_bus(tmp_path: Path) -> None:
    run, kpis = year(tmp_path, "failing")
    failed_h = run.totals["genset.failed_h"]
    failures = run.totals["genset.failure_count"]
    words = run.events[run.events["field"] == "mode"]["text"].tolist()

    assert failures >= 3
    assert failed_h == pytest.approx(24.0 * failures, abs=failures)
    # in the step in which it fails its limit is a mean: it may have given more before
    assert 6.0 * (failed_h - failures) <= kpis["unserved_kwh"] <= 6.0 * failed_h
    assert words.count("failed") == failures
    assert run["genset.service_due"].any()


def test_a_standby_set_starts_for_its_tests_alone(tmp_path: Path) -> None:
    run, kpis = year(tmp_path, "standby")
    assert (kpis["genset_starts_count"], kpis["genset_tests_count"]) == (0.0, 12.0)
    assert run.totals["genset.wet_test_h"] == run.totals["genset.test_h"] == pytest.approx(6.0)


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('"diesel_ipcc"', '"diesel_ipc"', "got 'diesel_ipc'"),
        ('"chart_20kw"', '"chart_25kw"', "got 'chart_25kw'"),
        ("reorder_l = 100.0", "reorder_l = -1.0", "should be greater than or equal to 0, got -1.0"),
        ("reorder_l = 100.0", "fail_start_pu = 1.5", "should be less than or equal to 1, got 1.5"),
    ],
)
def test_a_wrong_word_is_one_line(tmp_path: Path, old: str, new: str, said: str) -> None:
    (tmp_path / "topology.toml").write_text(TOPOLOGY.replace(old, new))
    with pytest.raises(Problems) as caught:
        load_topology(tmp_path)
    (line,) = map(str, caught.value.found)
    assert "topology.toml:" in line
    assert said in line
