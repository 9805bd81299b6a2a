"""Outages as spans of time: drawn before a run, listed in a file, merged, and set on steps.

Starts are a Poisson process, lengths are lognormal with the given mean, whose median is then
mean exp(-sigma^2 / 2). Starts do not wait for the end of the outage before, and what overlaps
merges; so with a rate r and a mean length m the share of time out is 1 - exp(-r m) (the busy
time of an M/G/infinity queue; Takacs 1962), which is r m as long as that is small.

Failures of a device are outages of what keeps it going, such as `pcs.online`, at
per_year = 8760 / MTBF, in hours of the calendar, and mean_h = MTTR.

Starts and lengths have a stream each, of the seed and a name: a longer horizon goes on with the
same calendar, and another rate or mean length moves it without shuffling it.
"""

from __future__ import annotations

import csv
import math
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import numpy as np

from twin.problems import did_you_mean, shown

HOUR_S = 3600.0
DAY_H = 24.0
YEAR_H = 8760.0
COLUMNS = ("start", "duration_h")
MOST_OUTAGES = 1_000_000  # of one unit

Span = tuple[float, float]
Steps = tuple[int, int]


@dataclass(frozen=True)
class Law:
    """How often outages start, and how long they last."""

    per_h: float
    mean_h: float
    sigma: float


def drawn(law: Law, seed: int, name: str, horizon_s: float) -> list[Span]:
    """The outages of one target from second 0 on, those that begin within the horizon."""
    if law.per_h <= 0.0:
        return []
    starts, lengths = (_stream(seed, f"{name} {what}") for what in ("starts", "lengths"))
    mean_s = HOUR_S / law.per_h
    chunk = int(horizon_s / mean_s + 4.0 * math.sqrt(horizon_s / mean_s)) + 8
    begins = np.cumsum(starts.standard_exponential(chunk)) * mean_s
    while begins[-1] < horizon_s:
        more = np.cumsum(starts.standard_exponential(chunk)) * mean_s
        begins = np.concatenate((begins, begins[-1] + more))
    begins = begins[begins < horizon_s]
    median_h = law.mean_h * math.exp(-0.5 * law.sigma * law.sigma)
    lasts_h = median_h * np.exp(law.sigma * lengths.standard_normal(len(begins)))
    return list(zip(begins.tolist(), (begins + HOUR_S * lasts_h).tolist(), strict=True))


def _stream(seed: int, name: str) -> np.random.Generator:
    return np.random.default_rng([seed, zlib.crc32(name.encode())])


def on_steps(spans: Iterable[Span], step_s: float, steps: int) -> list[Steps]:
    """Outages from the nearest step to the nearest, one at least, within the scenario."""
    found = []
    for begin_s, end_s in spans:
        begin = round(begin_s / step_s)
        end = max(round(end_s / step_s), begin + 1)
        if begin < steps and end > 0:
            found.append((max(begin, 0), min(end, steps)))
    return found


def merged(spans: Iterable[Steps]) -> list[Steps]:
    """Outages in order, those that touch or overlap made one."""
    found: list[Steps] = []
    for begin, end in sorted(spans):
        if found and begin <= found[-1][1]:
            found[-1] = (found[-1][0], max(found[-1][1], end))
        else:
            found.append((begin, end))
    return found


@dataclass(frozen=True)
class Listed:
    """A file of outages: what it holds, and what is wrong with which line."""

    spans: list[Span]
    wrong: list[tuple[int, str]]


def read_list(file: Path, zone: str, start: datetime) -> Listed:
    """Read a CSV with the columns `start` and `duration_h`, in seconds from the start."""
    wrong: list[tuple[int, str]] = []
    spans: list[Span] = []
    try:
        with file.open(encoding="utf-8-sig", newline="") as lines:
            for number, begin, hours in _rows(lines, wrong):
                try:
                    begin_s = (_moment(begin, zone) - start).total_seconds()
                    span = begin_s, begin_s + HOUR_S * _length_h(hours)
                    if spans and span[0] < spans[-1][1]:
                        raise ValueError("begins before the outage above it is over")
                    spans.append(span)
                except ValueError as error:
                    wrong.append((number, str(error)))
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        reason = error.strerror if isinstance(error, OSError) else error
        wrong.append((0, f"cannot be read: {reason}"))
    return Listed(spans, wrong)


def _rows(lines: Iterable[str], wrong: list[tuple[int, str]]) -> Iterator[tuple[int, str, str]]:
    """The rows below the names, with their lines; comments begin with `#`."""
    places: list[int] | None = None
    for number, line in enumerate(lines, 1):
        cells = [cell.strip() for cell in next(csv.reader([line]), [])]
        if not any(cells) or cells[0].startswith("#"):
            continue
        if places is None:
            missing = [name for name in COLUMNS if name not in cells]
            for name in missing:
                hint = did_you_mean(name, cells) or f", which has {', '.join(cells)}"
                wrong.append((number, f"{name} is not a column of the file{hint}"))
            if missing:
                return
            places = [cells.index(name) for name in COLUMNS]
        elif len(cells) <= max(places):
            wrong.append((number, f"has {len(cells)} cells, not {max(places) + 1}"))
        else:
            yield number, cells[places[0]], cells[places[1]]
    if places is None:
        wrong.append((0, "is empty"))


def _moment(text: str, zone: str) -> datetime:
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        raise ValueError(f"{shown(text)} is not a date and time") from None
    return found if found.tzinfo else found.replace(tzinfo=ZoneInfo(zone))


def _length_h(text: str) -> float:
    try:
        hours = float(text)
    except ValueError:
        raise ValueError(f"{shown(text)} is not a number") from None
    if not 0.0 < hours < math.inf:
        raise ValueError(f"duration_h should be greater than 0, got {text}")
    return hours
