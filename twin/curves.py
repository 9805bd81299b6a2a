"""Straight lines between published points, for the methods of a component.

`np.interp` cannot be compiled into a cell, because it allocates; this gives the same bits.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Points = tuple[float, ...] | NDArray[np.float64]


def interpolate(x: float, xs: Points, ys: Points) -> float:
    """The value at `x` of a curve through two points or more; at its ends it stays level.

    `xs` ascends. Write the points as constants of the module, all of them floats: a tuple, or an
    array where a curve is long, since every length of a tuple is compiled anew.
    """
    low = 0
    high = len(xs) - 1
    if x < xs[low]:
        return float(ys[low])
    if x >= xs[high]:
        return float(ys[high])
    while high - low > 1:
        middle = (low + high) // 2
        if x >= xs[middle]:
            low = middle
        else:
            high = middle
    if x == xs[low]:
        return float(ys[low])
    slope = (ys[low + 1] - ys[low]) / (xs[low + 1] - xs[low])
    return float(slope * (x - xs[low]) + ys[low])
