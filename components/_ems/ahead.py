"""What the coming hours bring, from a profile that is known: sums and quantiles, before the run.

Where a series ends, its last hours are taken to come again.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

DAY_S = 86400.0


def step_s(times: Any) -> float:
    """The step of a regular series of instants; a day if there is but one."""
    return float((times[1] - times[0]) / np.timedelta64(1, "s")) if len(times) > 1 else DAY_S


def sums_ahead(values: Floats, count: int) -> Floats:
    """The sum of each line and those after it, `count` in all."""
    longer = _lengthened(values, count)
    until = np.concatenate((np.zeros((1, longer.shape[1])), np.cumsum(longer, axis=0)))
    begin = np.arange(len(values))
    end = np.minimum(begin + count, len(longer))
    found: Floats = until[end] - until[begin]
    return found


def quantiles_ahead(values: Floats, count: int, every: int, shares: Floats) -> Floats:
    """A quantile of each line and those after it, renewed after `every` lines.

    A share for each column; columns are worked on one by one to spare memory.
    """
    longer = _lengthened(values, count)
    count = min(count, len(longer))
    found = np.empty_like(values)
    for place, share in enumerate(shares):
        windows = np.lib.stride_tricks.sliding_window_view(longer[:, place], count)
        renewed = np.quantile(windows[: len(values) : every], share, axis=1)
        found[:, place] = np.repeat(renewed, every)[: len(values)]
    return found


def _lengthened(values: Floats, count: int) -> Floats:
    return np.concatenate((values, values[-count:]))
