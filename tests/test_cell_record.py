from __future__ import annotations

from typing import Any

import pytest

from tests.engine import cell, device, finished, recorded, scenario, tape, values, zoomed
from tests.engine_components.blinker import Blinker
from tests.engine_components.source import Source
from tests.engine_components.taker import Taker
from twin import cell as cells
from twin.cell import Cell
from twin.scenario import Record


def fleet(**record: Any) -> Cell:
    """Three sources that give 1, 11 and 21 kW in the first step, and 1 kW more in each."""
    when = scenario(6.0, record=Record(**record))
    sources = device("site.a", Source, groups=3, base_kw=[0.0, 10.0, 20.0])
    return finished(cell([sources], when=when))


def times(made: Cell) -> list[float]:
    return [float(made.calendar.seconds(stamp)) for stamp in tape(made).stamps]


def test_a_single_device_is_recorded_at_every_step() -> None:
    made = finished(cell([device("a", Source)], when=scenario(4.0)))
    assert recorded(made, "a.x_kw") == [1.0, 2.0, 3.0, 4.0]


def test_a_record_is_stamped_with_the_end_of_its_interval() -> None:
    assert times(fleet(every_s=2.0)) == [2.0, 4.0, 6.0]


def test_a_flow_is_recorded_as_its_mean_over_the_interval() -> None:
    assert recorded(fleet(every_s=3.0), "site.a.x_kw:sum") == pytest.approx([36.0, 45.0])


def test_the_least_of_a_flow_is_that_of_any_unit_at_any_step() -> None:
    assert recorded(fleet(every_s=3.0), "site.a.x_kw:min") == [1.0, 4.0]


def test_the_most_of_a_flow_is_that_of_any_unit_at_any_step() -> None:
    assert recorded(fleet(every_s=3.0), "site.a.x_kw:max") == [23.0, 26.0]


def test_a_state_is_recorded_as_it_stands_at_the_end() -> None:
    assert recorded(fleet(every_s=3.0), "site.a.steps:sum") == [9.0, 18.0]


@pytest.mark.parametrize(("stat", "count"), [("sum", 4.0), ("min", 0.0), ("max", 2.0)])
def test_modes_of_a_fleet_are_recorded_as_numbers(stat: str, count: float) -> None:
    made = finished(cell([device("b", Blinker, each=3, every=[9, 2, 1])], when=scenario(5.0)))
    assert recorded(made, f"b.mode:{stat}")[-1] == count


def test_only_the_signals_that_were_asked_for_are_kept() -> None:
    columns = fleet(signals=("*.steps",)).setup.columns
    assert {column.name for column in columns if column.keep} == {
        "site.a.steps:sum",
        "site.a.steps:min",
        "site.a.steps:max",
    }


def test_a_fleet_nobody_asked_for_is_not_computed() -> None:
    assert fleet(signals=("nothing",)).setup.columns == []


def test_units_are_recorded_one_by_one_on_request() -> None:
    made = fleet(every_s=3.0, signals=("nothing",), units=("site[1].a",))
    assert recorded(made, "site[1].a.x_kw") == [12.0, 15.0]


def test_an_interval_ends_where_a_zoom_begins_and_ends() -> None:
    record = Record(every_s=4.0, fine_every_s=0.5)
    when = zoomed(3.0, horizon_s=8.0, record=record)
    made = finished(cell([device("a", Taker)], when=when))
    assert times(made) == [3.0, 3.5, 4.0, 8.0]


def test_a_mean_weighs_the_steps_of_a_zoom_by_their_length() -> None:
    when = zoomed(3.0, horizon_s=8.0, record=Record(every_s=8.0, fine_every_s=1.0))
    changes = [(3.0, "a", (0,), "x_kw", 2.0), (3.25, "a", (0,), "x_kw", 6.0)]
    made = finished(cell([device("a", Taker)], when=when, changes=changes))
    assert recorded(made, "a.y_kw")[1] == pytest.approx(0.25 * 2.0 + 0.75 * 6.0)


