"""An island with one frequency: what turns in it is taken as one mass.

    sum(M) df' = sum(p0) + sources - demand - sum(D) df

with M = 2 H S / f0 of a machine or virtual machine, tau S / (m_p f0) of a droop; D = S / (m_p f0)
of a droop, D_p S / f0 of a virtual machine, 0 of a machine. Powers are held over the step, which is
solved exactly; from the means of df and df' each former knows its share, P = p0 - D df - M df', and
shares sum up to the load. The voltage is nominal.

Beside the truth, with angles, the first 150 ms are shared wrongly between formers: by inertia, not
by what lies between them and the bus.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from components._bus.angles import NONE_YET, TURN, wrapped
from components._bus.books import OUTAGE_PU
from twin.lags import clipped, lag_mean, lagged

if TYPE_CHECKING:
    from components.site_bus import SiteBus

AT_VOLTAGE_PU = 1.0


def swing(bus: SiteBus, dt_s: float) -> float:
    """One step of all that turns; what is short in it, which is nothing but at the bounds."""
    inertia, damping = bus.inertia_inside_kws_per_hz, bus.damping_inside_kw_per_hz
    push_kw = bus.p_source_kw + bus.p_formers_kw - bus.p_demand_kw
    before, most = bus.df_end_hz, bus.f_nominal_hz
    if damping > 0.0:
        lag_s = inertia / damping
        after = lagged(before, push_kw / damping, lag_s, dt_s)
        mean = lag_mean(before, after, push_kw / damping, lag_s, dt_s)
    else:
        after = before + push_kw * dt_s / inertia
        mean = 0.5 * (before + after)
    bounded = abs(after) > most
    after, mean = clipped(after, -most, most), clipped(mean, -most, most)
    ahead = after
    if inertia > 0.0:
        ahead += 0.5 * dt_s * (push_kw - damping * after) / inertia
    bus.slope_hz_per_s = (after - before) / dt_s
    bus.df_end_hz = after
    bus.df_ahead_hz = clipped(ahead, -most, most)
    bus.swung = True
    keep(bus, mean, dt_s)
    return inertia * bus.slope_hz_per_s + damping * mean - push_kw if bounded else 0.0


def stand(bus: SiteBus, dt_s: float) -> float:
    """Held by formers without inertia or droop of their own; what is short or, negative, too much.

    If they never had any, they are those of the coarse regime: the island is algebraic, whoever
    settled it. If they had, all are at their limits, and the frequency stays where that happened.
    """
    df_hz = bus.df_end_hz if bus.swung else bus.df_hz
    bus.slope_hz_per_s = 0.0
    bus.df_end_hz = df_hz
    bus.df_ahead_hz = df_hz
    keep(bus, df_hz, dt_s)
    return bus.p_demand_kw - bus.p_source_kw - bus.p_formers_kw


def is_overloaded(bus: SiteBus, short_kw: float) -> bool:
    """Whether formers that turned are at their limits, and loads ask for more."""
    return bus.swung and short_kw > OUTAGE_PU * bus.p_demand_kw


def keep(bus: SiteBus, mean_hz: float, dt_s: float) -> None:
    """Turn the bus, at nominal voltage."""
    bus.df_mean_hz = mean_hz
    bus.theta_rad = wrapped(bus.theta_rad + TURN * mean_hz * dt_s)
    bus.v_pu = AT_VOLTAGE_PU
    bus.v_told_pu = AT_VOLTAGE_PU
    bus.turning = NONE_YET
