"""Start, synchronising and protection of a diesel set: what moves it on by itself."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from components._genset.engine import droop_pu, stand
from components._genset.machine import close_unloaded
from components._genset.modes import (
    COOLING,
    READY,
    ROUNDING_S,
    RUNNING,
    STARTING,
    TRIPPED,
    rests,
)
from twin.component import Component, inp, param, state
from twin.lags import clipped

if TYPE_CHECKING:
    from components.genset import Genset

NONE, CRANKING, RESTING, RUN_UP, QUALIFYING = 0, 1, 2, 3, 4
STAGES = ("none", "cranking", "resting", "run_up", "qualifying")
UNDER_FREQUENCY, OVER_FREQUENCY, REVERSE_POWER, STALL = 1, 2, 3, 4
CAUSES = ("none", "under_frequency", "over_frequency", "reverse_power", "stall")

STALL_PU = 0.5  # an engine that turns slower than this dies
SPEED_PU = 0.05  # how far a synchroniser moves the speed from nominal
DEAD_PU = 0.1  # a bus with less voltage is dead
NEVER_S = 1e12


class Starting(Component):
    """Start sequence, window of synchronising, limits of protection."""

    start_s: float = param(10.0, "from the command to taking load; NFPA 110 type 10", ge=0)
    crank_s: float = param(2.0, "part of start_s until it fires; 1 to 3, unverified", ge=0)
    qualify_s: float = param(2.0, "part of start_s at speed; 0.5 to 2, unverified", ge=0)
    crank_try_s: float = param(15.0, "length of a try that fails; UFGS 26 32", ge=0)
    rest_s: float = param(15.0, "rest after such a try; UFGS 26 32", ge=0)
    tries_count: int = param(3, "tries before it gives up; UFGS 26 32", ge=1)
    slip_hz: float = param(0.1, "how much faster it turns to synchronise; an assumption", ge=0)
    sync_df_hz: float = param(0.3, "window; IEEE 1547 up to 500 kVA, unverified", ge=0)
    sync_dv_pu: float = param(0.1, "window of voltage; the same", ge=0)
    sync_angle_deg: float = param(20.0, "window of angle; the same", ge=0, le=180)
    reverse_pu: float = param(0.1, "reverse power that trips it; an assumption", ge=0)
    reverse_s: float = param(5.0, "after that time", ge=0)
    under_f_pu: float = param(0.8, "frequency below which it trips; an assumption", ge=0)
    under_f_s: float = param(1.0, "after that time", ge=0)
    over_f_pu: float = param(1.14, "frequency above which it trips; an assumption", ge=0)
    over_f_s: float = param(0.5, "after that time", ge=0)

    failed_cranks_count: int = inp(0, "tries that fail in a start", ge=0)
    sync_from_deg: float = inp(180.0, "angle to the bus at which it comes up to speed")

    stage: int = state(NONE, "fine: how far a start has come", ge=0, le=4, labels=STAGES)
    trip_cause: int = state(NONE, "why it tripped last", ge=0, le=4, labels=CAUSES)
    trip_count: int = state(0, "trips", ge=0)
    sequence_s: float = state(0.0, "time since the start command", ge=0)
    fails_count: int = state(0, "tries that fail in this start", ge=0, record=False)
    angle_deg: float = state(0.0, "how far it leads the bus while it synchronises", record=False)
    under_f_for_s: float = state(0.0, "time with too low a frequency", ge=0, record=False)
    over_f_for_s: float = state(0.0, "time with too high a frequency", ge=0, record=False)
    reverse_for_s: float = state(0.0, "time with reverse power", ge=0, record=False)


def lost_s(genset: Genset) -> float:
    """Time that tries which fail cost a start."""
    if genset.doomed:
        return NEVER_S
    failed = genset.failed_cranks_count if rests(genset) else genset.fails_count
    if failed >= genset.tries_count:
        return NEVER_S
    return failed * (genset.crank_try_s + genset.rest_s)


def run_up(genset: Genset, dt_s: float) -> None:
    """Move a start on; at its end the set is ready for its bus."""
    genset.sequence_s += dt_s
    turning_s = genset.sequence_s - lost_s(genset)
    fast_s = max(genset.start_s - genset.qualify_s, 0.0)
    fired_s = min(genset.crank_s, fast_s)
    if turning_s >= genset.start_s - ROUNDING_S:
        genset.mode = READY
        genset.angle_deg = turned_deg(genset.sync_from_deg)
        genset.speed_pu = 1.0
    elif turning_s >= fast_s - ROUNDING_S:
        genset.stage = QUALIFYING
        genset.speed_pu = 1.0
    elif turning_s >= fired_s - ROUNDING_S:
        genset.stage = RUN_UP
        genset.speed_pu = clipped((turning_s - fired_s) / (fast_s - fired_s), 0.0, 1.0)
    else:
        tried_s = genset.sequence_s % (genset.crank_try_s + genset.rest_s)
        rested = turning_s < 0.0 and tried_s >= genset.crank_try_s - ROUNDING_S
        genset.stage = RESTING if rested else CRANKING


def synchronise(genset: Genset, dt_s: float) -> None:
    """Turn a little faster than the bus, and close within the window or on a dead bus."""
    nominal_hz = genset.f_nominal_hz
    dead = genset.f_hz <= 0.0 or genset.v_pu < DEAD_PU
    own_hz = nominal_hz
    if not dead:
        own_hz = genset.f_hz + genset.slip_hz
        own_hz = clipped(own_hz, (1.0 - SPEED_PU) * nominal_hz, (1.0 + SPEED_PU) * nominal_hz)
    slip_hz = own_hz - genset.f_hz
    genset.speed_pu = own_hz / nominal_hz
    genset.angle_deg = turned_deg(genset.angle_deg + 360.0 * slip_hz * dt_s)
    alike = abs(slip_hz) <= genset.sync_df_hz and abs(genset.v_pu - 1.0) <= genset.sync_dv_pu
    if dead or (alike and abs(genset.angle_deg) <= genset.sync_angle_deg):
        w = genset.speed_pu if dead else genset.f_hz / nominal_hz
        droop = droop_pu(genset)
        genset.mode = RUNNING
        genset.p_ref_kw = (w - 1.0) / droop * genset.rated_kw if droop > 0.0 else 0.0
        stand(genset, w, dt_s)
        genset.trim_pu = 0.0  # its set point stands for no load at this speed, and moves from there
        close_unloaded(genset, 0.0 if dead else math.radians(genset.angle_deg))


def turned_deg(angle_deg: float) -> float:
    """The same angle between -180 and 180 degrees."""
    return angle_deg - 360.0 * math.floor((angle_deg + 180.0) / 360.0)


def protect(genset: Genset, dt_s: float) -> None:
    """Count how long a limit is passed; trip when it is too long, or when the engine stalls."""
    speed = genset.speed_pu
    backwards = genset.p_kw < -genset.reverse_pu * genset.rated_kw
    genset.under_f_for_s = genset.under_f_for_s + dt_s if speed < genset.under_f_pu else 0.0
    genset.over_f_for_s = genset.over_f_for_s + dt_s if speed > genset.over_f_pu else 0.0
    genset.reverse_for_s = genset.reverse_for_s + dt_s if backwards else 0.0
    cause = NONE
    if passed(genset.reverse_for_s, genset.reverse_s):
        cause = REVERSE_POWER
    if passed(genset.over_f_for_s, genset.over_f_s):
        cause = OVER_FREQUENCY
    if passed(genset.under_f_for_s, genset.under_f_s):
        cause = UNDER_FREQUENCY
    if speed < STALL_PU:
        cause = STALL
    if cause != NONE:
        genset.mode = TRIPPED
        genset.trip_cause = cause
        genset.trip_count += 1


def passed(for_s: float, limit_s: float) -> bool:
    """Whether something lasts, and for its time."""
    return for_s > 0.0 and for_s >= limit_s - ROUNDING_S


def live_on(genset: Genset, dt_s: float) -> None:
    """One step in the mode it is in, towards the next."""
    genset.stage = NONE
    if genset.mode == RUNNING:
        protect(genset, dt_s)
    else:
        genset.speed_pu = 1.0 if genset.mode == COOLING else 0.0
        genset.under_f_for_s = 0.0
        genset.over_f_for_s = 0.0
        genset.reverse_for_s = 0.0
    if genset.mode == STARTING:
        run_up(genset, dt_s)
    if genset.mode == READY:
        synchronise(genset, dt_s)
