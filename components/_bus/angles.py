"""An island whose formers have angles: several EMFs behind reactances feed constant P and Q.

Sources E_i at the angle d_i behind X_i, with y_i = S_i / X_i, are together one source behind 1 / Y:

    Y = sum y_i,     E exp(j a) = sum y_i E_i exp(j d_i) / Y

and p + jq in units of Y is met at the voltage V (u = V V), the upper root of two:

    u = b + sqrt(b b - p p - q q),   b = E E / 2 - q
    V exp(j theta) = E exp(j a) (u + q - jp) / (E E)

Each former then gives  P_i = y_i E_i V sin(d_i - theta),  Q_i = y_i (E_i V cos(d_i - theta) - V V),
which sum up to p + jq: no losses. Without a real root no voltage carries the load. The bus then
stands at the most that can be carried, r (p + jq) with r = E E / 2 / (s + q), s = |p + jq| and
u = r s, so that loads which answer voltage may find a way out; lasting, it collapses. What they are
told is behind a lag of 5 ms, as an effective value over half a period is late by: told the voltage
of the step before, loads that give way would swing from step to step. All is in kVA at nominal
voltage; reactances at nominal frequency.

The angle of the bus jumps with the load, that of the sum of EMFs does not: its turning is the
frequency that devices are told. A former's angle stands for the middle of its step, so the turning
from one to the next is the frequency at the instant between; the mean over the coming step lies one
and a half steps ahead, on a straight line through the last two. Where a former comes or goes the
sum jumps, and the frequency is held for that step; where one grows a reactance at its current limit
it goes on.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from twin.lags import lagged

if TYPE_CHECKING:
    from components.site_bus import SiteBus

TURN = 2.0 * math.pi
EFFECTIVE_S = 0.005
LEAP_HZ = 0.15  # in a step: no frequency, but a sum of EMFs that has lost or won one
NONE_YET, ANGLE, RATE = 0, 1, 2  # what is known of the turning


def carried(emf_square: float, p: float, q: float) -> tuple[float, float]:
    """Which share of p + jq one unit of reactance carries, and the square of the voltage then."""
    half = 0.5 * emf_square
    s = math.sqrt(p * p + q * q)
    if half < s + q:
        share = half / (s + q)
        return share, share * s
    b = half - q
    return 1.0, b + math.sqrt(max((b - s) * (b + s), 0.0))


def wrapped(rad: float) -> float:
    """The same angle within half a turn."""
    if -math.pi <= rad <= math.pi:
        return rad
    return rad - TURN * math.floor(rad / TURN + 0.5)


def solve_voltage(bus: SiteBus) -> tuple[float, float]:
    """Solve voltage and angle at the powers of this step: the share carried, and what is short.

    A former without an EMF, such as all that is behind a bus of its own, gives way by its droop
    at the frequency it was told, but lends no inertia.
    """
    y = bus.y_inside_kva
    ex, ey = bus.ex_inside_kva / y, bus.ey_inside_kva / y
    others_kw = bus.p_formers_kw - bus.damping_inside_kw_per_hz * bus.df_ahead_hz
    p = (bus.p_demand_kw - bus.p_source_kw - others_kw) / y
    q = -bus.q_kvar / y
    share, square = carried(ex * ex + ey * ey, p, q)
    real, back = square + share * q, share * p
    bus.v_pu = math.sqrt(square)
    bus.theta_rad = math.atan2(ey * real - ex * back, ex * real + ey * back)
    return share, (1.0 - share) * p * y


def tell_voltage(bus: SiteBus, dt_s: float) -> None:
    """What devices are told of the voltage."""
    bus.v_told_pu = lagged(bus.v_told_pu, bus.v_pu, EFFECTIVE_S, dt_s)


def follow_turning(bus: SiteBus, dt_s: float) -> None:
    """The frequency of the EMFs, and what it will be on average over the coming step."""
    bus.df_mean_hz = bus.df_ahead_hz
    bus.slope_hz_per_s = 0.0
    rad = math.atan2(bus.ey_inside_kva, bus.ex_inside_kva)
    df_hz = wrapped(rad - bus.emf_rad) / (TURN * dt_s)
    alike = bus.y_inside_kva == bus.y_last_kva or abs(df_hz - bus.df_end_hz) <= LEAP_HZ
    if bus.turning != NONE_YET and alike:
        more_hz = 1.5 * (df_hz - bus.df_end_hz) if bus.turning == RATE else 0.0
        bus.df_ahead_hz = min(max(df_hz + more_hz, -bus.f_nominal_hz), bus.f_nominal_hz)
        bus.df_end_hz = df_hz
        bus.turning = RATE
    else:
        bus.turning = ANGLE
    bus.emf_rad = rad
    bus.y_last_kva = bus.y_inside_kva
