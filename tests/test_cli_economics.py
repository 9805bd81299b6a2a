"""What the command shows of money: nothing unless the scenario asks."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.accounts import SCENARIO, diesel_only, economics_of, hybrid, run_of, scenario_file
from tests.typed import Twin, typing
from twin.cli.results import against_text, cost_text
from twin.runner import Options, run_scenario

DAY = SCENARIO.replace("2026-01-01", "2026-03-02").partition("[economics]")[0]


@pytest.fixture
def twin(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Twin:
    return typing(monkeypatch, capsys)


def test_a_day_tells_its_investment_and_keeps_every_item(twin: Twin, tmp_path: Path) -> None:
    path = scenario_file(tmp_path, "", SCENARIO.replace("2026-01-01", "2026-03-02"))
    done = twin("run", path, "--python", "--out", tmp_path / "run")
    assert done.code == 0
    lines = done.out.splitlines()
    assert "economics" in lines
    assert any(line.split()[:2] == ["capex_usd", "57,625"] for line in lines)
    assert "costs of market_small_remote_2025, 8 % over 15 years, year_end" in done.out
    assert "yearly figures are left out; they need a run of 360 days or more, not 1" in done.out
    kept = json.loads((tmp_path / "run/costs.json").read_text("utf-8"))
    assert sum(item["usd"] for item in kept["items"]) == 57_625.0
    refused = twin("against", tmp_path / "run", tmp_path / "run")
    assert refused.code == 2
    assert "has no yearly account" in refused.err


def test_a_scenario_that_does_not_ask_shows_and_keeps_nothing(tmp_path: Path) -> None:
    path = scenario_file(tmp_path, "", DAY)
    outcome = run_scenario(path, Options(out=tmp_path / "run", in_python=True))
    assert not (tmp_path / "run/costs.json").exists()
    assert not any("usd" in name for name in outcome.kpis)


def test_a_year_and_its_baseline_at_a_glance(tmp_path: Path) -> None:
    economics = economics_of(tmp_path, 'baseline = "diesel_only"\ncapex_usd = { fuel = 0 }\n')
    own = run_of(hybrid(), economics)
    other = run_of(diesel_only(), economics, variant="diesel_only")
    lines = against_text(own, other).splitlines()
    assert lines[0] == "against diesel_only"
    assert [line.split()[0] for line in lines[1:4]] == [
        "npv_year_end_usd",
        "extra_capex_usd",
        "saving_usd_per_y",
    ]
    assert lines[2].split()[1:] == ["50,500", "USD"]
    assert lines[-1] == cost_text(own)
    assert "yearly figures" not in cost_text(own)


def test_what_is_never_paid_back_is_said_to_be(tmp_path: Path) -> None:
    economics = economics_of(tmp_path, "capex_usd = { fuel = 0 }\n")
    cheap = hybrid() | {"pv": hybrid()["pv"] | {"enabled": False}}
    text = against_text(run_of(hybrid(), economics), run_of(cheap, economics))
    assert "payback_simple_y" in text
    assert text.count("never") == 2
