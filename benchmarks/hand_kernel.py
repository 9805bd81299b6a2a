"""The sites as kernels written by hand, as fast as their author could make them.

`advance_least` holds the least that these sites need. `advance_same` holds what our components
compute for them: the same formulas with the losses at nothing, the same books, in one record a
site. The first shows what the components cost, the second what the framework costs.

Time runs outside in both: what joins sites (a feeder, a frequency) needs them all at each step.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numba import njit

from benchmarks.site import (
    C_RATE_PER_H,
    SERIES_S,
    SOC_MIN_PU,
    SOC_START_PU,
    Energies,
    Floats,
    Sites,
)

PARAMETERS = {
    "pv_kw": 0.0, "gamma": 0.0, "noct": 45.0, "soiling": 0.0, "dc_ac": 1.0, "inverter": 1.0,
    "air": 25.0, "load_kw": 0.0, "idle": 0.0, "pue": 1.0, "ups": 1.0, "kva": 0.0, "no_load": 0.0,
    "quadratic": 0.0, "droop": 0.02, "f_nominal": 50.0, "full": 0.0, "low": SOC_MIN_PU,
    "high": 1.0, "charge_kw": 0.0, "discharge_kw": 0.0, "eta_in": 1.0, "eta_out": 1.0,
    "leak": 0.0, "import_kw": 1e6, "export_kw": 1e6, "price": 0.0, "reward": 0.0, "factor": 0.0,
}  # fmt: skip
RESULTS = (
    "stored", "soc", "reach_out", "reach_in", "e_in", "e_out", "loss", "efc", "pv", "cell",
    "pv_kwh", "it", "load", "load_kwh", "p_pcs", "p_dc", "to_bus", "from_bus", "dc_out", "dc_in",
    "pcs_loss", "p_grid", "import_kwh", "export_kwh", "cost", "carbon", "live", "f", "source",
    "demand", "unserved", "curtailed", "dumped", "served_kwh", "unserved_kwh", "curtailed_kwh",
    "dumped_kwh", "outage_s",
)  # fmt: skip
ROW = np.dtype([(name, "f8") for name in (*PARAMETERS, *RESULTS)])

JIT: Any = njit(cache=True)
PART: Any = njit(cache=True, forceinline=True)


@JIT
def advance_least(  # type: ignore[no-untyped-def]
    sun, work, pv_kw, load_kw, full, stored, totals, dt_h, hold
):
    """Advance every site through every step; `totals` has one row per quantity."""
    pv_sum, load_sum, imported, exported, charged, discharged = totals
    for step in range(len(sun) * hold):
        bright = sun[step // hold] / 1000.0
        busy = work[step // hold]
        for i in range(len(pv_kw)):
            pv = bright * pv_kw[i]
            load = busy * load_kw[i]
            most = C_RATE_PER_H * full[i]
            give = min(most, max(stored[i] - SOC_MIN_PU * full[i], 0.0) / dt_h)
            take = min(most, max(full[i] - stored[i], 0.0) / dt_h)
            battery = min(max(load - pv, -take), give)
            grid = load - pv - battery
            stored[i] -= battery * dt_h
            pv_sum[i] += pv * dt_h
            load_sum[i] += load * dt_h
            imported[i] += max(grid, 0.0) * dt_h
            exported[i] += max(-grid, 0.0) * dt_h
            charged[i] += max(-battery, 0.0) * dt_h
            discharged[i] += max(battery, 0.0) * dt_h


@JIT
def advance_same(sun, work, rows, dt_s, hold):  # type: ignore[no-untyped-def]
    """Advance every site through every step, all that a component would tell kept in its row."""
    hours = dt_s / 3600.0
    for step in range(len(sun) * hold):
        bright = sun[step // hold]
        busy = work[step // hold]
        for i in range(len(rows)):
            u = rows[i]
            shine(u, bright, hours)
            demand(u, busy, hours)
            give = min(u.discharge_kw, u.reach_out / hours)
            take = min(u.charge_kw, u.reach_in / hours)
            balance(u, give, take, dt_s, hours)
            convert(u, give, take, hours)
            store(u, dt_s, hours)
            meter(u, hours)


@PART
def shine(u, bright, hours):  # type: ignore[no-untyped-def]
    """PVWatts: cell, array, inverter."""
    u.cell = u.air + (u.noct - 20.0) * 0.00125 * bright
    warmth = max(1.0 + u.gamma * (u.cell - 25.0), 0.0)
    direct = u.pv_kw * bright * 0.001 * warmth * (1.0 - u.soiling)
    limit = u.pv_kw / (u.dc_ac * u.inverter)
    taken = min(direct, limit)
    z = taken / limit
    curve = (0.9858 - 0.0162 * z) * z - 0.0059
    lost = taken - limit * curve * (0.96 / 0.9637)
    u.pv = max(taken - lost * (1.0 - u.inverter) * (1.0 / (1.0 - 0.96)), 0.0)
    u.pv_kwh += u.pv * hours


@PART
def demand(u, busy, hours):  # type: ignore[no-untyped-def]
    """Servers, cooling, power path."""
    u.it = u.load_kw * (u.idle + (1.0 - u.idle) * min(max(busy, 0.0), 1.0))
    u.load = u.it * u.pue / u.ups
    u.load_kwh += u.load * hours


@PART
def ac_of(rest, u):  # type: ignore[no-untyped-def]
    """The root of the loss curve of the converter."""
    root = math.sqrt(max(1.0 + 4.0 * u.quadratic * rest / u.kva, 0.0))
    return 2.0 * rest / (1.0 + root)


@PART
def balance(u, give, take, dt_s, hours):  # type: ignore[no-untyped-def]
    """The battery first, the grid next, what is left unserved or turned away."""
    most = min(max(ac_of(give - u.no_load * u.kva, u), 0.0), u.kva)
    least = max(ac_of(-take - u.no_load * u.kva, u), -u.kva)
    u.p_pcs = min(max(u.load - u.pv, least), most)
    rest = u.load - u.pv - u.p_pcs
    u.p_grid = min(max(rest, -u.export_kw), u.import_kw)
    u.source = u.pv
    u.demand = u.load
    u.unserved = min(max(rest - u.p_grid, 0.0), u.load)
    surplus = max(u.p_grid - rest, 0.0)
    u.curtailed = min(surplus, u.pv)
    u.dumped = surplus - u.curtailed
    u.live = 1.0
    u.f = u.f_nominal - u.p_pcs * u.droop * u.f_nominal / u.kva
    if u.unserved > 1e-6 * u.load:
        u.outage_s += dt_s
    u.served_kwh += (u.load - u.unserved) * hours
    u.unserved_kwh += u.unserved * hours
    u.curtailed_kwh += u.curtailed * hours
    u.dumped_kwh += u.dumped * hours


@PART
def convert(u, give, take, hours):  # type: ignore[no-untyped-def]
    """DC power and the books of the converter."""
    lost = u.no_load * u.kva + u.quadratic * u.p_pcs * u.p_pcs / u.kva
    u.p_dc = min(max(u.p_pcs + lost, -take), give)
    u.to_bus += max(u.p_pcs, 0.0) * hours
    u.from_bus += max(-u.p_pcs, 0.0) * hours
    u.dc_out += max(u.p_dc, 0.0) * hours
    u.dc_in += max(-u.p_dc, 0.0) * hours
    u.pcs_loss += (u.p_dc - u.p_pcs) * hours


@PART
def store(u, dt_s, hours):  # type: ignore[no-untyped-def]
    """Energy balance, losses and reach of the battery."""
    low = u.low * u.full
    high = u.high * u.full
    before = u.stored
    given = min(max(u.p_dc * hours, 0.0), u.reach_out)
    taken = min(max(-u.p_dc * hours, 0.0), u.reach_in)
    drawn = given / u.eta_out
    added = taken * u.eta_in
    moved = min(max(before + added - drawn, min(low, before)), max(high, before))
    u.stored = moved
    if u.leak > 0.0:
        u.stored *= math.exp(-u.leak * (dt_s / 86400.0))
    per_kwh = 1.0 / u.full
    u.soc = min(u.stored * per_kwh, 1.0)
    u.e_in += taken
    u.e_out += given
    u.loss += taken - given - (u.stored - before)
    u.efc += 0.5 * (added + drawn) * per_kwh
    u.reach_out = max(u.stored - low, 0.0) * u.eta_out
    u.reach_in = max(high - u.stored, 0.0) / u.eta_in


@PART
def meter(u, hours):  # type: ignore[no-untyped-def]
    """Energy, cost and carbon at the grid connection."""
    bought = max(u.p_grid, 0.0) * hours
    sold = max(-u.p_grid, 0.0) * hours
    u.import_kwh += bought
    u.export_kwh += sold
    u.cost += bought * u.price
    u.cost -= sold * u.reward
    u.carbon += bought * u.factor


def run_least(sites: Sites, step_s: int) -> Energies:
    """Run the least kernel once."""
    stored = SOC_START_PU * sites.energy_kwh
    totals = np.zeros((6, sites.count))
    ratings = (sites.pv_kw, sites.load_kw, sites.energy_kwh)
    series = (sites.poa_w_per_m2, sites.utilisation_pu)
    advance_least(*series, *ratings, stored, totals, step_s / 3600.0, SERIES_S // step_s)
    return Energies(*(_sum(row) for row in (*totals, stored)))


def run_same(sites: Sites, step_s: int) -> Energies:
    """Run the kernel of the same formulas once."""
    rows = np.zeros(sites.count, ROW)
    for name, value in PARAMETERS.items():
        rows[name] = value
    rows["pv_kw"], rows["load_kw"], rows["full"] = sites.pv_kw, sites.load_kw, sites.energy_kwh
    for name in ("kva", "charge_kw", "discharge_kw"):
        rows[name] = C_RATE_PER_H * sites.energy_kwh
    rows["stored"] = SOC_START_PU * sites.energy_kwh
    rows["reach_out"] = rows["stored"] - SOC_MIN_PU * sites.energy_kwh
    rows["reach_in"] = sites.energy_kwh - rows["stored"]
    series = (sites.poa_w_per_m2, sites.utilisation_pu)
    advance_same(*series, rows, float(step_s), SERIES_S // step_s)
    wanted = ("pv_kwh", "load_kwh", "import_kwh", "export_kwh", "e_in", "e_out", "stored")
    return Energies(*(_sum(rows[name]) for name in wanted))


def _sum(values: Floats) -> float:
    return float(values.sum())
