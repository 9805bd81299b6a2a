"""The compiled pieces that every generated loop calls: profiles, the bus, recording."""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import njit

# Every function here is compiled into cells whose names carry a hash of this file. Nothing
# allocates, so the counting of references to arrays is off, and calls are always inlined, because
# handing over a dozen arrays by seven words each costs more than the arithmetic.
OPTIONS = {"cache": True, "nogil": True, "_nrt": False, "forceinline": True}
JIT: Any = njit(**OPTIONS)  # type: ignore[call-overload]

# cells of the clock, the little state of a loop that outlives a call
NOW, SEGMENT, MARK_FROM, MARK_TO, RECORDS, EVENTS, FINE, STOPPED = range(8)
CLOCK_SIZE = 8
# columns of the step calendar
START, END, STEP, SYNC, RECORD, IS_FINE = range(6)


@JIT
def profile_mean(slot, t0, t1, times, values, last, mode, cursor):  # type: ignore[no-untyped-def]
    """Mean of a profile over [t0, t1); mode 0 held, 1 linear, 2 the value at t0."""
    here = cursor[slot]
    end = last[slot]
    while here + 1 < end and times[here + 1] <= t0:
        here += 1
    cursor[slot] = here
    kind = mode[slot]
    if kind == 2 or (kind == 0 and (here + 1 == end or t1 <= times[here + 1])):
        return values[here]
    total = 0.0
    at = t0
    while at < t1:
        inside = here + 1 < end
        until = min(t1, times[here + 1]) if inside else t1
        if kind == 1 and inside:
            slope = (values[here + 1] - values[here]) / (times[here + 1] - times[here])
            middle = 0.5 * (at + until) - times[here]
            total += (values[here] + slope * middle) * (until - at)
        else:
            total += values[here] * (until - at)
        at = until
        while here + 1 < end and times[here + 1] <= at:  # two at one instant: it is set there
            here += 1
    return total / (t1 - t0)


@JIT
def carry(to, at, source, out, targets, sources, mode):  # type: ignore[no-untyped-def]
    """Carry one wire. Mode 0 unit to unit, 1 by index, 2 summed, 3 added to what is there."""
    if mode == 0:
        for i in range(to.shape[0]):
            to[i, at] = source[i, out]
        return
    if mode == 1:
        for j in range(len(targets)):
            to[targets[j], at] = source[sources[j], out]
        return
    if mode == 2:
        for i in range(to.shape[0]):
            to[i, at] = 0
    for j in range(len(targets)):
        to[targets[j], at] += source[sources[j], out]


@JIT
def collect(power, at, on, bus, source, demand, meter, hours):  # type: ignore[no-untyped-def]
    """Add what devices deliver or take to their buses, and meter it for the audit."""
    for i in range(power.shape[0]):
        p = power[i, at]
        if p > 0.0:
            bus[on[i], source] += p
        else:
            bus[on[i], demand] -= p
        meter[i, 0] += p * hours
        meter[i, 1] += abs(p * hours)


@JIT
def changed(table, at, seen):  # type: ignore[no-untyped-def]
    """Whether a watched field differs from when it was last seen; remembers it.

    Where nobody waits for it, nothing of it was ever seen.
    """
    different = False
    for i in range(len(seen)):
        if table[i, at] != seen[i]:
            seen[i] = table[i, at]
            different = True
    return different


