"""A sound component outside the cell. Valid at any step. Leaves out: nearly everything."""

from __future__ import annotations

from twin.component import Component, out, param


class Ledger(Component):
    """A sheet on which nothing is ever written."""

    owner: str = param("nobody", "who keeps it")
    spent_usd: float = out(0.0, "money spent")

    def fleet_step(self, rows: object, t_s: float, dt_s: float) -> None:
        pass
