"""Dice of one unit: a generator of random numbers so small that it lives in the row of a unit.

    x' = 48271 x mod (2^31 - 1)             Park, Miller and Stockmeyer (1993), "minimal standard"

A whole number from 1 to 2^31 - 2 is all its memory, the product stays below 2^47, and so the bits
are the same compiled and in Python. It is good for the failures of a unit, not for more: what
follows a very small number is small as well, and neighbouring seeds remain a fixed step apart, so
draw the seeds of a fleet.
"""

from __future__ import annotations

import math

FACTOR = 48271
MODULUS = 2147483647  # 2^31 - 1, a prime
HIGHEST = MODULUS - 1


def seeded(seed: int) -> int:
    """Begin: small seeds begin with small numbers, after three rolls no more."""
    return rolled(rolled(rolled(seed)))


def rolled(x: int) -> int:
    """The next whole number, from 1 to `HIGHEST`."""
    return FACTOR * x % MODULUS


def uniform_pu(x: int) -> float:
    """A number between 0 and 1, neither of them."""
    return x / MODULUS


def exponential(x: int, mean: float) -> float:
    """A time to an event that does not age, with that mean."""
    return -mean * math.log(uniform_pu(x))
