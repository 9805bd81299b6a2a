"""Profiles: weather, load, prices and setpoints, in the units that inputs ask for.

They come from tables of ours, from weather files of other programs, or are drawn from a climate.

A value holds from its stamp to the next, or runs on a straight line to it. The last value holds
for the usual spacing of the series. What a device sees is the mean of the profile over its step,
so energy is the same at any step. This is the only place where units are converted.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

import numpy as np
from numpy.typing import ArrayLike

from twin.problems import Problem, Problems
from twin.sources import Window, read_source
from twin.tables import Findings, Floats, Ints, Table
from twin.topology import ProfileSource
from twin.units import conversion, unit_of

EDGE_S = 1e-6  # steps meet stamps within this: a float holds a century no finer


@dataclass(frozen=True)
class Profile:
    """One quantity over a scenario, from its start or before to its end or after."""

    name: str  # "sun.ghi_w_per_m2"
    times_s: Floats  # ascending, from the start of the scenario
    values: Floats  # the last one only closes a held profile
    linear: bool  # between stamps: on a straight line, or held
    place: Mapping[str, float] = field(default_factory=dict)  # of weather: where it was


def read_profiles(
    sources: Mapping[str, ProfileSource],
    wanted: Iterable[tuple[str, str]],
    start: datetime,
    horizon_s: float,
) -> dict[tuple[str, str], Profile]:
    """Read pairs of a column and the unit it is wanted in, ("sun.air_degc", "degc").

    The unit is empty for whole numbers and truths, whose names carry none. Files are checked as a
    whole, whatever the horizon. Raises `Problems` with everything that was found.
    """
    window = Window.of(start, horizon_s)
    asked: dict[str, list[tuple[str, str]]] = {}
    for ref, unit in dict.fromkeys(wanted):
        name, _, column = ref.partition(".")
        asked.setdefault(name, []).append((column, unit))
    problems: list[Problem] = []
    profiles: dict[tuple[str, str], Profile] = {}
    for name, columns in asked.items():
        findings = Findings(sources[name])
        profiles |= _read_source(columns, window, findings)
        problems += findings.problems
    if problems:
        raise Problems(problems)
    return profiles


def integral(profile: Profile) -> Floats:
    """The integral over time, in value x seconds, from the first stamp up to each."""
    return np.concatenate(([0.0], np.cumsum(_areas(profile, 0, len(profile.values) - 1))))


def mean_over(profile: Profile, t0_s: ArrayLike, t1_s: ArrayLike) -> Floats:
    """The mean over each step [t0, t1): exact, and the stored value where that holds throughout."""
    shape = np.shape(t0_s)
    begin, end = np.array(t0_s, np.float64, ndmin=1), np.array(t1_s, np.float64, ndmin=1)
    times = profile.times_s
    if np.any(begin < times[0] - EDGE_S) or np.any(end > times[-1] + EDGE_S):
        raise ValueError(f"{profile.name} is known from {times[0]} s to {times[-1]} s only")
    first = np.clip(np.searchsorted(times, begin + EDGE_S, "right") - 1, 0, len(times) - 2)
    last = np.maximum(np.searchsorted(times, end - EDGE_S, "left") - 1, first)
    means = _mean_within(profile, first, begin, end)
    across = np.flatnonzero(last > first)
    if len(across):
        begin, end, first, last = begin[across], end[across], first[across], last[across]
        head, tail = times[first + 1], times[last]
        lowest, highest = int(first.min()), int(last.max())
        areas = _areas(profile, lowest, highest)
        # Whole intervals are summed between two indices; the zero makes the last one valid.
        bounds = np.column_stack((first + 1, last)).ravel() - lowest
        whole = np.add.reduceat(np.append(areas, 0.0), bounds)[::2]
        area = (
            _mean_within(profile, first, begin, head) * (head - begin)
            + np.where(last > first + 1, whole, 0.0)
            + _mean_within(profile, last, tail, end) * (end - tail)
        )
        means[across] = area / (end - begin)
    return means.reshape(shape)


def _mean_within(profile: Profile, interval: Ints, begin: Floats, end: Floats) -> Floats:
    values, times = profile.values, profile.times_s
    if not profile.linear:
        return values[interval]
    slope = (values[interval + 1] - values[interval]) / (times[interval + 1] - times[interval])
    middle: Floats = values[interval] + slope * (0.5 * (begin + end) - times[interval])
    return middle


def _areas(profile: Profile, first: int, last: int) -> Floats:
    """Value x seconds of each interval between two stamps."""
    values = profile.values[first : last + 1]
    heights = 0.5 * (values[:-1] + values[1:]) if profile.linear else values[:-1]
    areas: Floats = heights * np.diff(profile.times_s[first : last + 1])
    return areas


def _read_source(
    wanted: list[tuple[str, str]], window: Window, findings: Findings
) -> dict[tuple[str, str], Profile]:
    source = findings.source
    columns = list(dict.fromkeys(column for column, _ in wanted))
    table, place = read_source(columns, window, findings)
    if table is None:
        return {}
    factors = {pair: _factor(*pair, findings) for pair in wanted if pair[0] in table.columns}
    if table.stamps_ns is None:
        return {}
    spacing_ns = _usual_spacing(table.stamps_ns)
    missing = _missing(table.stamps_ns, spacing_ns)
    _check_gaps(table, missing, spacing_ns, findings)
    _check_cover(table.stamps_ns, spacing_ns, window, findings)
    if findings.problems:
        return {}
    stamps, rows = _completed(table.stamps_ns, missing, spacing_ns)
    times = np.append(stamps, stamps[-1] + np.int64(spacing_ns)) - window.start_ns
    kept = slice(
        int(np.searchsorted(times, 0, "right")) - 1,
        int(np.searchsorted(times, window.end_ns - window.start_ns, "left")) + 1,
    )
    times_s = times[kept] / 1e9
    profiles = {}
    for (column, unit), factor in factors.items():
        values = np.full(len(stamps), np.nan)
        values[rows] = table.columns[column] * factor
        filled = _filled(stamps, values, source.fill)
        values = np.append(filled, filled[-1])[kept]
        name = f"{source.name}.{column}"
        profiles[name, unit] = Profile(name, times_s, values, source.between == "linear", place)
    return profiles


def _factor(column: str, unit: str, findings: Findings) -> float:
    own = unit_of(column)
    target = unit_of(f"_{unit}")
    if own is None and target is None:
        return 1.0
    if own is None:
        findings.add(f"carries no unit in its name, such as {column}_{unit}", column)
        return 1.0
    factor = conversion(own, target) if target else None
    if factor is None:
        findings.add(f"is in {own} and cannot be turned into {unit or 'a plain number'}", column)
    return factor or 1.0


def _usual_spacing(stamps_ns: Ints) -> int:
    steps = np.diff(stamps_ns)
    middle = (len(steps) - 1) // 2
    return int(np.partition(steps, middle)[middle])


def _missing(stamps_ns: Ints, spacing_ns: int) -> Ints:
    """How many stamps are missing after each; none where a series keeps no usual spacing.

    It keeps one when most of its steps are within half of it, which holds for clocks that jitter,
    for months, and for local days of 23 and 25 hours.
    """
    steps = np.diff(stamps_ns)
    if 2 * np.count_nonzero(2 * np.abs(steps - spacing_ns) <= spacing_ns) <= len(steps):
        return np.zeros(len(steps), np.int64)
    missing: Ints = np.maximum((steps + spacing_ns // 2) // spacing_ns - 1, 0)
    return missing


def _check_gaps(table: Table, missing: Ints, spacing_ns: int, findings: Findings) -> None:
    fill = findings.source.fill
    remedy = '; fill = "hold", "linear" or "zero" would close the gap'
    short = np.flatnonzero(missing)
    if len(short) and not fill:
        usual = f"at a usual spacing of {spacing_ns / 1e9:g} s"
        findings.add_rows(f"{missing[short[0]]} rows are missing after it {usual}{remedy}", short)
    for column, values in table.columns.items():
        empty = np.isnan(values)
        if not fill:
            findings.add_rows(f"has an empty cell{remedy}", np.flatnonzero(empty), column)
        elif fill != "zero" and empty[0]:
            findings.add(f"begins with an empty cell, which fill = {fill!r} leaves", column, 0)
        elif fill == "linear" and empty[-1]:
            last = len(values) - 1
            findings.add("ends with an empty cell, which fill = 'linear' leaves", column, last)


def _check_cover(stamps_ns: Ints, spacing_ns: int, window: Window, findings: Findings) -> None:
    first, end = int(stamps_ns[0]), int(stamps_ns[-1]) + spacing_ns
    if first > window.start_ns or end < window.end_ns:
        have = f"{_local(first, findings)} to {_local(end, findings)}"
        need = f"{_local(window.start_ns, findings)} to {_local(window.end_ns, findings)}"
        findings.add(f"goes from {have}, and the scenario needs {need}")


def _local(moment_ns: int, findings: Findings) -> str:
    import pandas as pd

    return str(pd.Timestamp(moment_ns, tz="UTC").tz_convert(findings.source.zone).isoformat())


def _completed(stamps_ns: Ints, missing: Ints, spacing_ns: int) -> tuple[Ints, Ints]:
    """The stamps with the missing ones put in, and the places of those that were there."""
    rows = np.arange(len(stamps_ns)) + np.append(0, np.cumsum(missing))
    copies = np.append(missing, 0) + 1
    since = np.arange(rows[-1] + 1) - np.repeat(rows, copies)
    stamps: Ints = np.repeat(stamps_ns, copies) + since * spacing_ns
    return stamps, rows


def _filled(stamps_ns: Ints, values: Floats, fill: str) -> Floats:
    empty = np.isnan(values)
    if not empty.any():
        return values
    if fill == "zero":
        return np.where(empty, 0.0, values)
    if fill == "hold":
        source = np.maximum.accumulate(np.where(empty, 0, np.arange(len(values))))
        return values[source]
    return np.interp(stamps_ns, stamps_ns[~empty], values[~empty])
