"""What a variant saves against its baseline where both were run, and when it is paid back.

Two plans are compared by holding both against the same status quo (`twin/kpis/against.py`).
"""

from __future__ import annotations

import math
from collections.abc import Mapping

from twin.kpis.account import account_of
from twin.kpis.against import against
from twin.run import Run, open_run
from twin.runner import Outcome
from twin.scenario import Scenario

NEVER = math.inf
PAYBACKS = ("payback_simple_y", "payback_discounted_y")


def baseline_of(scenario: Scenario, variant: str) -> str:
    """The baseline that a variant names; nothing where there is none."""
    named = scenario.economics.baseline if scenario.economics else ""
    return str(scenario.variants[variant].get("economics.baseline", named))


def results(outcomes: Mapping[str, Outcome]) -> dict[str, dict[str, float]]:
    """Counters and KPIs of each variant, and what it saves against its baseline."""
    runs = {name: open_run(outcome.folder) for name, outcome in outcomes.items()}
    return {
        name: {**run.totals, **outcomes[name].kpis, **_saved(run, runs)}
        for name, run in runs.items()
    }


def _saved(run: Run, runs: Mapping[str, Run]) -> dict[str, float]:
    """The figures of a run against its baseline; nothing where one of them has no account."""
    baseline = runs.get((run.meta.get("economics") or {}).get("baseline", ""))
    if baseline is None or baseline is run:
        return {}
    accounts = account_of(run), account_of(baseline)
    if any(found is None or found.missing for found in accounts):
        return {}
    figures = against(run, baseline).figures()
    figures |= {name: NEVER for name in PAYBACKS if figures[name] is None}
    return {name: value for name, value in figures.items() if value is not None}
