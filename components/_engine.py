"""What an engine governor is made of, over a step with its input held: exact, second order in dt.

A section  (1 + s T) / (1 + s c1 + s s c2)  of a governor is solved by its state y, where

    c2 y'' + c1 y' + y = u

and gives y + T y'; its mean over a step follows from the equation and the changes of y and y'.
"""

from __future__ import annotations

import math

from twin.lags import lagged


def section(
    y: float, slope: float, u: float, c1_s: float, c2_s2: float, dt_s: float
) -> tuple[float, float]:
    """Where y and its slope stand after a step; without c1 the section is its input."""
    if c1_s <= 0.0:
        return u, 0.0
    if c2_s2 <= 0.0:
        after = lagged(y, u, c1_s, dt_s)
        return after, (u - after) / c1_s
    half = 0.5 * c1_s / c2_s2
    square = 1.0 / c2_s2
    bend = half * half - square
    if bend < 0.0:
        w = math.sqrt(-bend)
        fade = math.exp(-half * dt_s)
        even = fade * math.cos(w * dt_s)
        odd = fade * math.sin(w * dt_s) / w
    elif bend > 0.0:
        w = math.sqrt(bend)
        slow = math.exp(-square / (half + w) * dt_s)
        fast = math.exp(-(half + w) * dt_s)
        even = 0.5 * (slow + fast)
        odd = 0.5 * (slow - fast) / w
    else:
        even = math.exp(-half * dt_s)
        odd = dt_s * even
    off = y - u
    push = slope + half * off
    pull = half * slope + square * off
    return u + off * even + push * odd, slope * even - pull * odd
