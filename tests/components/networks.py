"""Networks of pandapower with loads changed at random: our solution, and that of `runpp`."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pandapower

from components._network import Network, read_net

CIGRE = "create_cigre_network_mv"
NETWORKS = (  # every one of pandapower.networks with up to 300 buses whose power flow converges
    "GBreducednetwork",
    "case118",
    "case14",
    "case145",
    "case24_ieee_rts",
    "case30",
    "case300",
    "case33bw",
    "case39",
    "case4gs",
    "case5",
    "case57",
    "case6ww",
    "case89pegase",
    "case9",
    "case_ieee30",
    "case_illinois200",
    "create_cigre_network_hv",
    "create_cigre_network_lv",
    "create_cigre_network_mv",
    'create_cigre_network_mv(with_der="pv_wind")',
    "create_dickert_lv_network",
    "create_kerber_dorfnetz",
    "create_kerber_landnetz_freileitung_1",
    "create_kerber_landnetz_freileitung_2",
    "create_kerber_landnetz_kabel_1",
    "create_kerber_landnetz_kabel_2",
    "create_kerber_vorstadtnetz_kabel_1",
    "create_kerber_vorstadtnetz_kabel_2",
    "create_synthetic_voltage_control_lv_network",
    "example_multivoltage",
    "example_simple",
    "four_loads_with_branches_out",
    "iceland",
    "kb_extrem_dorfnetz",
    "kb_extrem_dorfnetz_trafo",
    "kb_extrem_landnetz_freileitung",
    "kb_extrem_landnetz_freileitung_trafo",
    "kb_extrem_landnetz_kabel",
    "kb_extrem_landnetz_kabel_trafo",
    "kb_extrem_vorstadtnetz_1",
    "kb_extrem_vorstadtnetz_2",
    "mv_oberrhein",
    "panda_four_load_branch",
    "simple_four_bus_system",
    "simple_mv_open_ring_net",
)
SPREAD = {"case145": 0.005}  # pandapower itself finds no solution at 5 % more load
LOW_PU = 0.5  # case57 lives at 0.72 pu, below the usual knee


def behind_a_line(net: Any, s_sc_mva: float, rx: float) -> Any:
    """The source as a line of its own, so that nothing of ours is in what we compare with."""
    weak = pandapower.pandapowerNet(net)
    for grid in net.ext_grid.index[net.ext_grid.in_service]:
        bus = net.ext_grid.bus.at[grid]
        ohm = net.bus.vn_kv.at[bus] ** 2 / s_sc_mva / math.hypot(1.0, rx)
        emf_bus = pandapower.create_bus(weak, net.bus.vn_kv.at[bus])
        pandapower.create_line_from_parameters(weak, emf_bus, bus, 1.0, rx * ohm, ohm, 0.0, 1e3)
        volts = net.res_bus.vm_pu.at[bus] * np.exp(1j * np.radians(net.res_bus.va_degree.at[bus]))
        power = complex(net.res_ext_grid.p_mw.at[grid], net.res_ext_grid.q_mvar.at[grid])
        z_pu = complex(rx, 1.0) / math.hypot(1.0, rx)
        emf = volts + z_pu * np.conj(power / s_sc_mva / volts)
        weak.ext_grid.loc[grid, ["bus", "vm_pu"]] = emf_bus, abs(emf)
        weak.ext_grid.loc[grid, "va_degree"] = np.degrees(np.angle(emf))
    return weak


def runpp(net: Any) -> Any:
    angles = True if len(net.ext_grid) > 1 else "auto"
    pandapower.runpp(net, tolerance_mva=1e-9, max_iteration=100, calculate_voltage_angles=angles)
    return net


def voltages(net: Any, network: Network) -> Any:
    return net.res_bus.vm_pu.reindex(network.buses).fillna(0.0).to_numpy()


def changed_at_random(name: str) -> tuple[Network, Any]:
    """A network of ours, and the one of pandapower solved anew, after a change of all loads."""
    net = read_net(name)
    drawn = np.abs(net.res_ext_grid.p_mw + 1j * net.res_ext_grid.q_mvar).sum()
    source = 20.0 * float(drawn) + 5.0 * float(net.load.p_mw.sum()), 0.1
    network = Network(net, source, LOW_PU)
    spread = SPREAD.get(name, 0.2)
    factors = np.random.default_rng(1).uniform(1 - spread, 1 + spread, len(net.load))

    fresh = behind_a_line(net, *source)
    fresh.load["scaling"] *= factors
    runpp(fresh)
    load = net.load.scaling * net.load.in_service * (net.load.p_mw + 1j * net.load.q_mvar)
    more = np.zeros(network.rows, complex)
    np.add.at(more, net.load.bus.to_numpy(), ((factors - 1.0) * load).to_numpy())
    taken = np.maximum(more.real, 0.0) + 1j * np.maximum(more.imag, 0.0)
    network.solve(taken, taken - more)
    return network, fresh
