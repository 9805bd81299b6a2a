"""Periodic simulators of one process in step, against mosaik that finds out who is next."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from tests.mosaik_world import Ran, done, write
from twin import world

PLAN = "time,demand_pu\n2026-06-01T00:00:00,0\n2026-06-01T02:00:00,2\n"
TIMES = "horizon_s = 3600\nstep_s = 60\nsync_s = 300\n"
EVENT = '[[event]]\nat_s = 1500\nset = "furnace.allowed"\nto = false\n'
FINE = "fine_step_s = 0.1\nfine_sync_s = 20\nfine_for_s = 100\n"
DEVICES = """
[profile.plan]
file = "plan.csv"
between = "linear"
[device.main]
type = "site_bus"
[device.grid]
type = "grid_connection"
bus = "main"
[device.pulse]
type = "pulse"
base_kw = 100
[device.furnace]
type = "furnace"
bus = "main"
demand_pu = "plan.demand_pu"
wires = ["pulse.x_kw ~> extra_kw"]
[device.slow]
type = "furnace"
period_s = 900
wires = ["pulse.x_kw ~> extra_kw"]
[device.eye]
type = "witness"
wires = ["furnace.wish_kw -> x_kw"]
"""


def both(folder: Path, times: str, patch: pytest.MonkeyPatch) -> tuple[Ran, Ran]:
    """A cell and two fleets that exchange in both directions: in step, and by mosaik."""
    write(folder, "", "")
    (folder / "t/plan.csv").write_text(PLAN)
    in_step = done(folder, DEVICES, times, "in_step", in_python=True)
    patch.setattr(world, "_in_step", lambda _: False)
    return in_step, done(folder, DEVICES, times, "by_mosaik", in_python=True)


@pytest.mark.parametrize("times", [TIMES, TIMES + EVENT, TIMES + FINE + EVENT])
def test_all_that_is_recorded_is_the_same_to_the_last_bit(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, times: str
) -> None:
    in_step, by_mosaik = both(tmp_path, times, monkeypatch)
    ours, theirs = in_step.run.signals, by_mosaik.run.signals

    assert ours.columns.tolist() == theirs.columns.tolist()
    assert np.array_equal(ours.to_numpy(), theirs.to_numpy(), equal_nan=True)
    assert in_step.run.events.equals(by_mosaik.run.events)
    assert in_step.run.totals == by_mosaik.run.totals


def test_a_world_with_a_process_is_left_to_mosaik(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[bool] = []
    plain = world._in_step
    monkeypatch.setattr(world, "_in_step", lambda run: seen.append(plain(run)) or seen[-1])
    done(tmp_path, '[device.furnace]\ntype = "furnace"\n[device.pulse]\ntype = "pulse"\n', TIMES)
    bell = '[device.bell]\ntype = "bell"\nevery_s = 130\n[device.pulse]\ntype = "pulse"\n'
    done(tmp_path, bell, TIMES, "with_a_process")

    assert seen == [True, False]
