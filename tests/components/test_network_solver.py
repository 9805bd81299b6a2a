from __future__ import annotations

from typing import Any

import numpy as np
import pandapower
import pytest

from components._network import Network, NotConvergedError, Switches, read_net
from tests.components.networks import (
    CIGRE,
    LOW_PU,
    NETWORKS,
    changed_at_random,
    runpp,
    voltages,
)

pytestmark = pytest.mark.filterwarnings("ignore:tap_dependency_table is missing")


def powers(network: Network, **by_bus: complex) -> Any:
    """Powers of rows in MVA, given as b3=2.0."""
    found = np.zeros(network.rows, complex)
    for name, power in by_bus.items():
        found[int(name[1:])] = power
    return found


def solved(network: Network, **given: complex) -> Network:
    network.solve(powers(network), powers(network, **given))
    return network


def cigre(s_sc_mva: float = 400.0, knee_pu: float = 0.8) -> Network:
    return Network(read_net(CIGRE), (s_sc_mva, 0.1), knee_pu)


def operated(network: Network, **changes: dict[int, int]) -> Switches:
    wanted = Switches.untouched(network.rows)
    for name, units in changes.items():
        for unit, value in units.items():
            getattr(wanted, name)[unit] = value
    return wanted


@pytest.mark.parametrize("name", NETWORKS)
def test_loads_changed_at_random_give_the_voltages_of_runpp(name: str) -> None:
    network, fresh = changed_at_random(name)

    assert network.v_pu[network.buses] == pytest.approx(voltages(fresh, network), abs=1e-6)
    delivered = fresh.res_ext_grid.p_mw.sum()
    assert network.sources_mva.sum().real == pytest.approx(delivered, rel=1e-6, abs=1e-6)


@pytest.mark.parametrize(("s_sc_mva", "without_pu"), [(500.0, 0.983), (200.0, 0.861)])
def test_a_weak_source_leaves_its_bus_at_the_stated_voltage(
    s_sc_mva: float, without_pu: float
) -> None:
    network = cigre(s_sc_mva)
    naive = pandapower.pandapowerNet(network.net)
    naive.ext_grid["vm_pu"] = 1.03
    runpp(naive)

    assert naive.res_bus.vm_pu[0] == pytest.approx(without_pu, abs=5e-4)
    assert network.v_pu[0] == pytest.approx(1.03, abs=1e-9)


def test_a_run_is_left_behind_as_an_ordinary_network_with_its_results() -> None:
    network = cigre()
    network.set_emf(np.full(network.rows, 0.7))  # deep enough that loads are impedances
    net = solved(network, b5=2.0 + 0.5j).to_net()

    lines, trafos = network.loading()
    assert voltages(net, network) == pytest.approx(network.v_pu, abs=1e-8)
    assert net.res_line.loading_percent.to_numpy() / 100 == pytest.approx(lines, abs=1e-7)
    assert net.res_trafo.loading_percent.to_numpy() / 100 == pytest.approx(trafos[:2], abs=1e-7)
    lost = net.res_line.pl_mw.sum() + net.res_trafo.pl_mw.sum() + net.res_impedance.pl_mw.sum()
    assert lost == pytest.approx(network.losses_mw, abs=1e-6)


def test_shares_of_constant_impedance_and_current_are_those_of_pandapower() -> None:
    network = cigre(knee_pu=LOW_PU)
    z_share, i_share = np.full(15, 0.3 + 0.2j), np.full(15, 0.4 + 0.5j)
    network.set_own(np.full(15, 1.1), np.ones(15), (z_share, i_share))
    fresh = pandapower.pandapowerNet(network.net)
    fresh.load["scaling"] = 1.1
    for part, percent in {"z_p": 30.0, "z_q": 20.0, "i_p": 40.0, "i_q": 50.0}.items():
        fresh.load[f"const_{part}_percent"] = percent
    pandapower.create_sgen(fresh, 2, 3.0, 0.5)

    expected = voltages(runpp(fresh), network)
    assert solved(network, b2=3.0 + 0.5j).v_pu == pytest.approx(expected, abs=1e-8)


