from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from components.batch_load import BatchLoad
from components.grid_connection import GridConnection
from components.it_load import ItLoad
from components.site_bus import SiteBus
from components.uptime_meter import UptimeMeter
from tests.engine import after, cell, device, scenario, values
from twin.cell import Cell

HOUR_S = 3600.0


def step(load: BatchLoad, **given: float) -> BatchLoad:
    for name, value in given.items():
        setattr(load, name, value)
    load.step(HOUR_S)
    return load


def books_kwh(load: BatchLoad) -> float:
    return load.served_kwh + load.given_up_kwh + load.backlog_kwh + load.asked_kwh


def test_work_put_off_by_an_order_is_done_once_there_is_room() -> None:
    load = BatchLoad(rated_kw=10.0, utilisation_pu=0.6)
    step(load, shed_cmd=True)
    step(load, shed_cmd=True)
    assert (load.p_kw, load.backlog_kwh, load.shed_count) == (0.0, 12.0, 1)

    powers = [step(load, shed_cmd=False).p_kw for _ in range(4)]
    assert powers == [-10.0, -10.0, -10.0, -6.0]
    assert (load.backlog_kwh, load.postponed_kwh, load.given_up_kwh) == (0.0, 12.0, 0.0)


def test_work_that_cannot_wait_for_its_turn_is_given_up() -> None:
    load = step(BatchLoad(rated_kw=10.0, gives_up=True), shed_cmd=True)
    step(load, shed_cmd=False)

    assert (load.given_up_kwh, load.backlog_kwh, load.p_kw) == (10.0, 0.0, -10.0)


def test_backlog_may_wait_for_the_sun() -> None:
    """3 kW of new work, 20 kWh that wait; the sun leaves 5 kW over 8 kW of other load."""
    load = BatchLoad(rated_kw=10.0, utilisation_pu=0.3, on_surplus=True, backlog_kwh=20.0)
    night = step(load, p_gen_kw=0.0, p_load_kw=8.0).p_kw
    sun = [step(load, p_gen_kw=13.0, p_load_kw=8.0 - load.p_kw).p_kw for _ in range(3)]

    assert night == -3.0
    assert sun == [-5.0, -5.0, -5.0]
    assert load.backlog_kwh == 14.0


def test_shortage_takes_back_as_much_as_was_asked_and_leaves_the_rest() -> None:
    load = step(BatchLoad(rated_kw=10.0, utilisation_pu=0.4))
    step(load, short_kw=1.0)
    assert (load.served_kwh, load.short_left_kw, load.off) == (3.0, 0.0, True)

    step(load, short_kw=7.0)  # it was off: nothing of this is its own
    assert (load.served_kwh, load.short_left_kw) == (3.0, 7.0)
    assert load.backlog_kwh == 1.0 + 4.0 + 4.0


@pytest.mark.parametrize(("step_s", "steps"), [(100.0, 9), (300.0, 3), (900.0, 1), (3600.0, 1)])
def test_it_stays_off_for_a_while_after_a_shortage(step_s: float, steps: int) -> None:
    load = BatchLoad(hold_s=900.0)
    load.step(step_s)
    load.short_kw = 1.0
    load.step(step_s)
    load.short_kw = 0.0
    powers = [load.p_kw]
    while powers[-1] == 0.0:
        load.step(step_s)
        powers.append(load.p_kw)

    assert len(powers) - 1 == steps


@given(
    gives_up=st.booleans(),
    life=st.lists(
        st.tuples(
            st.sampled_from([0.001, 1.0, 900.0, 3600.0]),
            st.booleans(),
            st.floats(0.0, 1.0),
            st.sampled_from([0.0, 0.0, 0.5, 100.0]),
            st.floats(0.0, 20.0),
        ),
        max_size=60,
    ),
)
def test_all_work_is_done_given_up_or_waiting(
    gives_up: bool, life: list[tuple[float, bool, float, float, float]]
) -> None:
    load = BatchLoad(rated_kw=10.0, gives_up=gives_up, on_surplus=True)
    for dt_s, shed, utilisation, short_kw, p_gen_kw in life:
        load.shed_cmd, load.utilisation_pu = shed, utilisation
        load.short_kw, load.p_gen_kw = short_kw, p_gen_kw
        load.step(dt_s)
        assert 0.0 <= -load.p_kw <= 10.0 * (1 + 1e-12)

    assert books_kwh(load) == pytest.approx(load.wanted_kwh, abs=1e-9)


def weak_site(import_kw: float) -> Cell:
    """6 kW that must be served, 3 kW and 2 kW that can wait, on a grid that gives less."""
    devices = [
        device("main", SiteBus),
        device("room", ItLoad, "main", rated_kw=6.0, pue_pu=1.0, ups_efficiency_pu=1.0),
        device("batch", BatchLoad, "main", rated_kw=3.0, hold_s=1e6),
        device("lights", BatchLoad, "main", rated_kw=2.0, hold_s=1e6),
        device("grid", GridConnection, "main", import_max_kw=import_kw),
        device("meter", UptimeMeter),
    ]
    wires = [
        "main.unserved_kw ~> batch.short_kw",
        "batch.short_left_kw -> lights.short_kw",
        "main.p_load_kw -> meter.p_load_kw",
        "main.unserved_kw -> meter.unserved_kw",
        "batch.p_kw -> meter.p_wait_kw",
        "lights.p_kw -> meter.p_wait_kw",
    ]
    return after(cell(devices, wires, scenario(6 * HOUR_S, HOUR_S)), 6)


@pytest.mark.parametrize(
    ("import_kw", "batch", "lights", "interruptions", "lost_kwh"),
    [
        (11.0, 0, 0, 0, 0.0),
        (9.0, 1, 0, 0, 0.0),  # 2 kW short: the first gives way, 3 kW of it
        (7.0, 1, 1, 0, 0.0),  # 4 kW short: 3 and then 1 of the other
        (5.0, 1, 1, 1, 6.0),  # 6 kW short: 1 kW of the room is not served, all 6 hours
    ],
)
def test_loads_give_way_in_the_order_of_their_wires_and_the_room_last(
    import_kw: float, batch: int, lights: int, interruptions: int, lost_kwh: float
) -> None:
    site = weak_site(import_kw)

    assert values(site, "batch.shed_count") == [batch]
    assert values(site, "lights.shed_count") == [lights]
    assert values(site, "meter.interruption_count") == [interruptions]
    assert values(site, "meter.lost_kwh") == pytest.approx([lost_kwh])
    assert values(site, "meter.critical_kwh") == pytest.approx([36.0])


def test_what_loads_gave_way_is_what_the_bus_could_not_serve_of_them() -> None:
    """7 kW of 11: in the first hour 3 and 1 kWh are short; from then on both are off."""
    site = weak_site(7.0)

    assert values(site, "main.unserved_kwh") == pytest.approx([4.0])
    assert values(site, "batch.served_kwh") == pytest.approx([0.0])
    assert values(site, "lights.served_kwh") == pytest.approx([1.0])
    assert values(site, "batch.backlog_kwh") == pytest.approx([18.0])
    assert values(site, "lights.backlog_kwh") == pytest.approx([11.0])
