"""First-order lags and limits for components that are dynamic, over a step with its input held.

A lag  T x' = u - x  with u held for dt is solved exactly:

    x(dt) = u + (x - u) exp(-dt / T)            its mean over the step = u - (x(dt) - x) T / dt

In a chain each lag takes the mean of the one before it; the error that leaves is of second order
in dt. A limit that does not wind up is the state itself held at the bound: under a held input it
stays there as long as it is pushed against it and leaves when the push turns, as `clipped` gives.
"""

from __future__ import annotations

import math


def lagged(x: float, u: float, lag_s: float, dt_s: float) -> float:
    """Where a lag stands after a step; without a lag it is its input."""
    if lag_s <= 0.0:
        return u
    return u + (x - u) * math.exp(-dt_s / lag_s)


def lag_mean(x: float, after: float, u: float, lag_s: float, dt_s: float) -> float:
    """Mean of a lag over a step that took it from `x` to `after`, no limit in between."""
    return u - (after - x) * lag_s / dt_s


def clipped(x: float, low: float, high: float) -> float:
    """The nearest within two bounds."""
    return min(max(x, low), high)


def beyond(x: float, band: float) -> float:
    """What is left of a deviation outside a deadband that begins at zero again (offset kind)."""
    return max(x - band, 0.0) + min(x + band, 0.0)


def toward(x: float, target: float, most: float) -> float:
    """The way to a target, at most so far in one step."""
    return x + min(max(target - x, -most), most)
