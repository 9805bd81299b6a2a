from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from components._genset.modes import COOLING, READY
from components.bess import Bess
from components.genset import MODES, OFF, OUT_OF_FUEL, RUNNING, Genset
from components.it_load import ItLoad
from components.pcs import Pcs
from tests.components.site import Site
from tests.components.test_genset import ready, run
from tests.components.test_genset_starting import run as run_fine

QUARTER_S = 900.0
LOAD = {"idle_pu": 1.0, "pue_pu": 1.0, "ups_efficiency_pu": 1.0}


def commanded(genset: Genset, words: str, dt_s: float = QUARTER_S, p_kw: float = 9.0) -> str:
    """Give one command a step, `+` to run and `-` to stop; what it gave power in."""
    told = ""
    for word in words:
        genset.run_cmd = word == "+"
        told += "+" if run(genset, p_kw, dt_s).p_kw > 0.0 else "-"
    return told


def started(**values: Any) -> Genset:
    genset = Genset(**({"tank_l": 1e5, "tank_start_l": 1e5} | values))
    genset.start()
    return genset


def exercised(**values: Any) -> Genset:
    return started(exercise_every_h=730.0, **values)


def test_a_stop_waits_for_the_least_run() -> None:
    genset = started(min_run_s=3600.0)
    assert commanded(genset, "+-------") == "++++----"
    assert (genset.ignored_count, genset.start_count) == (1, 1)


def test_a_start_waits_for_the_least_rest() -> None:
    genset = started(min_stop_s=1800.0)
    assert commanded(genset, "+-++++") == "+--+++"
    assert (genset.ignored_count, genset.start_count) == (1, 2)


def test_a_command_that_comes_back_before_it_counts_is_not_a_start() -> None:
    genset = started(min_run_s=3600.0)
    assert commanded(genset, "+-+-+++-") == "+++++++-"
    assert (genset.ignored_count, genset.start_count) == (2, 1)


def test_it_may_start_at_once_when_the_scenario_begins() -> None:
    assert commanded(started(min_stop_s=1e6, cooldown_s=600.0), "+") == "+"


@given(words=st.text("+-", max_size=60), least=st.integers(0, 5), rest=st.integers(0, 5))
def test_no_run_and_no_rest_is_shorter_than_the_least(words: str, least: int, rest: int) -> None:
    genset = started(min_run_s=least * QUARTER_S, min_stop_s=rest * QUARTER_S)
    told = commanded(genset, words)
    *runs, _ = told.replace("-", " ").strip().split(" ") if "+" in told else [""]
    rests = told.strip("-").replace("+", " ").split()

    assert all(len(one) >= max(least, 1) for one in runs if one)
    assert all(len(one) >= max(rest, 1) for one in rests)
    assert genset.start_count == len(told.replace("-", " ").split())


def test_cooling_down_burns_the_fuel_of_no_load_for_its_time() -> None:
    genset = ready(cooldown_s=300.0)
    run(genset, 15.0, QUARTER_S)
    before_l = genset.fuel_l
    assert commanded(genset, "--") == "--"

    assert genset.fuel_l - before_l == pytest.approx(0.08415 * 15.0 * 300.0 / 3600.0)
    assert (genset.mode, genset.run_h) == (OFF, 0.25)


@pytest.mark.parametrize("dt_s", [1.0, 20.0, 100.0, 300.0, 600.0])
def test_cooling_down_costs_the_same_at_any_step(dt_s: float) -> None:
    genset = run(ready(cooldown_s=300.0), 15.0, 600.0)
    before_l = genset.fuel_l
    commanded(genset, "-" * int(600 / dt_s), dt_s)
    assert genset.fuel_l - before_l == pytest.approx(0.08415 * 15.0 / 12.0)
    fine = run(ready(cooldown_s=5.0), 15.0, 600.0)
    before_l, fine.run_cmd = fine.fuel_l, False
    run_fine(fine, 10.0)
    # the step in which the command ends has no cooling in the fine regime
    assert fine.fuel_l - before_l == pytest.approx(0.08415 * 15.0 / 720.0, rel=0.01 / 5.0 + 1e-9)


