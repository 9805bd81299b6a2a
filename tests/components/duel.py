"""Cases D1 and D2 of the reference: an area, a governor, six storage units, a loss of 80 MW."""

from __future__ import annotations

import csv
import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from components.area import Area
from components.load import Load
from components.pcs_fast import PcsFast as Pcs
from components.tgov1 import Tgov1
from tests.components.following import follower
from tests.components.grid import Grid

REFERENCE = Path(__file__).parents[1] / "reference" / "frequency"
DUEL: dict[str, Any] = json.loads((REFERENCE / "d_coi_ndroop_dde.json").read_text())
D1, D2 = DUEL["D1_nonlinear_delay"], DUEL["D2_linear_exact"]
GIVEN: dict[str, Any] = DUEL["inputs"]
LOSS_KW = 1e3 * GIVEN["dP_MW"]
MACHINE: dict[str, float] = GIVEN["governor"]
AREA = {"base_kva": 1e3 * GIVEN["S_base_MVA"], "h_s": GIVEN["H_s"], "damping_pu": GIVEN["D_pu"]}
GOVERNOR = {"rated_kva": 1e3 * MACHINE["Sg"], "droop_pu": MACHINE["R"], "t1_s": MACHINE["T1"]}
GOVERNOR |= {"t2_s": MACHINE["T2"], "t3_s": MACHINE["T3"]}
# the valve limits of the reference are in pu of the area: its trace reaches 120 MW behind the valve
OF_AREA = GIVEN["S_base_MVA"] / MACHINE["Sg"]
VALVE = {"v_max_pu": OF_AREA * MACHINE["VMAX"], "v_min_pu": OF_AREA * MACHINE["VMIN"]}
NO_LIMIT = {"v_max_pu": 10.0, "v_min_pu": -10.0}
NAMES = {"droop_pu": "droop", "deadband_hz": "db_Hz", "delay_s": "tau_s", "lag_s": "Tlag_s"}
FLEET = {name: [unit[key] for unit in GIVEN["units"]] for name, key in NAMES.items()}
FLEET |= {"rated_kva": [1e3 * unit["Pmax_MW"] for unit in GIVEN["units"]]}


def step_errors_mhz() -> dict[float, tuple[float, float]]:
    """Error of the nadir by step in s: storage answers within the step, and one step late."""
    with (REFERENCE / "timestep_error.csv").open() as file:
        rows = list(csv.DictReader(file))
    held, late = (
        {float(row["h_s"]): float(row["nadir_err_mHz"]) for row in rows if row["exchange"] == kind}
        for kind in ("held", "late")
    )
    return {step_s: (held[step_s], late[step_s]) for step_s in held}


def duel(
    limits: dict[str, float], storage: Sequence[Pcs] = (), devices: Sequence[Any] = ()
) -> Grid:
    """The area of 1000 MVA with what answers; powers are deviations, so it begins at nothing."""
    return Grid(Area(**AREA), [Tgov1(**GOVERNOR, **limits), *storage], [Load(), *devices])


def units(dt_s: float, **instead: float) -> list[Pcs]:
    """The six storage units."""
    fleet = [{name: values[n] for name, values in FLEET.items()} for n in range(6)]
    return [follower(dt_s, **(unit | {"filter_s": 0.0} | instead)) for unit in fleet]


def with_limits(dt_s: float) -> Grid:
    """Case D1."""
    return duel(VALVE, units(dt_s))


def linear(dt_s: float) -> Grid:
    """Case D2: no deadband, delay or limit."""
    storage = units(dt_s, deadband_hz=0.0, delay_s=0.0)
    for unit in storage:  # no limit: a rating ten times as large at a droop ten times as weak
        unit.rated_kva, unit.droop_pu = 10.0 * unit.rated_kva, 10.0 * unit.droop_pu
    return duel(NO_LIMIT, storage)


@dataclass
class LateGrid(Grid):
    """The same, but the area hears of its storage one step late."""

    given_kw: float = field(default=0.0, init=False)

    def _collect(self) -> None:
        super()._collect()
        now_kw = sum(plant.p_settled_kw for plant in self.plants if isinstance(plant, Pcs))
        self.area.p_formers_kw += self.given_kw - now_kw
        self.given_kw = now_kw


def late(grid: Grid) -> Grid:
    return LateGrid(grid.area, grid.plants, grid.devices)
