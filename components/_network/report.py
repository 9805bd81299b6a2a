"""What was solved, as the ordinary network of pandapower with its tables of results."""

from __future__ import annotations

from typing import Any

import numpy as np

from components._network.files import Net, copy_of, run
from components._network.loads import Floats, Injections, Powers
from components._network.model import Model

SMALL_PU = 1e-12  # not worth a generator
ATTACHED = "attached"


def solved_net(net: Net, angles: Any, model: Model, volts: Powers, powers: Injections) -> Net:
    """A copy whose tables hold the solution: `res_bus`, `res_line`, `res_trafo` and the others.

    All that stands at a bus beyond the elements of the file (devices, scaled loads, loads that
    follow the voltage) is one static generator named "attached".
    """
    import pandapower

    if not model.size:
        raise ValueError("nothing holds the network: it has no power flow")
    full = copy_of(net)
    more = _beyond_file(model, powers, np.abs(volts)) * model.base_mva
    for bus in net.bus.index:
        place = model.place[bus]
        if place < model.size and abs(more[place]) > SMALL_PU:
            s_mva = complex(more[place])
            pandapower.create_sgen(full, bus, s_mva.real, s_mva.imag, name=ATTACHED)
            more[place] = 0.0  # one for all buses that a switch has fused
    inside = np.append(volts, 1.0)[model.place[net.bus.index.to_numpy()]]
    start = {"init_vm_pu": np.abs(inside), "init_va_degree": np.degrees(np.angle(inside))}
    held = full.bus.index.get_indexer(full.ext_grid.bus)
    full.ext_grid["vm_pu"] = start["init_vm_pu"][held]
    full.ext_grid["va_degree"] = start["init_va_degree"][held]
    run(full, "the solved network", calculate_voltage_angles=angles, **start)
    return full


def _beyond_file(model: Model, powers: Injections, v: Floats) -> Powers:
    """What a generator has to add; pandapower scales it with the loads at its bus."""
    z_share, i_share = model.z_share, model.i_share
    scale = (1 + 1j) + i_share * (v - 1.0) + z_share * (v * v - 1.0)
    flow = powers.at(v) - powers.fixed
    found: Powers = model.own + flow.real / scale.real + 1j * (flow.imag / scale.imag)
    return found
