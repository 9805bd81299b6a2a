"""Racks of cells to be run by hand, in plain Python and as rows of a compiled fleet."""

from __future__ import annotations

from typing import Any

import numpy as np

from components._bess.cell import ENERGY_PU, OCV_PU, SLOPE_PU, SOC_PU
from components.bess_cell import BessCell
from twin.fleet import make_rows
from twin.kernels import compiled

ALONE = {"thermal": False, "own_w_per_kwh": 0.0, "self_discharge_pu_per_d": 0.0, "ageing": 0}
"""Cells and nothing else: no cabinet, no ageing."""


def rack(**values: Any) -> BessCell:
    bess = BessCell(**(ALONE | values))
    bess.start()
    return bess


def run(bess: BessCell, p_dc_kw: float, dt_s: float, steps: int) -> None:
    bess.p_dc_kw = p_dc_kw
    for _ in range(steps):
        bess.step(dt_s)


def most_kw(bess: BessCell, dt_s: float) -> float:
    """What a converter would take at most in a step."""
    return min(bess.p_discharge_max_kw, bess.e_discharge_kwh * 3600.0 / dt_s)


def least_kw(bess: BessCell, dt_s: float) -> float:
    """What it would give at most, negative."""
    return -min(bess.p_charge_max_kw, bess.e_charge_kwh * 3600.0 / dt_s)


class Racks:
    """A compiled fleet that is led along a course of its state of charge."""

    def __init__(self, count: int, **values: list[Any]) -> None:
        alone = {name: [value] * count for name, value in ALONE.items()}
        wide = {"soc_min_pu": [0.0] * count, "charge_max_kw": [99.0] * count}
        wide |= {"discharge_max_kw": [99.0] * count}
        self.rows = make_rows(BessCell, count, alone | wide | values, {})
        self.methods = compiled(BessCell)
        self.methods.each_start(self.rows)

    def go(self, soc_pu: np.ndarray, dt_s: float) -> None:
        """One step that ends at these states of charge, fade and self-discharge left out."""
        rows, hours = self.rows, dt_s / 3600.0
        k = np.clip(np.searchsorted(SOC_PU, soc_pu, side="right") - 1, 0, len(SLOPE_PU) - 1)
        ahead = soc_pu - np.array(SOC_PU)[k]
        slope = np.array(SLOPE_PU)[k]
        energy_pu = np.array(ENERGY_PU)[k] + (np.array(OCV_PU)[k] + 0.5 * slope * ahead) * ahead
        drawn = rows["stored_kwh"] / rows["energy_kwh"] - energy_pu * rows["capacity_pu"]
        charging = drawn < 0.0
        per_h = drawn / (rows["ocv_pu"] * hours)
        per_h = np.where(charging, per_h / rows["coulombic_pu"], per_h)
        ohm_h = np.where(charging, rows["charge_h"], rows["discharge_h"])
        rows["p_dc_kw"] = rows["energy_kwh"] * (rows["ocv_pu"] - ohm_h * per_h) * per_h
        self.methods.each_step(rows, dt_s)
