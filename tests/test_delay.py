"""What goes into a delay comes out, later, at any steps."""

from __future__ import annotations

from itertools import accumulate

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from twin.delay import delayed, line_length

Moves = list[tuple[float, float]]  # (step, value held for it)

steps_s = st.sampled_from([0.01, 0.02, 0.1, 0.25, 1.0, 7.0, 60.0, 900.0])
values = st.floats(-1000.0, 1000.0)
moves = st.lists(st.tuples(steps_s, values), min_size=1, max_size=60)
delays_s = st.one_of(st.sampled_from([0.0, 0.01, 0.1, 1.0, 2.5]), st.floats(1e-6, 5.0))


def through(moves: Moves, delay_s: float, spare: int = 1) -> list[float]:
    """What leaves a line while `moves` enter it; `spare` makes the line longer than it need be."""
    shortest = min(dt_s for dt_s, _ in moves)
    line = [0.0] * (4 + spare * (line_length(delay_s, shortest) - 4))
    return [delayed(line, value, delay_s, dt_s) for dt_s, value in moves]


@given(moves, delays_s)
def test_energy_that_goes_in_comes_out(moves: Moves, delay_s: float) -> None:
    """Zeros flush the line; it held its first value for as long as the delay before it began."""
    flushed = [*moves, (delay_s + 1.0, 0.0)]
    went_in = moves[0][1] * delay_s + sum(dt_s * value for dt_s, value in moves)
    came_out = sum(
        dt_s * value for (dt_s, _), value in zip(flushed, through(flushed, delay_s), strict=True)
    )
    assert came_out == pytest.approx(went_in, rel=1e-9, abs=1e-6)


@given(st.lists(values, min_size=1, max_size=60), st.integers(0, 12), st.sampled_from([0.01, 0.3]))
def test_constant_steps_only_shift(held: list[float], late: int, dt_s: float) -> None:
    came = through([(dt_s, value) for value in held], late * dt_s)
    shifted = [held[0]] * late + held
    assert came == pytest.approx(shifted[: len(held)], abs=1e-9)


@given(moves, delays_s)
def test_it_gives_the_mean_of_the_window_behind(moves: Moves, delay_s: float) -> None:
    """Against the integral of the held input, interpolated between its corners."""
    ends = np.array([0.0, *accumulate(dt_s for dt_s, _ in moves)])
    corners = np.array([0.0, *accumulate(dt_s * value for dt_s, value in moves)])
    before = -delay_s - 1.0
    times, integral = np.array([before, *ends]), np.array([before * moves[0][1], *corners])
    window = np.interp(ends - delay_s, times, integral)
    # the window is a difference of long integrals: its error grows with them, not with the line's
    error = 1e-12 * (1.0 + np.abs(integral).max()) / np.diff(ends).min()
    assert np.array(through(moves, delay_s)) == pytest.approx(
        np.diff(window) / np.diff(ends), abs=error
    )


@given(moves, delays_s)
def test_a_line_is_never_too_short(moves: Moves, delay_s: float) -> None:
    assert through(moves, delay_s) == through(moves, delay_s, spare=8)


def test_a_line_of_many_short_steps_loses_nothing() -> None:
    line = [0.0] * line_length(0.1, 0.001)
    for tick in range(100_000):
        late = delayed(line, float(tick % 7), 0.1, 0.001)
    assert late == pytest.approx((99_999 - 100) % 7, abs=1e-6)


def test_no_delay_is_no_delay() -> None:
    assert through([(1.0, 3.0), (1.0, 5.0)], 0.0) == [3.0, 5.0]
