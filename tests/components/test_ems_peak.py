from __future__ import annotations

import numpy as np
import pytest

from components.ems_peak import EmsPeak
from tests.components.managed import orders
from twin.fleet import make_rows


def on_grid(**given: float) -> EmsPeak:
    """Holds 20 kW without a margin, charges with up to 10."""
    return EmsPeak(**({"margin_pu": 0.0, "soc_pu": 0.7, "grid_available": True} | given))


def test_above_the_limit_the_battery_gives_below_it_the_grid_charges() -> None:
    said = orders(on_grid(), "p_load_kw", [26.0, 20.0, 18.0, 4.0])

    assert said == [("shaving", 6.0), ("grid", 0.0), ("charging", -2.0), ("charging", -10.0)]


def test_the_margin_keeps_it_below() -> None:
    assert orders(on_grid(margin_pu=0.05), "p_load_kw", [26.0]) == [("shaving", 7.0)]


def test_at_the_reserve_the_grid_carries_all_of_it() -> None:
    assert orders(on_grid(p_load_kw=26.0), "soc_pu", [0.51, 0.5]) == [
        ("shaving", 6.0),
        ("grid", 0.0),
    ]


def test_full_it_stores_the_surplus_of_the_sun_alone() -> None:
    assert orders(on_grid(soc_pu=0.95), "p_gen_kw", [0.0, 7.0]) == [("grid", 0.0), ("grid", -7.0)]


def test_what_was_reached_once_is_not_fought_for_again() -> None:
    """A quarter of an hour at 23 kW is the limit from then on."""
    ems = on_grid(p_import_kw=23.0)
    said = orders(ems, "p_load_kw", [26.0] * 17, dt_s=60.0)

    assert [p_set for _, p_set in said] == pytest.approx([6.0] * 15 + [3.0] * 2)


def test_a_minute_above_is_no_peak() -> None:
    ems = on_grid()
    orders(ems, "p_import_kw", [0.0, 40.0] + [10.0] * 14, dt_s=60.0)

    assert ems.peak_kw == pytest.approx(12.0)


def test_a_month_ends_and_with_it_its_peak() -> None:
    ems = on_grid(p_import_kw=30.0, last_s=900.0)
    ems.step(900.0)
    reached, ems.month, ems.p_import_kw = ems.peak_kw, 1, 5.0
    ems.step(900.0)

    assert (reached, ems.peak_kw) == (30.0, 5.0)


def test_months_are_those_of_the_local_clock() -> None:
    times = np.array(["2026-05-31T15:59", "2026-05-31T16:01", "2026-06-30T15:59"], "M8[ns]")
    rows = make_rows(EmsPeak, 2, {"utc_offset_h": [0.0, 8.0]})
    made = EmsPeak.prepare(rows, times, {})["month"]

    assert (made - made[0, 0]).tolist() == [[0, 0], [0, 1], [1, 1]]


def test_the_import_of_a_day_is_held_below_the_limit() -> None:
    """A peak of three hours at 30 kW on a base of 8: 30 kWh above 20 kW, of 50 with 0.9 to 0.2."""
    ems = on_grid(soc_pu=0.9, soc_reserve_pu=0.2, limit_kw=20.0)
    stored, imports = 45.0, []
    for minute in range(1440):
        ems.p_load_kw = 30.0 if 600 <= minute < 780 else 8.0
        ems.soc_pu = stored / 50.0
        ems.step(60.0)
        stored -= ems.p_set_kw / 60.0
        ems.p_import_kw = ems.p_load_kw - ems.p_set_kw
        imports.append(ems.p_import_kw)

    assert max(imports) == pytest.approx(20.0)
    assert ems.soc_pu >= 0.9
