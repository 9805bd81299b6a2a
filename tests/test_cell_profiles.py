from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.engine import after, cell, device, driven, finished, recorded, scenario, values, zoomed
from tests.engine_components.taker import Taker
from twin.cell import Cell
from twin.loops import profile_mean
from twin.profiles import Profile, mean_over
from twin.scenario import Scenario


def follower(when: Scenario, inp: str = "x_kw", units: int = 1, **rest: Any) -> Cell:
    return cell(
        [device("a", Taker, each=units, period_s=rest.pop("period_s", None))],
        when=when,
        driven={("a", inp): driven(rest.pop("times_s"), *rest.pop("series"), **rest)},
    )


HELD = {"times_s": [0.0, 30.0, 60.0, 90.0, 120.0], "series": [[4.0, 8.0, 2.0, 6.0, 6.0]]}


def test_an_input_is_the_mean_of_its_profile_over_the_step() -> None:
    made = follower(scenario(120.0, 60.0), **HELD)
    assert [values(after(made, 1), "a.x_kw")[0] for _ in range(2)] == [6.0, 4.0]


def test_a_profile_finer_than_the_tick_keeps_its_energy() -> None:
    stamps = list(range(0, 601, 20))
    series = [float(k % 7) for k in range(31)]
    made = finished(follower(scenario(600.0, 300.0), times_s=stamps, series=[series]))
    assert values(made, "a.x_kwh")[0] == pytest.approx(sum(series[:-1]) * 20.0 / 3600.0)


def test_a_profile_on_straight_lines_is_taken_at_its_mean() -> None:
    line = {"times_s": [0.0, 100.0, 200.0], "series": [[0.0, 10.0, 0.0]], "linear": True}
    made = follower(scenario(200.0, 50.0), **line)
    assert [values(after(made, 1), "a.x_kw")[0] for _ in range(4)] == [2.5, 7.5, 7.5, 2.5]


@pytest.mark.parametrize(("linear", "kws"), [(False, 600.0), (True, 630.0)])
@pytest.mark.parametrize("step_s", [0.5, 5.0, 20.0, 60.0, 120.0])
def test_energy_is_the_same_at_any_step(step_s: float, linear: bool, kws: float) -> None:
    made = finished(follower(scenario(120.0, step_s), **HELD, linear=linear))
    assert values(made, "a.x_kwh")[0] == pytest.approx(kws / 3600.0, rel=1e-12)


def test_energy_is_the_same_through_a_zoom() -> None:
    when = zoomed(37.0, horizon_s=120.0, step_s=4.0)
    assert values(finished(follower(when, **HELD)), "a.x_kwh")[0] == pytest.approx(600.0 / 3600.0)


def test_a_whole_number_takes_the_value_at_the_beginning_of_the_step() -> None:
    made = follower(scenario(120.0, 40.0), "whole", **HELD)
    assert [values(after(made, 1), "a.whole")[0] for _ in range(3)] == [4, 8, 2]


def test_a_truth_takes_the_value_at_the_beginning_of_the_step() -> None:
    series = {"times_s": [0.0, 30.0, 60.0, 90.0], "series": [[0.0, 1.0, 0.0, 0.0]]}
    made = follower(scenario(80.0, 20.0), "truth", **series)
    assert [values(after(made, 1), "a.truth")[0] for _ in range(4)] == [0, 0, 1, 0]


def test_each_unit_follows_the_profile_that_was_chosen_for_it() -> None:
    series = {"times_s": [0.0, 10.0], "series": [[1.0, 1.0], [2.0, 2.0]], "choice": [1, 0, 1]}
    made = after(follower(scenario(), units=3, **series), 1)
    assert values(made, "a.x_kw") == [2.0, 1.0, 2.0]


def test_a_slow_device_is_given_the_mean_over_its_own_period() -> None:
    made = follower(scenario(120.0, 10.0), period_s=60.0, **HELD)
    assert [values(after(made, 1), "a.x_kw")[0] for _ in range(7)] == [6.0] * 6 + [4.0]


def test_devices_of_unlike_periods_follow_one_profile_each_in_its_own_time() -> None:
    shared = driven(HELD["times_s"], *HELD["series"])
    devices = [device("slow", Taker, period_s=60.0), device("fast", Taker)]
    both = {("slow", "x_kw"): shared, ("fast", "x_kw"): shared}
    made = after(cell(devices, when=scenario(120.0, 10.0), driven=both), 4)
    assert (values(made, "slow.x_kw"), values(made, "fast.x_kw")) == ([6.0], [8.0])


def test_a_profile_that_began_before_the_scenario_is_met_where_it_stands() -> None:
    early = {"times_s": [-90.0, -30.0, 30.0, 90.0], "series": [[1.0, 2.0, 3.0, 3.0]]}
    made = after(follower(scenario(60.0, 60.0), **early), 1)
    assert values(made, "a.x_kw") == [2.5]


def test_what_drives_an_input_is_recorded_with_its_effect() -> None:
    made = finished(follower(scenario(120.0, 30.0), **HELD))
    assert recorded(made, "a.y_kw") == [4.0, 8.0, 2.0, 6.0]


SPACES = st.lists(st.sampled_from([0.25, 0.5, 1.0, 2.0, 7.0]), min_size=2, max_size=12)


@settings(deadline=None)
@given(SPACES, st.data(), st.booleans(), st.lists(st.integers(1, 5), min_size=1, max_size=20))
def test_the_mean_in_the_loop_is_the_mean_of_the_profile(
    spaces: list[float], data: st.DataObject, linear: bool, steps: list[int]
) -> None:
    times = np.concatenate(([0.0], np.cumsum(spaces)))
    heights = st.lists(st.floats(-1e3, 1e3), min_size=len(times), max_size=len(times))
    profile = Profile("p", times, np.array(data.draw(heights)), linear)
    edges = np.concatenate(([0], np.cumsum(steps)))
    edges = edges[edges <= times[-1]]
    last, mode = np.array([len(times)]), np.array([int(linear)])
    cursor = np.zeros(1, np.int64)
    spans = list(zip(edges[:-1].tolist(), edges[1:].tolist(), strict=True))
    found = [profile_mean(0, *span, times, profile.values, last, mode, cursor) for span in spans]
    assert found == pytest.approx(mean_over(profile, edges[:-1], edges[1:]), rel=1e-12, abs=1e-10)
