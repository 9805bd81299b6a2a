from __future__ import annotations

import asyncio
import math
from pathlib import Path

import mosaik
import numpy as np
import pandapower
import pytest

from components._network import NotConvergedError, read_net
from components.weak_grid import WeakGrid
from tests.components.feeder import CIGRE, Feeder
from twin.fleet import make_rows

STOP, HOLD = 0, 1


def test_there_is_a_unit_for_every_number_of_a_bus_line_or_switch() -> None:
    assert WeakGrid.units_of({"network": CIGRE}) == 15
    assert WeakGrid.units_of({"network": "mv_oberrhein"}) > 320


def test_devices_give_the_voltages_that_pandapower_gives_for_them() -> None:
    feeder = Feeder().set("p_source_kw", 11, 3000.0).set("q_kvar", 11, 400.0)
    feeder.set("p_demand_kw", 5, 1500.0).set("q_kvar", 5, -300.0).step()

    net = pandapower.pandapowerNet(feeder.host._network.net)  # type: ignore[union-attr]
    pandapower.create_sgen(net, 11, 3.0, 0.4)
    pandapower.create_load(net, 5, 1.5, 0.3)
    pandapower.runpp(net, tolerance_mva=1e-9)
    assert feeder.v_pu == pytest.approx(net.res_bus.vm_pu[:15].to_numpy(), abs=1e-6)
    assert -feeder.p_kw.sum() == pytest.approx(net.res_ext_grid.p_mw[0] * 1e3, abs=1e-3)


def test_power_is_kept_between_the_area_the_devices_and_the_losses() -> None:
    feeder = Feeder(load_pu=0.0).set("p_source_kw", 8, 900.0).set("p_demand_kw", 3, 2500.0).step()

    assert feeder.p_kw.sum() == pytest.approx(900.0 - 2500.0 - feeder.losses_kw.sum(), abs=1e-5)
    assert feeder.c_kw.sum() == pytest.approx(feeder.losses_kw.sum(), abs=1e-5)


def test_c_is_what_stays_when_devices_move_until_the_next_power_flow() -> None:
    feeder = Feeder().set("p_source_kw", 11, 1000.0).step()
    guess_kw = 2000.0 - feeder.c_kw.sum()
    feeder.set("p_source_kw", 11, 2000.0).step()

    assert guess_kw == pytest.approx(feeder.p_kw.sum(), abs=100.0)  # losses move by less
    assert 2000.0 - feeder.c_kw.sum() == pytest.approx(feeder.p_kw.sum(), abs=1e-9)


SITES = range(3, 12)


def nadir_hz(exchange_s: float, shares_pct: float) -> float:
    """40 MW trip in 500 MVA; 10 MW of droop storage on the feeders answers in every step.

    Between exchanges the area sees the storage as it is and the rest as it was, by `c_kw`.
    """
    dt_s, damping, inertia = 0.001, 500e3 / 50.0, 2.0 * 4.0 * 500e3 / 50.0
    feeder = Feeder(const_z_p_pct=shares_pct, const_z_q_pct=shares_pct).step(exchange_s)
    start_kw = float(feeder.p_kw.sum())
    every = round(exchange_s / dt_s)
    df_hz = seen_hz = storage_kw = valve_kw = turbine_kw = lowest_hz = 0.0
    for step in range(4000):
        if step % every == 0:
            for bus in SITES:
                feeder.set("p_source_kw", bus, storage_kw / len(SITES))
            feeder.step(exchange_s)
        seen_hz += (df_hz - seen_hz) * dt_s / 0.1
        wanted_kw = min(max(-10e3 * seen_hz / (50.0 * 0.01), 0.0), 10e3)
        storage_kw += (wanted_kw - storage_kw) * dt_s / 0.05
        valve_kw += (-400e3 * df_hz / (50.0 * 0.05) - valve_kw) * dt_s / 0.5
        turbine_kw += (valve_kw - turbine_kw) * dt_s / 3.0
        feeder_kw = storage_kw - float(feeder.c_kw[0]) - start_kw
        push_kw = turbine_kw + feeder_kw - 40e3 - damping * df_hz
        df_hz += push_kw / inertia * dt_s
        lowest_hz = min(lowest_hz, df_hz)
    return 50.0 + lowest_hz


