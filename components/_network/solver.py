"""The power flow itself: Newton's method by KLU, turned until powers fit the voltages.

Parts of a network that nothing connects are solved one by one. Several sources of a part are
several voltages that are given. All but the first are folded into the first: their columns of the
matrix, times the ratio of the voltages, are added to its column. Exact.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from components._network.loads import LEAST_PU, Floats, Injections, Ints, Powers
from components._network.model import Model

TOLERANCE_MVA = 1e-8
NEWTON_STEPS = 15
TANGENTS, SECANTS = 30, 300  # turns around the solver's fixed injections: fast, and certain


class Solver:
    """Solves one model, from wherever it is told to start."""

    def __init__(self, model: Model) -> None:
        """Take the model with its sources as they are at the start."""
        self._model, self._refs = model, model.refs
        self._tolerance_pu = TOLERANCE_MVA / model.base_mva
        self._emf: Powers = model.volts[model.refs].copy()
        self.part = _parts(model)
        held = np.unique(self.part[model.refs]).tolist()
        self._blocks = [_Block(model, self.part == part, self._tolerance_pu) for part in held]
        self._fold()

    def set_emf(self, places: Ints, volts: Powers) -> None:
        """Take other voltages of the sources at these places."""
        self._emf[np.searchsorted(self._refs, places)] = volts
        self._fold()

    def _fold(self) -> None:
        for block in self._blocks:
            if block.folds:
                block.fold(self._with_emf(self._model.volts))

    def solve(self, powers: Injections, start: Powers) -> Powers | None:
        """The voltages, or None where none are found."""
        start = self._with_emf(start)
        if powers.plain(np.abs(start)):
            found = self._newton(powers.constant, powers.ohmic, start)
            if found is not None and powers.plain(np.abs(found)):
                return found
        found = self._turned(powers, powers.tangent, start, TANGENTS)
        return self._afresh(powers) if found is None else found

    def _afresh(self, powers: Injections) -> Powers | None:
        """The voltages from other starts: loads as impedances, then pandapower's own start."""
        linear = self.linear(powers)
        for start in (linear, self._with_emf(self._model.volts)):
            found = self._turned(powers, powers.tangent, start, TANGENTS)
            if found is not None:
                return found
        return self._turned(powers, powers.secant, linear, SECANTS)

    def _with_emf(self, volts: Powers) -> Powers:
        found = volts.copy()
        found[self._refs] = self._emf
        return found

    def linear(self, powers: Injections) -> Powers:
        """The voltages if all were constant impedance of its power at 1 pu: always to be had."""
        from scipy.sparse.linalg import spsolve  # type: ignore[import-untyped]

        model = self._model
        volts = np.zeros(model.size, complex)
        if not len(self._refs):
            return volts
        inner = np.setdiff1d(np.arange(model.size), self._refs)
        matrix = model.matrix.copy()
        matrix.data[_diagonal(matrix)] -= np.conj(powers.at(np.ones(model.size)))
        volts[self._refs] = self._emf
        volts[inner] = spsolve(matrix[inner][:, inner], -(matrix @ volts)[inner])
        held = np.abs(model.volts[model.pv])
        volts[model.pv] *= held / np.maximum(np.abs(volts[model.pv]), LEAST_PU)
        return volts

    def _turned(
        self,
        powers: Injections,
        parts: Callable[[Floats], tuple[Powers, Powers]],
        start: Powers,
        turns: int,
    ) -> Powers | None:
        """Solve with constant powers and admittances that fit the last voltages, until they fit."""
        volts, v = start, np.abs(start)
        for _ in range(turns):
            constant, ohmic = parts(v)
            found = self._newton(constant, ohmic, volts)
            if found is None:
                return None
            volts, v = found, np.abs(found)
            gap = np.abs(powers.at(v) - constant - ohmic * (v * v))
            if not len(gap) or gap.max() <= self._tolerance_pu:
                return volts
        return None

    def _newton(self, constant: Powers, ohmic: Powers, start: Powers) -> Powers | None:
        """Buses get `constant`, and `ohmic` at 1 pu through an admittance."""
        volts = start.copy()
        if all(block.newton(constant, ohmic, volts) for block in self._blocks):
            return volts
        return None


class _Block:
    """A part of a network that hangs together, and its sources folded into one."""

    def __init__(self, model: Model, inside: Any, tolerance_pu: float) -> None:
        from lightsim2grid.algorithm import NR_KLU

        self._model, self._klu, self._tolerance_pu = model, NR_KLU(), tolerance_pu
        self._refs = model.refs[inside[model.refs]]
        self._buses = np.setdiff1d(np.flatnonzero(inside), self._refs[1:])
        self._kept: Any = self._buses if len(self._buses) < model.size else slice(None)
        self.folds = len(self._refs) > 1
        self._groups = [
            np.searchsorted(self._buses, one[inside[one]]).astype(np.int32)
            for one in (self._refs[:1], *model.free)
        ]
        self._weights = np.zeros(len(self._buses))
        self._weights[self._groups[0]] = 1.0
        self.fold(model.volts)

    def fold(self, volts: Powers) -> None:
        """Fold all sources into the first, at these voltages."""
        matrix = self._model.matrix
        matrix = _folded(matrix, self._refs, volts) if self.folds else matrix.copy()
        if len(self._buses) < self._model.size:
            matrix = matrix.tocsr()[self._buses].tocsc()[:, self._buses]
        self._matrix, self._diagonal = matrix, _diagonal(matrix)
        self._clean = matrix.data[self._diagonal].copy()
        self._ohmic: Powers | None = None

    def newton(self, constant: Powers, ohmic: Powers, volts: Powers) -> bool:
        """Bring the voltages of these buses to where they fit; False where that fails."""
        if ohmic is not self._ohmic:
            self._matrix.data[self._diagonal] = self._clean - np.conj(ohmic[self._kept])
            self._ohmic = ohmic
        ref, pv, pq = self._groups
        went = self._klu.solve(
            self._matrix,
            volts[self._kept],
            constant[self._kept],
            ref,
            self._weights,
            pv,
            pq,
            NEWTON_STEPS,
            self._tolerance_pu,
        )
        volts[self._kept] = self._klu.get_V()
        return bool(went)


def _parts(model: Model) -> Ints:
    """The number of the part to which each bus belongs."""
    from scipy.sparse.csgraph import connected_components  # type: ignore[import-untyped]

    if not model.size:
        return np.zeros(0, np.int64)
    found: Ints = connected_components(abs(model.matrix), directed=False)[1]
    return found


def _folded(matrix: Any, refs: Ints, volts: Powers) -> Any:
    """The matrix in which the columns of all sources but the first are added to that of the first.

    The rows and columns of the others are still there.
    """
    first, others = refs[:1], refs[1:]
    column = matrix[:, others] @ (volts[others] / volts[first])
    folded = matrix.tolil()
    folded[:, first] = folded[:, first].toarray() + column[:, None]
    return folded.tocsc()


def _diagonal(matrix: Any) -> Ints:
    """Where the diagonal stands among the values of a matrix stored column by column."""
    columns = np.repeat(np.arange(matrix.shape[1]), np.diff(matrix.indptr))
    return np.flatnonzero(matrix.indices == columns)
