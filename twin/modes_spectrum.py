"""Eigenvalues of a step and what takes part in them.

    s = ln(z) / dt        f = |Im s| / 2 pi        damping = - Re s / |s|        T = 1 / |Re s|

The participation of a number in a mode is its element of the right times that of the left
eigenvector, scaled to a sum of 1. Equal eigenvalues (a fleet of equal units has them) are one mode
that occurs several times, with the mean of its participations, which alone is well defined.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from twin.modes_step import Number, Slopes

Complexes = NDArray[np.complex128]

EQUAL = 1e-4  # eigenvalues s that differ by less, of their size, are equal
LEAST_PER_S = 1e-6  # or by less than this, and nearer to an axis they are on it
WITHIN = math.exp(-1.0)
MOST = 0.75  # of what a field of all units takes part: the unit that has it is named


@dataclass(frozen=True)
class Mode:
    """One way in which a system moves near where it stands; a conjugate pair is one."""

    per_s: complex  # s; of a pair the one above the real axis
    times: int  # how often it occurs
    shares: tuple[tuple[str, float], ...]  # of "device.field", largest first

    @property
    def f_hz(self) -> float:
        """Its frequency; 0 where it does not swing."""
        return self.per_s.imag / (2.0 * math.pi)

    @property
    def damping_pu(self) -> float:
        """Its damping ratio; negative where it grows."""
        return 0.0 - self.per_s.real / abs(self.per_s) if self.per_s else 0.0

    @property
    def time_constant_s(self) -> float:
        """In which time it falls, or grows, by a factor e."""
        return 1.0 / abs(self.per_s.real) if self.per_s.real else math.inf


def spectrum(
    slopes: Slopes, dt_s: float, unit_name: Callable[[str, int], str]
) -> tuple[list[Mode], int]:
    """The modes of a step, those that grow or last longest first.

    Of eigenvalues that are gone within the step, to less than 1/e, there is only the count.
    """
    if not slopes.numbers:
        return [], 0
    scaled = slopes.matrix * slopes.sizes / slopes.sizes[:, None]
    values, right = np.linalg.eig(scaled)
    mirrored, left = np.linalg.eig(scaled.T)
    found = []
    for per_s, same in _equal(values.astype(np.complex128), dt_s):
        far = np.abs(mirrored - values[same].mean())
        near = np.argsort(far, kind="stable")[: len(same)]
        parts = _participations(right[:, same], left[:, near])
        found.append(Mode(per_s, len(same), tuple(_shares(slopes.numbers, parts, unit_name))))
    return found, int(np.count_nonzero(np.abs(values) <= WITHIN))


def _equal(values: Complexes, dt_s: float) -> Iterator[tuple[complex, list[int]]]:
    """Each s with the places of its eigenvalues, slowest first, one of each conjugate pair."""
    slow = np.flatnonzero(np.abs(values) > WITHIN)
    per_s = np.log(values[slow]) / dt_s
    per_s.real[np.abs(per_s.real) <= LEAST_PER_S] = 0.0
    # two equal ones that rounding has made a pair are real again
    per_s.imag[np.abs(per_s.imag) <= EQUAL * np.abs(per_s) + LEAST_PER_S] = 0.0
    order = np.lexsort((per_s.imag, -per_s.real))
    left = order[per_s[order].imag >= 0.0]
    while len(left):
        apart = np.abs(per_s[left] - per_s[left[0]])
        same = apart <= EQUAL * abs(per_s[left[0]]) + LEAST_PER_S
        yield complex(per_s[left[same]].mean()), slow[left[same]].tolist()
        left = left[~same]


def _participations(right: Complexes, left: Complexes) -> Complexes:
    """The mean participations in some modes: the diagonal of the projector on their space."""
    inverse = np.linalg.pinv(left.T @ right)
    found: Complexes = np.einsum("ik,kj,ij->i", right, inverse, left) / right.shape[1]
    return found


def _shares(
    numbers: Sequence[Number], parts: Complexes, unit_name: Callable[[str, int], str]
) -> Iterator[tuple[str, float]]:
    """What takes part, by field of a device, of a unit where it has most of it; largest first."""
    whole: dict[tuple[str, str], dict[int, complex]] = {}
    for number, part in zip(numbers, parts.tolist(), strict=True):
        units = whole.setdefault((number.device, number.field), {})
        units[number.unit] = units.get(number.unit, 0.0) + part
    sizes = {key: sum(map(abs, units.values())) for key, units in whole.items()}
    total = sum(sizes.values())
    for (device, field), size in sorted(sizes.items(), key=lambda item: -item[1]):
        units = whole[device, field]
        most = max(units, key=lambda unit: abs(units[unit]))
        alone = abs(units[most]) > MOST * size
        name = unit_name(device, most) if alone else device
        yield f"{name}.{field}", size / total
