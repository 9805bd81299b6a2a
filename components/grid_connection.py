"""Connection of a site to a grid that is there or is not, with its meter, price and carbon.

While the grid is available it holds the bus at nominal frequency, gives up to `import_max_kw` and
takes up to `export_max_kw`; otherwise it is an open switch.

    cost   = import price - export price        (both in USD per kWh, per step)
    carbon = import factor                      (export earns no credit)

Prices and the carbon factor are inputs, 0 until a value or a profile sets them: a factor without
its region, year and scope would be a guess. For orientation, China's national mean of 2023 is
0.5306 kg/kWh, Inner Mongolia 0.6479, Qinghai 0.1796 (MEE announcements).

Valid for 1 s and longer. Leaves out: voltage, reactive power, losses, demand charges, the transfer
when the grid goes or returns.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from twin.component import Component, Former, inp, out, param, state

STIFF_KW_PER_HZ = 1e9  # stiff enough that no site moves its frequency


class GridConnection(Former):
    """Grid connection: limits, meter, cost and carbon; holds the bus while it is available."""

    role = "grid"

    rank: int = param(1, "order in which the bus calls on its formers", ge=1, le=9)
    import_max_kw: float = param(100.0, "most power from the grid", ge=0)
    export_max_kw: float = param(0.0, "most power into the grid", ge=0)

    available: bool = inp(True, "whether the grid is there")
    price_usd_per_kwh: float = inp(0.0, "price of import")
    export_price_usd_per_kwh: float = inp(0.0, "price paid for export")
    carbon_kg_per_kwh: float = inp(0.0, "carbon dioxide of imported energy", ge=0)

    import_kwh: float = state(0.0, "energy from the grid", ge=0)
    export_kwh: float = state(0.0, "energy into the grid", ge=0)
    cost_usd: float = state(0.0, "cost of import less revenue of export")
    carbon_kg: float = state(0.0, "carbon dioxide of import", ge=0)
    out_h: float = state(0.0, "hours without grid", ge=0)
    online: bool = out(True, "whether the grid was there, for controllers")

    @classmethod
    def check_bus(cls, values: Mapping[str, Any], bus: type[Component]) -> None:
        """Raise ValueError on a bus that is a grid itself: nothing says which of both gives."""
        del values
        if getattr(bus, "sourced", False):
            raise ValueError("needs a bus that is no source itself")

    def start(self) -> None:
        """Show controllers whether the grid is there."""
        self.online = self.available

    def offer(self, dt_s: float) -> None:
        """Offer the contract while the grid is there."""
        self.p0_kw = 0.0
        self.p_min_kw = 0.0
        self.p_max_kw = 0.0
        self.k_kw_per_hz = 0.0
        if self.available:
            self.p_min_kw = -self.export_max_kw
            self.p_max_kw = self.import_max_kw
            self.k_kw_per_hz = STIFF_KW_PER_HZ

    def step(self, dt_s: float) -> None:
        """Read the meter."""
        hours = dt_s / 3600.0
        self.online = self.available
        self.p_kw = self.p_settled_kw
        import_kwh = max(self.p_kw, 0.0) * hours
        export_kwh = max(-self.p_kw, 0.0) * hours
        self.import_kwh += import_kwh
        self.export_kwh += export_kwh
        self.cost_usd += import_kwh * self.price_usd_per_kwh
        self.cost_usd -= export_kwh * self.export_price_usd_per_kwh
        self.carbon_kg += import_kwh * self.carbon_kg_per_kwh
        if not self.available:
            self.out_h += hours
