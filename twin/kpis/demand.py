"""Demand of a meter, as a demand charge bills it: the highest 15-minute mean of a calendar month.

Quarters and months are those of the clock at the scenario's start, without a change to summer time.
What is exported counts as nothing. Of a month that a run covers in part, the part is billed.
"""

from __future__ import annotations

from datetime import datetime

import numpy as np

from twin.kpis import of_role
from twin.run import Run

QUARTER_S = 900.0


def billed_kw(run: Run) -> float | None:
    """Highest quarters of all months and meters together, each by the part of its month covered.

    None if a meter was not recorded by itself in intervals of 15 minutes or less.
    """
    grids = of_role(run, "grid")
    found = [_meter_kw(run, name) for name, about in grids.items() if about["units"] == 1]
    if len(found) < len(grids):
        return None
    known = [kw for kw in found if kw is not None]
    return sum(known) if len(known) == len(found) else None


def _meter_kw(run: Run, name: str) -> float | None:
    signal = f"{name}.p_kw"
    if signal not in run:
        return None
    series = run.frame(signal)[signal].dropna()
    t_s = np.concatenate([[0.0], series.index.to_numpy(np.float64)])
    import_kw = np.maximum(series.to_numpy(np.float64), 0.0)
    if len(t_s) < 2 or np.diff(t_s).max() > QUARTER_S:
        return None
    energy_kws = np.concatenate([[0.0], np.cumsum(import_kw * np.diff(t_s))])
    start = datetime.fromisoformat(run.meta["scenario"]["start"]).replace(tzinfo=None)
    midnight = start.replace(hour=0, minute=0, second=0, microsecond=0)
    edges_s = np.arange(-(start - midnight).total_seconds() % QUARTER_S, t_s[-1] + 0.5, QUARTER_S)
    means_kw = np.diff(np.interp(edges_s, t_s, energy_kws)) / QUARTER_S
    moments = np.datetime64(start, "s") + edges_s[:-1].round().astype("timedelta64[s]")
    months, of_month = np.unique(moments.astype("datetime64[M]"), return_inverse=True)
    lengths_d = ((months + 1).astype("datetime64[D]") - months.astype("datetime64[D]")).astype(int)
    covered_pu = np.bincount(of_month) * QUARTER_S / (86400.0 * lengths_d)
    peaks_kw = np.zeros(len(months))
    np.maximum.at(peaks_kw, of_month, means_kw)
    return float(peaks_kw @ covered_pu)
