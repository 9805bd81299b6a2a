"""Energy management of one site on a weak grid: a reserve as large as the outage that is expected.

The residual is load less what the sources can deliver. The reserve follows the load:

    reserve = soc_on + outage_h mean load / energy, at most soc_full

with the mean load behind a lag of a day. It counts on no sun during the outage.

* With grid, the genset stays off and surplus is always stored. At or below the reserve the grid
  carries the residual, below it the grid charges the battery as well, at `grid_charge_kw`. Once the
  sun has lifted it `band_pu` above the reserve, the battery carries the residual down to it.
* Without grid, the battery covers the residual. The genset starts when the state of charge falls to
  `soc_on_pu` and runs at full power until `soc_off_pu`.

`ems_rule` holds a reserve that is given as a state of charge; this one holds hours. The mean outage
gives the reserve that lasts for half of them; for more, give a longer one. Reliability asks for the
longest, cost for less: 0.3 to 0.6 of the battery was found good at two to eight hours a time.

Bus and battery are wired late (`~>`), so an order may run past a threshold by one step. Leaves out:
sun and losses during the outage, when outages are likely, prices.
"""

from __future__ import annotations

import math

from components._ems.site import BATTERY, CHARGING, GRID, SiteEms, ride_island
from twin.component import out, param, state

DAY_S = 86400.0


class EmsReserve(SiteEms):
    """Site controller on a weak grid: a reserve of so many hours, filled from the grid."""

    role = "control"

    energy_kwh: float = param(50.0, "energy of the battery", gt=0)
    outage_h: float = param(8.0, "outage that it shall carry", ge=0)
    grid_charge_kw: float = param(5.0, "charging power from the grid below the reserve", ge=0)
    soc_full_pu: float = param(0.90, "most that is held in reserve", ge=0, le=1)
    band_pu: float = param(0.05, "above the reserve, before the battery serves again", ge=0, le=1)

    load_mean_kw: float = state(0.0, "load behind a lag of a day", ge=0)
    reserve_pu: float = out(0.5, "state of charge held for an outage", ge=0, le=1)

    def step(self, dt_s: float) -> None:
        """Decide for this step from what the previous one left."""
        residual_kw = self.p_load_kw - self.p_gen_kw
        if self.load_mean_kw <= 0.0:
            self.load_mean_kw = self.p_load_kw
        kept = math.exp(-dt_s / DAY_S)
        self.load_mean_kw = self.p_load_kw + (self.load_mean_kw - self.p_load_kw) * kept
        wanted_pu = self.soc_on_pu + self.outage_h * self.load_mean_kw / self.energy_kwh
        self.reserve_pu = min(wanted_pu, max(self.soc_full_pu, self.soc_on_pu))
        if self.grid_available:
            hold(self, residual_kw)
        else:
            ride_island(self, residual_kw, self.soc_off_pu)


def hold(ems: EmsReserve, residual_kw: float) -> None:
    """Keep the reserve, and use what lies above it."""
    ems.run_cmd = False
    ems.p_genset_kw = 0.0
    if ems.soc_pu < ems.reserve_pu:
        ems.mode = CHARGING if ems.grid_charge_kw > 0.0 else GRID
    elif ems.soc_pu >= min(ems.reserve_pu + ems.band_pu, 1.0):
        ems.mode = BATTERY
    elif ems.mode != BATTERY or ems.soc_pu <= ems.reserve_pu:
        ems.mode = GRID
    ems.p_set_kw = residual_kw
    if ems.mode == GRID:
        ems.p_set_kw = min(residual_kw, 0.0)
    elif ems.mode == CHARGING:
        ems.p_set_kw = min(residual_kw, -ems.grid_charge_kw)
