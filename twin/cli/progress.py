"""How far a run is: a bar on a terminal, now and then a line where it is piped."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rich.console import Console

    from twin.calendar import Calendar

REFRESH_S = 0.1
LINE_S = 5.0
Clock = Callable[[], float]
SPANS = ((2 * 86400.0, 86400.0, "days"), (7200.0, 3600.0, "h"), (120.0, 60.0, "min"))


class Watch:
    """Takes what a run reports, and shows it no more often than it is worth.

    Speed is that since the first report, so that setting up is not counted. Time left goes by
    steps, not by simulated time: a fine window has more of them in a second than the rest.
    """

    def __init__(self, show: Callable[[float, str], None], every_s: float, now: Clock) -> None:
        self._show, self._every_s, self._now = show, every_s, now
        self._shown_at = 0.0
        self._first: tuple[float, float, int] | None = None  # clock, simulated time, steps
        self.at = "its start"

    def anew(self) -> Watch:
        """The same for the next run."""
        self._first, self.at = None, "its start"
        return self

    def __call__(self, calendar: Calendar, tick: int) -> None:
        """Report that a run has come to a tick."""
        now = self._now()
        end_s, at_s = float(calendar.seconds(calendar.end)), float(calendar.seconds(tick))
        self.at = span(at_s, end_s)
        if self._first and now - self._shown_at < self._every_s:
            return
        done = steps_until(calendar, tick)
        if not self._first:
            self._first, self._shown_at = (now, at_s, done), now
            return
        began, from_s, before = self._first
        self._shown_at = now
        spent = now - began
        left_s = spent * (calendar.steps - done) / max(done - before, 1)
        speed = f"{rounded((at_s - from_s) / spent)} x real time"
        self._show(done / calendar.steps, f"{self.at}, {speed}, {clock(left_s)} left")


class WatchAll:
    """The same for several runs, one after the other or at once: how many are done, and what is
    left of all of them.
    """

    def __init__(
        self, count: int, show: Callable[[float, str], None], every_s: float, now: Clock
    ) -> None:
        self._count, self._show, self._every_s, self._now = count, show, every_s, now
        self._shares: dict[str, float] = {}
        self._first: tuple[float, float] | None = None  # clock, share of all steps
        self._shown_at = 0.0

    def __call__(self, name: str, calendar: Calendar, tick: int) -> None:
        """Report that one run has come to a tick."""
        self._shares[name] = steps_until(calendar, tick) / calendar.steps
        now, share = self._now(), sum(self._shares.values()) / self._count
        if self._first is None:
            self._first, self._shown_at = (now, share), now
        began, before = self._first
        if now - self._shown_at >= self._every_s and share > before:
            self._shown_at = now
            done = sum(one >= 1.0 for one in self._shares.values())
            left_s = (now - began) * (1.0 - share) / (share - before)
            self._show(share, f"{done} of {self._count} runs done, {clock(left_s)} left")


@contextmanager
def watch(console: Console) -> Iterator[Watch]:
    """A watch that shows what suits the console."""
    with _shown(console) as (show, every_s):
        yield Watch(show, every_s, time.monotonic)


@contextmanager
def watch_all(console: Console, count: int) -> Iterator[WatchAll]:
    """The same for so many runs."""
    with _shown(console) as (show, every_s):
        yield WatchAll(count, show, every_s, time.monotonic)


@contextmanager
def _shown(console: Console) -> Iterator[tuple[Callable[[float, str], None], float]]:
    """How to show something, and how often it is worth it."""
    if console.quiet:
        yield (lambda _, __: None), float("inf")
    elif console.is_terminal and not console.is_dumb_terminal:
        with _bar(console) as show:
            yield show, REFRESH_S
    else:
        yield _line, LINE_S


@contextmanager
def _bar(console: Console) -> Iterator[Callable[[float, str], None]]:
    from rich.progress import BarColumn, Progress, TextColumn

    columns = BarColumn(bar_width=20), TextColumn("{task.description}")
    bar = Progress(*columns, console=console, transient=True, refresh_per_second=1 / REFRESH_S)
    with bar:
        task = bar.add_task("setting up, compiling what is new", total=None)

        def show(share: float, told: str) -> None:
            bar.update(task, completed=share, total=1.0, description=told)

        yield show


def _line(share: float, told: str) -> None:
    try:
        print(f"  {100 * share:.0f} %, {told}", flush=True)
    except BrokenPipeError:  # nobody reads on; the run is still wanted
        return


def steps_until(calendar: Calendar, tick: int) -> int:
    """Steps that a calendar has before a tick."""
    begins, ends, steps = calendar.segments[:, 0], calendar.segments[:, 1], calendar.segments[:, 2]
    return int(((ends.clip(max=tick) - begins).clip(min=0) // steps).sum())


def span(now_s: float, end_s: float) -> str:
    """Simulated time in the unit that suits the whole: ``3.2 of 7 days``."""
    for least, size, unit in SPANS:
        if end_s >= least:
            return f"{now_s / size:.1f} of {end_s / size:g} {unit}"
    return f"{now_s:.1f} of {end_s:g} s"


def clock(seconds: float) -> str:
    """A time on the clock: ``0.02 s``, ``12 s``, ``3.5 min``, ``2.1 h``."""
    if seconds < 60.0:
        return f"{seconds:.2g} s" if seconds < 10.0 else f"{seconds:.0f} s"
    return f"{seconds / 60.0:.1f} min" if seconds < 3600.0 else f"{seconds / 3600.0:.1f} h"


def rounded(number: float) -> str:
    """Three digits that tell: ``12,300,000``."""
    return f"{float(f'{number:.3g}'):,.{0 if number >= 100 else 1}f}"
