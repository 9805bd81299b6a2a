"""Networks and parts of networks without their source, held by formers."""

from __future__ import annotations

import math

import numpy as np
import pandapower
import pytest

from components._network import read_net
from tests.components.feeder import CIGRE, Feeder
from tests.components.islanded import droop_island, feeder_of, settled

FEEDER = [3, 4, 5, 6, 7, 8, 9, 10, 11]


def cut_off(feeder: Feeder) -> Feeder:
    """Feeder 1 leaves the substation: the line from bus 2 to bus 3 opens."""
    return feeder.set("line_out", 1, 1).step()


def test_an_islanded_feeder_ends_where_the_reference_says() -> None:
    f_hz, given_kw = settled(droop_island(mq_pu=1e-4))

    assert f_hz == pytest.approx(49.7745, abs=5e-5)
    assert given_kw == {5: pytest.approx(3076.4, abs=0.05), 10: pytest.approx(2050.9, abs=0.05)}


@pytest.mark.parametrize(("mq_pu", "allowed_kw"), [(1e-4, 0.65), (0.05, 0.8)])
def test_an_islanded_feeder_ends_near_an_explicit_model(mq_pu: float, allowed_kw: float) -> None:
    f_hz, given_kw = settled(droop_island(mq_pu))

    assert f_hz == pytest.approx(49.7743, abs=3e-4)
    explicit = {5: 3077.0, 10: 2051.4}
    assert given_kw == {bus: pytest.approx(kw, abs=allowed_kw) for bus, kw in explicit.items()}


def test_an_island_is_what_pandapower_makes_of_it() -> None:
    feeder = cut_off(feeder_of({5: 3000.0, 10: 2000.0}))

    net = pandapower.pandapowerNet(read_net(CIGRE))
    net.line.loc[1, "in_service"] = False
    held = float(feeder.v_pu[5])
    pandapower.create_ext_grid(net, 5, vm_pu=held)
    pandapower.create_sgen(net, 10, 0.0, float(feeder.forming_kvar[10]) * 1e-3)
    pandapower.runpp(net, tolerance_mva=1e-9)
    assert feeder.v_pu[FEEDER] == pytest.approx(net.res_bus.vm_pu[FEEDER].to_numpy(), abs=1e-9)
    missing = net.res_ext_grid.iloc[1]
    assert feeder.residual_kw[5] == pytest.approx(missing.p_mw * 1e3, abs=1e-5)
    assert feeder.forming_kvar[5] == pytest.approx(missing.q_mvar * 1e3, abs=1e-4)


def test_an_island_is_left_behind_as_an_ordinary_network() -> None:
    feeder = cut_off(feeder_of({5: 3000.0, 10: 2000.0}).set("p_source_kw", 10, 1500.0))
    net = feeder.host.to_net()

    assert net.res_bus.vm_pu[:15].to_numpy() == pytest.approx(feeder.v_pu, abs=1e-9)
    assert net.res_ext_grid.p_mw.iloc[-1] * 1e3 == pytest.approx(feeder.residual_kw[5], abs=1e-5)


def test_formers_hold_their_voltage_by_their_droop_on_top_of_what_they_are_set() -> None:
    feeder = feeder_of({5: 3000.0, 10: 2000.0}, v_set_pu=1.01).set("q_kvar", 10, 300.0)
    cut_off(feeder)

    for bus, kva in ((5, 3000.0), (10, 2000.0)):
        wanted_kvar = kva * (1.01 - feeder.v_pu[bus]) / 0.05
        assert feeder.forming_kvar[bus] == pytest.approx(wanted_kvar, abs=1e-4)


def test_a_former_at_its_current_gives_what_room_its_power_leaves() -> None:
    feeder = feeder_of({5: 3000.0, 10: 300.0}, mq_pu=0.01).set("q_kvar", 9, -600.0)
    feeder.set("p_source_kw", 10, 250.0).set("forming_kw", 10, 250.0)
    cut_off(feeder)

    room_kvar = math.sqrt((1.2 * 300.0 * feeder.v_pu[10]) ** 2 - 250.0**2)
    assert feeder.forming_kvar[10] == pytest.approx(room_kvar, abs=1e-4)
    assert feeder.forming_kvar[5] < 3000.0
    relieved = feeder.set("q_kvar", 9, 1000.0).step()
    assert abs(relieved.forming_kvar[10]) < room_kvar


def test_an_island_whose_formers_are_all_at_their_current_sinks() -> None:
    feeder = cut_off(feeder_of({5: 900.0}))

    assert feeder.forming_kvar[5] == pytest.approx(1.2 * 900.0 * feeder.v_pu[5], abs=1e-3)
    assert 0.1 < feeder.v_pu[5] < 0.8


