"""A source, an impedance and a load: `thevenin`, and the same in pandapower."""

from __future__ import annotations

import math
from dataclasses import dataclass

import pandapower

from components.thevenin import Thevenin

POWERS_KW = (-4000.0, -500.0, 0.0, 800.0, 2500.0)
REACTIVE_KVAR = (-600.0, 0.0, 900.0)
SOURCES = ((10.0, 0.3, 1.0), (15.0, 2.0, 1.05))  # short-circuit power in MVA, R / X, EMF


@dataclass(frozen=True)
class Solved:
    """What pandapower says: voltage and angle of the load, power of the source."""

    v_pu: float
    angle_deg: float
    p_kw: float
    q_kvar: float


def bus(p_kw: float, q_kvar: float = 0.0, dt_s: float = 1.0, **values: float) -> Thevenin:
    """A bus whose devices take this much, after one step."""
    taken, given = max(p_kw, 0.0), max(-p_kw, 0.0)
    made = Thevenin(p_demand_kw=taken, p_source_kw=given, q_kvar=-q_kvar, **values)
    made.step(dt_s)
    return made


def two_buses(p_kw: float, q_kvar: float, s_sc_mva: float, rx: float, e_pu: float) -> Solved:
    """The same in pandapower."""
    net = pandapower.create_empty_network()
    source, site = (pandapower.create_bus(net, vn_kv=20.0) for _ in range(2))
    pandapower.create_ext_grid(net, source, vm_pu=e_pu)
    x_pu = 1.0 / math.hypot(1.0, rx)
    pandapower.create_impedance(net, source, site, rx * x_pu, x_pu, sn_mva=s_sc_mva)
    pandapower.create_load(net, site, p_kw * 1e-3, q_kvar * 1e-3)
    pandapower.runpp(net, tolerance_mva=1e-12, calculate_voltage_angles=True)
    site_bus, grid = net.res_bus.loc[site], net.res_ext_grid.iloc[0]
    power = grid.p_mw * 1e3, grid.q_mvar * 1e3
    return Solved(site_bus.vm_pu, site_bus.va_degree, *power)


def both(
    p_kw: float, q_kvar: float, s_sc_mva: float, rx: float, e_pu: float
) -> tuple[Thevenin, Solved]:
    """Our bus, and that of pandapower."""
    ours = bus(p_kw, q_kvar, s_sc_mva=s_sc_mva, rx_pu=rx, e_pu=e_pu)
    return ours, two_buses(p_kw, q_kvar, s_sc_mva, rx, e_pu)