@pytest.mark.parametrize(("shares_pct", "allowed_hz"), [(0.0, 1e-4), (100.0, 5e-4)])
def test_only_c_waits_for_the_exchange(shares_pct: float, allowed_hz: float) -> None:
    often = nadir_hz(0.001, shares_pct)

    assert nadir_hz(0.01, shares_pct) == pytest.approx(often, abs=allowed_hz)
    assert nadir_hz(0.1, shares_pct) == pytest.approx(often, abs=allowed_hz)
    assert 49.0 < often < 49.8


def test_what_there_is_once_stands_at_the_bus_of_the_source() -> None:
    feeder = Feeder().step()

    assert np.flatnonzero(feeder.losses_kw).tolist() == [0]
    assert np.flatnonzero(feeder.p_kw).tolist() == [0]


def test_a_dip_at_the_source_passes_and_leaves_what_was_not_served() -> None:
    feeder = Feeder().set("p_demand_kw", 11, 1000.0).step()
    before = feeder.v_pu.copy()
    feeder.v_source_pu[:] = 0.5
    feeder.step()
    low, unserved_kw = feeder.v_pu[11], feeder.unserved_kw[11]
    feeder.v_source_pu[:] = 1.0
    feeder.step()

    assert unserved_kw == pytest.approx(1000.0 * (1.0 - (low / 0.8) ** 2), rel=1e-9)
    assert low < 0.5
    assert feeder.v_pu == pytest.approx(before, abs=1e-9)


def test_devices_that_follow_their_voltage_are_not_relieved_twice() -> None:
    ours, theirs = Feeder(), Feeder(follow=True)
    for feeder in (ours, theirs):
        feeder.set("p_demand_kw", 11, 1000.0).step()
        feeder.v_source_pu[:] = 0.5
        feeder.step()
    for _ in range(3):  # an impedance, answering late
        told = float(theirs.v_pu[11])
        theirs.set("p_demand_kw", 11, 1000.0 * min(told / 0.8, 1.0) ** 2).step()

    assert theirs.v_pu == pytest.approx(ours.v_pu, abs=1e-9)
    assert theirs.unserved_kw.sum() == 0.0


def test_converters_keep_to_their_current() -> None:
    feeder = Feeder(v_source_pu=0.4).set("rated_kva", 11, 2000.0).set("p_source_kw", 11, 2000.0)
    feeder.step()

    given_kw = 2000.0 - feeder.curtailed_kw[11]
    assert given_kw == pytest.approx(1.2 * 2000.0 * feeder.v_pu[11], rel=1e-9)


def test_a_turning_voltage_shows_as_frequency_at_its_bus_while_it_turns() -> None:
    feeder = Feeder().step()
    angle = float(feeder.va_deg[11])
    feeder.set("p_source_kw", 11, 500.0).step()
    seen_hz, turned = float(feeder.df_local_hz[11]), float(feeder.va_deg[11]) - angle
    feeder.step()

    assert seen_hz == pytest.approx(turned / 360.0 / 0.1, rel=1e-9)
    assert abs(feeder.df_local_hz).max() < 1e-7 < seen_hz


def test_a_tripped_line_leaves_dark_what_lay_behind_it_until_it_is_closed() -> None:
    feeder = Feeder().step()
    before = feeder.v_pu.copy()
    dark = feeder.set("line_out", 1, 1).step().v_pu[3:12].copy()
    feeder.set("line_out", 1, 0).step()

    assert not dark.any()
    assert feeder.v_pu == pytest.approx(before, abs=1e-9)


def test_loads_of_constant_impedance_are_those_of_pandapower() -> None:
    feeder = Feeder(const_z_p_pct=100.0, const_z_q_pct=100.0, load_pu=1.2).step()

    net = pandapower.pandapowerNet(feeder.host._network.net)  # type: ignore[union-attr]
    net.load["scaling"] = 1.2
    net.load["const_z_p_percent"] = net.load["const_z_q_percent"] = 100.0
    pandapower.runpp(net, tolerance_mva=1e-9, max_iteration=100)
    assert feeder.v_pu == pytest.approx(net.res_bus.vm_pu[:15].to_numpy(), abs=1e-8)


def test_ratios_of_strength_follow_the_rating() -> None:
    feeder = Feeder().set("rated_kva", 11, 3000.0).set("rated_kva", 5, 1000.0).step()

    level = feeder.sc_mva
    assert feeder.scr_pu[11] == pytest.approx(level[11] / 3.0, rel=1e-12)
    together = (level[11] * 3.0 + level[5] * 1.0) / 4.0**2
    assert feeder.wscr_pu.sum() == pytest.approx(together, rel=1e-12)


