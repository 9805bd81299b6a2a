"""Synchronous machine of a diesel set: inertia together; apart an EMF, damper windings, a shaft.

Together it lends M = 2 H w rated / f0: inertia of power, so that torques are balanced. Apart it
turns its own shaft, with the powers of engine and terminals held over a step,

    H rated (w1 w1 - w0 w0) = (P_m - P) dt

by an angle (`_forming/emf.py`). Behind X''d stands E u: E is the transient EMF, that of the last
power and voltage when the bus was parted, and falls by `roll_off_pu` per pu of speed below
`knee_pu`. u is what damper windings make of it, alike in both axes, in a frame that turns with the
rotor, which leads the voltage by the angle a:

    T''d u' = u_end - u,     u_end = (X''d + (X'd - X''d) V / E exp(-j a)) / X'd

In the steady state that is E behind X'd. Without dampers (X''d = X'd) a machine swings against
others undamped, and a droop of power with its lag makes that grow.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from components._forming.emf import DIP_PU, Forming, given, parted, parting_hz, show, turn_on
from twin.component import param, state
from twin.lags import lagged

if TYPE_CHECKING:
    from components.genset import Genset


class Machine(Forming):
    """Shaft, EMF and damper windings."""

    h_s: float = param(1.0, "inertia constant on rated_kw; 0.5 to 2, unverified", gt=0)
    xd_pu: float = param(0.25, "X'd: transient reactance on rated_kw; an assumption", gt=0)
    xdd_pu: float = param(0.17, "X''d: with dampers; X'd: none; an assumption", gt=0)
    tdd_s: float = param(0.02, "T''d: time constant of dampers; an assumption", gt=0)
    knee_pu: float = param(0.95, "speed below which the voltage falls; unverified", ge=0)
    roll_off_pu: float = param(2.0, "fall of voltage per pu of speed; an assumption", ge=0)

    speed_pu: float = state(0.0, "speed of the shaft", ge=0)
    accel_pu_per_s: float = state(0.0, "apart: slope of the speed", record=False)
    emf_pu: float = state(1.0, "transient EMF at nominal speed", ge=0, record=False)
    along_pu: float = state(1.0, "u in phase with the EMF", record=False)
    across_pu: float = state(0.0, "u a quarter ahead", record=False)
    end_along_pu: float = state(1.0, "u_end in phase", record=False)
    end_across_pu: float = state(0.0, "u_end a quarter ahead", record=False)


def roll_off(genset: Genset, w: float) -> float:
    """Share of the EMF that the voltage regulator leaves at a speed (V/Hz)."""
    return max(1.0 - genset.roll_off_pu * max(genset.knee_pu - w, 0.0), 0.0)


def speed_ahead_pu(genset: Genset, dt_s: float) -> float:
    """Mean speed over the coming step: that of the bus together, its own apart."""
    f0 = genset.f_nominal_hz
    if not genset.apart:
        genset.angled = False
        if genset.f_hz > 0.0:
            genset.speed_pu = genset.f_hz / f0
        return genset.speed_pu
    if not genset.angled:
        part(genset, dt_s)
    return genset.speed_pu + 0.5 * dt_s * genset.accel_pu_per_s


def part(genset: Genset, dt_s: float) -> None:
    """Go on alone from the last power at the last voltage of the bus.

    In a dip the EMF is that of nominal voltage, which the machine had before.
    """
    f0 = genset.f_nominal_hz
    v = genset.v_settled_pu
    genset.speed_pu = 1.0 + parting_hz(genset, dt_s) / f0
    genset.accel_pu_per_s = genset.slope_settled_hz_per_s / f0
    if genset.entering:
        v = genset.v_pu
        genset.speed_pu = genset.f_hz / f0 if genset.f_hz > 0.0 else 1.0
        genset.accel_pu_per_s = 0.0
    p, q = genset.p_kw / genset.rated_kw, genset.q_kvar / genset.rated_kw
    e = parted(genset, v, p, q, genset.xd_pu)
    lead_rad = genset.delta_rad - genset.theta_settled_rad
    if v < DIP_PU:
        v = 1.0
        e = math.sqrt(1.0 + genset.xd_pu * p * genset.xd_pu * p)
        lead_rad = math.atan2(genset.xd_pu * p, 1.0)
    settle_dampers(genset, v / e if e > 0.0 else 1.0, lead_rad)
    left = roll_off(genset, genset.speed_pu)
    genset.emf_pu = e / left if left > 0.0 else e


def close_unloaded(genset: Genset, lead_rad: float) -> None:
    """Begin without current, and apart with an angle to the bus."""
    genset.emf_pu = 1.0
    settle_dampers(genset, 1.0, 0.0)
    genset.accel_pu_per_s = 0.0
    genset.angled = genset.apart
    genset.delta_rad = genset.theta_settled_rad + lead_rad


def settle_dampers(genset: Genset, v: float, lead_rad: float) -> None:
    """Put the dampers where they stand still at this voltage, in pu of the EMF."""
    end_dampers(genset, v, lead_rad)
    genset.along_pu = genset.end_along_pu
    genset.across_pu = genset.end_across_pu


def end_dampers(genset: Genset, v: float, lead_rad: float) -> None:
    """Where the dampers would settle at this voltage; without any, the terminals are open."""
    if v <= 0.0:
        v = 1.0
        lead_rad = 0.0
    through = min(genset.xdd_pu / genset.xd_pu, 1.0)
    genset.end_along_pu = through + (1.0 - through) * v * math.cos(lead_rad)
    genset.end_across_pu = -(1.0 - through) * v * math.sin(lead_rad)


def move_dampers(genset: Genset, e: float, dt_s: float) -> None:
    """Move the dampers from the middle of this step to that of the next."""
    along, across = genset.end_along_pu, genset.end_across_pu
    v = genset.v_settled_pu / e if e > 0.0 else 0.0
    end_dampers(genset, v, genset.delta_rad - genset.theta_settled_rad)
    # the mean of u_end on the way, on a straight line through the last two
    along = 1.5 * genset.end_along_pu - 0.5 * along
    across = 1.5 * genset.end_across_pu - 0.5 * across
    genset.along_pu = lagged(genset.along_pu, along, genset.tdd_s, dt_s)
    genset.across_pu = lagged(genset.across_pu, across, genset.tdd_s, dt_s)


def lend(genset: Genset, w: float, dt_s: float) -> None:
    """Show the bus an EMF apart, inertia together."""
    f0 = genset.f_nominal_hz
    if genset.angled:
        e = genset.emf_pu * roll_off(genset, w)
        y_kva = genset.rated_kw / min(genset.xdd_pu, genset.xd_pu)
        along, across = e * genset.along_pu, e * genset.across_pu
        show(genset, along, across, y_kva, (genset.speed_pu - 1.0) * f0, dt_s)
    else:
        genset.inertia_kws_per_hz = 2.0 * genset.h_s * genset.rated_kw * w / f0


def turn_shaft(genset: Genset, dt_s: float) -> None:
    """Apart: give what the angle asks for, and turn with what is left of the engine's power."""
    genset.p_kw, genset.q_kvar = given(genset)
    before = genset.speed_pu
    move_dampers(genset, genset.emf_pu * roll_off(genset, before), dt_s)
    push = (genset.p_mech_kw - genset.p_kw) / (genset.h_s * genset.rated_kw)
    after = math.sqrt(max(before * before + push * dt_s, 0.0))
    genset.speed_pu = after
    genset.accel_pu_per_s = (after - before) / dt_s
    turn_on(genset, (after - 1.0) * genset.f_nominal_hz, dt_s)
