"""What a bus is to the bus outside, and what it sees of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from twin.lags import clipped

if TYPE_CHECKING:
    from components.site_bus import SiteBus


def lend(bus: SiteBus) -> None:
    """What the inside gives to the bus outside; nothing where they do not exchange."""
    if bus.exchanging:
        given_kw = bus.p_source_kw - bus.p_demand_kw + bus.p0_inside_kw
        bus.p0_kw = clipped(given_kw, -bus.import_max_kw, bus.export_max_kw)
        bus.k_kw_per_hz = bus.k_inside_kw_per_hz
        bus.inertia_kws_per_hz = bus.inertia_inside_kws_per_hz
        bus.damping_kw_per_hz = bus.damping_inside_kw_per_hz
        bus.q_outside_kvar = bus.q_kvar
    else:
        bus.p0_kw = 0.0
        bus.k_kw_per_hz = 0.0
        bus.inertia_kws_per_hz = 0.0
        bus.damping_kw_per_hz = 0.0
        bus.q_outside_kvar = 0.0
    bus.p_min_kw = bus.p0_kw
    bus.p_max_kw = bus.p0_kw
