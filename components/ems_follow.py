"""Energy management of one site by load following: the genset makes what the load needs, no more.

HOMER's load following. The residual is load less what the sources can deliver.

* Without grid, the battery covers the residual and stores its surplus. The genset starts when the
  residual is positive and the state of charge has fallen to `soc_on_pu`; from then on it is asked
  for the residual alone, up to `genset_kw`, and the battery gives what lies above. It stops when
  the sun covers the load, or when the state of charge has reached `soc_off_pu`.
* With grid, the genset stays off. The battery stores surplus, covers the residual above
  `soc_reserve_pu` and nothing at or below it.

Only the sun charges the battery, but for the least load of the genset: what it must make beyond the
residual is stored. It suits a site with much sun and dear starts less than cycle charging does
(`ems_rule`): many hours at part load. `soc_off_pu` is not a target here; it lies little above
`soc_on_pu`, so that the battery takes over as soon as it holds anything.

Bus and battery are wired late (`~>`), so an order may run past a threshold by one step. Leaves out:
forecasts, prices, minimum run and stop times, charging from the grid.
"""

from __future__ import annotations

from components._ems.site import BATTERY, GENSET, SiteEms, spare_reserve
from twin.component import param


class EmsFollow(SiteEms):
    """Site controller: sun first, then battery, genset for the residual alone."""

    role = "control"

    soc_off_pu: float = param(0.20, "the genset stops at or above", ge=0, le=1)
    soc_reserve_pu: float = param(0.50, "kept for outages while the grid is there", ge=0, le=1)

    def step(self, dt_s: float) -> None:
        """Decide for this step from what the previous one left."""
        residual_kw = self.p_load_kw - self.p_gen_kw
        if self.grid_available:
            spare_reserve(self, residual_kw, self.soc_reserve_pu)
        else:
            if residual_kw <= 0.0 or self.soc_pu >= self.soc_off_pu:
                self.run_cmd = False
            if residual_kw > 0.0 and self.soc_pu <= self.soc_on_pu:
                self.run_cmd = True
            self.mode = GENSET if self.run_cmd else BATTERY
            self.p_genset_kw = min(residual_kw, self.genset_kw) if self.run_cmd else 0.0
            self.p_set_kw = residual_kw - self.p_genset_kw
