"""Two areas of the reference: a closed form (D3), and a network that is one mass (A1)."""

from __future__ import annotations

import csv
import json
from itertools import pairwise
from pathlib import Path
from typing import Any

from components.area import Area
from components.load import Load
from components.tgov1 import Tgov1
from tests.components.duel import DUEL, NO_LIMIT
from tests.components.grid import Grid, after_loss

REFERENCE = Path(__file__).parents[1] / "reference" / "frequency"
D3: dict[str, float] = DUEL["D3_SFR_closed_form"]
A1: dict[str, Any] = json.loads((REFERENCE / "a1_kundur_tgov1_loadstep.json").read_text())


def frequency_response(dt_s: float) -> list[float]:
    """Anderson and Mirheydar: Km (1 + F_H T_R s) / (1 + T_R s) / R is a TGOV1 without a valve."""
    reheat = {"t1_s": 0.0, "t2_s": D3["FH"] * D3["TR"], "t3_s": D3["TR"]}
    plant = Tgov1(rated_kva=1e6, droop_pu=D3["R"] / D3["Km"], **reheat, **NO_LIMIT)
    area = Area(base_kva=1e6, h_s=D3["H"], damping_pu=D3["D"])
    return after_loss(Grid(area, [plant], [Load()]), dt_s, 6.0, -1e6 * D3["Pstep"])


def two_areas(dt_s: float = 0.01) -> tuple[list[float], list[float]]:
    """Kundur's network as one mass, fed with the load that was measured: ours, and its trace."""
    about = A1["aggregate"]
    with (REFERENCE / "a1_kundur_tgov1_loadstep.csv").open() as file:
        rows = [{key: float(value) for key, value in row.items()} for row in csv.DictReader(file)]
    lags = {f"t{n}_s": about[f"T{n}"] for n in (1, 2, 3)}
    rated = {"rated_kva": 1e3 * about["S_MVA"], "droop_pu": about["R_pu"], "v_max_pu": 10.0}
    sent = {"p_set_kw": 1e3 * rows[0]["Pm_total_MW"], "f_nominal_hz": 60.0}
    area = Area(base_kva=1e3 * about["S_MVA"], h_s=about["H_s"], damping_pu=0.0, f_nominal_hz=60.0)
    load = Load(f_nominal_hz=60.0)
    grid = Grid(area, [Tgov1(**rated, **lags, **sent)], [load])
    found = []
    for before, after in pairwise(rows):
        steps = round((after["t_s"] - before["t_s"]) / dt_s)
        # the load jumps at the beginning of the step that follows 1 s
        begin_kw = 1e3 * (after if before["t_s"] == 1.0 else before)["Pe_total_MW"]
        for n in range(steps):
            load.p_set_kw = begin_kw + (1e3 * after["Pe_total_MW"] - begin_kw) * (n + 0.5) / steps
            grid.fine(dt_s)
        found.append(area.f_end_hz)
    return found, [row["f_coi_Hz"] for row in rows[1:]]
