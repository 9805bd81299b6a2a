"""A power flow in plain Python: its rows, and the host of its `fleet_step`, as a simulator has."""

from __future__ import annotations

from typing import Any

from components.weak_grid import WeakGrid
from twin.fleet import make_rows

CIGRE = "create_cigre_network_mv"


class Feeder:
    """A network with one row for each of its units; fields of the rows are its attributes."""

    def __init__(self, network: str = CIGRE, **values: Any) -> None:
        self.rows = make_rows(WeakGrid, WeakGrid.units_of({"network": network}), values)
        self.host = WeakGrid(network=network)
        self.t_s = 0.0

    def set(self, name: str, unit: int, value: float) -> Feeder:
        self.rows[name][unit] = value
        return self

    def step(self, dt_s: float = 0.1) -> Feeder:
        self.host.fleet_step(self.rows, self.t_s, dt_s)
        self.t_s += dt_s
        return self

    def __getattr__(self, name: str) -> Any:
        return self.rows[name]
