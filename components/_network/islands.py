"""Parts of a network that no source reaches, held by formers.

One bus of such an island is its reference: its angle is given, its active power is what balances
the island. Its voltage follows the droop of its former like that of the others and is looked for by
the secant method.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from components._network.files import Net, quiet
from components._network.loads import Floats, Forming, Injections, Ints, Powers
from components._network.model import Model
from components._network.rows import RowMap
from components._network.solver import TOLERANCE_MVA, Solver

REFERENCE = "reference of an island"
TURNS = 30
CLOSE_PU, FAR_PU = 1e-9, 1e-7  # of voltage: good enough, and enough to learn from
NEAR_PU = 1e-3  # near enough to see who is at his current
LOWEST_PU, HIGHEST_PU = 0.01, 2.0  # between which the voltage of a reference is looked for
STRIDE_PU = 0.1  # the most by which it moves in one turn
LEAST_SLOPE_PU = 1e-6


@dataclass(frozen=True)
class Formers:
    """What forms, by rows."""

    rated_mva: Floats  # 0 where nothing does
    weight: Floats  # the largest of an island is its reference
    active_mw: Floats  # what it delivers, part of what is given
    v_set_pu: float
    droop_pu: float  # of voltage, at rated reactive power
    i_max_pu: float

    @staticmethod
    def nobody(rows: int) -> Formers:
        """Nothing forms anywhere."""
        none = np.zeros(rows)
        return Formers(none, none, none, 1.0, 1.0, 1.0)

    @property
    def there(self) -> NDArray[np.bool_]:
        """Where something forms."""
        return self.rated_mva > 0.0

    def inside(self, rows: RowMap, side: Floats) -> Forming:
        """What they do by bus inside, some of them at their current."""
        rated, active = rows.inward(self.rated_mva), rows.inward(self.active_mw)
        slope, current = rated / self.droop_pu, rated * self.i_max_pu
        return Forming(self.v_set_pu, slope, current, active, side)

    def first(self, rows: Ints) -> int:
        """The row among some that becomes the reference."""
        keys = (rows, -self.rated_mva[rows], -self.weight[rows])
        return int(rows[np.lexsort(keys)[0]])


def reference_rows(net: Net, formers: Formers) -> Ints:
    """One row for each part of a network that formers hold, none of its sources being in service.

    pandapower takes such a part to be dead unless it has a source of its own, so it is given one.
    """
    from pandapower import create_ext_grid, topology

    net.ext_grid = net.ext_grid[net.ext_grid.name != REFERENCE].copy()
    there = set(np.flatnonzero(formers.there).tolist())
    live = set(net.ext_grid.bus[net.ext_grid.in_service])
    found = []
    if not there:
        return np.zeros(0, np.int64)
    for buses in topology.connected_components(topology.create_nxgraph(net)):
        if not buses & live and buses & there:
            found.append(formers.first(np.array(sorted(buses & there), np.int64)))
    for row in found:
        held = net.gen.vm_pu[(net.gen.bus == row) & net.gen.in_service].tolist()
        with quiet():
            create_ext_grid(net, row, vm_pu=[*held, 1.0][0], name=REFERENCE)
    return np.array(found, np.int64)


class Islands:
    """The islands of a model, the voltages of their references, and who is at his current."""

    def __init__(
        self, model: Model, places: Ints, inside: NDArray[np.bool_], volts: Powers
    ) -> None:
        """References at these places of the model, begun at these voltages; what lies inside."""
        self.places, self.inside, self.volts = places, inside, volts
        self.side: Floats = np.zeros(model.size)
        self._others = inside.copy()
        self._others[places] = False
        self._lines = model.matrix.tocsr()[places]
        self._tolerance_pu = TOLERANCE_MVA / model.base_mva
        self._slope = np.zeros(len(places))  # of what a reference lacks, over its voltage

    def solve(
        self, solver: Solver, bare: Injections, formers: Formers, rows: RowMap, start: Powers
    ) -> tuple[Powers | None, Injections]:
        """The voltages, None where none are found, and the powers with those of formers.

        Who is at his current is looked at again whenever the voltages of references are near.
        """
        phase = self.volts / np.abs(self.volts)
        v = last = np.abs(self.volts)
        lacked, powers = np.zeros(len(v)), bare
        for _ in range(TURNS):
            forming = formers.inside(rows, self.side)
            powers = replace(bare, forming=forming.only(self._others))
            solver.set_emf(self.places, v * phase)
            volts = solver.solve(powers, start)
            if volts is None:
                break
            own = forming.at(self.places)
            lacks = self._delivered(volts, powers).imag - own.reactive(v)
            self._learn(v - last, lacks - lacked, -own.rise(v))
            step = -lacks / self._slope
            close = (np.abs(step) <= CLOSE_PU) | (np.abs(lacks) <= self._tolerance_pu)
            start, last, lacked = volts, v, lacks
            if np.abs(step).max() <= NEAR_PU and self._sides_change(forming, volts):
                continue  # what is lacking is another function now
            if close.all():
                self.volts = v * phase
                return volts, powers
            v = np.clip(v + np.clip(step, -STRIDE_PU, STRIDE_PU), LOWEST_PU, HIGHEST_PU)
        solver.set_emf(self.places, self.volts)
        self.side = np.zeros(len(self.inside))
        return None, powers

    def _sides_change(self, forming: Forming, volts: Powers) -> bool:
        before, self.side = self.side, forming.sides(np.abs(volts)) * self.inside
        return bool((before != self.side).any())

    def _delivered(self, volts: Powers, powers: Injections) -> Powers:
        """What a reference delivers beyond what its bus is told."""
        flow = volts[self.places] * np.conj(self._lines @ volts)
        found: Powers = flow - powers.at(np.abs(volts))[self.places]
        return found

    def _learn(self, moved: Floats, more: Floats, least: Floats) -> None:
        """Slopes from two turns, at least those of the formers themselves."""
        far = np.abs(moved) > FAR_PU
        self._slope[far] = more[far] / moved[far]
        self._slope = np.maximum(self._slope, np.maximum(least, LEAST_SLOPE_PU))
