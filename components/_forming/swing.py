"""Speed of a forming converter: droop or virtual synchronous machine, and what limits its power.

    droop   tau_f w' = -w + m_p (P_ref - P)           M = tau_f S / (m_p f0)    D = S / (m_p f0)
    vsm     2 H w'   = P_ref - P - D_p w              M = 2 H S / f0            D = D_p S / f0

are one equation, M df' = P_ref - P - D df (D'Arco & Suul: droop with a filter is a virtual
machine). Over a step P is held and it is solved exactly.

Apart, what rating and store allow is kept as REGFM_A1 (WECC) keeps it, by the integral part of its
controller: as long as P is above P_max a second deviation falls by k_i (P - P_max) / S, until
others have taken over, and goes back to nothing afterwards; the same for P_min. Alone on its bus
nobody can: its frequency falls until loads are shed, or a relay trips it.
"""

from __future__ import annotations

from twin.component import Component, out, param, state
from twin.lags import clipped, lagged

DROOP, VSM = 0, 1


class Swing(Component):
    """Droop or virtual synchronous machine."""

    rated_kva: float = param(30.0, "rating", gt=0)
    f_nominal_hz: float = param(50.0, "nominal frequency", gt=0)
    control: int = param(DROOP, "what its speed follows", labels=("droop", "vsm"))
    droop_pu: float = param(0.02, "droop: m_p, frequency from no to full power", gt=0, le=1)
    tau_f_s: float = param(0.02, "droop: tau_f; T_Pf of REGFM_A1 is 0.01 to 0.017", gt=0)
    h_s: float = param(0.5, "vsm: H on rated_kva; 0.5 as the droop above", gt=0)
    damping_pu: float = param(50.0, "vsm: D_p, power per frequency, both in pu", gt=0)
    k_limit_pu_per_s: float = param(0.1, "k_ipmax, GridKit; 0: no power limit apart", ge=0)

    df_hz: float = state(0.0, "apart: deviation of its frequency")
    df_limit_hz: float = state(0.0, "apart: and what its power limits add", record=False)

    damping_kw_per_hz: float = out(0.0, "damping D, together", ge=0, record=False)


def own_damping(unit: Swing) -> float:
    """D: change of power per Hz in the long run."""
    if unit.control == VSM:
        return unit.damping_pu * unit.rated_kva / unit.f_nominal_hz
    return unit.rated_kva / (unit.droop_pu * unit.f_nominal_hz)


def own_inertia(unit: Swing) -> float:
    """M: power per Hz/s."""
    if unit.control == VSM:
        return 2.0 * unit.h_s * unit.rated_kva / unit.f_nominal_hz
    return unit.tau_f_s * unit.rated_kva / (unit.droop_pu * unit.f_nominal_hz)


def swung(
    unit: Swing, ref_kw: float, p_kw: float, low_kw: float, high_kw: float, dt_s: float
) -> None:
    """Move the speed through a step in which it gives `p_kw`."""
    most_hz = unit.f_nominal_hz
    damping = own_damping(unit)
    after_hz = lagged(unit.df_hz, (ref_kw - p_kw) / damping, own_inertia(unit) / damping, dt_s)
    unit.df_hz = clipped(after_hz, -most_hz, most_hz)
    per_kw = unit.k_limit_pu_per_s * unit.f_nominal_hz / unit.rated_kva * dt_s
    if p_kw > high_kw or unit.df_limit_hz < 0.0:
        moved_hz = unit.df_limit_hz + per_kw * (high_kw - p_kw)
        unit.df_limit_hz = clipped(moved_hz, -most_hz, 0.0)
    elif p_kw < low_kw or unit.df_limit_hz > 0.0:
        moved_hz = unit.df_limit_hz + per_kw * (low_kw - p_kw)
        unit.df_limit_hz = clipped(moved_hz, 0.0, most_hz)
