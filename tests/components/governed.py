"""One machine with a governor alone on its load, and its traces by ANDES."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from components.area import Area
from components.gast import Gast
from components.hygov import Hygov
from components.ieeeg1 import Ieeeg1
from components.load import Load
from components.tgov1 import Tgov1
from tests.components.grid import Grid
from twin.component import Former

REFERENCE = Path(__file__).parents[1] / "reference" / "frequency"
TRACES: dict[str, Any] = json.loads((REFERENCE / "governors.json").read_text())
# ANDES 2.0 leaves out Tr: these two are met by the traces in the form of PSS/E
OTHER_FORM = ("HYGOV_B_+20", "HYGOV_C_+5")
CASES = {case["name"]: case for case in TRACES["cases"] if case["name"] not in OTHER_FORM}
PLANTS: dict[str, Callable[..., Former]] = {
    "TGOV1": Tgov1,
    "IEEEG1": Ieeeg1,
    "GAST": Gast,
    "HYGOV": Hygov,
}
STEAM = {"R": "droop_pu", "T1": "t1_s", "T2": "t2_s", "T3": "t3_s", "Dt": "damping_pu"}
STEAM |= {"VMAX": "v_max_pu", "VMIN": "v_min_pu"}
NAMES = {
    "TGOV1": STEAM,
    "GAST": STEAM | {"AT": "at_pu", "KT": "kt_pu"},
    "IEEEG1": {f"T{n}": f"t{n}_s" for n in range(1, 8)}
    | {f"K{n}": f"k{n}_pu" for n in (1, 3, 5, 7)}
    | {"UO": "uo_pu_per_s", "UC": "uc_pu_per_s", "PMAX": "p_max_pu", "PMIN": "p_min_pu"},
    "HYGOV": {"R": "droop_pu", "r": "transient_droop_pu", "Dt": "damping_pu", "At": "at_pu"}
    | {"Tr": "tr_s", "Tf": "tf_s", "Tg": "tg_s", "Tw": "tw_s", "qNL": "q_nl_pu"}
    | {"VELM": "velm_pu_per_s", "GMAX": "g_max_pu", "GMIN": "g_min_pu"},
}
P_KW = 60e3
# in that one ANDES shows the unclamped state to what follows it: an error of its own
ALLOWED_MHZ = {"GAST_B_+30": 0.2}


def plant(model: str, given: dict[str, float], **more: float) -> Any:
    """The machine of the traces: 100 MVA at 60 MW."""
    values = {name: given[key] for key, name in NAMES[model].items()}
    if model == "IEEEG1":
        values["droop_pu"] = 1.0 / given["K"]
    return PLANTS[model](rated_kva=100e3, **({"p_set_kw": P_KW} | values | more))


def alone(machine: Former) -> Grid:
    area = Area(base_kva=100e3, h_s=4.0, damping_pu=0.0)
    return Grid(area, [machine], [Load(p_set_kw=P_KW)])


def trace(case: dict[str, Any], dt_s: float, seconds: float) -> list[float]:
    """Frequencies of a machine alone on its load, which steps at 1 s; one at each end of a step."""
    grid = alone(plant(case["model"], case["params"]))
    found = [50.0]
    for n in range(round(seconds / dt_s)):
        if n == round(1.0 / dt_s):
            grid.devices[0].p_set_kw += 1e3 * case["dP_MW"]
        grid.fine(dt_s)
        found.append(grid.area.f_end_hz)
    return found


def differences_mhz(name: str, dt_s: float = 0.0025) -> tuple[float, float, float]:
    """The largest difference from a trace, and those of its lowest and highest frequency."""
    case = CASES[name]
    found = trace(case, dt_s, 40.0)
    errors_hz = np.abs([found[round(t_s / dt_s)] - f_hz for t_s, f_hz, *_ in case["points"]])
    ends_hz = min(found) - case["f_min_hz"], max(found) - case["f_max_hz"]
    return 1e3 * float(errors_hz.max()), 1e3 * ends_hz[0], 1e3 * ends_hz[1]
