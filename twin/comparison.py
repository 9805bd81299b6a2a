"""What the variants of a scenario came to, side by side: every KPI of every variant, and the best.

A variant that was run for several seeds counts by the mean of them, beside the 5th and the 95th
percentile. What a variant saves against the baseline that `[economics]` names is taken seed by
seed, and stands among its KPIs. Never, of a payback, is an infinite number here and null in a file.
"""

from __future__ import annotations

import csv
import io
import json
import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, cached_property
from typing import Any, Literal, NamedTuple

import numpy as np

from twin.kpis import course, every
from twin.kpis.against import against
from twin.kpis.resources import BETTER, WHAT
from twin.problems import Problems
from twin.run import Run, open_run
from twin.runner import Outcome
from twin.study import Task
from twin.units import unit_of

Better = Literal["more", "less", "near", ""]

LIKE = 1e-9  # values that differ by less of the larger are alike
PEAKS = ("peak_change_kw", "most_kw")  # in the first minute, and of a run of hours
SAVED: dict[str, Better] = {
    "extra_capex_usd": "less",
    "saving_usd_per_y": "more",
    "payback_simple_y": "less",
    "payback_discounted_y": "less",
    "cost_cut_pu": "more",
}
SAVED_WHAT = {
    "extra_capex_usd": "invested beyond the baseline",
    "saving_usd_per_y": "spent less a year than the baseline",
    "payback_simple_y": "until savings make up for what was invested beyond the baseline",
    "payback_discounted_y": "the same with interest",
    "cost_cut_pu": "share of the baseline's cost that is saved",
}


class Spread(NamedTuple):
    """A KPI over the seeds of a variant; all four are one number where there is one run."""

    mean: float
    p5: float
    p95: float
    median: float


@dataclass(frozen=True)
class Column:
    """A variant, and its runs: one, or one for each seed."""

    name: str
    outcomes: tuple[Outcome, ...]

    @property
    def status(self) -> str:
        """That of its runs: ``done`` if all are, else of the first that is not."""
        others = (one.status for one in self.outcomes if one.status != "done")
        return next(others, "done") if self.outcomes else "not begun"

    @property
    def done(self) -> bool:
        """Whether all of its runs came to their end."""
        return self.status == "done"

    @property
    def reasons(self) -> list[str]:
        """Why runs did not come to their end, each reason once."""
        found = [one.reason or one.status for one in self.outcomes if one.status != "done"]
        return list(dict.fromkeys(found)) if self.outcomes else [self.status]

    @property
    def missed(self) -> list[str]:
        """The expectations that a run missed."""
        verdicts = [one for outcome in self.outcomes for one in outcome.verdicts]
        return list(dict.fromkeys(one.name for one in verdicts if not one.held))

    @cached_property
    def run(self) -> Run | None:
        """The first of its runs that came to its end: what is drawn of it."""
        done = (open_run(one.folder) for one in self.outcomes if one.status == "done")
        return next(done, None)


@dataclass(frozen=True)
class Comparison:
    """Variants of one scenario; `values` are KPI by KPI those of the variants that tell."""

    scenario: str
    seeds: tuple[int, ...]
    columns: tuple[Column, ...]
    values: Mapping[str, Mapping[str, Spread]]

    def row(self, name: str) -> Mapping[str, Spread]:
        """A KPI of every variant that tells it."""
        return self.values.get(name, {})

    def best(self, name: str) -> set[str]:
        """The variants that do best by a KPI; none where all do alike, or nothing is better."""
        row, better = self.row(name), better_of(name)
        if not better:
            return set()
        scores = {variant: _score(spread.mean, better) for variant, spread in row.items()}
        most = max(scores.values(), default=math.nan)
        found = {v for v, score in scores.items() if math.isclose(score, most, rel_tol=LIKE)}
        return found if len(found) < len(row) else set()

    def resources(self, least_pu: float) -> list[str]:
        """What moved by a share of the largest change of power or more; a network is none."""
        roles = {
            name: about["role"]
            for column in self.columns
            for outcome in column.outcomes[:1]
            for name, about in outcome.meta.get("devices", {}).items()
        }
        most_kw: dict[str, float] = {}
        for kpi, row in self.values.items():
            name, _, own = kpi.rpartition(".")
            if own in PEAKS and roles.get(name) != "network":
                largest = max(abs(one.mean) for one in row.values())
                most_kw[name] = max(most_kw.get(name, 0.0), largest)
        least_kw = least_pu * max(most_kw.values(), default=0.0)
        return [name for name, kw in most_kw.items() if kw >= least_kw]


