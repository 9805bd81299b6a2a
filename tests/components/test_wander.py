"""Statistics of a wandering power against those of its process."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from components.wander import Wander

SD_KW, TIME_S, STEP_S = 1e3, 300.0, 60.0


def path(steps: int, step_s: float = STEP_S, **values: float) -> np.ndarray:
    one = Wander(**values)
    one.start()
    found = np.empty(steps)
    for k in range(steps):
        one.step(step_s)
        found[k] = one.p_kw
    return found


@pytest.fixture(scope="module")
def long() -> np.ndarray:
    """Some 8,000 independent values of the fast part alone."""
    return path(40_000, dice=4711, mean_kw=10e3, fast_sd_kw=SD_KW, fast_s=TIME_S) - 10e3


def test_it_is_normal_about_its_mean(long: np.ndarray) -> None:
    assert long.mean() == pytest.approx(0.0, abs=0.05 * SD_KW)
    assert long.std() == pytest.approx(SD_KW, rel=0.03)
    beyond = [(np.abs(long) > k * SD_KW).mean() for k in (1.0, 2.0)]
    assert beyond == pytest.approx([0.3173, 0.0455], rel=0.1)


def test_its_correlation_falls_with_its_time(long: np.ndarray) -> None:
    for lag in (1, 5, 10):
        found = np.corrcoef(long[:-lag], long[lag:])[0, 1]
        assert found == pytest.approx(math.exp(-lag * STEP_S / TIME_S), abs=0.04)


def test_a_longer_step_gives_the_same_statistics() -> None:
    far = path(20_000, 20.0 * TIME_S, dice=4711, mean_kw=10e3, fast_sd_kw=SD_KW, fast_s=TIME_S)
    assert far.std() == pytest.approx(SD_KW, rel=0.02)
    assert np.corrcoef(far[:-1], far[1:])[0, 1] == pytest.approx(0.0, abs=0.03)


def test_both_parts_add_up_in_variance() -> None:
    both = path(40_000, dice=7, mean_kw=10e3, fast_sd_kw=600.0, slow_sd_kw=800.0, slow_s=600.0)
    assert both.std() == pytest.approx(1e3, rel=0.05)


@settings(max_examples=30)
@given(dice=st.integers(1, 2**31 - 2), mean_kw=st.floats(0.0, 1e4))
def test_it_is_never_below_zero_and_a_seed_gives_one_path(dice: int, mean_kw: float) -> None:
    given_kw = {"dice": dice, "mean_kw": mean_kw, "fast_sd_kw": 5e3, "slow_sd_kw": 5e3}
    first = path(50, **given_kw)
    assert (first >= 0.0).all()
    assert np.array_equal(first, path(50, **given_kw))


def test_without_deviation_it_is_its_mean() -> None:
    assert (path(10, mean_kw=42.0) == 42.0).all()
