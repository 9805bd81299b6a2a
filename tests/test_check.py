from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from twin.check import Row, check, expected_text, format_table, holds, number, table, unit_text
from twin.scenario import Expect


@pytest.mark.parametrize(
    ("got", "wanted"),
    [
        (1.1, Expect(value=1.0, abs=0.1)),  # 1.1 - 1.0 is a little more than 0.1
        (0.9, Expect(value=1.0, abs=0.1)),
        (-0.5, Expect(value=-0.48, abs=0.02)),
        (110.0, Expect(value=100.0, rel=0.1)),
        (90.0, Expect(value=100.0, abs=1.0, rel=0.1)),
        (101.0, Expect(value=100.0, abs=1.0, rel=0.001)),
        (5.0, Expect(value=5.0, abs=0.0)),
        (49.2, Expect(min=49.2)),
        (0.5, Expect(max=0.5)),
        (0.2, Expect(min=0.2, max=0.36)),
    ],
)
def test_a_result_on_the_edge_holds(got: float, wanted: Expect) -> None:
    assert holds(got, wanted)


@pytest.mark.parametrize(
    ("got", "wanted"),
    [
        (1.1001, Expect(value=1.0, abs=0.1)),
        (89.9, Expect(value=100.0, rel=0.1)),
        (5.0000001, Expect(value=5.0, abs=0.0)),
        (49.1999, Expect(min=49.2)),
        (1e-9, Expect(max=0.0)),
        (0.37, Expect(min=0.2, max=0.36)),
        (1.05, Expect(value=1.0, abs=0.1, max=1.02)),
        (float("nan"), Expect(max=1.0)),
        (float("inf"), Expect(min=1.0)),
    ],
)
def test_a_result_beyond_the_edge_does_not(got: float, wanted: Expect) -> None:
    assert not holds(got, wanted)


NUMBERS = st.floats(-1e9, 1e9)


@given(value=NUMBERS, got=NUMBERS, room=st.floats(0, 1e9), more=st.floats(0, 1e9))
def test_a_wider_tolerance_never_misses_what_a_narrower_one_held(
    value: float, got: float, room: float, more: float
) -> None:
    held = holds(got, Expect(value=value, abs=room))
    assert holds(got, Expect(value=value, abs=room + more)) >= held


def test_every_expectation_gets_its_verdict_in_the_order_of_the_file() -> None:
    results = {"fuel_l": 14.0, "unserved_kwh": 2.0, "site.genset.run_h": 3.0}
    expect = {
        "unserved_kwh": {"value": None, "max": 0.5},
        "site.genset.run_h": {"min": 1.0},
        "fuel_l": {"value": 14.0, "rel": 0.01},
    }
    verdicts = check(results, expect)
    assert [(one.name, one.verdict) for one in verdicts] == [
        ("unserved_kwh", "missed"),
        ("site.genset.run_h", "ok"),
        ("fuel_l", "ok"),
    ]


def test_an_unknown_name_is_not_held_and_names_the_nearest() -> None:
    (verdict,) = check({"unserved_kwh": 0.0}, {"unserved_kw": {"max": 0.5}})
    assert (verdict.verdict, verdict.held) == ("unknown", False)
    assert verdict.note == "is no result of this run; did you mean unserved_kwh?"


@pytest.mark.parametrize(
    ("wanted", "text"),
    [
        (Expect(min=49.2), ">= 49.2"),
        (Expect(max=0.0), "<= 0"),
        (Expect(min=0.2, max=0.36), "0.2 to 0.36"),
        (Expect(value=-0.48, abs=0.02), "-0.48 ± 0.02"),
        (Expect(value=1895000.0, rel=0.005), "1,895,000 ± 0.5 %"),
        (Expect(value=10.0, abs=1.0, rel=0.05), "10 ± 1 or 5 %"),
        (Expect(value=10.0, abs=1.0, max=10.5), "10 ± 1, <= 10.5"),
    ],
)
def test_an_expectation_is_told_in_a_few_signs(wanted: Expect, text: str) -> None:
    assert expected_text(wanted) == text


@pytest.mark.parametrize(
    ("value", "unit", "text"),
    [
        (0.0, "kwh", "0"),
        (-0.0, "kwh", "0"),
        (8.0, "count", "8"),
        (3.25, "count", "3.250"),
        (0.9612, "pu", "0.961"),
        (49.21342, "hz", "49.2134"),
        (-193.342, "mhz", "-193.3"),
        (1895.23, "l", "1,895.2"),
        (-123456.7, "kwh", "-123,457"),
        (7.31e-13, "pu", "7.3e-13"),
        (2.5e13, "kwh", "2.5e+13"),
    ],
)
def test_a_number_has_the_digits_that_a_reader_needs(value: float, unit: str, text: str) -> None:
    assert number(value, unit) == text


@pytest.mark.parametrize(
    ("unit", "text"),
    [("kwh", "kWh"), ("l", "l"), ("usd_per_kwh", "USD/kWh"), ("w_per_m2", "W/m²"), ("count", "")],
)
def test_a_unit_is_printed_as_it_is_written_by_hand(unit: str, text: str) -> None:
    assert unit_text(unit) == text


def test_a_table_shows_all_kpis_then_what_else_was_expected() -> None:
    kpis = {"unserved_kwh": 0.0, "fuel_l": 1895.2}
    verdicts = check(
        {**kpis, "site.genset.run_h": 3.0},
        {"site.genset.run_h": {"max": 2.0}, "unserved_kwh": {"max": 0.0}, "fuel_kg": {"max": 1.0}},
    )
    assert table(kpis, verdicts) == [
        Row("unserved_kwh", "0", "kWh", "<= 0", "ok"),
        Row("fuel_l", "1,895.2", "l"),
        Row("site.genset.run_h", "3.000", "h", "<= 2", "missed"),
        Row("fuel_kg", "", "", "<= 1", "unknown: is no result of this run; did you mean fuel_l?"),
    ]


def test_lines_are_aligned_on_the_decimal_point() -> None:
    rows = [
        Row("unserved_kwh", "0", "kWh", "<= 0", "ok"),
        Row("v_min_pu", "0.961", "pu", ">= 0.95", "ok"),
        Row("fuel_l", "1,895.2", "l"),
    ]
    assert format_table(rows).splitlines() == [
        "  unserved_kwh      0      kWh  <= 0     ok",
        "  v_min_pu          0.961  pu   >= 0.95  ok",
        "  fuel_l        1,895.2    l",
    ]


def test_a_table_of_nothing_is_nothing() -> None:
    assert format_table([]) == ""
