"""What a bus counts: energy that was served and that was not, dips, time without voltage."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from components.site_bus import SiteBus

OUTAGE_PU = 1e-6  # a smaller share of the demand is rounding
ROUNDING = 1e-12  # of the power that meets on the bus
DIP_PU = 0.9  # ITIC: what may last


def book(bus: SiteBus, short_kw: float, surplus_kw: float, dt_s: float) -> None:
    """Part what is short or too much among loads, sources and formers, and count."""
    hours = dt_s / 3600.0
    bus.p_load_kw = bus.p_demand_kw
    bus.p_gen_kw = bus.p_source_kw
    bus.unserved_kw = min(short_kw, bus.p_demand_kw)
    bus.curtailed_kw = min(surplus_kw, bus.p_source_kw)
    bus.dumped_kw = surplus_kw - bus.curtailed_kw
    bus.served_kwh += (bus.p_demand_kw - bus.unserved_kw) * hours
    if short_kw > 0.0 or surplus_kw > 0.0:
        if bus.unserved_kw > OUTAGE_PU * bus.p_demand_kw:
            bus.outage_s += dt_s
        bus.unserved_kwh += bus.unserved_kw * hours
        bus.curtailed_kwh += bus.curtailed_kw * hours
        bus.dumped_kwh += bus.dumped_kw * hours


def book_short(bus: SiteBus, short_kw: float, dt_s: float) -> None:
    """The same where too much is a negative shortage, and a trace of either is rounding."""
    if abs(short_kw) <= ROUNDING * (bus.p_demand_kw + bus.p_source_kw):
        short_kw = 0.0
    book(bus, max(short_kw, 0.0), max(-short_kw, 0.0), dt_s)


def is_dark(bus: SiteBus) -> bool:
    """Whether nothing of what is asked for gets through."""
    return bus.p_demand_kw > 0.0 and bus.unserved_kw >= bus.p_demand_kw


def watch_voltage(bus: SiteBus, dt_s: float) -> None:
    """Follow a dip from its beginning: how deep it is, and how long the voltage is gone in it."""
    v_pu = bus.v_pu
    if v_pu < DIP_PU and not bus.in_dip:
        clear_dip(bus)
        bus.in_dip = True
    if bus.in_dip:
        bus.dip_pu = min(bus.dip_pu, v_pu)
        bus.gap_run_s = bus.gap_run_s + dt_s if v_pu < bus.dead_pu else 0.0
        bus.gap_s = max(bus.gap_s, bus.gap_run_s)
        bus.in_dip = v_pu < DIP_PU


def clear_dip(bus: SiteBus) -> None:
    """Begin anew."""
    bus.dip_pu = bus.v_pu
    bus.gap_s = 0.0
    bus.gap_run_s = 0.0


def count_time(bus: SiteBus, dt_s: float) -> None:
    """Time without voltage or service, and time away from the grid."""
    if not bus.live:
        bus.dead_s += dt_s
    elif bus.held and not bus.exchanging:
        bus.island_s += dt_s