def test_called_again_while_it_cools_down_it_needs_no_start() -> None:
    genset = run(ready(cooldown_s=300.0, start_s=10.0), 15.0, 60.0)
    commanded(genset, "-", 60.0)
    assert genset.mode == COOLING
    commanded(genset, "+", 60.0)
    assert (genset.mode, genset.start_count, genset.p_kw) == (RUNNING, 1, 9.0)


def test_called_again_while_it_cools_down_it_meets_its_bus_anew_in_the_fine_regime() -> None:
    genset = run(ready(cooldown_s=300.0), 15.0, 60.0)
    commanded(genset, "-", 60.0)
    genset.run_cmd, genset.v_pu = True, 0.5
    run_fine(genset, 1.0)
    assert genset.mode == READY


def test_a_standby_set_is_tested_every_month() -> None:
    genset = exercised()
    for _ in range(8760 * 4):
        run(genset, 0.0, QUARTER_S)

    # NFPA 110: monthly, 30 minutes on 30 % of the nameplate
    assert (genset.test_count, genset.start_count) == (12, 12)
    assert genset.test_h == pytest.approx(12 * 0.5)
    assert genset.energy_kwh == pytest.approx(12 * 0.5 * 0.3 * 15.0)
    assert (genset.wet_test_h, genset.low_load_h) == (0.0, 0.0)


@pytest.mark.parametrize("dt_s", [1.0, 60.0, 777.0, 3600.0, 7200.0])
def test_a_test_runs_its_time_at_any_step(dt_s: float) -> None:
    genset = exercised(exercise_at_h=1.0)
    run(genset, 0.0, dt_s, round(8.0 * 3600.0 / dt_s))
    assert genset.test_h == pytest.approx(0.5, rel=1e-9)
    assert (genset.test_count, MODES[genset.mode]) == (1, "off")


def test_a_test_that_falls_due_while_it_is_called_is_left_out() -> None:
    genset = exercised(exercise_at_h=1.0)
    assert commanded(genset, "++++++------") == "++++++------"
    assert (genset.test_count, genset.test_h) == (0, 0.0)


def test_a_command_during_a_test_ends_it_and_keeps_the_set_running() -> None:
    genset = exercised()
    assert commanded(genset, "-+++-") == "++++-"
    assert (genset.test_count, genset.start_count) == (1, 1)
    assert genset.test_h == pytest.approx(890.0 / 3600.0)


def test_a_test_without_fuel_is_not_begun_again_and_again() -> None:
    genset = exercised(tank_start_l=0.0)
    run(genset, 0.0, QUARTER_S, 1)
    assert genset.mode == OUT_OF_FUEL
    run(genset, 0.0, QUARTER_S, 9)
    assert (genset.mode, genset.test_count, genset.start_count) == (OFF, 1, 0)


def site_under_test(load_kw: float, storage: bool, **values: float) -> Site:
    """An hour with a test in it, minute by minute."""
    genset = exercised(rated_kw=15.0, start_s=0.0, **values)
    site = Site(ItLoad(rated_kw=load_kw, **LOAD), genset=genset)
    if storage:
        site.pcs, site.bess = Pcs(rated_kva=30.0), Bess(energy_kwh=50.0, soc_start_pu=0.5)
    site.start()
    for _ in range(60):
        if site.pcs:
            site.pcs.p_set_kw = load_kw
        site.step(60.0)
    return site


def test_a_test_displaces_what_else_would_have_served_the_load() -> None:
    site = site_under_test(6.0, storage=True)
    assert site.genset
    assert site.genset.energy_kwh == pytest.approx(0.5 * 4.5, rel=0.02)
    assert (site.genset.wet_test_h, site.bus.dumped_kwh) == (0.0, 0.0)


def test_a_test_that_nobody_has_a_load_for_is_a_wet_one() -> None:
    site = site_under_test(1.0, storage=False, min_load_pu=0.0)
    assert site.genset
    assert site.genset.wet_test_h == pytest.approx(0.5)
    assert site.genset.low_load_h == pytest.approx(0.5)


def test_a_least_load_that_nobody_takes_is_dumped_in_a_test() -> None:
    site = site_under_test(1.0, storage=False, min_load_pu=0.3)
    assert site.genset
    assert site.genset.wet_test_h == 0.0
    assert site.bus.dumped_kwh == pytest.approx(0.5 * 3.5)
