"""A step of an island: what holds it, and whether it lives on."""

from __future__ import annotations

from typing import TYPE_CHECKING

from components._bus.angles import follow_turning, solve_voltage, tell_voltage
from components._bus.swing import is_overloaded, stand, swing
from components._bus.transfer import EARLY_S, LOW_VOLTAGE, NO_SOLUTION, NOTHING_FORMS, collapse

if TYPE_CHECKING:
    from components.site_bus import SiteBus

NO_SOLUTION_S = 0.02  # a period, in which loads may answer the voltage


def forms(bus: SiteBus) -> bool:
    """Whether anything inside forms an island, or could."""
    turns = bus.inertia_inside_kws_per_hz > 0.0 or bus.damping_inside_kw_per_hz > 0.0
    return bus.formed or turns or bus.y_inside_kva > 0.0


def settle_island(bus: SiteBus, dt_s: float) -> float:
    """Settle by what holds it; what is short, or, negative, too much."""
    weak = False
    reason, time_s = LOW_VOLTAGE, bus.collapse_s
    if bus.y_inside_kva > 0.0:
        share, short_kw = solve_voltage(bus)
        tell_voltage(bus, dt_s)
        follow_turning(bus, dt_s)
        weak = bus.v_pu < bus.collapse_pu or share < 1.0
        if share < 1.0:
            reason, time_s = NO_SOLUTION, NO_SOLUTION_S
    elif bus.inertia_inside_kws_per_hz > 0.0 or bus.damping_inside_kw_per_hz > 0.0:
        short_kw = swing(bus, dt_s)
    elif bus.formed:
        short_kw = stand(bus, dt_s)
        weak = is_overloaded(bus, short_kw)
        reason = NO_SOLUTION
    else:
        collapse(bus, NOTHING_FORMS)
        return 0.0
    bus.low_s = bus.low_s + dt_s if weak else 0.0
    if weak and bus.low_s >= time_s - EARLY_S:
        collapse(bus, reason)
    return short_kw
