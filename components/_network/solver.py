"""The power flow itself: Newton's method by KLU, turned until powers fit the voltages.

Several sources are several voltages that are given. All but the first are folded into the first:
their columns of the matrix, times the ratio of the voltages, are added to its column. Exact.
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
        from lightsim2grid.algorithm import NR_KLU

        self._model, self._klu = model, NR_KLU()
        self._tolerance_pu = TOLERANCE_MVA / model.base_mva
        self._refs = model.refs
        self._fold(model.volts[model.refs])

    def set_emf(self, emf: Powers) -> None:
        """Take other voltages of the sources."""
        if len(emf) > 1:
            self._fold(emf)
        self._emf = emf

    def _fold(self, emf: Powers) -> None:
        model, self._emf = self._model, emf
        self._matrix, kept = _folded(model, emf)
        self._kept: Any = kept if len(model.refs) > 1 else slice(None)
        self._diagonal = _diagonal(self._matrix)
        self._clean = self._matrix.data[self._diagonal].copy()
        self._ohmic: Powers | None = None
        first = model.refs[:1]
        self._groups = [np.searchsorted(kept, one).astype(np.int32) for one in (first, *model.free)]
        self._weights = np.zeros(len(kept))
        self._weights[self._groups[0]] = 1.0

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
        inner = np.setdiff1d(np.arange(model.size), self._refs)
        matrix = model.matrix.copy()
        matrix.data[_diagonal(matrix)] -= np.conj(powers.at(np.ones(model.size)))
        volts = np.zeros(model.size, complex)
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
            if gap.max() <= self._tolerance_pu:
                return volts
        return None

    def _newton(self, constant: Powers, ohmic: Powers, start: Powers) -> Powers | None:
        """Buses get `constant`, and `ohmic` at 1 pu through an admittance."""
        if ohmic is not self._ohmic:
            self._matrix.data[self._diagonal] = self._clean - np.conj(ohmic[self._kept])
            self._ohmic = ohmic
        ref, pv, pq = self._groups
        volts = start.copy()
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
        return volts if went else None


def _folded(model: Model, emf: Powers) -> tuple[Any, Ints]:
    """The matrix with one source, and the buses it is left with."""
    matrix, others = model.matrix, model.refs[1:]
    kept = np.setdiff1d(np.arange(model.size), others)
    if not len(others):
        return matrix.copy(), kept
    first = [model.refs[0]]
    column = matrix[:, others] @ (emf[1:] / emf[0])
    folded = matrix.tolil()
    folded[:, first] = folded[:, first].toarray() + column[:, None]
    return folded.tocsr()[kept].tocsc()[:, kept], kept


def _diagonal(matrix: Any) -> Ints:
    """Where the diagonal stands among the values of a matrix stored column by column."""
    columns = np.repeat(np.arange(matrix.shape[1]), np.diff(matrix.indptr))
    return np.flatnonzero(matrix.indices == columns)