@pytest.mark.parametrize(("emf_pu", "least_pu"), [(0.9, 0.767), (0.8, 0.635), (0.7, 0.469)])
def test_constant_power_alone_falls_as_deep_as_was_computed_elsewhere(
    emf_pu: float, least_pu: float
) -> None:
    stiff = Network(read_net(CIGRE), None, knee_pu=0.01)
    stiff.set_emf(np.full(stiff.rows, emf_pu / 1.03))

    assert solved(stiff).v_pu.min() == pytest.approx(least_pu, abs=2e-3)


def test_constant_power_alone_has_no_solution_in_a_deep_dip() -> None:
    stiff = Network(read_net(CIGRE), None, knee_pu=0.01)
    stiff.set_emf(np.full(stiff.rows, 0.6 / 1.03))

    with pytest.raises(NotConvergedError, match=r"worst at bus \d+ \(Bus \d+\)"):
        solved(stiff)


def test_dips_of_any_depth_converge_and_recover_where_loads_become_impedances() -> None:
    network = cigre()
    before = network.v_pu
    for emf_pu in (0.95, 0.8, 0.6, 0.3, 0.05, 0.0, 1.0, 0.2, 1.0):
        network.set_emf(np.full(network.rows, emf_pu))
        solved(network)

    assert network.v_pu == pytest.approx(before, abs=1e-9)


def test_a_converter_gives_no_more_current_than_it_can() -> None:
    network = cigre()
    network.set_limit(np.where(np.arange(15) == 11, 1.2, np.inf))
    network.set_emf(np.full(network.rows, 0.4))
    given = 2.0 + 0.5j
    solved(network, b11=given)

    give, _ = network.served
    assert abs(given) * give[11] == pytest.approx(1.2 * network.v_pu[11], rel=1e-12)


def test_a_line_out_leaves_its_feeder_dark_until_a_tie_is_closed() -> None:
    network = cigre()
    network.operate(operated(network, line_out={1: 1}))
    dark = solved(network).v_pu[[3, 11]].tolist()
    network.operate(operated(network, line_out={1: 1}, switch_turned={4: 1}))
    fresh = runpp(pandapower.pandapowerNet(network.net))

    assert dark == [0.0, 0.0]
    assert solved(network).v_pu == pytest.approx(voltages(fresh, network), abs=1e-8)
    assert network.v_pu[11] > 0.85


def test_a_network_without_its_transformers_is_dark_and_comes_back() -> None:
    network = cigre()
    before = network.v_pu
    network.operate(operated(network, trafo_out={0: 1, 1: 1}))
    dark = solved(network).v_pu[1:].any()
    network.operate(Switches.untouched(network.rows))

    assert not dark
    assert solved(network).v_pu == pytest.approx(before, abs=1e-9)


def test_two_sources_may_move_apart_and_taps_be_stepped() -> None:
    network = Network(read_net("mv_oberrhein"), (1000.0, 0.1))
    other = int(network.source_rows[1])
    network.operate(operated(network, tap_steps={114: -2}))
    network.set_emf(np.where(np.arange(network.rows) == other, 0.97, 1.0))
    fresh = pandapower.pandapowerNet(network.net)
    fresh.ext_grid.loc[network.grids[network.grid_rows == other], "vm_pu"] *= 0.97
    runpp(fresh)

    solved(network)
    assert network.v_pu[network.buses] == pytest.approx(voltages(fresh, network), abs=1e-8)
    delivered = network.sources_mva.real
    assert sorted(fresh.res_ext_grid.p_mw) == pytest.approx(sorted(delivered), abs=1e-6)


def test_what_is_not_there_cannot_be_operated() -> None:
    network = cigre()

    with pytest.raises(ValueError, match="no switch of number 12"):
        network.operate(operated(network, switch_turned={12: 1}))
    with pytest.raises(ValueError, match="no transformer with a tap changer of number 0"):
        network.operate(operated(network, tap_steps={0: 1}))


def test_a_tap_ends_where_its_range_ends() -> None:
    network = Network(read_net("mv_oberrhein"))

    with pytest.raises(ValueError, match="transformer 114 has taps -9 to 9, not 48"):
        network.operate(operated(network, tap_steps={114: 50}))


def test_short_circuit_level_falls_along_the_feeder_from_that_of_the_source() -> None:
    level, ratio = cigre().strength()

    assert level[0] == pytest.approx(400.0, rel=1e-9)
    assert ratio[0] == pytest.approx(10.0, rel=1e-9)
    assert (np.diff(level[[0, 1, 2, 3, 4, 5, 6]]) < 0.0).all()
