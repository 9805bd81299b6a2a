"""The modes of scenarios: when they are looked at, what is refused, what the command prints."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import pytest

import twin.modes
from tests.typed import typing
from twin.modes import find_modes
from twin.problems import Problems

TOPOLOGY = """
# How does a plant swing?
format = 1
name = "swing"

[device.area]
type = "area"
base_kva = 1e6

[device.plant]
type = "tgov1"
bus = "area"
rated_kva = 1e6
p_set_kw = 5e5
t1_s = 0.0

[device.load]
type = "load"
bus = "area"
p_set_kw = 1e5
"""

SCENARIO = """
topology = "swing"
start = "2026-06-01T00:00:00Z"
horizon_s = 60
step_s = 1
sync_s = 10
fine_step_s = 0.01
fine_sync_s = 0.01
fine_for_s = 5

[[event]]
at_s = 25.0
set = "load.p_set_kw"
to = 1.4e5
"""

# 2H w' = P - D w  and  T3 x2' = x1 - x2  with x1 = -w / R and T2 / T3 of it ahead of the reheater
SWING_PER_S = complex(-57.0, math.sqrt(4.0 * 56.0 * 21.0 - 57.0 * 57.0)) / (2.0 * 56.0)


@pytest.fixture
def swing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with a topology and a scenario, which is the working folder."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "topology.toml").write_text(TOPOLOGY)
    (tmp_path / "trip.toml").write_text(SCENARIO)
    return tmp_path / "trip.toml"


def test_a_scenario_is_looked_at_just_before_its_first_event(swing: Path) -> None:
    found = find_modes(swing)
    (mode,) = found.modes

    assert (found.at_s, found.dt_s, found.moving) == (24.99, 0.01, None)
    assert mode.per_s == pytest.approx(SWING_PER_S, rel=1e-4)


def test_a_scenario_can_be_looked_at_while_it_moves(swing: Path) -> None:
    found = find_modes(swing, at_s=25.5)
    assert (found.at_s, found.moving is None) == (25.5, False)


def refused(path: Path, **options: Any) -> str:
    with pytest.raises(Problems) as caught:
        find_modes(path, **options)
    return str(caught.value)


def test_what_cannot_be_looked_at_is_refused_with_its_remedy(
    swing: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert "--at  70 s lies outside 0.01 to 59.99 s" in refused(swing, at_s=70.0)
    monkeypatch.setattr(twin.modes, "MOST_NUMBERS", 2)
    assert "3 numbers take part, 2 of them in area; at most 2 can be looked at" in refused(swing)
    swing.write_text(SCENARIO.partition("[[event]]")[0])
    assert "event  is none to stop before; say --at SECONDS" in refused(swing)
    swing.write_text(SCENARIO.partition("fine_step_s")[0])
    assert "has no fine regime; give it fine_step_s, fine_sync_s and fine_for_s" in refused(swing)


def test_the_command_prints_a_line_a_mode(
    swing: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    done = typing(monkeypatch, capsys)("modes", swing.name, "--at", "20")

    assert (done.code, done.err) == (0, "")
    assert done.out.splitlines() == [
        "trip.toml at 20 s, steps of 0.01 s: 3 numbers take part",
        "  real 1/s      Hz  damping  time constant s  times  what takes part",
        "   -0.5089  0.0542    0.831             1.96         area.f_end_hz 50 %, plant.x2_pu 50 %",
        "gone within the step: 1 eigenvalue",
    ]
