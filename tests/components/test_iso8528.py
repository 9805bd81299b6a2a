from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import components
from components._genset.modes import TRIPPED
from components.genset import Genset
from tests.components.island import Island, turning
from twin.kpis import iso8528
from twin.kpis.traces import Trace

REFERENCE = Path(__file__).parents[1] / "reference" / "frequency"
TABLE: list[dict[str, Any]] = json.loads((REFERENCE / "c2_diesel_island.json").read_text())[
    "iso8528_table"
]
NAMES = {"gridlabd_default": "gridlab_d", "W_K10": "w", "W_K15": "w", "W_K40": "w"}
STALLS = [("gridlabd_default", 0.7), ("gridlabd_default", 0.8)]
STEPS = [row for row in TABLE if (row["set"], row["step_pu"]) not in STALLS]
RATED_KW = 800.0
DT_S = 0.002


def published(name: str) -> dict[str, Any]:
    """A set of the table, as a device would be given it."""
    path = Path(components.__file__).parent / "data" / "degov1.csv"
    lines = path.read_text("utf-8").splitlines()[1:]
    row = next(row for row in csv.DictReader(lines) if row["set"] == NAMES[name])
    values: dict[str, Any] = {key: float(row[key]) for key in row if key != "set"}
    values["governor"] = "valve_droop" if values["droop_pu"] else "isochronous"
    values["droop_pu"] = values["droop_pu"] or 1.0
    if "_K" in name:
        values["k_pu_per_s"] = float(name.partition("_K")[2])
    return values


def accepted(step_pu: float, seconds: float = 20.0, **values: Any) -> tuple[Genset, Trace]:
    """A set without load takes a step; the frequency from then on, or until it is lost."""
    exponent = values.pop("exponent", 0.0)
    genset = turning(0.0, rated_kw=RATED_KW, h_s=1.0, **values)
    island = Island(genset, 0.0, exponent=exponent)
    found_hz = island.after(step_pu * RATED_KW, seconds, DT_S)
    return genset, Trace(DT_S * np.arange(len(found_hz)), np.array(found_hz))


@pytest.mark.parametrize("row", STEPS, ids=lambda row: f"{row['set']}-{row['step_pu']}")
def test_step_dips_overshoots_and_recovers_as_published(row: dict[str, Any]) -> None:
    _, trace = accepted(row["step_pu"], **published(row["set"]))
    dip_pct, over_pct = (2.0 * (hz - 50.0) for hz in (trace.x.min(), trace.x.max()))
    step = iso8528.load_step(trace, 50.0, row["step_pu"], iso8528.CLASSES[3])
    print(
        f"{row['set']:16} {row['step_pu']:.0%}  dip {dip_pct:8.3f} of {row['dip_pct']:8.3f} %, "
        f"over {over_pct:6.3f} of {row['over_pct']:6.3f} %, "
        f"recovery {step.recovery_s:.3f} of {row['recovery_s']} s"
    )
    assert dip_pct == pytest.approx(row["dip_pct"], abs=0.01)
    assert over_pct == pytest.approx(row["over_pct"], abs=0.01)
    if row["recovery_s"] is not None:
        assert step.recovery_s == pytest.approx(row["recovery_s"], abs=0.02)


CLASSES = {
    ("W_K10", 0.7): 2,
    ("W_K10", 0.8): 1,
    ("W_K15", 0.25): 3,
    ("W_K15", 0.7): 3,
    ("W_K15", 0.8): 2,
    ("W_K40", 0.8): 3,
    ("W_K40", 1.0): 3,
    ("gridlabd_default", 0.25): 0,
    ("gridlabd_default", 0.5): 0,
}


@pytest.mark.parametrize(("case", "number"), CLASSES.items(), ids=str)
def test_step_reaches_the_published_class(case: tuple[str, float], number: int) -> None:
    name, step_pu = case
    _, trace = accepted(step_pu, **published(name))
    assert iso8528.reached(trace, 50.0, step_pu) == number


@pytest.mark.parametrize(
    ("name", "step_pu"), [*STALLS, ("W_K10", 1.0), ("W_K15", 1.0)], ids=lambda value: str(value)
)
def test_step_that_is_too_much_stalls_the_engine_and_says_so(name: str, step_pu: float) -> None:
    genset, trace = accepted(step_pu, **published(name))
    assert (genset.mode, genset.fields["trip_cause"].labels[genset.trip_cause]) == (
        TRIPPED,
        "stall",
    )
    assert iso8528.reached(trace, 50.0, step_pu) == 0


def test_full_step_on_a_stiff_governor_dips_as_published() -> None:
    _, trace = accepted(1.0, **published("W_K40"))
    assert 2.0 * (trace.x.min() - 50.0) == pytest.approx(-4.6, abs=0.05)


RELIEVED = {"knee_pu": 0.95, "roll_off_pu": 2.0}


def test_voltage_that_falls_with_speed_relieves_what_depends_on_voltage() -> None:
    genset, trace = accepted(1.0, exponent=2.0, **published("W_K15"), **RELIEVED)
    dip_pct = 2.0 * (50.0 - trace.x.min())
    print(f"full step, W K = 15, constant impedance: dip {dip_pct:.2f} of 9.0 %")
    assert dip_pct == pytest.approx(9.0, abs=0.1)
    assert genset.trip_count == 0


@pytest.mark.parametrize(("exponent", "roll_off"), [(0.0, 2.0), (2.0, 0.0)])
def test_roll_off_helps_only_through_the_exponent_of_the_load(
    exponent: float, roll_off: float
) -> None:
    values = published("W_K15") | RELIEVED | {"roll_off_pu": roll_off}
    genset, _ = accepted(1.0, exponent=exponent, **values)
    assert genset.mode == TRIPPED


def test_load_that_walks_in_over_ten_seconds_hardly_dips() -> None:
    island = Island(turning(0.0, rated_kw=RATED_KW, **published("W_K15")), 0.0)
    lowest_hz = 50.0
    for n in range(6000):
        island.load_kw = RATED_KW * min((n + 0.5) * DT_S / 10.0, 1.0)
        lowest_hz = min(lowest_hz, island.fine(DT_S))
    assert 2.0 * (50.0 - lowest_hz) == pytest.approx(0.8, abs=0.05)
