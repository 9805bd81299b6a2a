"""EMF of a forming converter: its size by voltage droop, and what limits its current.

    E' = k_iv (V_set - m_q Q / S - V),  0 <= E <= E_max                 REGFM_A1 (WECC), k_pv = 0

As long as |I| = |E at delta - V at theta| / X is above I_max, X grows by |I| / I_max in each step
(a virtual impedance), so the step in which a fault begins still has the full current; below, X
comes back at a stated rate. Meanwhile the integrator stands still. Alone on an impedance that is as
good as scaling E by I_max / |I|; beside another source, where E scaled to nothing would draw more
current and not less, only this holds the limit.
"""

from __future__ import annotations

import math

from components._forming.emf import Forming
from twin.component import param, state
from twin.lags import clipped


class Voltage(Forming):
    """EMF behind a reactance: voltage droop, current limit, black start."""

    x_l_pu: float = param(0.15, "X_L on rated_kva; REGFM_A1 recommends 0.05 to 0.15", gt=0)
    v_set_pu: float = param(1.0, "voltage it holds at Q = 0", gt=0)
    mq_pu: float = param(0.05, "m_q: fall of voltage from no to full Q; GridKit", ge=0)
    kiv_pu_per_s: float = param(5.86, "k_iv: integral gain of voltage; GridKit", ge=0)
    e_max_pu: float = param(1.15, "largest EMF; GridKit", gt=0)
    i_max_pu: float = param(1.2, "largest current; 1.2, 1.5 and 2 are usual in studies", gt=0)
    recover_pu_per_s: float = param(50.0, "way back from the current limit; unverified", gt=0)
    ramp_pu_per_s: float = param(1.0, "its way up in a black start; unverified", gt=0)

    emf_pu: float = state(1.0, "its EMF", ge=0, record=False)
    share_pu: float = state(1.0, "X_L over X: 1 unless the current is limited", ge=0, le=1)
    limited_s: float = state(0.0, "time at its limit of current, or of power together", ge=0)


def current_pu(unit: Voltage, q_kvar: float) -> float:
    """Size of the current that flows at the voltage solved, and at this reactive power."""
    v = unit.v_settled_pu
    square = (unit.emf_pu - v) * (unit.emf_pu + v) - 2.0 * q_kvar / unit.y_kva
    return math.sqrt(max(square, 0.0)) * unit.share_pu / unit.x_l_pu


def limit_current(unit: Voltage, current: float, dt_s: float) -> None:
    """Move the reactance through a step with this current."""
    if current > unit.i_max_pu:
        unit.share_pu *= unit.i_max_pu / current
    elif unit.share_pu < 1.0:
        # no further than to the limit again, at the voltage there is
        most = unit.share_pu * unit.i_max_pu / current if current > 0.0 else 1.0
        back = unit.share_pu + unit.recover_pu_per_s * dt_s
        unit.share_pu = min(back, max(most, unit.share_pu), 1.0)
    if unit.share_pu < 1.0:
        unit.limited_s += dt_s


def regulate(unit: Voltage, q_pu: float, dt_s: float) -> None:
    """Move the EMF through a step; it waits while the current is limited."""
    if unit.share_pu >= 1.0:
        error = unit.v_set_pu - unit.mq_pu * q_pu - unit.v_settled_pu
        moved = unit.emf_pu + unit.kiv_pu_per_s * error * dt_s
        unit.emf_pu = clipped(moved, 0.0, unit.e_max_pu)


def build_up(unit: Voltage, dt_s: float) -> bool:
    """Move the EMF along the ramp of a black start; whether it is there."""
    unit.emf_pu = min(unit.emf_pu + unit.ramp_pu_per_s * dt_s, unit.v_set_pu)
    return unit.emf_pu >= unit.v_set_pu
