"""Energy management of one site that holds its import down, for a demand charge.

A demand charge counts the highest import of a month, as a mean over `interval_s` (15 min is usual,
30 and 60 occur). What has been reached is paid for, so the limit goes up with it and comes down
again with the month:

    limit = max(limit_kw, highest mean of this month)

With grid, the genset stays off. The residual is load less what the sources can deliver.

It aims at import of (1 - `margin_pu`) limit:

* Above the aim, the battery gives what lies above, down to `soc_reserve_pu`; then the grid carries
  all of it, and the limit may rise.
* Below the aim, the grid charges it with what is left below, up to `charge_kw` and `soc_full_pu`.
  Surplus of the sun is always stored.

Without grid, the battery covers the residual. The genset starts when the state of charge falls to
`soc_on_pu` and runs at full power until `soc_off_pu`.

The meter is wired late (`"grid.p_kw ~> p_import_kw"`), as are bus and battery, so a jump of the
load is imported for one step before the battery answers: steps well below `interval_s` are needed,
and the margin is for that (5 %, an assumption). Means follow one another from the start of the run.
The month is that of the clock `utc_offset_h` ahead of UTC; a mean that spans its turn counts for
the new month. Give `limit_kw` what the battery can hold on the worst day: too low, it is empty
before the peak is over.

Leaves out: forecasts of the peak, energy prices, charges by time of day, power factor.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from components._ems.site import CHARGING, GRID, SHAVING, SiteEms, ride_island
from twin.component import inp, param, state

ROUNDING_S = 1e-6


class EmsPeak(SiteEms):
    """Site controller: import below a limit that rises with what was reached in the month."""

    role = "control"

    limit_kw: float = param(20.0, "import to be held", ge=0)
    margin_pu: float = param(0.05, "aims so far below; an assumption", ge=0, le=1)
    charge_kw: float = param(10.0, "most charging power from the grid", ge=0)
    soc_full_pu: float = param(0.90, "charged from the grid no further", ge=0, le=1)
    soc_reserve_pu: float = param(0.50, "kept for outages while the grid is there", ge=0, le=1)
    interval_s: float = param(900.0, "over which the meter takes its mean", gt=0)
    utc_offset_h: float = param(0.0, "local time ahead of UTC, for the month", ge=-14, le=14)

    p_import_kw: float = inp(0.0, "power from the grid")
    month: int = inp(0, "the month, counted; prepared")

    seen_month: int = state(0, "the month of the last step", record=False)
    last_s: float = state(0.0, "length of the last step", ge=0, record=False)
    metered_s: float = state(0.0, "how long the mean has run", ge=0, record=False)
    metered_kwh: float = state(0.0, "energy of the mean that runs", record=False)
    peak_kw: float = state(0.0, "highest mean of import in this month", ge=0)

    @staticmethod
    def prepare(rows: Any, times: Any, inputs: Any) -> Any:
        """Count the months of the local clock."""
        del inputs
        ahead = np.round(rows["utc_offset_h"] * 3600.0).astype("timedelta64[s]")
        local = times[:, None] + ahead[None, :]
        return {"month": local.astype("datetime64[M]").astype(np.float64)}

    def start(self) -> None:
        """Begin in the month of the start."""
        self.seen_month = self.month

    def step(self, dt_s: float) -> None:
        """Read the meter, then decide for this step from what the previous one left."""
        meter(self, dt_s)
        residual_kw = self.p_load_kw - self.p_gen_kw
        if self.grid_available:
            limit_kw = max(self.limit_kw, self.peak_kw)
            shave(self, residual_kw, limit_kw * (1.0 - self.margin_pu))
        else:
            ride_island(self, residual_kw, self.soc_off_pu)


def meter(ems: EmsPeak, dt_s: float) -> None:
    """Add the import of the last step, which is what it hears, and keep the highest mean."""
    if ems.month != ems.seen_month:
        ems.seen_month = ems.month
        ems.peak_kw = 0.0
    ems.metered_kwh += ems.p_import_kw * (ems.last_s / 3600.0)
    ems.metered_s += ems.last_s
    ems.last_s = dt_s
    if ems.metered_s >= ems.interval_s - ROUNDING_S:
        ems.peak_kw = max(ems.peak_kw, ems.metered_kwh * 3600.0 / ems.metered_s)
        ems.metered_s = 0.0
        ems.metered_kwh = 0.0


def shave(ems: EmsPeak, residual_kw: float, aim_kw: float) -> None:
    """Give what lies above the aim; charge with what is left below it."""
    ems.run_cmd = False
    ems.p_genset_kw = 0.0
    ems.mode = GRID
    ems.p_set_kw = min(residual_kw, 0.0)
    if residual_kw > aim_kw:
        if ems.soc_pu > ems.soc_reserve_pu:
            ems.mode = SHAVING
            ems.p_set_kw = residual_kw - aim_kw
    elif ems.soc_pu < ems.soc_full_pu:
        room_kw = min(ems.charge_kw, aim_kw - residual_kw)
        ems.mode = CHARGING if room_kw > 0.0 else GRID
        ems.p_set_kw = min(ems.p_set_kw, -room_kw)
