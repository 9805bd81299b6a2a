"""What a trace tells: numbers from times and values, whatever the step, even or not.

Times count from the event; `cut` makes such a trace of a record. Between samples it is a straight
line. Two kinds hold over the interval before their stamp instead, as a run records its flows:
powers of which energy is taken (`means` makes them of samples, `middles` says where they lie), and
voltages of which durations are taken. What a trace cannot tell is nan.
"""

from __future__ import annotations

import csv
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

ROUNDING_S = 1e-9  # two times that differ by less are one
TURN_HZ = 0.001  # a frequency that comes back by this much has been arrested
GAP_PU = 0.1  # a voltage below this is none (IEEE 1159)


class Extreme(NamedTuple):
    """The farthest value of a trace, and when it was reached first."""

    value: float
    at_s: float


class Trace(NamedTuple):
    """Values over the seconds since an event."""

    t_s: Floats
    x: Floats


def cut(t_s: Floats, x: Floats, begin_s: float, end_s: float) -> Trace:
    """A record from an event to an end, its times counted from the event."""
    inside = (t_s > begin_s + ROUNDING_S) & (t_s <= end_s + ROUNDING_S)
    first = np.interp(begin_s, t_s, x)
    return Trace(np.append(0.0, t_s[inside] - begin_s), np.append(first, x[inside]))


def nadir(trace: Trace) -> Extreme:
    """The lowest sample."""
    place = int(np.argmin(trace.x))
    return Extreme(float(trace.x[place]), float(trace.t_s[place]))


def zenith(trace: Trace) -> Extreme:
    """The highest sample."""
    place = int(np.argmax(trace.x))
    return Extreme(float(trace.x[place]), float(trace.t_s[place]))


def steepest_slope(trace: Trace, window_s: float) -> float:
    """The steepest difference quotient over a window, with its sign: RoCoF."""
    return steepest(trace, window_s).value


def steepest(trace: Trace, window_s: float) -> Extreme:
    """The same, and when its window begins.

    Windows that meet an interval longer than themselves are passed over, for they would tell of
    the interval.
    """
    t_s, x = trace
    starts = np.concatenate([t_s, t_s - window_s])  # a line is steepest where a window meets a kink
    starts = starts[(starts >= t_s[0]) & (starts + window_s <= t_s[-1] + ROUNDING_S)]
    coarse = np.append(0, np.cumsum(np.diff(t_s) > window_s + ROUNDING_S))
    first = np.searchsorted(t_s, starts + ROUNDING_S, "right") - 1
    last = np.searchsorted(t_s, starts + window_s - ROUNDING_S, "left")
    starts = starts[coarse[last] == coarse[first]]
    if not len(starts):
        return Extreme(float("nan"), float("nan"))
    slopes = (np.interp(starts + window_s, t_s, x) - np.interp(starts, t_s, x)) / window_s
    place = int(np.argmax(np.abs(slopes)))
    return Extreme(float(slopes[place]), float(starts[place]))


def arrest_s(trace: Trace) -> float:
    """When a frequency first stopped going to the side to which it goes farthest.

    It has stopped where it later comes back by 1 mHz before it goes on.
    """
    gone = trace.x - trace.x[0]
    gone = gone * np.sign(gone[np.argmax(np.abs(gone))])
    most = np.maximum.accumulate(gone)
    back = (gone < most - TURN_HZ) & (most > TURN_HZ)
    if not back.any():
        return float("nan")
    return float(trace.t_s[np.argmax(gone[: np.argmax(back)])])


def mean_between(trace: Trace, begin_s: float, end_s: float) -> float:
    """The mean over a window that the trace covers."""
    t_s, x = trace
    if end_s > t_s[-1] + ROUNDING_S:
        return float("nan")
    inside = t_s[(t_s > begin_s) & (t_s < end_s)]
    grid = np.concatenate([[begin_s], inside, [end_s]])
    return float(np.trapezoid(np.interp(grid, t_s, x), grid) / (end_s - begin_s))


def settling_s(trace: Trace, target: float, band: float) -> float:
    """From when on the trace stays within ± `band` of a target."""
    off = np.abs(trace.x - target) - band
    outside = np.flatnonzero(off > 0.0)
    if not len(outside):
        return 0.0
    if outside[-1] == len(off) - 1:
        return float("nan")
    return _zero(trace.t_s, off, int(outside[-1]))


def leaving_s(trace: Trace, target: float, band: float) -> float:
    """When the trace first leaves ± `band` of a target."""
    off = np.abs(trace.x - target) - band
    outside = np.flatnonzero(off > 0.0)
    if not len(outside):
        return float("nan")
    return _zero(trace.t_s, off, int(outside[0]) - 1)


