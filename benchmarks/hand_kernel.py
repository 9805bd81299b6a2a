"""The sites as one kernel written by hand: the upper bound of what a framework could reach."""

from __future__ import annotations

import numba
import numpy as np

from benchmarks.site import (
    C_RATE_PER_H,
    SERIES_S,
    SOC_MIN_PU,
    SOC_START_PU,
    Energies,
    Floats,
    Sites,
)


@numba.njit(cache=True)
def run_sites(
    poa: Floats,
    utilisation: Floats,
    pv_kw: Floats,
    load_kw: Floats,
    full_kwh: Floats,
    stored_kwh: Floats,
    totals_kwh: Floats,
    dt_h: float,
    hold: int,
) -> None:
    """Advance every site through every step; `totals_kwh` has one row per quantity.

    Time runs outside: whatever joins the sites (a feeder, a frequency) needs them all per step.
    """
    pv_sum, load_sum, imported, exported, charged, discharged = totals_kwh
    for step in range(len(poa) * hold):
        sun = poa[step // hold] / 1000.0
        work = utilisation[step // hold]
        for unit in range(len(pv_kw)):
            pv = sun * pv_kw[unit]
            load = work * load_kw[unit]
            stored = stored_kwh[unit]
            most = C_RATE_PER_H * full_kwh[unit]
            give = min(most, max(stored - SOC_MIN_PU * full_kwh[unit], 0.0) / dt_h)
            take = min(most, max(full_kwh[unit] - stored, 0.0) / dt_h)
            battery = min(max(load - pv, -take), give)
            grid = load - pv - battery
            stored_kwh[unit] = stored - battery * dt_h
            pv_sum[unit] += pv * dt_h
            load_sum[unit] += load * dt_h
            imported[unit] += max(grid, 0.0) * dt_h
            exported[unit] += max(-grid, 0.0) * dt_h
            charged[unit] += max(-battery, 0.0) * dt_h
            discharged[unit] += max(battery, 0.0) * dt_h


def energies(sites: Sites, step_s: int) -> Energies:
    """Run the kernel once and give its totals."""
    stored = SOC_START_PU * sites.energy_kwh
    totals = np.zeros((6, sites.count))
    run_sites(
        sites.poa_w_per_m2,
        sites.utilisation_pu,
        sites.pv_kw,
        sites.load_kw,
        sites.energy_kwh,
        stored,
        totals,
        step_s / 3600.0,
        SERIES_S // step_s,
    )
    return Energies(*(float(row.sum()) for row in totals), stored_kwh=float(stored.sum()))
