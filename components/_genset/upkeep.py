"""Wear of a diesel set: failures that are drawn, their repair, service by hours."""

from __future__ import annotations

from typing import TYPE_CHECKING

from components._dice import HIGHEST, exponential, rolled, seeded, uniform_pu
from components._genset.modes import FAILED, NO_START, OFF, ROUNDING_S, STARTING
from twin.component import Component, inp, out, param, state

if TYPE_CHECKING:
    from components.genset import Genset


class Upkeep(Component):
    """Failures, repair and service."""

    dice: int = param(1, "begins its failures", ge=1, le=HIGHEST, drawn=True)
    fail_start_pu: float = param(0.0, "starts that fail; REopt: 0.0094", ge=0, le=1)
    mttf_h: float = param(0.0, "mean hours run to a failure; REopt: 1100; 0: none", ge=0)
    repair_h: float = param(0.0, "length of a repair; 0: only by `repaired_count`", ge=0)
    service_every_h: float = param(
        0.0, "hours between services; 250 to 500, unverified; 0: none", ge=0
    )

    repaired_count: int = inp(0, "counter of repairs; one ends a failure", ge=0)
    serviced_count: int = inp(0, "counter of services", ge=0)

    rolled: int = state(1, "where its dice stand", ge=1, le=HIGHEST, record=False)
    doomed: bool = state(False, "the start that goes on fails", record=False)
    life_h: float = state(0.0, "hours to run until it fails", ge=0, record=False)
    repair_left_h: float = state(0.0, "what is left of a repair", ge=0, record=False)
    repaired_seen_count: int = state(0, "the counter when last read", ge=0, record=False)
    serviced_seen_count: int = state(0, "the same", ge=0, record=False)
    serviced_at_h: float = state(0.0, "hours run at the last service", ge=0, record=False)
    failure_count: int = state(0, "failures in service", ge=0)
    start_fail_count: int = state(0, "starts that failed", ge=0)
    failed_h: float = state(0.0, "hours under repair", ge=0)
    failed: bool = out(False, "it waits for its repair")
    service_due: bool = out(False, "`service_every_h` have been run since the last service")


def begin_life(genset: Genset) -> None:
    """Draw the first failure; what was repaired or serviced before does not count."""
    genset.rolled = seeded(genset.dice)
    draw_life(genset)
    genset.repaired_seen_count = genset.repaired_count
    genset.serviced_seen_count = genset.serviced_count


def draw_life(genset: Genset) -> None:
    """Draw the hours that it runs until it fails; wear and age do not count."""
    if genset.mttf_h > 0.0:
        genset.rolled = rolled(genset.rolled)
        genset.life_h = exponential(genset.rolled, genset.mttf_h)


def fails_to_start(genset: Genset) -> bool:
    """Draw whether the start that begins fails."""
    if genset.fail_start_pu <= 0.0:
        return False
    genset.rolled = rolled(genset.rolled)
    return uniform_pu(genset.rolled) < genset.fail_start_pu


def give_up(genset: Genset) -> None:
    """Lock out after the last try: for a repair if it was drawn, else until a new command."""
    tries_s = genset.tries_count * (genset.crank_try_s + genset.rest_s) - genset.rest_s
    hopeless = genset.doomed or genset.fails_count >= genset.tries_count
    if genset.mode == STARTING and hopeless and genset.sequence_s >= tries_s - ROUNDING_S:
        genset.mode = NO_START
        genset.start_fail_count += 1
        if genset.doomed:
            fail(genset, (genset.sequence_s - tries_s) / 3600.0)


def fail(genset: Genset, since_h: float) -> None:
    """Wait for a repair, which began some time ago."""
    genset.mode = FAILED
    genset.doomed = False
    genset.failed_h += since_h
    genset.repair_left_h = max(genset.repair_h - since_h, 0.0)


def wear(genset: Genset, hours: float) -> None:
    """Fail when its hours are run, go on with a repair, ask for service."""
    repaired = genset.repaired_count > genset.repaired_seen_count
    genset.repaired_seen_count = genset.repaired_count
    if genset.mode == FAILED:
        genset.failed_h += hours
        genset.repair_left_h = max(genset.repair_left_h - hours, 0.0)
        over = genset.repair_h > 0.0 and genset.repair_left_h * 3600.0 <= ROUNDING_S
        if repaired or over:
            genset.mode = OFF
    elif genset.mttf_h > 0.0:
        genset.life_h = max(genset.life_h - genset.run_pu * hours, 0.0)
        if genset.life_h * 3600.0 <= ROUNDING_S:
            genset.failure_count += 1
            fail(genset, (1.0 - genset.run_pu) * hours)
            draw_life(genset)
    if genset.serviced_count > genset.serviced_seen_count:
        genset.serviced_at_h = genset.run_h
    genset.serviced_seen_count = genset.serviced_count
    due = genset.run_h - genset.serviced_at_h >= genset.service_every_h
    genset.service_due = genset.service_every_h > 0.0 and due
