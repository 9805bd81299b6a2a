from __future__ import annotations

import math
from random import Random
from typing import Any

import pytest

from components._dice import HIGHEST
from components._genset.modes import FAILED, NO_START
from components.genset import OFF, Genset
from tests.components.island import turning
from tests.components.test_genset import run
from tests.components.test_genset_starting import run as run_fine
from twin.component import param
from twin.testing import (
    IN_THE_CELL,
    Check,
    check_energy_is_conserved,
    check_offers_are_ranges,
)
from twin.trial import live, plan

UNITS = 1000
MTTF_H, REPAIR_H = 1100.0, 48.0  # REopt's default, and a repair in the mountains
ENDLESS = {"tank_l": 1e9, "tank_start_l": 1e9, "start_s": 0.0, "start_fuel_l": 0.0}


def running(seed: int, **values: Any) -> Genset:
    genset = Genset(dice=Random(seed).randint(1, HIGHEST), run_cmd=True, **(ENDLESS | values))
    genset.start()
    return genset


def first_life_h(seed: int, dt_h: float = 100.0) -> float:
    genset = running(seed, mttf_h=MTTF_H)
    while not genset.failed:
        run(genset, 9.0, dt_h * 3600.0)
    return genset.run_h


def test_lives_are_exponential_with_the_mean_that_was_given() -> None:
    lives = sorted(first_life_h(seed) for seed in range(UNITS))
    mean = math.fsum(lives) / UNITS
    reached = [1.0 - math.exp(-life / MTTF_H) for life in lives]
    worst = max(abs(one - (n + 0.5) / UNITS) for n, one in enumerate(reached))

    assert mean == pytest.approx(MTTF_H, abs=3.0 * MTTF_H / math.sqrt(UNITS))
    assert worst < 1.63 / math.sqrt(UNITS)  # Kolmogorov and Smirnov, 1 %


@pytest.mark.parametrize("dt_h", [0.25, 1.0, 24.0])
def test_the_hour_of_a_failure_does_not_depend_on_the_step(dt_h: float) -> None:
    assert first_life_h(5, dt_h) == pytest.approx(first_life_h(5, 3.0), rel=1e-9)


def test_availability_is_that_of_the_closed_form() -> None:
    genset, hours = running(7, mttf_h=MTTF_H, repair_h=REPAIR_H), 0.0
    while genset.failure_count < 400 or genset.failed:
        dt_h = 0.25 if genset.failed else 24.0
        run(genset, 9.0, dt_h * 3600.0)
        hours += dt_h

    closed = MTTF_H / (MTTF_H + REPAIR_H)
    spread = REPAIR_H * MTTF_H / (MTTF_H + REPAIR_H) ** 2 / math.sqrt(400)
    assert genset.run_h / hours == pytest.approx(closed, abs=3.0 * spread)
    assert genset.failed_h / 400 == pytest.approx(REPAIR_H, abs=0.25)
    assert genset.run_h + genset.failed_h == pytest.approx(hours, rel=1e-9)


def test_starts_fail_as_often_as_they_should() -> None:
    genset, starts, chance = running(11, fail_start_pu=0.1, repair_h=0.25), 3000, 0.1
    while genset.start_count < starts:
        genset.run_cmd = not genset.run_cmd
        run(genset, 9.0, 900.0)
    spread = math.sqrt(starts * chance * (1.0 - chance))
    assert genset.start_fail_count == pytest.approx(starts * chance, abs=3.0 * spread)
    assert genset.failure_count == 0


def test_a_start_that_fails_takes_all_its_tries_and_then_a_repair() -> None:
    genset = running(1, fail_start_pu=1.0, repair_h=1.0, start_fuel_l=0.1)
    seen = [run(genset, 9.0, 15.0).mode for _ in range(6)]
    assert [seen.index(FAILED), genset.start_fail_count, genset.energy_kwh] == [4, 1, 0.0]

    genset.run_cmd = False
    run(genset, 0.0, 900.0, 3)
    assert genset.failed  # the command does not mend it
    run(genset, 0.0, 900.0)
    assert (genset.mode, genset.failed_h) == (OFF, pytest.approx(1.0, abs=0.25))


