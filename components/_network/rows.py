"""Rows as pandapower numbers its elements, and buses as the power flow does."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from components._network.loads import Ints
from components._network.model import Model


class RowMap:
    """Which row speaks of which bus inside: several of one, some of none, some of a dark one."""

    def __init__(self, rows: int, buses: Ints, model: Model) -> None:
        """Map the rows of these buses of pandapower."""
        self.place: Ints = np.full(rows, model.size + 1)  # no bus; dark ones stand before it
        self.place[buses] = model.place[buses]
        self.lit = np.flatnonzero(self.place < model.size)
        self._at = self.place[self.lit]
        self._fused = len(np.unique(self._at)) < len(self._at)
        self._size, self._base_mva = model.size, model.base_mva

    def inward(self, rows: NDArray[Any]) -> NDArray[Any]:
        """Powers of rows in MVA, summed to those of the buses inside in per unit."""
        found = np.zeros(self._size, rows.dtype)
        if self._fused:
            np.add.at(found, self._at, rows[self.lit])
        else:
            found[self._at] = rows[self.lit]
        found /= self._base_mva
        return found

    def outward(self, inside: NDArray[Any], dark: float, absent: float) -> NDArray[Any]:
        """Quantities of buses inside by row; what dark ones have, and rows without a bus."""
        found = np.empty(self._size + 2, inside.dtype)
        found[: self._size], found[-2], found[-1] = inside, dark, absent
        return found[self.place]