@pytest.mark.parametrize("every_s", [1.0, 2.0, 7.0, 20.0])
@pytest.mark.parametrize("fine_every_s", [0.001, 0.003, 1.0])
def test_energy_from_the_recorded_means_is_that_of_the_books(
    every_s: float, fine_every_s: float
) -> None:
    when = zoomed(7.0, horizon_s=20.0, record=Record(every_s=every_s, fine_every_s=fine_every_s))
    devices = [device("a", Source, each=3), device("t", Taker, each=3)]
    made = finished(cell(devices, ["a.x_kw -> t.x_kw"], when))
    ends = times(made)
    spans = [end - begin for begin, end in zip([0.0, *ends[:-1]], ends, strict=True)]
    means = recorded(made, "t.y_kw:sum")
    kwh = sum(mean * span for mean, span in zip(means, spans, strict=True)) / 3600.0
    assert kwh == pytest.approx(sum(values(made, "t.x_kwh")), rel=1e-9)


def test_no_record_is_lost_when_the_buffer_is_small(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cells, "RECORD_LINES", 3)
    made = finished(cell([device("a", Source)], when=scenario(10.0)))
    assert recorded(made, "a.x_kw") == [float(k + 1) for k in range(10)]


def log(made: Cell, field: str) -> list[tuple[float, int, int]]:
    """Time, unit and new value of the events of one field."""
    part = made.setup.shape.parts[0]
    column = part.layout.column[field]
    found = [line for line in tape(made).log if line[3] == column]
    return [(float(made.calendar.seconds(tick)), unit, new) for tick, _, unit, _, new in found]


def blinkers(**rest: Any) -> Cell:
    blinker = device("b", Blinker, each=2, every=[3, 2])
    return finished(cell([blinker], when=scenario(6.0), **rest))


def test_a_change_of_mode_is_noted_with_the_beginning_of_its_step() -> None:
    assert log(blinkers(), "mode") == [
        (1.0, 1, 1),
        (2.0, 0, 1),
        (3.0, 1, 2),
        (5.0, 0, 2),
        (5.0, 1, 0),
    ]


def test_a_change_of_a_truth_is_noted() -> None:
    assert log(blinkers(), "lit")[:3] == [(1.0, 1, 1), (2.0, 0, 1), (3.0, 1, 0)]


def test_a_count_is_no_mode() -> None:
    assert log(blinkers(), "steps") == []


def test_no_event_is_lost_when_there_are_more_than_the_buffer_holds(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(cells, "EVENT_SPARE", 1)
    made = finished(cell([device("b", Blinker, each=5)], when=scenario(50.0)))
    assert log(made, "lit") == [
        (float(t), unit, (t + 1) % 2) for t in range(50) for unit in range(5)
    ]


def test_an_event_sets_the_units_it_names_from_its_step_on() -> None:
    made = blinkers(changes=[(2.0, "b", (1,), "every", 1.0)])
    found = [(t_s, new) for t_s, unit, new in log(made, "lit") if unit == 1]
    assert found == [(1.0, 1), (2.0, 0), (3.0, 1), (4.0, 0), (5.0, 1)]


def test_events_of_one_instant_are_applied_in_the_order_of_the_file() -> None:
    changes = [(2.0, "a", (0,), "x_kw", value) for value in (5.0, 8.0)]
    made = finished(cell([device("a", Taker)], changes=changes))
    assert recorded(made, "a.y_kw")[2] == 8.0


def test_an_event_sets_a_parameter() -> None:
    changes = [(4.0, "a", (0,), "gain_pu", 3.0)]
    made = finished(cell([device("a", Taker, x_kw=2.0)], changes=changes))
    assert recorded(made, "a.y_kw")[3:5] == [2.0, 6.0]


def test_an_event_between_two_steps_acts_at_the_next() -> None:
    fine = zoomed(0.0, horizon_s=8.0)
    made = cell([device("a", Taker)], when=fine, changes=[(4.5, "a", (0,), "x_kw", 7.0)])
    assert recorded(finished(made), "a.y_kw")[-4:] == [-1.0, 7.0, 7.0, 7.0]


def test_a_cell_stops_at_the_step_in_which_a_watched_output_changed() -> None:
    made = cell([device("b", Blinker, every=4)], when=scenario(20.0), watched=[("b", "lit")])
    finished(made)
    assert made.now == 4


def test_it_stops_there_also_where_an_event_is_due_at_once() -> None:
    changes = [(4.0, "b", (0,), "allowed", 1.0)]
    blinker = device("b", Blinker, every=4)
    made = cell([blinker], when=scenario(20.0), changes=changes, watched=[("b", "lit")])
    finished(made)
    assert made.now == 4


def test_it_stops_there_also_where_its_buffer_is_full(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cells, "RECORD_LINES", 4)
    made = cell([device("b", Blinker, every=4)], when=scenario(20.0), watched=[("b", "lit")])
    finished(made)
    assert made.now == 4