def test_a_network_cut_off_takes_all_it_needs_from_what_is_there() -> None:
    feeder = feeder_of({1: 60e3}).set("p_source_kw", 1, 40e3).set("p_demand_kw", 11, 500.0)
    feeder.set("separated", 0, 1).step()

    net = read_net(CIGRE)
    own_kw = float(net.load.p_mw.sum()) * 1e3 + feeder.losses_kw.sum()
    assert feeder.c_kw.sum() == pytest.approx(own_kw, abs=1e-3)
    assert feeder.residual_kw.sum() == pytest.approx(own_kw + 500.0 - 40e3, abs=1e-3)
    assert not feeder.p_kw.any()
    assert set(feeder.held_by.tolist()) == {1}


def test_voltages_resume_when_a_network_joins_again() -> None:
    feeder = feeder_of({1: 60e3}).set("p_source_kw", 1, 40e3).step()
    before = feeder.rows.copy()
    feeder.set("separated", 0, 1).step().step()
    apart = feeder.v_pu.copy()
    feeder.set("separated", 0, 0).step()

    assert abs(apart - before["v_pu"]).max() > 1e-3
    for name in ("v_pu", "va_deg", "p_kw", "c_kw", "losses_kw", "residual_kw", "forming_kvar"):
        assert feeder.rows[name] == pytest.approx(before[name], abs=1e-6), name


def test_angles_go_on_where_they_were_and_nothing_turns_at_the_parting() -> None:
    feeder = feeder_of({5: 3000.0}).step().step()
    angle_deg = float(feeder.va_deg[5])
    cut_off(feeder)

    assert feeder.va_deg[5] == pytest.approx(angle_deg, abs=1e-9)
    assert not feeder.df_local_hz[FEEDER].any()
    assert abs(feeder.df_local_hz[12]) > 0.0  # the others feel that a load has gone


def test_without_a_former_a_network_that_is_cut_off_is_dark() -> None:
    feeder = Feeder().set("p_demand_kw", 11, 500.0).set("p_source_kw", 8, 300.0).step()
    before = feeder.v_pu.copy()
    feeder.set("separated", 0, 1).step()
    dark = feeder.v_pu.any(), feeder.unserved_kw.sum(), feeder.curtailed_kw.sum()
    net_kw = float(feeder.c_kw.sum())
    feeder.set("separated", 0, 0).step()

    assert dark == (False, 500.0, 300.0)
    assert net_kw == pytest.approx(300.0 - 500.0)  # of what is there, nothing arrives
    assert feeder.v_pu == pytest.approx(before, abs=1e-9)


def test_a_feeder_on_its_former_leaves_the_rest_to_the_source() -> None:
    alone, dark = cut_off(feeder_of({8: 8000.0})), cut_off(Feeder())

    rest = [0, 1, 2, 12, 13, 14]
    assert alone.v_pu[rest] == pytest.approx(dark.v_pu[rest], abs=1e-9)
    assert alone.p_kw.sum() == pytest.approx(dark.p_kw.sum(), abs=1e-4)
    assert alone.held_by.tolist() == [0, 0, 0, *[8] * 9, 0, 0, 0]
    assert dark.held_by.tolist() == [0, 0, 0, *[-1] * 9, 0, 0, 0]


def test_several_islands_each_have_their_own_reference() -> None:
    both = cut_off(feeder_of({8: 8000.0, 14: 1000.0}).set("line_out", 10, 1))
    one = cut_off(feeder_of({8: 8000.0}))

    assert both.held_by.tolist() == [0, 0, 0, *[8] * 9, 0, 14, 14]
    assert both.v_pu[FEEDER] == pytest.approx(one.v_pu[FEEDER], abs=1e-9)
    assert np.flatnonzero(both.residual_kw).tolist() == [8, 14]


def test_when_the_reference_trips_the_next_takes_over_until_none_is_left() -> None:
    feeder = cut_off(feeder_of({5: 6000.0, 10: 5000.0}))
    references = [int(feeder.held_by[8])]
    for bus in (5, 10):
        feeder.set("forming_kva", bus, 0.0).step()
        references.append(int(feeder.held_by[8]))

    assert references == [5, 10, -1]
    assert not feeder.v_pu[FEEDER].any()


def test_a_former_lights_what_was_dark() -> None:
    feeder = cut_off(Feeder())
    dark = feeder.v_pu[FEEDER].any()
    feeder.set("forming_kva", 5, 6000.0).step()

    assert not dark
    assert feeder.v_pu[FEEDER].min() > 0.9


def test_a_former_beside_a_source_holds_nothing() -> None:
    with_former, without = feeder_of({5: 3000.0}).step(), Feeder().step()

    assert with_former.v_pu.tolist() == without.v_pu.tolist()
    assert not with_former.forming_kvar.any()


def test_a_network_is_no_stronger_than_the_source_it_has_lost() -> None:
    feeder = feeder_of({5: 3000.0}).set("separated", 0, 1).set("rated_kva", 5, 3000.0).step()

    assert not feeder.sc_mva.any()
    assert not feeder.scr_pu.any()
