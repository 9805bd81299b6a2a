"""Start, synchronising and protection of a diesel set: what moves it from one mode to the next."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from components._engine import droop_pu, stand
from components._machine import close_unloaded
from twin.lags import clipped

if TYPE_CHECKING:
    from components.genset import Genset

OFF, STARTING, RUNNING, OUT_OF_FUEL, READY, TRIPPED, NO_START = 0, 1, 2, 3, 4, 5, 6
MODES = ("off", "starting", "running", "out_of_fuel", "ready", "tripped", "no_start")
NONE, CRANKING, RESTING, RUN_UP, QUALIFYING = 0, 1, 2, 3, 4
STAGES = ("none", "cranking", "resting", "run_up", "qualifying")
UNDER_FREQUENCY, OVER_FREQUENCY, REVERSE_POWER, STALL = 1, 2, 3, 4
CAUSES = ("none", "under_frequency", "over_frequency", "reverse_power", "stall")

STALL_PU = 0.5  # an engine that turns slower than this dies
SPEED_PU = 0.05  # how far a synchroniser moves the speed from nominal
DEAD_PU = 0.1  # a bus with less voltage is dead
NEVER_S = 1e12
ROUNDING_S = 1e-9  # a sum of steps that is short by this has arrived


def rests(genset: Genset) -> bool:
    """Whether it would begin a start on command."""
    return genset.mode == OFF or genset.mode == OUT_OF_FUEL


def locked_out(genset: Genset) -> bool:
    """Whether only a new command helps."""
    return genset.mode == TRIPPED or genset.mode == NO_START


def lost_s(genset: Genset) -> float:
    """Time that tries which fail cost a start."""
    failed = genset.failed_cranks_count if rests(genset) else genset.fails_count
    if failed >= genset.tries_count:
        return NEVER_S
    return failed * (genset.crank_try_s + genset.rest_s)


def commanded_l(genset: Genset) -> float:
    """Follow the command; the fuel of a start that begins with it."""
    if not genset.run_cmd:
        genset.mode = OFF
    elif rests(genset):
        genset.fails_count = genset.failed_cranks_count
        genset.mode = OUT_OF_FUEL
        if genset.tank_left_l > genset.start_fuel_l:
            genset.mode = STARTING
            genset.start_count += 1
            return genset.start_fuel_l
    return 0.0


def give_up(genset: Genset) -> None:
    """Lock out after the last try, and forget a start that is over without one."""
    tries_s = genset.tries_count * (genset.crank_try_s + genset.rest_s) - genset.rest_s
    doomed = genset.fails_count >= genset.tries_count
    if genset.mode == STARTING and doomed and genset.sequence_s >= tries_s - ROUNDING_S:
        genset.mode = NO_START
    if rests(genset) or locked_out(genset):
        genset.sequence_s = 0.0


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
        genset.speed_pu = 0.0
        genset.under_f_for_s = 0.0
        genset.over_f_for_s = 0.0
        genset.reverse_for_s = 0.0
    if genset.mode == STARTING:
        run_up(genset, dt_s)
    if genset.mode == READY:
        synchronise(genset, dt_s)
