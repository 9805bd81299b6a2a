"""An area of 500 MVA with a network below it: the topology of coupling 1, and what happens to it.

All runs are in plain Python, which gives the bits of the compiled loop and need not compile it.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from components.weak_grid import WeakGrid
from tests.mosaik_world import Ran, done

AREA = """
[device.area]
type = "area"
base_kva = 500e3
h_s = 4.0
damping_pu = 1.0

[device.plant]
type = "tgov1"
bus = "area"
rated_kva = 400e3
droop_pu = 0.05
p_set_kw = 300e3

[device.lost]
type = "tgov1"
bus = "area"
rated_kva = 40e3
p_set_kw = 40e3
droop_pu = 1.0
"""
FEEDER = """
[device.feeder]
type = "weak_grid"
bus = "area"
network = "create_cigre_network_mv"
s_sc_mva = 400
"""
STORAGE = """
[device.pcs]
type = "pcs_fast"
count = 10
rated_kva = 1000
droop_pu = 0.01
forming = false
grid_present = true
filter_s = 0.1
lag_s = 0.05
{where}

[device.bess]
type = "bess"
bus = "pcs"
count = 10
energy_kwh = 2000
charge_max_kw = 1200
discharge_max_kw = 1200
"""
ON_FEEDER = 'bus = "feeder"\nat = { spread = "even", over = [3, 4, 5, 6, 7, 8, 9, 10, 11, 12] }'
ON_AREA = 'bus = "area"'
COUPLED = AREA + FEEDER + STORAGE.format(where=ON_FEEDER)
TRIP = """
horizon_s = 4
step_s = 1
sync_s = 1
fine_step_s = 0.001
fine_sync_s = 0.1
fine_for_s = 2.2
[[event]]
at_s = 1
set = "lost.online"
to = false
"""
CONSTANT_IMPEDANCE = {"feeder.const_z_p_pct": 100.0, "feeder.const_z_q_pct": 100.0}


@contextmanager
def frequency_of_the_area() -> Iterator[None]:
    """Buses of a network have the frequency of their area: nothing that is measured is late."""
    wires = WeakGrid.companion_wires
    WeakGrid.companion_wires = tuple(wire for wire in wires if "df_local_hz" not in wire)
    try:
        yield
    finally:
        WeakGrid.companion_wires = wires


def ran(folder: Path, topology: str, times: str, overrides: dict[str, Any] | None = None) -> Ran:
    """A run in a folder of its own."""
    out = f"run{len(list(folder.iterdir()))}"
    return done(folder, topology, times, out, overrides=overrides or {}, in_python=True)


def nadir_hz(
    folder: Path,
    exchange_s: float,
    overrides: dict[str, Any] | None = None,
    topology: str = COUPLED,
) -> float:
    """How low the loss of 40 MW takes it, with an exchange of network and area so often."""
    given = {"fine_sync_s": exchange_s, **(overrides or {})}
    return float(ran(folder, topology, TRIP, given).outcome.kpis["nadir_hz"])
