from __future__ import annotations

import pytest

from tests.engine import after, cell, device, finished, recorded, scenario, values, zoomed
from tests.engine_components.taker import Taker
from twin.cell import Cell
from twin.component import Component, state
from twin.scenario import Scenario


def slow(period_s: float | None, when: Scenario) -> Cell:
    return cell([device("slow", Taker, period_s=period_s), device("fast", Taker)], when=when)


def calls(made: Cell) -> int:
    found: int = values(finished(made), "slow.calls")[0]
    return found


def test_a_device_with_a_period_acts_once_in_it() -> None:
    assert calls(slow(5.0, scenario(20.0))) == 4


def test_it_acts_at_the_beginning_of_its_period() -> None:
    made = slow(5.0, scenario(20.0))
    assert [values(after(made, 1), "slow.calls")[0] for _ in range(7)] == [1] * 5 + [2] * 2


def test_it_is_given_its_period_as_the_length_of_its_step() -> None:
    assert values(finished(slow(5.0, scenario(20.0))), "slow.dt_s") == [5.0]


def test_a_period_of_one_step_is_every_step() -> None:
    assert calls(slow(1.0, scenario(20.0))) == 20


def test_a_controller_of_one_second_costs_next_to_nothing_in_a_world_of_milliseconds() -> None:
    made = slow(1.0, scenario(4.0, 0.001))
    assert (calls(made), values(made, "fast.calls")) == (4, [4000])


WINDOW = zoomed(7.0, horizon_s=20.0)
"""A step of 1 s, of 1 ms from 7 s to 8 s."""


def test_a_zoom_does_not_make_a_slow_device_act_more_often() -> None:
    assert calls(slow(5.0, WINDOW)) == 4


def test_through_a_zoom_a_device_with_the_period_of_the_coarse_step_acts_as_before() -> None:
    assert calls(slow(1.0, WINDOW)) == 20


def test_a_device_without_a_period_takes_every_step_of_a_zoom() -> None:
    assert calls(slow(None, WINDOW)) == 19 + 1000


@pytest.mark.parametrize("period_s", [None, 1.0, 2.0, 4.0, 5.0])
@pytest.mark.parametrize("at_s", [0.0, 3.0, 7.5, 19.0])
def test_the_steps_of_a_device_cover_the_time_once(period_s: float | None, at_s: float) -> None:
    made = finished(slow(period_s, zoomed(at_s, horizon_s=20.0)))
    assert values(made, "slow.elapsed_s")[0] == pytest.approx(20.0, rel=1e-12)


def test_between_its_steps_what_a_slow_device_gives_stands() -> None:
    devices = [device("slow", Taker, period_s=3.0, x_kw=2.0), device("reader", Taker)]
    made = cell(devices, ["slow.y_kw -> reader.x_kw"], scenario(6.0))
    finished(made)
    assert recorded(made, "reader.y_kw") == [2.0] * 6


class Divider(Component):
    """Divides by the length of its step less what it was."""

    before_s: float = state(0.0, "the step before")
    y: float = state(0.0, "a quotient")

    def step(self, dt_s: float) -> None:
        self.y = 1.0 / (dt_s - self.before_s)
        self.before_s = dt_s


@pytest.mark.parametrize("period_s", [None, 2.0])
def test_in_python_the_length_of_a_step_divides_as_a_plain_number(period_s: float | None) -> None:
    with pytest.raises(ZeroDivisionError):
        finished(cell([device("a", Divider, period_s=period_s)]))
