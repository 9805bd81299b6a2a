"""What every energy management of a site is told and says, and what it does without grid.

Wires and thresholds have the same names in all of them and in `ems_rule`, so that one takes the
place of another by its type alone. The mode is what takes up the difference between load and sun.
"""

from __future__ import annotations

from twin.component import Component, inp, out, param, state

MODES = ("battery", "genset", "grid", "charging", "shaving")
BATTERY, GENSET, GRID, CHARGING, SHAVING = range(5)


class SiteEms(Component):
    """Thresholds, inputs and orders of a site controller."""

    soc_on_pu: float = param(0.15, "the genset starts at or below", ge=0, le=1)
    soc_off_pu: float = param(0.30, "the genset stops at or above", ge=0, le=1)
    genset_kw: float = param(15.0, "rated power of the genset", ge=0)

    p_load_kw: float = inp(0.0, "demand of the bus", ge=0)
    p_gen_kw: float = inp(0.0, "what the sources of the bus can deliver", ge=0)
    soc_pu: float = inp(0.5, "state of charge of the battery", ge=0, le=1)
    grid_available: bool = inp(False, "whether the grid is there")

    mode: int = state(BATTERY, "what carries load less sun", ge=0, le=4, labels=MODES)
    run_cmd: bool = state(False, "call for the genset")
    p_set_kw: float = out(0.0, "wanted power of the battery's converter; negative charges")
    p_genset_kw: float = out(0.0, "wanted power of the genset", ge=0)


def ride_island(ems: SiteEms, residual_kw: float, soc_off_pu: float) -> None:
    """Battery first; at `soc_on_pu` the genset, at full power and until this state of charge."""
    if ems.soc_pu <= ems.soc_on_pu:
        ems.run_cmd = True
    elif ems.soc_pu >= soc_off_pu:
        ems.run_cmd = False
    ems.mode = GENSET if ems.run_cmd else BATTERY
    ems.p_genset_kw = ems.genset_kw if ems.run_cmd else 0.0
    ems.p_set_kw = residual_kw - ems.p_genset_kw


def spare_reserve(ems: SiteEms, residual_kw: float, reserve_pu: float) -> None:
    """With grid: battery above its reserve, grid at or below it, and surplus always stored."""
    low = ems.soc_pu <= reserve_pu
    ems.run_cmd = False
    ems.mode = GRID if low else BATTERY
    ems.p_genset_kw = 0.0
    ems.p_set_kw = min(residual_kw, 0.0) if low else residual_kw
