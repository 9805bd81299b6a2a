from __future__ import annotations

import json
from dataclasses import replace
from datetime import datetime, timedelta, timezone
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from components.day_shape import DayShape
from components.it_load import ItLoad
from tests.engine import cell, device, finished, recorded, scenario, topology
from twin.drive import driven_inputs
from twin.fleet import make_rows

ISLAND = json.loads(
    (Path(__file__).parents[1] / "reference" / "energy" / "island_load.json").read_text("utf-8")
)
MONDAY = np.datetime64("2026-06-01T00:00", "ns")


def shape(days: int, step_s: float, **given: float) -> np.ndarray:
    """Utilisation in each step, from a Monday, midnight UTC."""
    rows = make_rows(DayShape, 1, given)
    middles = ((np.arange(round(days * 86400 / step_s)) + 0.5) * step_s * 1e9).astype("m8[ns]")
    return DayShape.prepare(rows, MONDAY + middles, {})["shape_pu"][:, 0]


@given(
    mean=st.floats(0.0, 0.5),
    swing=st.floats(0.0, 0.5),
    peak=st.floats(0.0, 24.0),
    weekend=st.floats(0.5, 1.2),
    step_s=st.sampled_from([60.0, 900.0, 3600.0, 21600.0]),
)
def test_mean_over_a_week_is_the_one_given_at_any_step(
    mean: float, swing: float, peak: float, weekend: float, step_s: float
) -> None:
    given = {"mean_pu": mean, "swing_pu": swing, "peak_h": peak, "weekend_pu": weekend}

    assert shape(7, step_s, **given).mean() == pytest.approx(mean, abs=1e-12)


def test_peak_comes_at_its_local_hour() -> None:
    one = shape(1, 60.0, peak_h=20.0, utc_offset_h=8.0)

    assert np.argmax(one) in (12 * 60 - 1, 12 * 60)  # 12 h in UTC
    assert (one.max(), one.min()) == pytest.approx((0.75 * 1.12, 0.75 * 0.88))


def test_office_rests_on_saturday_and_sunday() -> None:
    days = shape(14, 900.0, swing_pu=0.8, weekend_pu=0.25, mean_pu=0.4).reshape(14, -1).mean(axis=1)
    working, resting = [0, 1, 2, 3, 4, 7, 8, 9, 10, 11], [5, 6, 12, 13]

    assert days[working] == pytest.approx(0.4 * 7 / 5.5)
    assert days[resting] == pytest.approx(0.25 * 0.4 * 7 / 5.5)


def test_base_station_of_the_island_case_takes_its_energy_of_a_year() -> None:
    """3.05 kW +-12 %, 26.7 MWh, as `it_load` turns utilisation into power without more."""
    steps = shape(365, 900.0, mean_pu=0.75, swing_pu=ISLAND["evening_swing_pu"])
    plain = {"idle_pu": 0.0, "pue_pu": 1.0, "ups_efficiency_pu": 1.0}
    load = ItLoad(rated_kw=ISLAND["mean_kw"] / 0.75, **plain)
    for utilisation in steps:
        load.utilisation_pu = utilisation
        load.step(900.0)

    assert load.energy_kwh / 1e3 == pytest.approx(ISLAND["year_mwh"], rel=1e-9)
    assert steps.max() / steps.min() == pytest.approx(1.12 / 0.88, rel=1e-3)


def test_scenario_is_told_the_hours_of_its_own_clock() -> None:
    start = datetime(2026, 6, 1, tzinfo=timezone(timedelta(hours=8)))
    when = replace(scenario(86400.0, 3600.0), start=start)
    evening = device("evening", DayShape, utc_offset_h=8.0)
    made = cell([evening], (), when, driven_inputs(topology([evening]), when))
    hours = recorded(finished(made), "evening.utilisation_pu")

    assert hours.index(max(hours)) in (19, 20)
    assert hours[7] == pytest.approx(0.75 * (1 - 0.12 * np.cos(np.pi / 24)))
