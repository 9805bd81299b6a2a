"""Firm power: what a perfect unit would have to be rated to carry as much, nearly always.

    firm = the power that sum (k / n) P is below with a probability of 1 - q

P is the mean power that a resource adds in the first `firm_h` hours after it is asked for all it
has: a store gives no more than its energy, a truck that arrives late gives less, a set that runs at
its least load has only the rest left. k of its n units are there, independently of each other, each
with `available_pu`; P differs from draw to draw, and each draw weighs the same. q is `firm_pu`.

The idea of an equivalent perfect unit is that of the effective load-carrying capability (Garver
1966, IEEE Transactions on Power Apparatus and Systems 85, 910-919); here it is held against one
event of given length and not against a year of loads, and 95 % is an assumption. In between, time
does not count: what comes in the last hour is worth as much as what comes in the first.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from twin.factorial_plan import Resource

Floats = NDArray[np.float64]
ROUNDING = 1e-12


def firm_kw(resources: Sequence[Resource], means_kw: Sequence[Sequence[float]], q: float) -> float:
    """Of draws, each with the mean power of every resource."""
    values, weights = [], []
    for draw in means_kw:
        kw, chance = np.zeros(1), np.ones(1)
        for resource, mean_kw in zip(resources, draw, strict=True):
            share, own = there(resource.units, resource.available_pu)
            kw = np.add.outer(kw, mean_kw * share).ravel()
            chance = np.multiply.outer(chance, own).ravel()
        values.append(kw)
        weights.append(chance / len(means_kw))
    return quantile(np.concatenate(values), np.concatenate(weights), 1.0 - q)


def there(units: int, available_pu: float) -> tuple[Floats, Floats]:
    """Shares of the units that may be there, and their probabilities: binomial."""
    counts = range(units + 1)
    away_pu = 1.0 - available_pu
    chances = [math.comb(units, k) * available_pu**k * away_pu ** (units - k) for k in counts]
    return np.array(counts) / units, np.array(chances)


def quantile(values: Floats, weights: Floats, share: float) -> float:
    """The least value that is not exceeded with this probability or more."""
    order = np.argsort(values, kind="stable")
    passed = np.cumsum(weights[order])
    return float(values[order][np.argmax(passed >= share - ROUNDING)])
