"""The meter of a bus that hangs on another: energy both ways, what it costs, carbon dioxide.

    cost   = import price - export price        (both in USD per kWh, per step)
    carbon = import factor                      (export earns no credit)

Prices and the factor are inputs, 0 until a value or a profile sets them: a factor without its
region, year and scope would be a guess.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from twin.component import Component, inp, state

if TYPE_CHECKING:
    from components.site_bus import SiteBus


class Meter(Component):
    """Energy across the boundary of a site."""

    price_usd_per_kwh: float = inp(0.0, "price of what comes from outside")
    export_price_usd_per_kwh: float = inp(0.0, "price paid for what goes out")
    carbon_kg_per_kwh: float = inp(0.0, "carbon dioxide of what comes from outside", ge=0)

    import_kwh: float = state(0.0, "energy from outside", ge=0)
    export_kwh: float = state(0.0, "energy to the outside", ge=0)
    cost_usd: float = state(0.0, "cost of import less revenue of export")
    carbon_kg: float = state(0.0, "carbon dioxide of import", ge=0)


def read_meter(bus: SiteBus, dt_s: float) -> None:
    """Count what passed in this step."""
    energy_kwh = bus.p_kw * (dt_s / 3600.0)
    if energy_kwh > 0.0:
        bus.export_kwh += energy_kwh
        bus.cost_usd -= energy_kwh * bus.export_price_usd_per_kwh
    else:
        bus.import_kwh -= energy_kwh
        bus.cost_usd -= energy_kwh * bus.price_usd_per_kwh
        bus.carbon_kg -= energy_kwh * bus.carbon_kg_per_kwh
