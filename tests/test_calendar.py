from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from typing import Any

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from tests.engine import scenario
from twin.calendar import Calendar, exact, make_calendar
from twin.scenario import Event, Record


def calendar(*at_s: float, **rest: Any) -> Calendar:
    """Ten minutes in steps of 10 s and exchanges of 60 s, zoomed for 90 s at each instant."""
    fine = {"fine_step_s": 0.5, "fine_sync_s": 2.0, "fine_for_s": 90.0}
    events = tuple(Event(one, "a", (), "x", 0.0) for one in at_s)
    given = {"horizon_s": 600.0, "step_s": 10.0, "sync_s": 60.0, **fine, **rest}
    return make_calendar(scenario(events=events, **given))


def windows(found: Calendar) -> list[tuple[float, float]]:
    spans = found.segments[found.segments[:, 5] == 1, :2]
    return [tuple(found.seconds(span).tolist()) for span in spans]  # type: ignore[union-attr]


def test_without_events_there_is_one_segment() -> None:
    assert calendar().segments.tolist() == [[0, 1200, 20, 120, 20, 0]]


def test_a_window_begins_and_ends_at_a_fine_exchange() -> None:
    assert windows(calendar(200.0)) == [(200.0, 290.0)]


def test_a_window_holds_the_whole_of_the_time_that_was_asked_for() -> None:
    assert windows(calendar(239.5)) == [(238.0, 330.0)]


def test_steps_and_exchanges_around_a_window_are_cut_and_then_as_before() -> None:
    found = calendar(238.0)  # it ends at 328 s
    lines = [[float(found.seconds(one)) for one in line] for line in found.segments[:, :4]]
    assert lines == [
        [0.0, 180.0, 10.0, 60.0],
        [180.0, 230.0, 10.0, 50.0],
        [230.0, 238.0, 8.0, 8.0],
        [238.0, 328.0, 0.5, 2.0],
        [328.0, 330.0, 2.0, 2.0],
        [330.0, 360.0, 10.0, 30.0],
        [360.0, 600.0, 10.0, 60.0],
    ]


def test_an_event_at_an_exchange_begins_its_window_there() -> None:
    assert windows(calendar(240.0)) == [(240.0, 330.0)]


def test_windows_that_touch_are_one() -> None:
    assert windows(calendar(60.0, 150.0)) == [(60.0, 240.0)]


def test_windows_that_overlap_are_one() -> None:
    assert windows(calendar(100.0, 60.0)) == [(60.0, 190.0)]


def test_windows_apart_stay_apart() -> None:
    assert windows(calendar(0.0, 400.0)) == [(0.0, 90.0), (400.0, 490.0)]


def test_a_window_ends_with_the_horizon() -> None:
    assert windows(calendar(590.0)) == [(590.0, 600.0)]


def test_an_event_at_the_horizon_opens_no_window() -> None:
    assert windows(calendar(600.0)) == []


def test_a_scenario_without_a_fine_step_has_no_windows() -> None:
    assert windows(calendar(200.0, fine_step_s=None, fine_sync_s=None, fine_for_s=None)) == []


def test_steps_are_counted_in_both_regimes() -> None:
    assert calendar(240.0).steps == 24 + 180 + 27


def test_the_record_has_a_length_of_its_own_in_each_regime() -> None:
    found = calendar(240.0, record=Record(every_s=30.0, fine_every_s=1.0))
    assert found.seconds(found.segments[:, 4]).tolist() == [  # type: ignore[union-attr]
        30.0,
        1.0,
        30.0,
        30.0,
    ]


def test_a_year_in_milliseconds_is_exact_to_the_tick() -> None:
    found = make_calendar(scenario(365 * 86400.0, 0.001))
    assert found.ticks(found.seconds(31_535_999_999)) == 31_535_999_999  # type: ignore[arg-type]


def test_a_decimal_step_counts_as_it_was_written() -> None:
    assert make_calendar(scenario(0.3, 0.1)).steps == 3


def test_a_step_that_no_float_holds_counts_as_it_was_meant() -> None:
    found = make_calendar(scenario(86400.0, 1 / 3))
    assert (found.steps, found.seconds(found.end)) == (3 * 86400, 86400.0)


def test_a_tick_is_the_finest_step() -> None:
    assert calendar(10.0, fine_step_s=0.25).tick_s == 0.25


def test_a_step_is_found_at_or_after_an_instant() -> None:
    found = calendar(240.0)
    asked = [0.0, 0.5, 230.5, 240.0, 240.5, 329.5, 330.5, 600.0]
    at = [found.seconds(found.step_after(found.ticks(one))) for one in asked]
    assert at == [0.0, 10.0, 240.0, 240.0, 240.5, 329.5, 340.0, 600.0]


def test_the_next_exchange_is_after_an_instant_never_at_it() -> None:
    found = calendar(240.0)
    asked = [0.0, 59.5, 180.0, 240.0, 241.5, 358.0, 360.0, 540.0, 600.0]
    at = [found.seconds(found.sync_after(found.ticks(one))) for one in asked]
    assert at == [60.0, 60.0, 240.0, 242.0, 242.0, 360.0, 420.0, 600.0, 600.0]


COUNT = st.integers(1, 6)


@given(st.lists(st.floats(0, 600), max_size=5), COUNT, COUNT, COUNT, COUNT, st.floats(0.1, 300.0))
def test_every_instant_is_covered_once_by_whole_exchanges(
    at_s: list[float], inner: int, fine: int, outer: int, coarse: int, for_s: float
) -> None:
    step_s = 0.1 * inner * fine * outer
    found = calendar(
        *at_s,
        horizon_s=step_s * coarse * 7,
        step_s=step_s,
        sync_s=step_s * coarse,
        fine_step_s=0.1 * inner,
        fine_sync_s=0.1 * inner * fine,
        fine_for_s=for_s,
    )
    starts, ends, step, sync = found.segments[:, :4].T
    whole = not np.any((ends - starts) % sync) and not np.any(sync % step)
    joined = np.array_equal(starts[1:], ends[:-1]) and starts[0] == 0
    assert whole
    assert joined
    assert ends[-1] == found.ticks(step_s * coarse * 7)


@given(st.decimals(0, 1_000_000, places=6))
def test_a_duration_is_taken_as_it_was_written(seconds: Decimal) -> None:
    assert exact(float(seconds)) == Fraction(seconds)


@given(st.integers(1, 10_000), st.integers(1, 10_000))
def test_a_duration_that_no_float_holds_is_taken_as_it_was_meant(over: int, under: int) -> None:
    assert exact(over / under) == Fraction(over, under)
