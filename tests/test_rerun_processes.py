"""Processes that hear nothing, beside the compiled loop in memory: as with mosaik, bit for bit."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

import twin
from tests.mobile import FINE, FIXED, SET, SITE, TRUCK
from twin.problems import Problems
from twin.rerun import rerun

NAME = "lumped_area/factorial"
CALLED: dict[str, Any] = {
    "seed": 3,
    "event": [
        {"at_s": 60, "set": "largest.online", "to": False},
        {"at_s": 62, "set": "set_truck.call", "to": True},
        {"at_s": 62, "set": "battery_truck.call", "to": True},
        {"at_s": 120, "set": "mobile_set.p_set_kw", "to": 6e3},
        {"at_s": 120, "set": "mobile_pcs.p_set_kw", "to": 6e3},
    ],
    "set_truck.enabled": True,
    "mobile_set.enabled": True,
    "battery_truck.enabled": True,
    "mobile_pcs.enabled": True,
    "mobile_pack.enabled": True,
}


def test_trucks_that_are_called_come_as_they_do_with_mosaik(tmp_path: Path) -> None:
    kept = twin.simulate(NAME, overrides=CALLED, out=tmp_path / "run")

    found = rerun(NAME, CALLED)

    for signal in ("area.f_end_hz", "mobile_set.p_kw", "mobile_pcs.p_kw", "mobile_set.fuel_l"):
        assert found.after_event(signal).x.tolist() == kept[signal].loc[60.0:].tolist()
    for counter in ("set_truck.waited_h", "battery_truck.waited_h", "set_truck.cost_usd"):
        assert found.total(counter) == kept.totals[counter]
    assert found.total("mobile_set.fuel_l") > 0.0


def test_a_process_that_hears_the_loop_is_refused(tmp_path: Path) -> None:
    folder = tmp_path / "site"
    folder.mkdir()
    devices = SITE + SET.format(units=1, genset="") + TRUCK.format(units=1, truck=FIXED)
    (folder / "topology.toml").write_text(f'format = 1\nname = "site"\n{devices}', "utf-8")
    head = 'topology = "site"\nstart = "2026-06-01T00:00:00+00:00"\nhorizon_s = 60\nstep_s = 1\n'
    (folder / "day.toml").write_text(f"{head}{FINE}", "utf-8")

    with pytest.raises(Problems, match=r"truck +hears of the compiled loop"):
        rerun(folder / "day.toml", {})