def test_a_start_that_the_scenario_spoils_needs_a_command_and_no_repair() -> None:
    genset = running(1, failed_cranks_count=3, repair_h=1.0)
    run(genset, 9.0, 900.0)
    assert (genset.mode, genset.start_fail_count, genset.failed) == (NO_START, 1, False)


def test_without_a_length_a_repair_waits_for_whoever_repairs() -> None:
    genset = running(3, mttf_h=10.0, repaired_count=4)
    while not genset.failed:
        run(genset, 9.0, 900.0)
    run(genset, 9.0, 900.0, 4000)
    assert genset.failed
    assert genset.failed_h == pytest.approx(1000.0, abs=0.25)

    genset.repaired_count = 5
    run(genset, 9.0, 900.0)
    assert not genset.failed
    assert run(genset, 9.0, 900.0).p_kw > 0.0


def test_a_repair_before_the_failure_mends_nothing() -> None:
    genset = running(3, mttf_h=10.0)
    genset.repaired_count = 1
    while not genset.failed:
        run(genset, 9.0, 900.0)
    assert run(genset, 9.0, 900.0, 10).failed


def test_it_fails_within_a_fine_window_as_well() -> None:
    genset = turning(6.0, dice=5, mttf_h=0.001, repair_h=10.0)
    run_fine(genset, 60.0)
    assert (genset.mode, genset.failure_count, genset.p_kw) == (FAILED, 1, 0.0)
    assert genset.run_h + genset.failed_h == pytest.approx(60.0 / 3600.0)


def test_service_falls_due_by_hours_on_load_until_it_is_done() -> None:
    genset = running(1, service_every_h=250.0)
    run(genset, 9.0, 3600.0, 249)
    assert not genset.service_due
    assert run(genset, 9.0, 3600.0, 11).service_due

    genset.serviced_count = 1
    assert not run(genset, 9.0, 3600.0).service_due
    genset.run_cmd = False
    assert not run(genset, 9.0, 3600.0, 500).service_due
    genset.run_cmd = True
    assert not run(genset, 9.0, 3600.0, 249).service_due
    assert run(genset, 9.0, 3600.0).service_due


def test_two_sets_are_better_than_one_by_the_product_of_their_absences() -> None:
    genset = running(21, mttf_h=MTTF_H, repair_h=REPAIR_H)
    other = running(22, mttf_h=MTTF_H, repair_h=REPAIR_H)
    lives = [
        [one.mode for _ in range(20_000) if run(one, 9.0, 21_600.0)] for one in (genset, other)
    ]
    away = [sum(mode == FAILED for mode in life) / 20_000 for life in lives]
    both = sum(one == two == FAILED for one, two in zip(*lives, strict=True)) / 20_000
    assert both == pytest.approx(away[0] * away[1], abs=0.002)


class Busy(Genset):
    """A set to which everything happens that may."""

    dice: int = param(1_000_000_007, "seed", ge=1, le=HIGHEST)
    fail_start_pu: float = param(0.2, "starts that fail", ge=0, le=1)
    mttf_h: float = param(2.0, "mean hours run to a failure", ge=0)
    repair_h: float = param(1.0, "length of a repair", ge=0)
    service_every_h: float = param(3.0, "hours run between services", ge=0)
    min_run_s: float = param(1200.0, "least run", ge=0)
    min_stop_s: float = param(600.0, "least rest", ge=0)
    cooldown_s: float = param(300.0, "cool-down", ge=0)
    warmup_s: float = param(120.0, "warm-up", ge=0)
    exercise_every_h: float = param(5.0, "from test to test", ge=0)
    altitude_m: float = param(2808.0, "altitude")
    reorder_l: float = param(200.0, "reorder level", ge=0)


Busy.__name__ = "Genset"  # its methods are those of the set: compiled once for both


@pytest.mark.parametrize("rule", [*IN_THE_CELL, check_offers_are_ranges, check_energy_is_conserved])
def test_a_busy_life_keeps_the_contract(rule: Any) -> None:
    Check(rule, Busy)()


def test_a_busy_life_is_one() -> None:
    drawn = plan(Busy)
    ends = [list(live(drawn.device(unit), drawn, unit))[-1] for unit in range(len(drawn.values))]
    counters = ("failure_count", "start_fail_count", "test_count", "ignored_count")
    assert [name for name in counters if not any(end[name] for end in ends)] == []
