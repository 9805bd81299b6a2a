"""The step calendar: which step, exchange and regime hold when. Computed before the run.

Time is a whole number of ticks. No state changes the calendar, so all simulators share it, and a
year in minutes holds each event in milliseconds, in one run: a fine window is as long as was asked
for, and the coarse step around it is cut in two.
"""

from __future__ import annotations

from bisect import bisect_right
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
    windows: list[tuple[int, int]] = []
    fine: list[int] = []
    if scenario.fine_step_s and scenario.fine_sync_s and scenario.fine_for_s:
        inner, often = ticks(scenario.fine_step_s), ticks(scenario.fine_sync_s)
        fine = [inner, often, ticks(record.fine_every_s) if record.fine_every_s else inner, 1]
        windows = _windows(scenario, per_s, often, end)
    lengths = sorted({step, sync} | ({every} if every % sync == 0 or sync % every == 0 else set()))
    lines: list[list[int]] = []
    now = 0
    for begin, until in [*windows, (end, end)]:
        for first, last in _pieces(now, begin, lengths):
            lines.append([first, last, *(min(one, last - first) for one in (step, sync, every)), 0])
        if begin < until:
            lines.append([begin, until, *fine])
        now = until
    return Calendar(float(tick), per_s, np.array(lines, np.int64))


def _pieces(begin: int, end: int, lengths: list[int]) -> list[tuple[int, int]]:
    """Parts of a coarse span, the inner ones on multiples of steps, exchanges and records.

    What lies between those and a fine window is one step, or one exchange, of its own length.
    """
    if begin >= end:
        return []
    if not lengths:
        return [(begin, end)]
    *shorter, longest = lengths
    up, low = -(-begin // longest) * longest, end // longest * longest
    if up > low:
        return _pieces(begin, end, shorter)
    inner = [(up, low)] if up < low else []
    return [*_pieces(begin, up, shorter), *inner, *_pieces(low, end, shorter)]


def _windows(scenario: Scenario, per_s: Fraction, sync: int, end: int) -> list[tuple[int, int]]:
    """Fine windows at events and zooms, in whole fine exchanges, those that touch joined."""
    found: list[tuple[int, int]] = []
    wanted = {(event.at_s, scenario.fine_for_s or 0.0) for event in scenario.events if event.seen}
    wanted |= {(zoom.at_s, zoom.for_s) for zoom in scenario.zooms}
    for at_s, for_s in sorted(wanted):
        at = exact(at_s) * per_s
        begin = int(at // sync) * sync
        until = min(end, int(-(-(at + exact(for_s) * per_s) // sync)) * sync)
        if found and begin <= found[-1][1]:
            found[-1] = (found[-1][0], max(until, found[-1][1]))
        elif begin < until:
            found.append((begin, until))
    return found
