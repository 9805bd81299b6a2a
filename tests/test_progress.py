from __future__ import annotations

import io
from datetime import UTC, datetime
from pathlib import Path

import pytest
from rich.console import Console

from twin.calendar import Calendar, make_calendar
from twin.cli.progress import LINE_S, REFRESH_S, Watch, clock, rounded, span, steps_until, watch
from twin.scenario import Event, Scenario

DAY_S = 86400.0


def calendar(horizon_s: float, *events_s: float) -> Calendar:
    fine = {"fine_step_s": 0.01, "fine_sync_s": 1.0, "fine_for_s": 60.0} if events_s else {}
    events = tuple(Event(at_s, "load", (0,), "on", 0.0) for at_s in events_s)
    start = datetime(2026, 1, 1, tzinfo=UTC)
    return make_calendar(
        Scenario("day", Path(), "site", start, horizon_s, 60.0, 60.0, events=events, **fine)
    )


class Clock:
    """A clock that is set by hand."""

    now = 100.0

    def __call__(self) -> float:
        return self.now


def shown(every_s: float, reports: list[tuple[float, float]], days: Calendar) -> list[str]:
    """What a watch shows of reports of (clock, simulated) seconds."""
    time, told = Clock(), list[str]()
    watching = Watch(lambda share, text: told.append(f"{share:.2f} {text}"), every_s, time)
    for now, at_s in reports:
        time.now = 100.0 + now
        watching(days, days.ticks(at_s))
    return told


def test_speed_and_time_left_count_from_the_first_report() -> None:
    reports = [(50.0, DAY_S), (60.0, 3 * DAY_S)]

    assert shown(LINE_S, reports, calendar(10 * DAY_S)) == [
        "0.30 3.0 of 10 days, 17,300 x real time, 35 s left"
    ]


def test_time_left_goes_by_steps_because_a_fine_window_has_more_of_them() -> None:
    reports = [(0.0, 3600.0), (10.0, 7200.0)]
    told = shown(LINE_S, reports, calendar(14400.0, 10800.0))

    assert told == ["0.02 2.0 of 4 h, 360 x real time, 17.0 min left"]


def test_a_line_comes_no_more_often_than_every_five_seconds() -> None:
    reports = [(0.5 * number, 60.0 * number) for number in range(25)]

    assert len(shown(LINE_S, reports, calendar(DAY_S))) == 2


def test_a_bar_is_drawn_no_more_than_ten_times_a_second() -> None:
    reports = [(0.001 * number, 60.0 * number) for number in range(1000)]

    assert len(shown(REFRESH_S, reports, calendar(DAY_S))) <= 10


def test_a_run_shorter_than_a_line_is_worth_says_nothing() -> None:
    reports = [(30.0, 600.0), (34.9, DAY_S)]

    assert shown(LINE_S, reports, calendar(DAY_S)) == []


def test_steps_of_a_calendar_add_up_over_its_windows() -> None:
    days = calendar(14400.0, 10800.0)
    ticks = [days.ticks(at_s) for at_s in (0.0, 10800.0, 10860.0, 14400.0)]

    assert [steps_until(days, tick) for tick in ticks] == [0, 180, 6180, days.steps]


def test_on_a_terminal_the_bar_fits_in_eighty_columns(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TERM", "xterm-256color")
    screen, days, time = io.StringIO(), calendar(365 * DAY_S), Clock()
    monkeypatch.setattr("twin.cli.progress.time.monotonic", time)
    with watch(Console(file=screen, force_terminal=True, width=80, color_system=None)) as watching:
        for number in range(3):
            time.now += 1.3
            watching(days, days.ticks(100 * number * DAY_S))

    drawn = screen.getvalue()
    assert "200.0 of 365 days, 6,650,000 x real time, 2.1 s left" in drawn


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(0.0166, "0.017 s"), (12.4, "12 s"), (210.0, "3.5 min"), (7560.0, "2.1 h")],
)
def test_a_time_on_the_clock_is_short(seconds: float, text: str) -> None:
    assert clock(seconds) == text


@pytest.mark.parametrize(
    ("now_s", "end_s", "text"),
    [
        (3.2 * DAY_S, 7 * DAY_S, "3.2 of 7 days"),
        (3600.0, DAY_S, "1.0 of 24 h"),
        (90.0, 600.0, "1.5 of 10 min"),
        (0.25, 60.0, "0.2 of 60 s"),
    ],
)
def test_simulated_time_has_the_unit_of_the_whole(now_s: float, end_s: float, text: str) -> None:
    assert span(now_s, end_s) == text


def test_a_speed_has_three_digits_that_tell() -> None:
    assert [rounded(12_345_678.0), rounded(0.5678)] == ["12,300,000", "0.6"]