@JIT
def next_due(now, step, period):  # type: ignore[no-untyped-def]
    """When a device with a period of its own is due again."""
    return now + step if period <= step else (now // period + 1) * period


@JIT
def drive(  # type: ignore[no-untyped-def]
    now, step, times, values, last, mode, cursor, period, due, driven
):
    """Bring the profiles that are due to their mean over the step ahead of their devices."""
    for slot in range(len(last)):
        if due[slot] <= now:
            due[slot] = next_due(now, step, period[slot])
            driven[slot] = profile_mean(slot, now, due[slot], times, values, last, mode, cursor)


@JIT
def accumulate(table, begin, end, weight, sums, least, most):  # type: ignore[no-untyped-def]
    """Add one step of a device's flows, table[:, begin:end], to its running mean and extremes."""
    units = table.shape[0]
    width = end - begin
    if units == 1:
        for j in range(width):
            sums[j] += weight * table[0, begin + j]
        return
    for i in range(units):
        for j in range(width):
            x = table[i, begin + j]
            sums[j] += weight * x
            if x < least[j]:
                least[j] = x
            if x > most[j]:
                most[j] = x


@JIT
def write_flows(line, at, units, sums, least, most):  # type: ignore[no-untyped-def]
    """Write the running values of a device's flows to a line of records and start anew."""
    width = len(sums)
    for j in range(width):
        line[at + j] = sums[j]
        sums[j] = 0.0
    if units > 1:
        for j in range(width):
            line[at + width + j] = least[j]
            line[at + 2 * width + j] = most[j]
            least[j] = np.inf
            most[j] = -np.inf
        return at + 3 * width
    return at + width


@JIT
def told_four(line, at, width, table, column):  # type: ignore[no-untyped-def]
    """Write sum, least and most of four columns, which share a line of the processor's cache."""
    sum_a, sum_b, sum_c, sum_d = 0.0, 0.0, 0.0, 0.0
    least_a, least_b, least_c, least_d = np.inf, np.inf, np.inf, np.inf
    most_a, most_b, most_c, most_d = -np.inf, -np.inf, -np.inf, -np.inf
    for i in range(table.shape[0]):
        a, b = float(table[i, column]), float(table[i, column + 1])
        c, d = float(table[i, column + 2]), float(table[i, column + 3])
        sum_a, sum_b, sum_c, sum_d = sum_a + a, sum_b + b, sum_c + c, sum_d + d
        least_a, least_b = min(least_a, a), min(least_b, b)
        least_c, least_d = min(least_c, c), min(least_d, d)
        most_a, most_b = max(most_a, a), max(most_b, b)
        most_c, most_d = max(most_c, c), max(most_d, d)
    sums, least = (sum_a, sum_b, sum_c, sum_d), (least_a, least_b, least_c, least_d)
    most = (most_a, most_b, most_c, most_d)
    for j in range(4):
        line[at + j] = sums[j]
        line[at + width + j] = least[j]
        line[at + 2 * width + j] = most[j]


@JIT
def told_one(line, at, width, table, column):  # type: ignore[no-untyped-def]
    """Write sum, least and most of one column."""
    total, least, most = 0.0, np.inf, -np.inf
    for i in range(table.shape[0]):
        x = float(table[i, column])
        total += x
        least = min(least, x)
        most = max(most, x)
    line[at] = total
    line[at + width] = least
    line[at + 2 * width] = most


@JIT
def write_states(line, at, table, begin, end):  # type: ignore[no-untyped-def]
    """Write sum, least and most of table[:, begin:end] as they stand to a line of records."""
    units = table.shape[0]
    width = end - begin
    if units == 1:
        for j in range(width):
            line[at + j] = table[0, begin + j]
        return at + width
    done = 0
    while width - done >= 4:  # as many as registers hold: one by one, sums wait for memory
        told_four(line, at + done, width, table, begin + done)
        done += 4
    for j in range(done, width):
        told_one(line, at + j, width, table, begin + j)
    return at + 3 * width


@JIT
def log_event(log, clock, device, unit, column, value):  # type: ignore[no-untyped-def]
    """Note that a mode changed; the caller has made sure there is room."""
    at = clock[EVENTS]
    log[at, 0] = clock[NOW]
    log[at, 1] = device
    log[at, 2] = unit
    log[at, 3] = column
    log[at, 4] = value
    clock[EVENTS] = at + 1


@JIT
def accumulate_units(table, picked, begin, end, weight, sums):  # type: ignore[no-untyped-def]
    """Add one step of the flows of picked units to their running means."""
    for q in range(len(picked)):
        for j in range(end - begin):
            sums[q, j] += weight * table[picked[q], begin + j]


@JIT
def write_units(line, at, wholes, table, picked, blocks, sums):  # type: ignore[no-untyped-def]
    """Write picked units one by one: whole numbers, states, mean flows."""
    first_whole, first_float, first_flow, end = blocks
    for q in range(len(picked)):
        for j in range(first_whole, first_float):
            line[at] = wholes[picked[q], j]
            at += 1
        for j in range(first_float, first_flow):
            line[at] = table[picked[q], j]
            at += 1
        for j in range(end - first_flow):
            line[at] = sums[q, j]
            sums[q, j] = 0.0
            at += 1
    return at
