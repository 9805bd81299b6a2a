from __future__ import annotations

import math
import struct
from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from twin.component import Component, inp, out
from twin.curves import interpolate
from twin.fleet import make_rows
from twin.kernels import call
from twin.source_rules import source_problems

LOADS = (0.0, 0.1, 0.3, 0.3, 0.75, 1.0)
LOSSES = (0.02, 0.05, 0.04, 0.045, 0.06, 0.1)
LOAD_POINTS = np.array(LOADS)
LOSS_POINTS = np.array(LOSSES)


class Curved(Component):
    """Reads the same curve from tuples and from arrays."""

    x_pu: float = inp(0.0, "where")
    tuples_pu: float = out(0.0, "from tuples")
    arrays_pu: float = out(0.0, "from arrays")

    def step(self, dt_s: float) -> None:
        self.tuples_pu = interpolate(self.x_pu, LOADS, LOSSES)
        self.arrays_pu = interpolate(self.x_pu, LOAD_POINTS, LOSS_POINTS)


def bits(*numbers: float) -> bytes:
    return struct.pack(f"<{len(numbers)}d", *numbers)


def test_between_two_points_is_a_straight_line() -> None:
    assert interpolate(2.5, (1.0, 3.0), (10.0, 20.0)) == 17.5


def test_below_and_above_the_curve_stays_level() -> None:
    ends = (1.0, 3.0), (10.0, 20.0)
    assert [interpolate(x, *ends) for x in (-math.inf, 0.0, 4.0, math.inf)] == [10, 10, 20, 20]


def test_a_jump_is_taken_at_its_upper_end() -> None:
    assert interpolate(2.0, (1.0, 2.0, 2.0, 3.0), (0.0, 1.0, 5.0, 6.0)) == 5.0


def test_what_is_not_a_number_stays_so() -> None:
    assert math.isnan(interpolate(math.nan, LOADS, LOSSES))


def test_a_component_that_reads_a_curve_keeps_the_contract() -> None:
    assert source_problems(Curved) == []


FEW = st.lists(st.floats(-1e6, 1e6), min_size=2, max_size=9)


@given(st.data())
def test_it_gives_the_bits_of_numpy(data: st.DataObject) -> None:
    xs = sorted(data.draw(FEW))
    heights = st.lists(st.floats(-1e6, 1e6), min_size=len(xs), max_size=len(xs))
    ys = data.draw(heights)
    places = st.one_of(st.floats(-2e6, 2e6), st.sampled_from(xs))
    at = data.draw(places)
    pairs = zip(pairwise(xs), pairwise(ys), strict=True)
    slopes = [(to_y - y) / (to_x - x) for (x, to_x), (y, to_y) in pairs if to_x > x]
    assume(all(map(math.isfinite, slopes)))  # else numpy tries another way
    found = interpolate(at, tuple(xs), tuple(ys)), interpolate(at, np.array(xs), np.array(ys))
    assert bits(*found) == 2 * bits(float(np.interp(at, xs, ys)))


@pytest.fixture(scope="module")
def unit() -> Any:
    return make_rows(Curved, 1)


@settings(deadline=None)
@given(x=st.one_of(st.floats(-1.0, 2.0), st.sampled_from(LOADS)))
def test_compiled_it_gives_the_bits_of_numpy(unit: Any, x: float) -> None:
    unit["x_pu"] = x
    call(Curved, "step", unit, 0, 1.0)
    expected = float(np.interp(x, LOADS, LOSSES))
    assert bits(unit["tuples_pu"][0], unit["arrays_pu"][0]) == bits(expected, expected)
