"""What the units of a power flow tell its network, and what it is told of its strength."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from components._network.islands import Formers
from components._network.loads import Powers
from components._network.network import Network
from components._network.switches import Switches

Rows = NDArray[np.void]

SHARES = ("const_z_p_pct", "const_z_q_pct", "const_i_p_pct", "const_i_q_pct")
OPERATED = ("line_out", "trafo_out", "switch_turned", "tap_steps", "separated", "held_apart")


def switches_of(rows: Rows) -> Switches:
    """What is operated."""
    told = {name: rows[name].astype(np.int64) for name in OPERATED}
    told["separated"] |= told.pop("held_apart")
    return Switches(**told)


def formers_of(rows: Rows) -> Formers:
    """What can form an island."""
    first, kilo = rows[0], 1e-3
    return Formers(
        rated_mva=rows["forming_kva"] * kilo,
        weight=rows["inertia_kws_per_hz"].copy(),
        active_mw=rows["forming_kw"] * kilo,
        v_set_pu=float(first["v_set_pu"]),
        droop_pu=float(first["mq_pu"]),
        i_max_pu=float(first["i_max_pu"]),
    )


def shares_of(rows: Rows) -> tuple[Powers, Powers]:
    """Constant impedance and constant current of its own loads."""
    z_p, z_q, i_p, i_q = (rows[name] / 100.0 for name in SHARES)
    if (z_p + i_p > 1.0).any() or (z_q + i_q > 1.0).any():
        raise ValueError("constant impedance and constant current are together more than 100 %")
    return z_p + 1j * z_q, i_p + 1j * i_q


def write_strengths(network: Network, rows: Rows) -> None:
    """Short-circuit level and ratios at every bus, and of all rated buses taken as one."""
    level, ratio = network.strength()
    rows["sc_mva"], rows["x_per_r_pu"] = level, ratio
    rated = rows["rated_kva"] * 1e-3
    on = rated > 0.0
    rows["scr_pu"] = np.divide(level, rated, out=np.zeros(len(rows)), where=on)
    net_level = np.maximum(level - network.capacitors_mvar, 0.0)
    rows["escr_pu"] = np.divide(net_level, rated, out=np.zeros(len(rows)), where=on)
    rows["wscr_pu"] = 0.0
    if on.any():
        rows["wscr_pu"][network.first_row] = (level * rated).sum() / rated.sum() ** 2
