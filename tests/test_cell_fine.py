from __future__ import annotations

from typing import Any

import pytest

from components.site_bus import SiteBus
from tests.engine import after, cell, device, finished, recorded, scenario, values, zoomed
from tests.engine_components.drain import Drain
from tests.engine_components.droop import Droop
from tests.engine_components.echo import Echo
from tests.engine_components.source import Source
from tests.engine_components.stiff import Stiff
from tests.engine_components.swing import Swing
from twin.cell import Cell
from twin.scenario import Scenario

LOAD_STEP = (5.0, "load", (0,), "wanted_kw", 30.0)


def island(when: Scenario, *changes: Any, **droop: Any) -> Cell:
    """A former with droop, a load of 10 kW, and a bus that has inertia in the fine regime."""
    devices = [
        device("bus", Swing),
        device("load", Drain, "bus"),
        device("former", Droop, "bus", p_set_kw=5.0, **droop),
    ]
    return cell(devices, when=when, changes=changes)


def test_in_the_coarse_regime_the_bus_is_in_balance_at_once() -> None:
    made = finished(island(scenario(), LOAD_STEP))
    assert recorded(made, "bus.f_hz")[4:6] == [50.0 - 5.0 / 50.0, 50.0 - 25.0 / 50.0]


def test_entering_a_zoom_without_an_event_moves_nothing() -> None:
    made = finished(island(zoomed(5.0)))
    assert set(recorded(made, "bus.f_hz")) == {50.0 - 5.0 / 50.0}


def test_in_the_fine_regime_the_frequency_takes_its_time() -> None:
    made = after(island(zoomed(5.0), LOAD_STEP), 5 + 10)
    assert values(made, "bus.f_hz")[0] == pytest.approx(49.9 - 20.0 * 0.010 / 10.0, abs=1e-3)


def test_the_fine_regime_ends_where_the_coarse_one_stands() -> None:
    fine = after(island(zoomed(5.0, horizon_s=20.0, fine_for_s=6.0), LOAD_STEP), 5 + 6000)
    coarse = finished(island(scenario(20.0), LOAD_STEP))
    assert values(fine, "bus.f_hz") == pytest.approx(values(coarse, "bus.f_hz"), abs=1e-12)


class Prompt(Droop):
    """Offers from the frequency of the moment, without a lag."""

    def fine_offer(self, dt_s: float) -> None:
        self.p0_kw = self.p_set_kw - self.stiffness_kw_per_hz * (self.f_hz - self.f_nominal_hz)

    def fine(self, dt_s: float) -> None:
        self.p_kw = self.p_settled_kw


def test_a_former_may_offer_anew_in_each_step_of_a_zoom() -> None:
    devices = [
        device("bus", Swing),
        device("load", Drain, "bus"),
        device("former", Prompt, "bus", p_set_kw=5.0),
    ]
    made = after(cell(devices, when=zoomed(5.0), changes=[LOAD_STEP]), 5 + 10)
    kept = 1.0 - 0.001 * 50.0 / 10.0  # of the deviation, in a step
    assert values(made, "bus.f_hz")[0] == pytest.approx(49.5 + 0.4 * kept**10, abs=1e-9)


def test_leaving_a_zoom_goes_on_in_the_coarse_regime() -> None:
    made = finished(island(zoomed(5.0), LOAD_STEP))
    assert recorded(made, "bus.f_hz")[-4:] == [49.5] * 4


def test_in_the_fine_regime_nothing_is_short_while_inertia_gives() -> None:
    starved = (2.0, "load", (0,), "wanted_kw", 130.0)
    made = island(zoomed(5.0), starved)
    assert [values(after(made, steps), "bus.short_kw") for steps in (5, 3)] == [[30.0], [0.0]]


def test_without_inertia_a_bus_stays_in_balance_through_a_zoom() -> None:
    devices = [device("bus", SiteBus), device("load", Drain, "bus"), device("s", Stiff, "bus")]
    made = finished(cell(devices, when=zoomed(5.0), changes=[LOAD_STEP]))
    assert values(made, "s.given_kwh") == pytest.approx(values(made, "load.taken_kwh"), rel=1e-12)


def delayed(when: Scenario, delay_s: float) -> Cell:
    devices = [device("a", Source), device("echo", Echo, delay_s=delay_s)]
    return cell(devices, ["a.x_kw -> echo.x_kw"], when)


def test_a_delay_gives_back_what_went_in_so_much_before() -> None:
    made = delayed(scenario(8.0), 3.0)
    finished(made)
    assert recorded(made, "echo.y_kw") == [1.0, 1.0, 1.0, 1.0, 2.0, 3.0, 4.0, 5.0]


def test_a_delay_between_two_steps_is_the_mean_of_both() -> None:
    made = delayed(scenario(5.0), 2.25)
    finished(made)
    assert recorded(made, "echo.y_kw") == [1.0, 1.0, 1.0, 1.75, 2.75]


@pytest.mark.parametrize("delay_s", [0.0, 0.0035, 0.7, 1.0, 2.25, 6.0])
def test_through_a_zoom_a_delay_gives_back_all_the_energy_that_went_in(delay_s: float) -> None:
    when = zoomed(4.0, horizon_s=16.0)
    pulse = [(2.0, "echo", (0,), "x_kw", 3.0), (5.0, "echo", (0,), "x_kw", 0.0)]
    made = finished(cell([device("echo", Echo, delay_s=delay_s)], when=when, changes=pulse))
    in_kwh, out_kwh = values(made, "echo.in_kwh")[0], values(made, "echo.out_kwh")[0]
    assert out_kwh == pytest.approx(in_kwh, rel=1e-12)


def test_the_memory_of_a_delay_holds_the_longest_of_the_fleet_at_the_finest_step() -> None:
    fleet = device("echo", Echo, each=2, delay_s=[0.001, 1.5])
    made = cell([fleet], when=zoomed(4.0))
    pairs = (made.rows("echo")["line"].shape[1] - 4) // 2
    assert pairs >= 1.5 / 0.001 + 3


def test_each_unit_of_a_fleet_has_a_delay_of_its_own() -> None:
    devices = [device("a", Source), device("echo", Echo, each=3, delay_s=[0.0, 1.0, 3.0])]
    made = after(cell(devices, ["a.x_kw -> echo.x_kw"]), 6)
    assert values(made, "echo.y_kw") == [6.0, 5.0, 3.0]
