from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from twin.kpis import iso8528, traces
from twin.kpis.traces import Trace

REFERENCE = Path(__file__).parent / "reference" / "frequency"
TOLD: Any = json.loads((REFERENCE / "c2_diesel_island.json").read_text("utf-8"))
SAMPLE_S = 0.01


def first_step(name: str) -> Trace:
    """The frequency of a diesel set from its load step to its load rejection."""
    table = pd.read_csv(REFERENCE / "c2_diesel_island.csv")
    return traces.cut(table["t_s"].to_numpy(), table[f"f_{name}_Hz"].to_numpy(), 1.0, 9.0)


def trace(*points: tuple[float, float]) -> Trace:
    t_s, x = np.array(points, float).T
    return Trace(t_s, x)


@pytest.mark.parametrize("name", ["iso", "iso_bess"])
def test_the_recovery_time_is_the_published_one_but_for_a_sample_at_either_end(name: str) -> None:
    dip = first_step(name)
    step = iso8528.load_step(dip, 50.0, 0.4, iso8528.CLASSES[3])
    told = TOLD["results"][name]["iso_first_step"]["recovery_s"]
    assert step.recovery_s == pytest.approx(told, abs=2 * SAMPLE_S)


@pytest.mark.parametrize(("name", "reached"), [("iso", 3), ("droop", 2), ("iso_bess", 3)])
def test_a_diesel_reaches_the_class_that_its_droop_allows(name: str, reached: int) -> None:
    dip = first_step(name)
    assert iso8528.reached(dip, 50.0, 0.4) == reached


PUBLISHED_CLASSES = {
    ("W_K10", 0.7): 2,
    ("W_K10", 0.8): 1,
    ("W_K15", 0.7): 3,
    ("W_K15", 0.8): 2,
    ("W_K40", 0.8): 3,
    ("gridlabd_default", 0.25): 0,
    ("gridlabd_default", 0.8): 0,
}


@pytest.mark.parametrize(("case", "number"), PUBLISHED_CLASSES.items(), ids=str)
def test_a_published_dip_and_recovery_reach_the_published_class(
    case: tuple[str, float], number: int
) -> None:
    table = TOLD["iso8528_table"]
    told = next(row for row in table if (row["set"], row["step_pu"]) == case)
    recovery_s = np.nan if told["recovery_s"] is None else told["recovery_s"]
    step = iso8528.LoadStep(0.0, 0.0, told["dip_pct"], recovery_s)
    met = [number for number, limits in iso8528.CLASSES.items() if iso8528.meets(step, limits)]
    assert max(met, default=0) == number


def test_a_set_that_keeps_swinging_reaches_no_class() -> None:
    t_s = np.arange(0.0, 20.0, 0.01)
    assert iso8528.reached(Trace(t_s, 50.0 + np.sin(t_s)), 50.0, 1.0) == 0


def test_a_set_that_nothing_moves_reaches_the_best_class() -> None:
    assert iso8528.reached(trace((0.0, 50.0), (5.0, 50.0), (10.0, 50.0)), 50.0, 1.0) == 3


def test_a_rejection_may_rise_by_more_than_a_step_may_dip() -> None:
    rise = trace((0.0, 50.0), (0.5, 54.0), (1.0, 50.0), (20.0, 50.0))
    dip = Trace(rise.t_s, 100.0 - rise.x)
    assert [iso8528.reached(one, 50.0, 1.0) for one in (rise, dip)] == [3, 2]