def test_capacitors_at_a_bus_weaken_it() -> None:
    feeder = Feeder("case14", s_sc_mva=2000.0, rated_kva=10e3).step()
    shunt_mvar = float(-read_net("case14").shunt.q_mvar.sum())

    assert feeder.scr_pu[8] - feeder.escr_pu[8] == pytest.approx(shunt_mvar / 10.0, rel=1e-9)


def test_a_power_flow_without_a_solution_stops_the_run_and_names_the_bus() -> None:
    feeder = Feeder(on_divergence=STOP).step().set("p_source_kw", 11, 200e3)

    with pytest.raises(NotConvergedError, match=r"bus 11 \(Bus 11\)"):
        feeder.step()


def test_a_power_flow_without_a_solution_may_hold_the_last_voltages() -> None:
    feeder = Feeder(on_divergence=HOLD).step()
    before = feeder.v_pu.copy()
    feeder.set("p_source_kw", 11, 200e3).step()
    held = feeder.converged.any(), feeder.held_s[0], feeder.v_pu.tolist()
    feeder.set("p_source_kw", 11, 0.0).step()

    assert held == (False, 0.1, before.tolist())
    assert feeder.converged.all()
    assert feeder.v_pu == pytest.approx(before, abs=1e-9)


def test_the_machines_behind_a_source_limit_its_strength() -> None:
    values = {"s_sc_mva": np.array([3000.0]), "s_sc_limit_mva": np.array([2400.0])}

    with pytest.raises(ValueError, match=r"s_sc_mva is 3000, but .* give at most 2400 MVA"):
        WeakGrid.check_use({"network": CIGRE}, values, [3])
    with pytest.raises(ValueError, match="give at most 2400 MVA"):
        Feeder(s_sc_mva=3000.0, s_sc_limit_mva=2400.0).step()


def test_a_site_on_a_bus_that_is_not_there_is_refused() -> None:
    with pytest.raises(ValueError, match="names bus 15, but the network has buses 0 to 14"):
        WeakGrid.check_use({"network": CIGRE}, {}, [3, 15])


def test_an_isolated_site_is_refused(tmp_path: Path) -> None:
    net = pandapower.pandapowerNet(read_net(CIGRE))
    net.line.loc[1, "in_service"] = False
    file = tmp_path / "cut.json"
    pandapower.to_json(net, str(file))

    with pytest.raises(ValueError, match="hangs on bus 3, which no source of the network reaches"):
        WeakGrid.check_use({"network_file": str(file)}, {}, [1, 3])


def test_machines_inside_are_remarked_upon() -> None:
    assert WeakGrid.remarks_of({"network": CIGRE}) == []
    assert "9 machines" in WeakGrid.remarks_of({"network": "case39"})[0]


def test_too_few_units_are_refused() -> None:
    host, rows = WeakGrid(network=CIGRE), make_rows(WeakGrid, 3)

    with pytest.raises(ValueError, match="has 3 units, but its network needs 15"):
        host.fleet_step(rows, 0.0, 1.0)


def test_a_network_before_its_first_step_has_no_results() -> None:
    with pytest.raises(ValueError, match="has not been solved yet"):
        WeakGrid().to_net()


def test_the_solved_network_is_there_after_a_run() -> None:
    feeder = Feeder().set("p_source_kw", 11, 800.0).step()
    net = feeder.host.to_net()

    loading = net.res_line.loading_percent.to_numpy() / 100.0
    assert feeder.line_loading_pu == pytest.approx(loading, abs=1e-8)


def test_it_runs_in_any_mosaik_scenario() -> None:
    config = {"Grid": {"python": "twin.simulator:ComponentSim"}}
    quiet = {"skip_greetings": True, "configure_logging": False}
    loop = asyncio.new_event_loop()
    with mosaik.World(config, cache=False, asyncio_loop=loop, **quiet) as world:  # type: ignore[arg-type]
        grid = world.start("Grid", component="weak_grid", step_size=60)
        demand = [0.0] * 11 + [500.0] + [0.0] * 3
        feeder = grid.weak_grid(units=15, network=CIGRE, p_demand_kw=demand)
        world.run(until=120, print_progress=False)
        found = world.get_data([feeder], "v_pu")[feeder]["v_pu"]

    expected = Feeder().set("p_demand_kw", 11, 500.0).step().v_pu
    assert found == pytest.approx(expected.tolist(), abs=1e-12)
    assert not math.isnan(found[0])