def overshoot(trace: Trace, target: float) -> float:
    """How far beyond a target the trace goes after its farthest point on the other side."""
    off = trace.x - target
    farthest = int(np.argmax(np.abs(off)))
    beyond = -np.sign(off[farthest]) * off[farthest:]
    return float(max(beyond.max(), 0.0))


def peak_change(trace: Trace) -> float:
    """The largest departure from the first value, with its sign."""
    change = trace.x - trace.x[0]
    return float(change[np.argmax(np.abs(change))])


def final_change(trace: Trace) -> float:
    """The departure of the last value from the first."""
    return float(trace.x[-1] - trace.x[0])


def response_s(trace: Trace, share_pu: float, whole: float) -> float:
    """When a share of a change (`peak_change`, `final_change`) is first reached: t10, t50, t90."""
    short = share_pu - (trace.x - trace.x[0]) / whole
    reached = np.flatnonzero(short <= 0.0)
    return _zero(trace.t_s, short, int(reached[0]) - 1) if len(reached) else float("nan")


def means(samples: Trace) -> Trace:
    """Means over the interval before each stamp, of samples joined by lines."""
    x = samples.x
    return Trace(samples.t_s, np.append(x[0], (x[1:] + x[:-1]) / 2.0))


def middles(means: Trace) -> Trace:
    """Means put where they lie, in the middle of their intervals."""
    t_s = means.t_s
    return Trace(np.append(t_s[0], (t_s[1:] + t_s[:-1]) / 2.0), means.x)


def energy_kwh(means_kw: Trace, begin_s: float, end_s: float) -> float:
    """Energy in a window, of mean powers over the interval before each stamp."""
    t_s, p_kw = means_kw
    if end_s > t_s[-1] + ROUNDING_S:
        return float("nan")
    booked = np.append(0.0, np.cumsum(p_kw[1:] * np.diff(t_s)))
    return float(np.interp(end_s, t_s, booked) - np.interp(begin_s, t_s, booked)) / 3600.0


def share_delivered_pu(change_kw: Trace, until_s: float, whole_kw: float) -> float:
    """Energy delivered until then, of what the whole change from the first instant would give."""
    if until_s <= 0.0:
        return float("nan")
    return energy_kwh(change_kw, 0.0, until_s) * 3600.0 / (whole_kw * until_s)


def spells_s(t_s: Floats, marked: NDArray[np.bool_]) -> Floats:
    """How long each spell of marked intervals lasts; a mark is of the interval before its stamp."""
    lengths = np.diff(t_s)
    edges = np.flatnonzero(np.diff(np.concatenate([[0], marked[1:].astype(np.int8), [0]])))
    passed = np.append(0.0, np.cumsum(lengths))
    return np.asarray(passed[edges[1::2]] - passed[edges[::2]], np.float64)


def time_below_s(voltage: Trace, v_pu: float) -> float:
    """All the time below a voltage."""
    return float(spells_s(voltage.t_s, voltage.x < v_pu).sum())


def longest_below_s(voltage: Trace, v_pu: float) -> float:
    """The longest spell below a voltage."""
    return float(spells_s(voltage.t_s, voltage.x < v_pu).max(initial=0.0))


def transfer_gap_s(voltage: Trace) -> float:
    """The longest spell without voltage, below 0.1 pu."""
    return longest_below_s(voltage, GAP_PU)


@dataclass(frozen=True, slots=True)
class Curve:
    """How long a voltage may stay below or above each level: pairs of pu and seconds."""

    low: tuple[tuple[float, float], ...]
    high: tuple[tuple[float, float], ...]


def read_curve(path: Path) -> Curve:
    """A curve of `components/data`: its source on line 1, then side, v_pu, longest_s."""
    lines = path.read_text("utf-8").splitlines()[1:]
    found: dict[str, list[tuple[float, float]]] = {"low": [], "high": []}
    for line in csv.DictReader(lines):
        found[line["side"]].append((float(line["v_pu"]), float(line["longest_s"])))
    return Curve(tuple(found["low"]), tuple(found["high"]))


def rides_through(voltage: Trace, curve: Curve) -> bool:
    """Whether no spell below or above a level is longer than a curve bears."""
    sides = [(voltage.x < v_pu, longest_s) for v_pu, longest_s in curve.low]
    sides += [(voltage.x > v_pu, longest_s) for v_pu, longest_s in curve.high]
    return all(
        spells_s(voltage.t_s, marked).max(initial=0.0) <= longest_s + ROUNDING_S
        for marked, longest_s in sides
    )


def _zero(t_s: Floats, x: Floats, place: int) -> float:
    """Where the line from a sample to the next is zero; the sample itself before the first."""
    if place < 0:
        return float(t_s[0])
    x0, x1 = x[place], x[place + 1]
    return float(t_s[place] + (t_s[place + 1] - t_s[place]) * x0 / (x0 - x1))
