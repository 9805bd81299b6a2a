from __future__ import annotations

import numpy as np
import pytest

from components._ems.ahead import sums_ahead
from components.ems_forecast import EmsForecast
from twin.fleet import make_rows

HOUR_S = 3600.0


def lived(days: int, load_kw: float, sun_kwh: float, **given: float) -> EmsForecast:
    """Days of a flat load and of sun from 6 to 18 o'clock, in quarters of an hour."""
    ems = EmsForecast(p_load_kw=load_kw, soc_pu=0.2, **given)
    for quarter in range(days * 96):
        ems.p_gen_kw = sun_kwh / 12.0 if 24 <= quarter % 96 < 72 else 0.0
        ems.step(900.0)
    return ems


def test_until_a_day_is_behind_it_stops_where_it_is_told() -> None:
    ems = EmsForecast(p_load_kw=3.0)
    for _ in range(95):
        ems.step(900.0)

    assert (ems.day_kwh, ems.soc_stop_pu) == (pytest.approx(69.0), 0.30)


def test_what_the_last_day_lacked_is_charged_for_the_next() -> None:
    """72 kWh of load less 60 of sun are 12 of 50: to 0.30 + 0.24."""
    assert lived(2, 3.0, 60.0).soc_stop_pu == pytest.approx(0.54)


def test_after_a_sunny_day_it_leaves_room() -> None:
    assert lived(2, 3.0, 100.0).soc_stop_pu == 0.30


def test_after_a_dark_day_it_charges_no_further_than_full() -> None:
    assert lived(2, 3.0, 0.0).soc_stop_pu == 0.90


def test_a_day_is_forgotten_a_day_later() -> None:
    ems = lived(3, 3.0, 0.0)
    ems.p_load_kw = 1.0
    for _ in range(24):
        ems.step(HOUR_S)

    assert ems.day_kwh == pytest.approx(24.0)


@pytest.mark.parametrize("dt_s", [1.0, 60.0, 900.0, 3600.0, 7200.0])
def test_a_day_is_a_day_at_any_step(dt_s: float) -> None:
    ems = EmsForecast(p_load_kw=2.0)
    for _ in range(round(86400.0 / dt_s)):
        ems.step(dt_s)

    assert ems.day_kwh == pytest.approx(48.0)


def test_who_knows_the_sun_forgets_that_of_yesterday() -> None:
    """72 kWh of load less 50 to come are 22 of 50, whatever the sun was before."""
    ems = lived(2, 3.0, 100.0, forecast=1, expected_kwh=50.0)

    assert ems.soc_stop_pu == pytest.approx(0.74)


def test_the_sun_of_the_coming_day_is_prepared() -> None:
    """500 W/m2 in the second of three days only: 12 kWh/m2, on 20 kW at 0.8."""
    times = np.datetime64("2026-06-01T00:30") + np.arange(72) * np.timedelta64(1, "h")
    sun = np.where((np.arange(72) >= 24) & (np.arange(72) < 48), 500.0, 0.0)[:, None]
    rows = make_rows(EmsForecast, 1, {"forecast": 1})
    made = EmsForecast.prepare(rows, times, {"sun_w_per_m2": sun})["expected_kwh"][:, 0]

    assert made[[0, 12, 24, 36, 48]].tolist() == pytest.approx([0.0, 96.0, 192.0, 96.0, 0.0])


def test_the_last_day_takes_itself_to_come_again() -> None:
    values = np.arange(1.0, 7.0)[:, None]

    assert sums_ahead(values, 3)[:, 0].tolist() == [6.0, 9.0, 12.0, 15.0, 15.0, 15.0]


def test_who_does_not_know_the_sun_has_nothing_prepared() -> None:
    rows = make_rows(EmsForecast, 2, {"forecast": [0, 2]})

    assert EmsForecast.prepare(rows, np.zeros(0), {"expected_kwh": np.ones((4, 2))}) == {}


def test_a_forecast_of_somebody_else_is_left_as_it_is() -> None:
    times = np.datetime64("2026-06-01T00:30") + np.arange(4) * np.timedelta64(1, "h")
    rows = make_rows(EmsForecast, 2, {"forecast": [1, 2]})
    told = {"sun_w_per_m2": np.zeros((4, 2)), "expected_kwh": np.full((4, 2), 7.0)}

    assert EmsForecast.prepare(rows, times, told)["expected_kwh"][0].tolist() == [0.0, 7.0]
