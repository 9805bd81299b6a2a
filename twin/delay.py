"""A pure delay that is exact in energy at any step.

The line is a queue of (duration, value) pairs that always holds `delay_s` seconds of the past. A
step of `dt_s` pushes the present value and pops `dt_s` seconds from the far end, so the result is
the mean of the held input over [t - delay, t + dt - delay]: what goes in comes out, whatever the
steps in between. Before its first call the input is taken to have been what it is at that call.

Layout: head, tail, started, unused, then pairs. The number of pairs is a power of two.
"""

from __future__ import annotations

from twin.component import Vector

HEADER = 4


def line_length(delay_s: float, shortest_step_s: float) -> int:
    """Length of a vector that holds a delay at the shortest step, in steps of powers of two."""
    pairs = 4
    while pairs < delay_s / shortest_step_s + 3.0:
        pairs *= 2
    return HEADER + 2 * pairs


def longest_delay_s(length: int, shortest_step_s: float) -> float:
    """The longest delay that a vector of at most this length holds."""
    pairs = 4
    while HEADER + 4 * pairs <= length:
        pairs *= 2
    return (pairs - 3) * shortest_step_s


def delayed(line: Vector, value: float, delay_s: float, dt_s: float) -> float:
    """Push `value`, held for `dt_s`, and return the mean that leaves in the same time."""
    pairs = (len(line) - 4) // 2
    if delay_s <= 0.0:
        return value
    if line[2] == 0.0:
        line[0] = 0.0
        line[1] = 0.0
        line[2] = 1.0
        line[4] = delay_s
        line[5] = value
    head = (int(line[0]) + 1) % pairs
    line[0] = float(head)
    line[4 + 2 * head] = dt_s
    line[5 + 2 * head] = value
    tail = int(line[1])
    left = dt_s
    total = 0.0
    while left > 0.0:
        span = line[4 + 2 * tail]
        if span > left or tail == head:
            total += left * line[5 + 2 * tail]
            line[4 + 2 * tail] = max(span - left, 0.0)
            left = 0.0
        else:
            total += span * line[5 + 2 * tail]
            left -= span
            tail = (tail + 1) % pairs
    line[1] = float(tail)
    return total / dt_s
