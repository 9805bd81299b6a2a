"""Trucks that cannot be, or cannot come, as a user meets them: what `twin` says, and its code."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.mobile import DAY, FIXED, SET, SITE, TRUCK, event
from tests.mosaik_world import write
from tests.typed import Twin, typing

CALL = event("truck.call", 600, for_s=36000)
VARIANTS = """
[variant.comes]
[variant.no_crew]
"truck.crews_needed_count" = 3
[variant.late_tanker]
"truck.tanker_lead_h" = 8.0
"""
THIRSTY = "tank_l = 500.0\ntank_start_l = 150.0\nreorder_l = 100.0"


@pytest.fixture
def twin(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Twin:
    monkeypatch.chdir(tmp_path)
    return typing(monkeypatch, capsys)


def site(folder: Path, truck: str = FIXED + "\ntank_l = 500.0") -> Path:
    own = SITE + SET.format(units=1, genset=THIRSTY) + TRUCK.format(units=1, truck=truck)
    return write(folder, own, DAY + CALL + VARIANTS)


@pytest.mark.parametrize("verb", ["run", "compare"])
def test_all_mistakes_are_told_with_their_lines_before_anything_runs(
    twin: Twin, tmp_path: Path, verb: str
) -> None:
    path = site(tmp_path, "distance_km = -5.0\nspins = 3\ncrews_needed_count = 0")
    topology = path.parent / "topology.toml"
    topology.write_text(topology.read_text().replace('depot = "north"\n', ""))
    done = twin(verb, path)
    told = [line.partition("topology.toml:")[2] for line in done.err.splitlines()]
    assert done.code == 2
    assert [line.partition("  ")[2] for line in told if line] == [
        "device.truck  needs a depot, the name of the place that its truck comes from",
        "device.truck.distance_km  should be greater than 0, got -5.0",
        "device.truck.spins  should be a valid boolean, got 3",
        "device.truck.crews_needed_count  should be greater than or equal to 1, got 0",
    ]


def test_a_comparison_says_who_never_comes_and_who_runs_dry(twin: Twin, tmp_path: Path) -> None:
    done = twin("compare", site(tmp_path), "--out", tmp_path / "out")
    lines = done.out.splitlines()
    assert done.code == 0
    (never,) = [line for line in lines if line.startswith("no_crew:")]
    (dry,) = [line for line in lines if line.startswith("late_tanker:")]
    print(f"{never}\n{dry}")
    assert never == "no_crew: truck will never arrive: too few crews (at 1,200 s)"
    assert dry.startswith("late_tanker: genset ran out of fuel (at ")
    assert not [line for line in lines if line.startswith("comes:")]
    (row,) = [line.split() for line in lines if "never_arrived_count" in line]
    assert [word for word in row[1:] if word != "*"] == ["0", "1", "0"]


def test_gas_needs_a_line_of_its_own(twin: Twin, tmp_path: Path) -> None:
    done = twin("run", site(tmp_path), "--set", "genset.fuel=lng_ipcc")
    assert done.code == 2
    assert "device.genset  fuel = lng_ipcc needs a line in litres of lng: fuel_curve = " in done.err
    assert "lng_330kw or lng_1040kw, or fuel_slope_l_per_kwh and" in done.err
    more = ("--set", "genset.fuel_curve=lng_330kw", "--set", "genset.rated_kw=330")
    done = twin("run", site(tmp_path), "--set", "genset.fuel=lng_ipcc", *more, "--quiet")
    assert done.code == 0
    done = twin("run", site(tmp_path), *more)
    assert "needs a line in litres of diesel" in done.err
