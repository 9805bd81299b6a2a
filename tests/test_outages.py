"""Outages: what is drawn obeys its law, what is listed is read as it stands."""

from __future__ import annotations

import math
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from twin.outages import HOUR_S, YEAR_H, Law, Listed, drawn, merged, on_steps, read_list

YEAR_S = YEAR_H * HOUR_S
INNER_MONGOLIA = Law(40 / YEAR_H, 3.0, 0.8)  # reference/data/cases.json: events a year, h, sigma
HILLS = Law(365 / YEAR_H, 8.0, 0.5)
SEEDS = range(400)


def years(law: Law) -> list[list[tuple[float, float]]]:
    return [drawn(law, seed, "grid.available", YEAR_S) for seed in SEEDS]


def out_h(spans: list[tuple[int, int]], step_s: float) -> float:
    return sum(end - begin for begin, end in spans) * step_s / HOUR_S


def test_the_number_a_year_is_poisson() -> None:
    """Mean and variance are the rate; four standard errors of 400 years."""
    counts = [len(spans) for spans in years(INNER_MONGOLIA)]
    assert np.mean(counts) == pytest.approx(40.0, abs=4 * math.sqrt(40 / len(SEEDS)))
    assert np.var(counts) == pytest.approx(40.0, rel=4 * math.sqrt(2 / len(SEEDS)))


def test_lengths_are_lognormal_with_the_mean_that_was_asked_for() -> None:
    """Of the logarithm: mean log(m) - sigma^2 / 2, deviation sigma; of the length: mean m."""
    lasts_h = np.array([(e - b) / HOUR_S for year in years(INNER_MONGOLIA) for b, e in year])
    logs, error = np.log(lasts_h), 4 * 0.8 / math.sqrt(len(lasts_h))
    assert logs.mean() == pytest.approx(math.log(3.0) - 0.32, abs=error)
    assert logs.std() == pytest.approx(0.8, abs=error)
    assert lasts_h.mean() == pytest.approx(3.0, abs=error * 3.0 * math.exp(0.32))


def test_starts_are_spread_evenly_over_the_year() -> None:
    """A quarter of them in each quarter, within four standard errors."""
    begins = np.array([begin for year in years(INNER_MONGOLIA) for begin, _ in year]) / YEAR_S
    shares = np.histogram(begins, bins=4, range=(0, 1))[0] / len(begins)
    assert shares == pytest.approx(np.full(4, 0.25), abs=4 * math.sqrt(0.1875 / len(begins)))


def test_the_share_of_time_out_is_that_of_merged_poisson_outages() -> None:
    """1 - exp(-r m), Takacs 1962: 6.8 of 24 h for one outage of 8 h a day, not 8."""
    shares = [out_h(merged(on_steps(year, 60.0, 525_600)), 60.0) / YEAR_H for year in years(HILLS)]
    error = 4 * float(np.std(shares)) / math.sqrt(len(shares))
    assert np.mean(shares) == pytest.approx(1 - math.exp(-1 / 3), abs=error + 1e-3)


def test_frequency_times_duration_is_time_out() -> None:
    """SAIFI x CAIDI = SAIDI, of the outages that a meter would see: those merged."""
    spans = merged(on_steps(drawn(HILLS, 1, "grid", YEAR_S), 60.0, 525_600))
    caidi_h = np.mean([(end - begin) / 60.0 for begin, end in spans])
    assert len(spans) * caidi_h == pytest.approx(out_h(spans, 60.0))


def test_a_longer_horizon_goes_on_with_the_same_outages() -> None:
    short, long = (drawn(INNER_MONGOLIA, 5, "grid", n * YEAR_S) for n in (1, 10))
    assert np.array(long[: len(short)]) == pytest.approx(np.array(short))


def test_half_the_rate_moves_them_without_drawing_others() -> None:
    often = drawn(INNER_MONGOLIA, 5, "grid", YEAR_S)
    half = drawn(Law(20 / YEAR_H, 3.0, 0.8), 5, "grid", YEAR_S)
    assert [2 * begin for begin, _ in often[: len(half)]] == pytest.approx([b for b, _ in half])
    assert [e - b for b, e in often[: len(half)]] == pytest.approx([e - b for b, e in half])


def test_another_name_or_seed_is_another_calendar() -> None:
    found = {
        drawn(INNER_MONGOLIA, seed, name, YEAR_S)[0]
        for seed in (1, 2)
        for name in ("grid.available", "pcs.online")
    }
    assert len(found) == 4


def test_a_rate_of_nothing_draws_nothing() -> None:
    assert drawn(Law(0.0, 3.0, 0.8), 1, "grid", YEAR_S) == []


SPANS = st.lists(st.tuples(st.integers(0, 60), st.integers(1, 20)), max_size=12)


@given(SPANS)
def test_merged_outages_cover_the_same_steps_and_never_touch(pairs: list[tuple[int, int]]) -> None:
    given_spans = [(begin, begin + lasts) for begin, lasts in pairs]
    found = merged(given_spans)
    assert steps(found) == steps(given_spans)
    assert all(one[1] < other[0] for one, other in pairwise(found))


def steps(spans: list[tuple[int, int]]) -> set[int]:
    return {step for begin, end in spans for step in range(begin, end)}


def test_an_outage_stands_on_steps_and_takes_one_at_least() -> None:
    asked = [(100.0, 700.0), (1000.0, 1001.0), (-500.0, 130.0), (3500.0, 9e9), (9e9, 9e9 + 1)]
    assert on_steps(asked, 60.0, 60) == [(2, 12), (17, 18), (0, 2), (58, 60)]


START = datetime(2026, 6, 1, tzinfo=UTC)


def listed(folder: Path, text: str, zone: str = "UTC") -> Listed:
    (folder / "outages.csv").write_text(text)
    return read_list(folder / "outages.csv", zone, START)


def test_a_list_is_read_in_the_zone_of_its_stamps_or_of_the_file(tmp_path: Path) -> None:
    text = "# utility\nstart,duration_h,cause\n2026-06-01 08:30,0.5,storm\n"
    text += "2026-06-01T02:00:00+00:00,1,works\n"
    assert listed(tmp_path, text, "Asia/Manila") == Listed(
        [(1800.0, 3600.0), (7200.0, 10800.0)], []
    )


@pytest.mark.parametrize(
    ("text", "wrong"),
    [
        ("", (0, "is empty")),
        ("begin,hours\n", (1, "start is not a column of the file, which has begin, hours")),
        ("start,duration\n", (1, "duration_h is not a column of the file; did you mean duration?")),
        ("start,duration_h\nsoon,1\n", (2, "'soon' is not a date and time")),
        ("start,duration_h\n2026-06-01,long\n", (2, "'long' is not a number")),
        ("start,duration_h\n2026-06-01,0\n", (2, "duration_h should be greater than 0, got 0")),
        ("start,duration_h\n2026-06-01,nan\n", (2, "duration_h should be greater than 0, got nan")),
        ("start,duration_h\n2026-06-01\n", (2, "has 1 cells, not 2")),
        (
            "start,duration_h\n2026-06-01,30\n\n2026-06-02,1\n",
            (4, "begins before the outage above it is over"),
        ),
    ],
)
def test_what_is_wrong_with_a_list_is_told_by_its_line(
    tmp_path: Path, text: str, wrong: tuple[int, str]
) -> None:
    assert wrong in listed(tmp_path, text).wrong
