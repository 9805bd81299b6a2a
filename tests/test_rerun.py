from __future__ import annotations

import time
from pathlib import Path

import pytest

import twin
from twin.problems import Problems
from twin.rerun import rerun

TRIP = "lumped_area/trip"


def test_a_rerun_is_the_run_bit_for_bit(tmp_path: Path) -> None:
    asked = {"storage.droop_pu": 0.01}
    kept = twin.simulate(TRIP, overrides=asked, variant="storage", out=tmp_path / "run")

    found = rerun(TRIP, asked, "storage")

    assert found.total("area.f_min_hz") == kept.totals["area.f_min_hz"]
    assert found.after_event("area.f_end_hz").x.tolist() == kept["area.f_end_hz"].loc[5.0:].tolist()


def test_a_rerun_costs_less_than_fifty_milliseconds() -> None:
    rerun(TRIP, {}, "storage")  # compiles
    times = []
    for droop_pu in (0.01, 0.02, 0.03, 0.04, 0.05):
        began = time.perf_counter()
        rerun(TRIP, {"storage.droop_pu": droop_pu}, "storage")
        times.append(time.perf_counter() - began)
    print(f"{1e3 * sorted(times)[2]:.1f} ms a run")
    assert sorted(times)[2] < 0.05


def test_what_is_stepped_outside_the_loop_is_refused() -> None:
    with pytest.raises(Problems, match=r"feeder +is stepped outside the compiled loop"):
        rerun("weak_area/gen_trip", {})


def test_a_wrong_value_is_told_as_ever() -> None:
    with pytest.raises(Problems, match=r"storage.droop_pu.*should be less than or equal to 1"):
        rerun(TRIP, {"storage.droop_pu": 2.0}, "storage")


def test_what_is_not_recorded_is_named() -> None:
    with pytest.raises(Problems, match=r"area.f_endhz.*did you mean area.f_end_hz"):
        rerun(TRIP, {}, "storage").after_event("area.f_endhz")
