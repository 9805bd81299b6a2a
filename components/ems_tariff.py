"""Energy management of one site that follows a price or a carbon signal of its grid.

The signal is a price; carbon joins it at a value:

    signal = price + carbon_usd_per_kg carbon                     USD per kWh

To follow the carbon alone, drive no price and give 1 USD/kg. With grid, the genset stays off:

* at or below `low_usd_per_kwh`, the grid carries the load and charges the battery at `charge_kw`,
  up to `soc_full_pu`;
* at or above `high_usd_per_kwh`, the battery carries load less sun, down to `soc_reserve_pu`; it
  does not feed the grid;
* between, the grid carries it and the battery waits. Surplus of the sun is always stored.

Nothing is traded unless high lies above low by more than `least_spread_usd_per_kwh`: what the way
through the battery costs, in losses (14 % of the price for an AC round trip of 0.86) and in wear.

The two thresholds are `given`, or with `thresholds = "quantile"` prepared before the run from the
profiles that drive price and carbon: the quantiles `share_pu` and 1 - `share_pu` of the coming
24 h, renewed each hour. That is a market whose prices are known a day ahead at any hour; the last
day of a run takes itself to come again.

Without grid, the battery covers load less sun. The genset starts when the state of charge falls to
`soc_on_pu` and runs at full power until `soc_off_pu`.

Bus and battery are wired late (`~>`), so an order may run past a threshold by one step. Leaves out:
forecasts of load and sun, demand charges, export for profit, the best plan (`ems_gap_pu` tells how
far any strategy is from it in litres).
"""

from __future__ import annotations

from typing import Any, ClassVar

import numpy as np

from components._ems.ahead import DAY_S, quantiles_ahead, step_s
from components._ems.site import BATTERY, CHARGING, GRID, SiteEms, ride_island
from twin.component import inp, out, param

THRESHOLDS = ("given", "quantile")
GIVEN, QUANTILE = range(2)
HOUR_S = 3600.0


class EmsTariff(SiteEms):
    """Site controller: charge when the grid is cheap or clean, discharge when it is not."""

    role = "control"
    ahead_s: ClassVar[float] = DAY_S

    thresholds: int = param(GIVEN, "where low and high come from", labels=THRESHOLDS)
    share_pu: float = param(0.25, "quantile: share of a day that is cheap", ge=0, le=0.5)
    least_spread_usd_per_kwh: float = param(0.0, "high less low, to trade at all", ge=0)
    carbon_usd_per_kg: float = param(0.0, "value of carbon dioxide in the signal", ge=0)
    charge_kw: float = param(10.0, "charging power from the grid", ge=0)
    soc_full_pu: float = param(0.90, "charged from the grid no further", ge=0, le=1)
    soc_reserve_pu: float = param(0.50, "kept for outages while the grid is there", ge=0, le=1)

    price_usd_per_kwh: float = inp(0.0, "price of import")
    carbon_kg_per_kwh: float = inp(0.0, "carbon dioxide of import", ge=0)
    low_usd_per_kwh: float = inp(0.0, "at or below, the signal is cheap")
    high_usd_per_kwh: float = inp(0.0, "at or above, it is dear")

    signal_usd_per_kwh: float = out(0.0, "price and valued carbon")

    @staticmethod
    def prepare(rows: Any, times: Any, inputs: Any) -> Any:
        """Find the thresholds of the coming 24 h for those that follow them."""
        follows = rows["thresholds"] == QUANTILE
        if not follows.any():
            return {}
        if not {"price_usd_per_kwh", "carbon_kg_per_kwh"} & inputs.keys():
            raise ValueError(
                "needs a profile for price_usd_per_kwh or carbon_kg_per_kwh (quantile)"
            )
        price = inputs.get("price_usd_per_kwh", rows["price_usd_per_kwh"])
        carbon = inputs.get("carbon_kg_per_kwh", rows["carbon_kg_per_kwh"])
        signal = price + carbon * rows["carbon_usd_per_kg"]
        each_s = step_s(times)
        count, every = (max(round(span_s / each_s), 1) for span_s in (DAY_S, HOUR_S))
        found = {}
        for name, share in {"low": rows["share_pu"], "high": 1.0 - rows["share_pu"]}.items():
            field = f"{name}_usd_per_kwh"
            quantiles = quantiles_ahead(signal, count, every, share)
            found[field] = np.where(follows, quantiles, inputs.get(field, rows[field]))
        return found

    def step(self, dt_s: float) -> None:
        """Decide for this step from what the previous one left."""
        residual_kw = self.p_load_kw - self.p_gen_kw
        self.signal_usd_per_kwh = (
            self.price_usd_per_kwh + self.carbon_kg_per_kwh * self.carbon_usd_per_kg
        )
        if self.grid_available:
            trade(self, residual_kw)
        else:
            ride_island(self, residual_kw, self.soc_off_pu)


def trade(ems: EmsTariff, residual_kw: float) -> None:
    """Charge when the signal is cheap, discharge when it is dear, else wait."""
    ems.run_cmd = False
    ems.p_genset_kw = 0.0
    ems.mode = GRID
    ems.p_set_kw = min(residual_kw, 0.0)
    if ems.high_usd_per_kwh - ems.low_usd_per_kwh > ems.least_spread_usd_per_kwh:
        if ems.signal_usd_per_kwh <= ems.low_usd_per_kwh:
            if ems.soc_pu < ems.soc_full_pu:
                ems.mode = CHARGING
                ems.p_set_kw = min(ems.p_set_kw, -ems.charge_kw)
        elif ems.signal_usd_per_kwh >= ems.high_usd_per_kwh and ems.soc_pu > ems.soc_reserve_pu:
            ems.mode = BATTERY
            ems.p_set_kw = residual_kw
