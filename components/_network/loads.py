"""Powers at the buses of a network and how they follow the voltage; all in per unit.

What is taken at constant power becomes a constant impedance below the knee (0.8 pu). What is given
keeps its current below the knee or, where the rating of converters is known, below the voltage at
which their current limit is reached. The network's own loads have besides pandapower's shares of
constant impedance and constant current.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
Powers = NDArray[np.complex128]

LEAST_PU = 1e-6  # voltages below are as good as none


@dataclass(frozen=True)
class Forming:
    """What formers of an island deliver to hold its voltage: Q = S (V_set - V) / m_q.

    Some of them are at their current, where Q is all there is room for, sqrt((i_max S V)^2 - P^2).
    """

    v_set_pu: float
    slope: Floats  # S / m_q by bus; 0 where nobody forms
    current: Floats  # the largest
    active: Floats  # P that they deliver
    side: Floats  # 0, or the sign of Q where they are at their current

    def reactive(self, v: Floats) -> Floats:
        """What they deliver at these voltages."""
        return np.where(self.side == 0.0, self._wanted(v), self.side * self._most(v))

    def rise(self, v: Floats) -> Floats:
        """By how much that rises with the voltage."""
        most = self._most(v)
        bound = self.current * self.current * v / np.maximum(most, LEAST_PU)
        limited = np.where(most > 0.0, self.side * bound, 0.0)
        return np.where(self.side == 0.0, -self.slope, limited)

    def sides(self, v: Floats) -> Floats:
        """Where they would be at their current at these voltages."""
        wanted = self._wanted(v)
        return np.where(np.abs(wanted) > self._most(v), np.sign(wanted), 0.0)

    def _wanted(self, v: Floats) -> Floats:
        return self.slope * (self.v_set_pu - v)

    def _most(self, v: Floats) -> Floats:
        room = (self.current * v) ** 2 - self.active * self.active
        return np.sqrt(np.maximum(room, 0.0))

    def at(self, buses: Ints) -> Forming:
        """The same for some of the buses."""
        arrays = self.slope, self.current, self.active, self.side
        return Forming(self.v_set_pu, *(one[buses] for one in arrays))

    def only(self, those: NDArray[np.bool_]) -> Forming:
        """The same where nobody forms at the other buses."""
        arrays = self.slope, self.current, self.active, self.side
        return Forming(self.v_set_pu, *(one * those for one in arrays))


@dataclass(frozen=True)
class Injections:
    """Powers of all buses, generator sign where they may have both."""

    fixed: Powers  # of machines that hold their voltage
    given: Powers  # by converters
    taken: Powers
    current: Powers | None  # taken at 1 pu as constant current
    ohmic: Powers  # given at 1 pu as constant impedance
    limit: Floats | None  # the most that is given at 1 pu, as a multiple of `given`; inf: unknown
    knee_pu: float
    forming: Forming | None = None

    @property
    def constant(self) -> Powers:
        """What is constant as long as all is plain."""
        return self.fixed + self.given - self.taken

    def plain(self, v: Floats) -> bool:
        """Whether all is constant power or constant impedance at these voltages."""
        if self.current is not None or self.forming is not None:
            return False
        if not len(v) or v.min() < self.knee_pu:
            return False
        return self.limit is None or bool((self.limit * v).min() >= 1.0)

    def shares(self, v: Floats) -> tuple[Floats, Floats]:
        """How much is given and taken, at these voltages, of what would be at constant power."""
        below = np.minimum(v / self.knee_pu, 1.0)
        return np.minimum(self._rise() * v, 1.0), below * below

    def _rise(self) -> Floats | float:
        """By how much of what is wanted each pu of voltage lets give, below where all is given."""
        if self.limit is None:
            return 1.0 / self.knee_pu
        return np.where(np.isfinite(self.limit), self.limit, 1.0 / self.knee_pu)

    def at(self, v: Floats) -> Powers:
        """What flows into the buses at these voltages."""
        give, take = self.shares(v)
        found = self.fixed + self.given * give - self.taken * take + self.ohmic * (v * v)
        if self.forming is not None:
            found = found + 1j * self.forming.reactive(v)
        return found if self.current is None else found - self.current * v

    def tangent(self, v: Floats) -> tuple[Powers, Powers]:
        """Constants a and b with a + b v^2 equal in value and slope to `at` at these voltages.

        Both parts fit into a solver of constant powers, b as an admittance, so that a power flow
        with any dependence on the voltage converges as fast as Newton's method does.
        """
        v = np.maximum(v, LEAST_PU)
        knee, zero, rise = self.knee_pu, np.zeros_like(v), self._rise()
        slope = self.given * np.where(rise * v < 1.0, rise, zero)
        slope = slope - self.taken * np.where(v < knee, 2.0 * v / (knee * knee), zero)
        if self.current is not None:
            slope = slope - self.current
        if self.forming is not None:
            slope = slope + 1j * self.forming.rise(v)
        ohmic = self.ohmic + slope / (2.0 * v)
        return self.at(v) - ohmic * (v * v), ohmic

    def secant(self, v: Floats) -> tuple[Powers, Powers]:
        """The same with all but machines as an admittance: each turn then has a solution."""
        return self.fixed, (self.at(v) - self.fixed) / np.maximum(v * v, LEAST_PU)


def part(powers: Powers, shares: Powers) -> Powers:
    """A share of the active and another of the reactive power."""
    found: Powers = powers.real * shares.real + 1j * (powers.imag * shares.imag)
    return found


def positive(powers: Powers) -> Powers:
    """Active and reactive power, each where it is positive."""
    found: Powers = np.maximum(powers.real, 0.0) + 1j * np.maximum(powers.imag, 0.0)
    return found
