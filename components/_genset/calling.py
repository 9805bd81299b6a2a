"""What is asked of a diesel set and what it makes of it: least times, cool-down, tests, starts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from components._genset.modes import (
    COOLING,
    FAILED,
    MODES,
    OFF,
    OUT_OF_FUEL,
    READY,
    ROUNDING_S,
    RUNNING,
    STARTING,
    active,
    locked_out,
    rests,
)
from components._genset.rating import fouls
from components._genset.upkeep import fails_to_start
from twin.component import Component, inp, param, state

if TYPE_CHECKING:
    from components.genset import Genset


class Calling(Component):
    """Commands, what may put them off, and the tests that nobody commands."""

    min_run_s: float = param(0.0, "least time from start to stop; 30 to 60 min, unverified", ge=0)
    min_stop_s: float = param(0.0, "least time from stop to start; 15 min, unverified", ge=0)
    cooldown_s: float = param(0.0, "time it turns on without load; 0: none", ge=0)
    exercise_every_h: float = param(0.0, "from test to test; NFPA 110: monthly; 0: none", ge=0)
    exercise_at_h: float = param(0.0, "time of the first test", ge=0)
    exercise_h: float = param(0.5, "length of a test on load; NFPA 110", gt=0)

    run_cmd: bool = inp(False, "run or stop")
    p_set_kw: float = inp(0.0, "wanted power while it runs")

    mode: int = state(OFF, "what it is doing", ge=0, le=8, labels=MODES)
    called: bool = state(False, "it shall run in this step", record=False)
    ignoring: bool = state(False, "a least time outweighs the command", record=False)
    ignored_count: int = state(0, "commands that a least time outweighed", ge=0)
    on_s: float = state(0.0, "time since its start began", ge=0, record=False)
    off_s: float = state(0.0, "time since it stopped", ge=0, record=False)
    start_count: int = state(0, "starts, those of tests included", ge=0)
    test_in_s: float = state(0.0, "time to the next test", record=False)
    test_left_s: float = state(0.0, "what is left of a test", ge=0, record=False)
    test_count: int = state(0, "tests begun", ge=0)
    test_h: float = state(0.0, "hours run on load in tests", ge=0)
    wet_test_h: float = state(0.0, "of them, at a load at which it fouls", ge=0)


def rest_at_start(genset: Genset) -> None:
    """It has rested long enough to be called."""
    genset.off_s = max(genset.min_stop_s, genset.cooldown_s)
    genset.test_in_s = genset.exercise_at_h * 3600.0


def heed(genset: Genset, dt_s: float) -> None:
    """Decide whether it shall run in this step: as told, as least times want, or for a test."""
    called = genset.run_cmd
    testing = genset.test_left_s > 0.0
    if genset.mode == RUNNING and not testing and genset.on_s < genset.min_run_s - ROUNDING_S:
        called = True
    elif rests(genset) and genset.off_s < genset.min_stop_s - ROUNDING_S:
        called = False
    ignoring = called != genset.run_cmd
    if ignoring and not genset.ignoring:
        genset.ignored_count += 1
    genset.ignoring = ignoring
    if genset.run_cmd or locked_out(genset) or genset.mode == OUT_OF_FUEL:
        genset.test_left_s = 0.0
    if genset.exercise_every_h > 0.0:
        if genset.test_in_s <= ROUNDING_S:
            genset.test_in_s += genset.exercise_every_h * 3600.0
            if genset.mode == OFF and not called and not ignoring:
                genset.test_left_s = genset.exercise_h * 3600.0
                genset.test_count += 1
        genset.test_in_s -= dt_s
    genset.called = called or genset.test_left_s > 0.0
    if genset.called and rests(genset) and genset.tank_left_l > genset.start_fuel_l:
        genset.cold_s = genset.warmup_s
        genset.doomed = fails_to_start(genset)


def asked_kw(genset: Genset, share_pu: float) -> float:
    """The power that is wanted of it; a test asks for what keeps it clean while it runs."""
    if genset.test_left_s > 0.0:
        return max(genset.p_set_kw, share_pu * genset.wet_below_pu * genset.rated_kw)
    return genset.p_set_kw


def commanded_l(genset: Genset) -> float:
    """Follow what was decided; the fuel of a start that begins with it."""
    if not genset.called:
        stop(genset)
    elif genset.mode == COOLING:
        genset.mode = READY
    elif rests(genset):
        genset.fails_count = genset.failed_cranks_count
        genset.mode = OUT_OF_FUEL
        if genset.tank_left_l > genset.start_fuel_l:
            genset.mode = STARTING
            genset.start_count += 1
            return genset.start_fuel_l
    return 0.0


def stop(genset: Genset) -> None:
    """Stand still, or turn on without load to cool down; what has failed waits for its repair."""
    if genset.mode == RUNNING and genset.cooldown_s > 0.0:
        genset.mode = COOLING
    elif genset.mode != COOLING and genset.mode != FAILED:
        genset.mode = OFF


def cooling_pu(genset: Genset, dt_s: float) -> float:
    """Share of the step in which it turns to cool down."""
    if genset.mode != COOLING:
        return 0.0
    return min(max(genset.cooldown_s - genset.off_s, 0.0), dt_s) / dt_s


def pass_time(genset: Genset, turning_pu: float, dt_s: float) -> None:
    """Let the clocks of warming up, cooling down, least times and a test go on."""
    genset.cold_s = max(genset.cold_s - turning_pu * dt_s, 0.0)
    if genset.test_left_s > 0.0:
        go_on_testing(genset, dt_s)
    if active(genset):
        genset.on_s += dt_s
        genset.off_s = 0.0
    else:
        genset.on_s = 0.0
        genset.off_s += dt_s
    if genset.mode == COOLING and genset.off_s >= genset.cooldown_s - ROUNDING_S:
        genset.mode = OFF
    if rests(genset) or locked_out(genset):
        genset.sequence_s = 0.0


def go_on_testing(genset: Genset, dt_s: float) -> None:
    """Count what a test has run, and end it."""
    run_h = genset.run_pu * dt_s / 3600.0
    genset.test_h += run_h
    if fouls(genset):
        genset.wet_test_h += run_h
    left_s = genset.test_left_s - genset.run_pu * dt_s
    genset.test_left_s = left_s if left_s > ROUNDING_S else 0.0
