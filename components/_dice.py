"""Dice of one unit: a generator of random numbers so small that it lives in the row of a unit.

    x' = 48271 x mod (2^31 - 1)             Park, Miller and Stockmeyer (1993), "minimal standard"

A whole number from 1 to 2^31 - 2 is all its memory, the product stays below 2^47, and so the bits
are the same compiled and in Python. It is good for some thousands of draws of failures, not for
more: it repeats itself after 2.1e9 draws, and what follows a very small number is small as well.
"""

from __future__ import annotations

import math

FACTOR = 48271
MODULUS = 2147483647  # 2^31 - 1, a prime
HIGHEST = MODULUS - 1


def seeded(seed: int) -> int:
    """Begin: small seeds begin alike, after three rolls no more."""
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
