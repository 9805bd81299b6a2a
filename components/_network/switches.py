"""What operates in a network: lines and transformers out, switches turned over, taps moved."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from components._network.files import Net
from components._network.loads import Ints


@dataclass(frozen=True)
class Switches:
    """By rows, so number k is line k, transformer k, switch k; zeros leave all as in the file."""

    line_out: Ints
    trafo_out: Ints
    switch_turned: Ints  # stands opposite to the file
    tap_steps: Ints  # from the file's position
    separated: Ints  # the source at this bus is cut off

    @staticmethod
    def untouched(rows: int) -> Switches:
        """All as in the file."""
        return Switches(*(np.zeros(rows, np.int64) for _ in range(5)))


def check(net: Net, wanted: Switches) -> None:
    """Raise ValueError where something is operated that the network does not have."""
    tables = {
        "line": (wanted.line_out, net.line.index),
        "transformer": (wanted.trafo_out, net.trafo.index),
        "switch": (wanted.switch_turned, net.switch.index),
        "transformer with a tap changer": (wanted.tap_steps, _tapped(net)),
    }
    for called, (rows, known) in tables.items():
        if missing := sorted(set(np.flatnonzero(rows).tolist()) - set(known)):
            raise ValueError(f"the network has no {called} of number {missing[0]}")
    for at in np.flatnonzero(wanted.tap_steps).tolist():
        tap = int(net.trafo.tap_pos.at[at]) + int(wanted.tap_steps[at])
        low, high = int(net.trafo.tap_min.at[at]), int(net.trafo.tap_max.at[at])
        if not low <= tap <= high:
            raise ValueError(f"transformer {at} has taps {low} to {high}, not {tap}")


def _tapped(net: Net) -> Any:
    return net.trafo.index[net.trafo.tap_pos.notna()]


def operate(net: Net, file: Net, wanted: Switches) -> None:
    """Bring a network from wherever it stands to what is wanted; `file` is how it began."""
    lines, trafos, switches = file.line.index, file.trafo.index, file.switch.index
    grids = file.ext_grid.index
    net.line["in_service"] = file.line.in_service & (wanted.line_out[lines] == 0)
    net.trafo["in_service"] = file.trafo.in_service & (wanted.trafo_out[trafos] == 0)
    net.switch["closed"] = file.switch.closed ^ (wanted.switch_turned[switches] != 0)
    off = wanted.separated[file.ext_grid.bus[grids]] != 0
    net.ext_grid.loc[grids, "in_service"] = file.ext_grid.in_service & ~off
    if len(tapped := _tapped(file)):
        net.trafo.loc[tapped, "tap_pos"] = file.trafo.tap_pos[tapped] + wanted.tap_steps[tapped]
