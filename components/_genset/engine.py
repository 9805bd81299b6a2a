"""Engine of a diesel set: its governor DEGOV1 with the frequency held over a step.

A section  (1 + s T) / (1 + s c1 + s s c2)  of the governor is solved exactly by its state y, with

    c2 y'' + c1 y' + y = u

and gives y + T y'; its mean over the step follows from that equation and the changes of y and y'.
The error that is left is of second order in the step.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from twin.component import Component, Vector, delay_line, param, state
from twin.delay import delayed
from twin.lags import clipped, lagged

if TYPE_CHECKING:
    from components.genset import Genset

ISOCHRONOUS, VALVE_DROOP, POWER_DROOP = 0, 1, 2
STIFF_PU = 1e-6  # droop of an isochronous set in the coarse regime
GOVERNORS = ("isochronous", "valve_droop", "power_droop")


class Engine(Component):
    """Governor, actuator and rack."""

    droop_pu: float = param(0.04, "change of frequency from no to full load", gt=0, le=1)
    f_nominal_hz: float = param(50.0, "nominal frequency", gt=0)
    governor: int = param(POWER_DROOP, "kind of governor", labels=GOVERNORS)
    te_s: float = param(0.05, "Te: lag of the measured power", ge=0)
    t1_s: float = param(0.01, "T1: damping of the actuator; 0 leaves it out", ge=0)
    t2_s: float = param(0.02, "T2: inertia of the actuator", ge=0)
    t3_s: float = param(0.2, "T3: lead of the actuator", ge=0)
    k_pu_per_s: float = param(15.0, "K: rack speed per pu of speed error", gt=0)
    t4_s: float = param(0.25, "T4: lead of the governor", ge=0)
    t5_s: float = param(0.009, "T5: lag of the governor", gt=0)
    t6_s: float = param(0.0384, "T6: lag of the governor", ge=0)
    td_s: float = param(0.024, "TD: from the rack to the torque", ge=0)
    t_max_pu: float = param(1.1, "T_MAX: most fuel, as torque", gt=0)
    t_min_pu: float = param(0.0, "T_MIN: least fuel, as torque")
    load_ramp_pu_per_s: float = param(0.1, "ramp of its load; 5 to 30 s, unverified", gt=0)

    entering: bool = state(True, "its dynamics begin anew", record=False)
    p_ref_kw: float = state(0.0, "set point behind the ramp")
    trim_pu: float = state(0.0, "speed that the coarse balance added", record=False)
    actuator_pu: float = state(0.0, "actuator", record=False)
    actuator_pu_per_s: float = state(0.0, "its speed", record=False)
    drive_pu: float = state(0.0, "what moves the rack", record=False)
    drive_pu_per_s: float = state(0.0, "its speed", record=False)
    rack_pu: float = state(0.0, "fuel rack, as torque")
    rack_pu_per_s: float = state(0.0, "its speed in the last step", record=False)
    line: Vector = delay_line("td_s", "fuel on its way to torque")
    mech_pu: float = state(0.0, "power on the shaft in the last step", record=False)
    mech_before_pu: float = state(0.0, "the same in the step before", record=False)
    w_pu: float = state(1.0, "speed in the last step", record=False)
    power_pu: float = state(0.0, "power that the droop measures", record=False)


def section(
    y: float, slope: float, u: float, c1_s: float, c2_s2: float, dt_s: float
) -> tuple[float, float]:
    """Where y and y' stand after a step; without c1 the section is its input."""
    if c1_s <= 0.0:
        return u, 0.0
    if c2_s2 <= 0.0:
        after = lagged(y, u, c1_s, dt_s)
        return after, (u - after) / c1_s
    half = 0.5 * c1_s / c2_s2
    square = 1.0 / c2_s2
    bend = half * half - square
    w = math.sqrt(abs(bend))
    fade = math.exp(-half * dt_s)
    even = fade
    odd = fade * dt_s
    if bend < 0.0:
        even = fade * math.cos(w * dt_s)
        odd = fade * math.sin(w * dt_s) / w
    if bend > 0.0:
        slow = math.exp(-square / (half + w) * dt_s)
        fast = math.exp(-(half + w) * dt_s)
        even = 0.5 * (slow + fast)
        odd = 0.5 * (slow - fast) / w
    off = y - u
    push = slope + half * off
    return u + off * even + push * odd, slope * even - (half * slope + square * off) * odd


