"""A factorial, found by runs in memory.

The reference keeps its size; the others are given the one at which they equal it:

* mw     the same rating
* cost   the same yearly cost: of waiting (`costs.py`), and of the events of a year as the runs with
         all draws come out on average
* firm   the same firm power (`firm.py`), which is proportional to size

Disturbance, calendar and draws are the same for all: seed by seed, what is drawn of a device has
the same value in every row.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from twin.comparison import Spread, spread
from twin.factorial.costs import waiting_kg_per_y, waiting_usd_per_y
from twin.factorial.firm import firm_kw
from twin.factorial.measures import FREQUENCY, HOUR_S, SETTLED_S, alone, lent_mws, mean_kw, measured
from twin.factorial.rows import BARE, Row, rows_of, settings
from twin.factorial_plan import Factorial
from twin.problems import Problem, Problems
from twin.rerun import Ended, rerun
from twin.scenario import Scenario

BASES = {"mw": "equal MW", "cost": "equal annual cost", "firm": "equal firm MW"}
ALL_KW = 1e6  # asked of everything that is there
NEAR = 1e-4  # of the cost that is aimed at
BEYOND = 1.02  # of where a proportional cost would come to the goal
FARTHEST = 1e4

Draws = list[dict[str, float]]


@dataclass(frozen=True)
class Line:
    """A row on a basis."""

    row: Row
    basis: str
    size_kw: float
    firm_kw: float
    inertia_mws: float
    short_circuit_mva: float
    waiting_usd_per_y: Mapping[str, float]
    events_usd_per_y: float
    waiting_kg_per_y: float
    events_kg_per_y: float
    values: Mapping[str, Spread]

    @property
    def annual_usd_per_y(self) -> float:
        """Waiting, and the events of a year."""
        return sum(self.waiting_usd_per_y.values()) + self.events_usd_per_y

    @property
    def annual_kg_per_y(self) -> float:
        """Carbon of waiting, and of the events of a year."""
        return self.waiting_kg_per_y + self.events_kg_per_y


@dataclass(frozen=True)
class Table:
    """All lines; a row that no size brings to a basis is missing there."""

    plan: Factorial
    bare: Mapping[str, Spread]  # the area without any resource
    lines: tuple[Line, ...]
    runs: int


class Study:
    """Runs the rows of a factorial; `told` hears of each line that is found."""

    def __init__(
        self,
        name: str | Path,
        scenario: Scenario,
        overrides: Mapping[str, Any] | None = None,
        told: Callable[[Line], None] = lambda _: None,
    ) -> None:
        """Run the bare area; raises Problems."""
        assert scenario.factorial is not None
        if found := list(time_problems(scenario, scenario.factorial)):
            raise Problems(found)
        self.name, self.plan, self.told = name, scenario.factorial, told
        self.overrides = {k: own for k, own in (overrides or {}).items() if k != "event"}
        self.runs = 0
        self._events = scenario.document["event"]
        self._seeds = range(scenario.seed, scenario.seed + self.plan.seeds)
        self._bare_hz = [
            self._run(BARE, 0.0, 0.0, seed).after_event(FREQUENCY) for seed in self._seeds
        ]
        self._found: dict[tuple[str, str, float], Draws] = {}

    def table(self) -> Table:
        """Every row on every basis, basis by basis."""
        rows = list(rows_of(self.plan))
        firm_pu = [self.firm_pu(row) for row in rows]
        at = next(k for k, row in enumerate(rows) if row.name == self.plan.reference)
        given_kw = self.plan.size_kw
        goal_usd = self.annual_usd(rows[at], given_kw)
        lines: list[Line] = []
        for basis in BASES:
            for row, firm in zip(rows, firm_pu, strict=True):
                size_kw = given_kw
                if row is not rows[at] and basis == "cost":
                    size_kw = self._equal_cost_kw(row, goal_usd)
                elif row is not rows[at] and basis == "firm":
                    size_kw = given_kw * firm_pu[at] / firm if firm > 0.0 else math.inf
                if math.isfinite(size_kw):
                    lines.append(self._line(row, basis, size_kw, firm * size_kw))
                    self.told(lines[-1])
        return Table(self.plan, self._without(), tuple(lines), self.runs)

    def _without(self) -> dict[str, Spread]:
        draws = [alone(hz) for hz in self._bare_hz]
        return {name: spread([one[name] for one in draws]) for name in draws[0]}

    def firm_pu(self, row: Row) -> float:
        """Firm power of each kW of rating."""
        size_kw = self.plan.size_kw
        means_kw = []
        for seed in self._seeds:
            ended = self._run(row, size_kw, ALL_KW, seed)
            means_kw.append([mean_kw(self.plan, part, ended) for part in row.parts])
        resources = [part.resource for part in row.parts]
        return firm_kw(resources, means_kw, self.plan.firm_pu) / size_kw

    def annual_usd(self, row: Row, size_kw: float) -> float:
        """Waiting, and the events of a year."""
        waiting = waiting_usd_per_y(self.plan, row, size_kw)
        return sum(waiting.values()) + self.of_events(row, size_kw, "event_usd")

    def of_events(self, row: Row, size_kw: float, what: str) -> float:
        """Of the events of a year, each as the draws come out on average."""
        each = [one[what] for one in self.draws(row, size_kw)]
        return self.plan.events_per_y * float(np.mean(each))

    def draws(self, row: Row, size_kw: float) -> Draws:
        """What the runs of a row tell, seed by seed."""
        key = row.name, row.droop, size_kw
        if key not in self._found:
            self._found[key] = [
                measured(
                    self.plan, row, size_kw, self._run(row, size_kw, self.plan.size_kw, seed), hz
                )
                for seed, hz in zip(self._seeds, self._bare_hz, strict=True)
            ]
        return self._found[key]

    def _equal_cost_kw(self, row: Row, goal_usd: float) -> float:
        return matched(lambda size_kw: self.annual_usd(row, size_kw), goal_usd, self.plan.size_kw)

    def _line(self, row: Row, basis: str, size_kw: float, firm_kw: float) -> Line:
        draws = self.draws(row, size_kw)
        first = self._run(row, size_kw, self.plan.size_kw, self._seeds[0])
        return Line(
            row=row,
            basis=basis,
            size_kw=size_kw,
            firm_kw=firm_kw,
            inertia_mws=sum(lent_mws(part, size_kw, first) for part in row.parts),
            short_circuit_mva=sum(p.resource.fault_pu * p.share for p in row.parts) * size_kw / 1e3,
            waiting_usd_per_y=waiting_usd_per_y(self.plan, row, size_kw),
            events_usd_per_y=self.of_events(row, size_kw, "event_usd"),
            waiting_kg_per_y=waiting_kg_per_y(self.plan, row, size_kw),
            events_kg_per_y=self.of_events(row, size_kw, "carbon_kg"),
            values={name: spread([one[name] for one in draws]) for name in draws[0]},
        )

    def _run(self, row: Row, size_kw: float, ask_kw: float, seed: int) -> Ended:
        self.runs += 1
        own = settings(self.plan, row, size_kw, ask_kw, self._events)
        return rerun(self.name, {**own, **self.overrides, "seed": seed})


def time_problems(scenario: Scenario, plan: Factorial) -> Iterator[Problem]:
    """What a scenario is too short for, or what it has no event for."""
    at = str(scenario.path), 0
    if not scenario.events:
        yield Problem(*at, "event", "is missing: a factorial is measured from the first [[event]]")
        return
    first_s = min(event.at_s for event in scenario.events)
    needed_s = first_s + plan.ask_after_s + HOUR_S * max(*plan.given_h, plan.firm_h)
    if scenario.horizon_s < needed_s:
        text = f"should be {needed_s:g} or more for the factorial, got {scenario.horizon_s:g}"
        yield Problem(*at, "horizon_s", text)
    if (scenario.fine_for_s or 0.0) < SETTLED_S[1]:
        text = f"should be {SETTLED_S[1]:g} or more for the first seconds of the factorial"
        yield Problem(*at, "fine_for_s", text)


def matched(cost_usd: Callable[[float], float], goal_usd: float, start_kw: float) -> float:
    """The size at which a cost that grows from nothing comes to a goal: false position.

    The end that stays counts half after each step (Illinois), for costs bend where a store is
    larger than what is asked of it. Infinite where the cost does not grow so far.
    """
    low_kw, low_off, high_kw = 0.0, -goal_usd, start_kw
    while (high_off := cost_usd(high_kw) - goal_usd) < -NEAR * goal_usd:
        if high_off <= -goal_usd or high_kw > FARTHEST * start_kw:
            return math.inf
        low_kw, low_off = high_kw, high_off
        high_kw *= BEYOND * goal_usd / (goal_usd + high_off)
    size_kw, off = high_kw, high_off
    while abs(off) > NEAR * goal_usd:
        size_kw = low_kw + (high_kw - low_kw) * low_off / (low_off - high_off)
        off = cost_usd(size_kw) - goal_usd
        if off < 0.0:
            low_kw, low_off, high_off = size_kw, off, 0.5 * high_off
        else:
            high_kw, high_off, low_off = size_kw, off, 0.5 * low_off
    return size_kw
