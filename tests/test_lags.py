from __future__ import annotations

import math
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from twin.lags import beyond, clipped, lag_mean, lagged, toward


@pytest.mark.parametrize("dt_s", [0.001, 0.1, 5.0])
def test_lag_is_the_exponential_whatever_the_step(dt_s: float) -> None:
    x = 1.0
    for _ in range(round(5.0 / dt_s)):
        x = lagged(x, 3.0, 2.0, dt_s)
    assert x == pytest.approx(3.0 - 2.0 * math.exp(-2.5), rel=1e-12)


def test_mean_of_a_lag_is_that_of_its_exponential() -> None:
    parts = [1.0]
    for _ in range(1000):
        parts.append(lagged(parts[-1], 3.0, 2.0, 0.001))
    fine = sum(0.5 * (a + b) for a, b in pairwise(parts)) / 1000
    assert lag_mean(1.0, parts[-1], 3.0, 2.0, 1.0) == pytest.approx(fine, rel=1e-7)


def test_without_time_a_lag_is_its_input() -> None:
    assert lagged(1.0, 3.0, 0.0, 0.01) == 3.0
    assert lag_mean(1.0, 3.0, 3.0, 0.0, 0.01) == 3.0


def test_deadband_begins_at_zero_again() -> None:
    assert [beyond(x, 0.5) for x in (-2.0, -0.25, 0.0, 0.5, 0.75)] == [-1.5, 0.0, 0.0, 0.0, 0.25]


def test_a_move_is_limited_and_meets_its_target() -> None:
    assert [toward(1.0, target, 0.5) for target in (3.0, 1.25, -1.0)] == [1.5, 1.25, 0.5]


@given(st.floats(-1e6, 1e6), st.floats(-1e6, 1e6), st.floats(-10, 10), st.floats(0.001, 10.0))
def test_a_lag_never_leaves_its_bounds_and_its_input(
    x: float, u: float, bound: float, lag_s: float
) -> None:
    after = lagged(x, u, lag_s, 0.1)
    slack = 1e-9 * (abs(x) + abs(u))
    assert min(x, u) - slack <= after <= max(x, u) + slack
    assert clipped(after, -bound, bound) in (after, -bound, bound)
