"""The step calendar: which step, exchange and regime hold when. Computed before the run.

Time is a whole number of ticks. No state changes the calendar, so all simulators share it, and a
year in minutes holds each event in milliseconds, in one run.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from twin.scenario import Scenario

FINEST = 1_000_000_000  # parts of a second that a time is told in


@dataclass(frozen=True)
class Calendar:
    """Segments of (start, end, step, sync, record, fine) in ticks, without gaps."""

    tick_s: float
    ticks_per_s: Fraction
    segments: NDArray[np.int64]

    @property
    def end(self) -> int:
        """The last tick."""
        return int(self.segments[-1, 1])

    @property
    def steps(self) -> int:
        """How many steps a run takes."""
        spans = self.segments[:, 1] - self.segments[:, 0]
        return int((spans // self.segments[:, 2]).sum())

    def ticks(self, seconds: float) -> int:
        """Seconds as ticks, to the nearest."""
        return round(exact(seconds) * self.ticks_per_s)

    def seconds(self, ticks: int | NDArray[np.int64]) -> float | NDArray[np.float64]:
        """Ticks as seconds; exact where a float can be."""
        whole, per = self.ticks_per_s.denominator, self.ticks_per_s.numerator
        return ticks * whole / per

    def step_after(self, tick: int) -> int:
        """The first instant at or after `tick` at which a step begins."""
        if tick >= self.end:
            return self.end
        start, _, step, *_ = self._segment_of(tick)
        return max(start, start + -(-(tick - start) // step) * step)

    def sync_after(self, tick: int) -> int:
        """The first exchange after `tick`, or the end."""
        if tick >= self.end:
            return self.end
        start, _, _, sync, *_ = self._segment_of(tick)
        return start + (max(tick - start, 0) // sync + 1) * sync

    def _segment_of(self, tick: int) -> list[int]:
        ends, lines = self._lines
        return lines[bisect_right(ends, tick)]

    @cached_property
    def _lines(self) -> tuple[list[int], list[list[int]]]:
        """The ends of the segments, and these, as plain numbers: they are asked for often."""
        lines: list[list[int]] = self.segments.tolist()
        return [line[1] for line in lines], lines


def exact(seconds: float) -> Fraction:
    """A duration as it was meant, not as its binary neighbour: a tenth for 0.1, a third for 1/3."""
    written = Fraction(repr(float(seconds)))
    return written.limit_denominator(FINEST) or written


def make_calendar(scenario: Scenario) -> Calendar:
    """The calendar of a scenario: coarse, with a fine window at each event and zoom.

    The tick is the finest step; every other time of a scenario is a whole number of it.
    """
    record = scenario.record
    tick = exact(min(scenario.step_s, scenario.fine_step_s or scenario.step_s))
    per_s = 1 / tick

    def ticks(seconds: float) -> int:
        return round(exact(seconds) * per_s)

    end, step, sync = ticks(scenario.horizon_s), ticks(scenario.step_s), ticks(scenario.sync_s)
    every = ticks(record.every_s) if record.every_s else step
    coarse = [step, sync, every, 0]
    windows: list[tuple[int, int]] = []
    fine: list[int] = []
    if scenario.fine_step_s and scenario.fine_sync_s and scenario.fine_for_s:
        inner = ticks(scenario.fine_step_s)
        often = ticks(record.fine_every_s) if record.fine_every_s else inner
        fine = [inner, ticks(scenario.fine_sync_s), often, 1]
        windows = _windows(scenario, per_s, sync, end)
    lines: list[list[int]] = []
    now = 0
    for begin, until in windows:
        lines += _coarse(now, begin, coarse)
        lines.append([begin, until, *fine])
        now = until
    lines += _coarse(now, end, coarse)
    return Calendar(float(tick), per_s, np.array(lines, np.int64))


def _coarse(now: int, until: int, coarse: list[int]) -> Iterator[list[int]]:
    """Segments up to a window, after what completes a step, an exchange and a record cut by one."""
    step, sync, record, fine = coarse
    whole_step = min(-(-now // step) * step, until)
    first_sync = min(-(-now // sync) * sync, until)
    last_sync = max(until // sync * sync, first_sync)
    first_record = first_sync
    if record % sync == 0:
        first_record = min(-(-first_sync // record) * record, last_sync)
    for begin, end, inner, often in (
        (now, whole_step, whole_step - now, whole_step - now),
        (whole_step, first_sync, step, first_sync - whole_step),
        (first_sync, first_record, step, sync),
        (first_record, last_sync, step, sync),
        (last_sync, until, step, until - last_sync),
    ):
        if begin < end:
            yield [begin, end, inner, often, record, fine]


def _windows(scenario: Scenario, per_s: Fraction, sync: int, end: int) -> list[tuple[int, int]]:
    """Fine windows at events and zooms, those that touch joined.

    They go from exchange to exchange; those at drawn outages, of which a year has many, from a
    step on for just as long as was asked for.
    """
    for_s = scenario.fine_for_s or 0.0
    inner = round(exact(scenario.fine_sync_s or 0.0) * per_s)
    step = round(exact(scenario.step_s) * per_s)
    wanted = {(event.at_s, for_s, event.seen == "cut") for event in scenario.events if event.seen}
    wanted |= {(zoom.at_s, zoom.for_s, False) for zoom in scenario.zooms}
    spans = []
    for at_s, lasts_s, cut in wanted:
        at, lasts = exact(at_s) * per_s, exact(lasts_s) * per_s
        begin = int(at // (step if cut else sync)) * (step if cut else sync)
        until = int(-(-(at + lasts) // (inner if cut else sync))) * (inner if cut else sync)
        spans.append((begin, min(until, end)))
    found: list[tuple[int, int]] = []
    for begin, until in sorted(spans):
        if found and begin <= found[-1][1]:
            found[-1] = (found[-1][0], max(until, found[-1][1]))
        elif begin < until:
            found.append((begin, until))
    return found