def droop_pu(genset: Genset) -> float:
    """Change of speed from no to full load; none where the governor is isochronous."""
    return 0.0 if genset.governor == ISOCHRONOUS else genset.droop_pu


def stiffness_kw_per_hz(genset: Genset) -> float:
    """Change of its power per Hz in the long run, for the share of the step in which it runs."""
    droop = STIFF_PU if genset.governor == ISOCHRONOUS else genset.droop_pu
    return genset.run_pu * genset.rated_kw / (droop * genset.f_nominal_hz)


def within_rack(genset: Genset, torque_pu: float) -> float:
    """A torque within what the rack, and the air, allow."""
    most_pu = genset.t_max_pu * genset.able_pu
    return clipped(torque_pu, min(genset.t_min_pu, most_pu), most_pu)


def load_pu(genset: Genset, w: float, dt_s: float) -> float:
    """What the droop sees: rack or power at the terminals, its mean over the coming step.

    That power is what the engine gives less what speeds up the shaft. From the middle of the last
    step to the middle of this one its mean is that at the instant between them.
    """
    if genset.governor == VALVE_DROOP:
        ahead = genset.rack_pu + 0.5 * dt_s * genset.rack_pu_per_s
        return within_rack(genset, ahead)
    power = 1.5 * genset.mech_pu - 0.5 * genset.mech_before_pu
    power -= 2.0 * genset.h_s * w * (w - genset.w_pu) / dt_s
    genset.power_pu = lagged(genset.power_pu, power, genset.te_s, dt_s)
    return genset.power_pu


def stand(genset: Genset, w: float, dt_s: float) -> None:
    """Put the states where the set stands still at its present power and a speed of w."""
    power = genset.p_kw / genset.rated_kw
    torque = within_rack(genset, power / w)
    genset.power_pu = power
    genset.mech_pu = power
    genset.mech_before_pu = power
    genset.w_pu = w
    genset.rack_pu = torque
    genset.rack_pu_per_s = 0.0
    genset.actuator_pu = 0.0
    genset.actuator_pu_per_s = 0.0
    genset.drive_pu = 0.0
    genset.drive_pu_per_s = 0.0
    wanted = genset.p_ref_kw / genset.rated_kw - load_pu(genset, w, dt_s)
    genset.trim_pu = w - 1.0 - droop_pu(genset) * wanted
    genset.line[2] = 0.0  # the delay forgets, then holds this torque all along
    delayed(genset.line, torque, genset.td_s, dt_s)


def shaft_pu(genset: Genset, w: float, dt_s: float) -> float:
    """Move governor, rack and burning fuel; the mean power on the shaft over the step."""
    wanted = genset.p_ref_kw / genset.rated_kw - load_pu(genset, w, dt_s)
    error = genset.trim_pu + droop_pu(genset) * wanted - (w - 1.0)
    through = error
    if genset.t1_s > 0.0:
        c1, c2 = genset.t1_s, genset.t1_s * genset.t2_s
        y, slope = section(genset.actuator_pu, genset.actuator_pu_per_s, error, c1, c2, dt_s)
        rise = (c1 - genset.t3_s) * (y - genset.actuator_pu)
        through = error - (c2 * (slope - genset.actuator_pu_per_s) + rise) / dt_s
        genset.actuator_pu = y
        genset.actuator_pu_per_s = slope
    c1, c2 = genset.t5_s + genset.t6_s, genset.t5_s * genset.t6_s
    y, slope = section(genset.drive_pu, genset.drive_pu_per_s, through, c1, c2, dt_s)
    rise = (c1 - genset.t4_s) * (y - genset.drive_pu)
    drive = through - (c2 * (slope - genset.drive_pu_per_s) + rise) / dt_s
    genset.drive_pu = y
    genset.drive_pu_per_s = slope
    before = genset.rack_pu
    after = within_rack(genset, before + genset.k_pu_per_s * drive * dt_s)
    genset.rack_pu = after
    genset.rack_pu_per_s = (after - before) / dt_s
    genset.w_pu = w
    genset.mech_before_pu = genset.mech_pu
    genset.mech_pu = w * delayed(genset.line, 0.5 * (before + after), genset.td_s, dt_s)
    return genset.mech_pu