def compared(
    scenario: str, tasks: Sequence[Task], outcomes: Mapping[str, Outcome], baseline: str
) -> Comparison:
    """The outcomes of a study, put side by side; the baseline is a variant or nothing."""
    seeds = tuple(dict.fromkeys(task.seed for task in tasks if task.seed is not None))
    found: dict[str, list[Outcome]] = {}
    for task in tasks:
        own = found.setdefault(task.column, [])
        own += [outcomes[task.name]] if task.name in outcomes else []
    columns = tuple(Column(name, tuple(own)) for name, own in found.items())
    saved = _saved(tasks, outcomes, baseline)
    runs: dict[str, dict[str, list[float]]] = {}
    for task in tasks:
        if task.name in outcomes:
            told = {**outcomes[task.name].kpis, **saved.get(task.name, {})}
            for name, value in told.items():
                runs.setdefault(name, {}).setdefault(task.column, []).append(value)
    values = {
        name: {variant: spread(own) for variant, own in row.items()} for name, row in runs.items()
    }
    order = [kpi.name for kpi in every()]
    last = [name for name in values if name not in order]
    ordered = {name: values[name] for name in (*order, *last) if name in values}
    return Comparison(scenario, seeds, columns, ordered)


def _saved(
    tasks: Sequence[Task], outcomes: Mapping[str, Outcome], baseline: str
) -> dict[str, dict[str, float]]:
    """What each run saves against the baseline of its seed, where both have a yearly account."""
    done = {t: outcomes[t.name] for t in tasks if t.name in outcomes}
    done = {task: one for task, one in done.items() if one.status == "done"}
    bases = {
        t.seed: open_run(o.folder) for t, o in done.items() if baseline and t.variant == baseline
    }
    found: dict[str, dict[str, float]] = {}
    for task, outcome in done.items():
        if task.variant != baseline and task.seed in bases:
            try:
                figures = against(open_run(outcome.folder), bases[task.seed]).figures()
            except Problems:
                continue  # shorter than a year: no account to compare
            found[task.name] = {
                name: math.inf if value is None else value
                for name, value in figures.items()
                if name in SAVED and (value is not None or name.startswith("payback"))
            }
    return found


def spread(values: Iterable[float]) -> Spread:
    """Mean, percentiles and median; a mean without end where one value has none."""
    own = np.array([*values])
    if not np.isfinite(own).all():
        return Spread(math.inf, float(own.min()), math.inf, float(np.median(own)))
    return Spread(float(own.mean()), *(float(q) for q in np.percentile(own, [5.0, 95.0, 50.0])))


@cache
def better_of(name: str) -> Better:
    """Whether more or less of a KPI is better, or to be near nothing; nothing where neither is."""
    known: dict[str, Better] = {kpi.name: kpi.better for kpi in every()} | SAVED
    own = name.rpartition(".")[2]
    of_resource: Better = "less" if BETTER.get(own) == "less" else "more"
    return known.get(own) or (of_resource if own in BETTER else "")


def _what(name: str) -> str:
    """What a KPI is, in words."""
    known = {kpi.name: kpi.doc for kpi in every()} | SAVED_WHAT
    return known.get(name) or (WHAT | course.WHAT).get(name.rpartition(".")[2], "")


def _score(value: float, better: Better) -> float:
    return {"more": value, "less": -value, "near": -abs(value), "": 0.0}[better]


def as_json(comparison: Comparison) -> str:
    """Everything, for other programs."""
    seeded = bool(comparison.seeds)
    variants = {column.name: _told(comparison, column, seeded) for column in comparison.columns}
    best = {name: sorted(comparison.best(name)) for name in comparison.values}
    whole = {
        "scenario": comparison.scenario,
        "seeds": comparison.seeds,
        "variants": variants,
        "best": {name: own for name, own in best.items() if own},
    }
    return json.dumps(whole, indent=1)


def _told(comparison: Comparison, column: Column, seeded: bool) -> dict[str, Any]:
    rows = {n: row[column.name] for n, row in comparison.values.items() if column.name in row}
    told: dict[str, Any] = {
        "status": column.status,
        "reasons": column.reasons,
        "missed": column.missed,
        "kpis": {name: _plain(spread.mean) for name, spread in rows.items()},
    }
    if seeded:
        told["p5"] = {name: _plain(spread.p5) for name, spread in rows.items()}
        told["p95"] = {name: _plain(spread.p95) for name, spread in rows.items()}
    return told


def _plain(value: float) -> float | None:
    return value if math.isfinite(value) else None


def as_csv(comparison: Comparison) -> str:
    """A line a KPI, a column a variant, with seeds three: mean, 5th and 95th percentile."""
    names = [column.name for column in comparison.columns]
    ends = ("", "_p5", "_p95") if comparison.seeds else ("",)
    text = io.StringIO()
    lines = csv.writer(text, lineterminator="\n")
    heads = [f"{n}{end}" for n in names for end in ends]
    lines.writerow(["kpi", "unit", "better", *heads, "what"])
    for name, row in comparison.values.items():
        cells = [v for n in names for v in (row.get(n) or [""] * 3)[: len(ends)]]
        lines.writerow([name, unit_of(name) or "", better_of(name), *cells, _what(name)])
    return text.getvalue()
