"""How long each kind of resource takes to answer, as `response_times/trip` states it."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from components.mobile_unit import MobileUnit
from twin.comparison import compared
from twin.kpis.resources import answer
from twin.kpis.traces import Trace
from twin.processes import TwinEnvironment
from twin.run import open_run
from twin.runner import Options, Outcome, run_scenario
from twin.study import tasks_of

SEEDS = range(1, 6)
SHORT = {"step_s": 60, "sync_s": 3600, "fine_for_s": 3, "agc.period_s": 60.0, "record.every_s": 60}
EVENT_S = 60.0
TRUCKS = {  # name -> what its topology gives it
    "bank_dispatched": {},
    "set_dispatched": {},
    "set_hard_wired": {"connection": "hard_wired"},
}
STAGES = ("deciding", "mobilising", "driving", "connecting")


@pytest.fixture(scope="module")
def outcomes(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Outcome]:
    """The shipped scenario for some seeds, in plain Python: 3 s at 10 ms, the rest at a minute."""
    home = tmp_path_factory.mktemp("seeds")
    found = {}
    for task in tasks_of(["all"], SEEDS):
        asked = Options({**SHORT, "seed": task.seed}, "all", home / task.name, in_python=True)
        found[task.name] = run_scenario("response_times/trip", asked)
    return found


def alone_h(name: str, seed: int, called_s: float) -> float:
    """How long a truck takes that is called then, by its process alone."""
    env = TwinEnvironment(seed=seed)
    unit = MobileUnit(depot=name, crew=name, distance_km=40.0, **TRUCKS[name])
    env.name(unit, f"{name}_truck[0]")
    env.process(unit.process(env))

    def call() -> Any:
        yield env.timeout(called_s)
        env.put(unit, "call", True)

    env.process(call())
    env.run(until=43200.0)
    return float(unit.waited_h)


def called_s(outcome: Outcome, name: str) -> float:
    events = open_run(outcome.folder).events
    own = events[(events["unit"] == f"{name}_truck") & (events["text"] == "deciding")]
    return float(own["t_s"].iloc[0])


@pytest.mark.parametrize("name", TRUCKS)
def test_percentiles_of_arrivals_are_those_of_the_process_alone(
    name: str, outcomes: dict[str, Outcome]
) -> None:
    """Without mosaik, to rounding; first power follows within two steps and the start of a set."""
    runs = [open_run(one.folder) for one in outcomes.values()]
    told_h = [run.totals[f"{name}_truck.waited_h"] for run in runs]
    whole_h = [
        alone_h(name, seed, called_s(one, name))
        for seed, one in zip(SEEDS, outcomes.values(), strict=True)
    ]
    assert len(set(told_h)) == len(SEEDS)
    shares = [5.0, 50.0, 95.0]
    assert np.percentile(told_h, shares) == pytest.approx(np.percentile(whole_h, shares), abs=1e-9)
    for one, hours in zip(outcomes.values(), whole_h, strict=True):
        arrival_s = called_s(one, name) + 3600.0 * hours - EVENT_S
        assert 0.0 <= one.kpis[f"{name}.t90_s"] - arrival_s + 60.0 < 180.0


@pytest.mark.parametrize("name", TRUCKS)
def test_a_truck_that_is_sent_takes_the_sum_of_its_stages(
    name: str, outcomes: dict[str, Outcome]
) -> None:
    run = open_run(next(iter(outcomes.values())).folder)
    own = run.events[(run.events["unit"] == f"{name}_truck") & (run.events["field"] == "mode")]
    begins = dict(zip(own["text"], own["t_s"], strict=True))
    assert [stage for stage in own["text"]][-5:] == [*STAGES, "running"]
    spans_s = np.diff([begins[stage] for stage in (*STAGES, "running")])
    assert spans_s.min() > 0.0
    # an instant is told of with the step in which it falls
    waited_s = 3600.0 * run.totals[f"{name}_truck.waited_h"]
    assert spans_s.sum() == pytest.approx(waited_s, abs=60.0)


def test_the_table_states_the_mean_of_seeds_with_the_5th_and_the_95th_percentile(
    outcomes: dict[str, Outcome],
) -> None:
    found = compared("response_times/trip", tasks_of(["all"], SEEDS), outcomes, "")
    for resource in ("storage", "storage_step", "set_connected", "set_dispatched"):
        for time in ("delay_s", "t50_s"):
            own = [one.kpis[f"{resource}.{time}"] for one in outcomes.values()]
            spread = found.row(f"{resource}.{time}")["all"]
            told = (spread.mean, spread.p5, spread.median, spread.p95)
            assert told == pytest.approx((np.mean(own), *np.percentile(own, [5, 50, 95])))


def test_storage_by_itself_is_faster_than_what_an_event_asks_of_it(
    outcomes: dict[str, Outcome],
) -> None:
    """90 % of its answer to a step within a second; to an event it follows the frequency."""
    for one in outcomes.values():
        assert one.kpis["storage_step.t90_s"] < 1.0 < one.kpis["storage.t90_s"]


def ramp(begin_s: float, end_s: float) -> Trace:
    """A power that grows to 1000 kW, in steps of half a second over ten minutes."""
    t_s = np.arange(0.0, 600.5, 0.5)
    middle_s = np.append(0.0, t_s[1:] - 0.25)
    return Trace(t_s, 1000.0 * ((middle_s - begin_s) / (end_s - begin_s)).clip(0.0, 1.0))


@given(begin_s=st.floats(0.0, 490.0), lasts_s=st.floats(5.0, 100.0))
@example(begin_s=0.0, lasts_s=10.0)
@example(begin_s=59.9, lasts_s=100.0)
def test_what_starts_ramps_or_comes_is_judged_by_all_of_its_answer(
    begin_s: float, lasts_s: float
) -> None:
    """Within the first minute, still growing at its end, or begun later: to half an interval."""
    end_s = begin_s + lasts_s
    told = answer(ramp(begin_s, end_s), None)
    for share, name in ((0.1, "t10_s"), (0.5, "t50_s"), (0.9, "t90_s")):
        assert told[name] == pytest.approx(begin_s + share * lasts_s, abs=0.26)


def test_what_has_answered_in_the_first_minute_is_judged_by_that() -> None:
    """A plant that is dispatched to twice its answer later was no faster or slower for it."""
    power = ramp(0.0, 10.0)
    later = Trace(power.t_s, power.x + 2000.0 * (power.t_s > 300.0))
    later.x[(power.t_s > 20.0) & (power.t_s < 300.0)] = 900.0
    assert answer(later, None)["t90_s"] == pytest.approx(9.0)
