"""Energy management of one site that stops its genset by the sun that is to come.

Sun first, then battery, genset by hysteresis and at full power (cycle charging), as in `ems_rule`;
but the genset goes on until the battery holds what the coming day will lack:

    lack = load of a day - sun of a day                           kWh
    stop = soc_off + lack / energy, within soc_off and soc_full

So it stops early before a sunny day, which leaves room for the sun, and charges on before a dark
one, which spares starts. The load of the coming day is that of the 24 hours behind, hour by hour;
the sun is, by `forecast`,

* `persistence`: what the sources could deliver in the 24 hours behind;
* `given`: `expected_kwh`, a profile or a wire: anybody's forecast;
* `perfect`: the same, prepared before the run from the profile that drives `sun_w_per_m2`:

      expected = array performance (sum of sun over the coming 24 h) / 1 kW/m2

  perfect in the sun, that is; `performance_pu` stands for the array (0.7 to 0.85 is usual, the
  default an assumption). The last day of a run takes itself to come again.

What lies behind is renewed each full hour. Until a day has been seen nothing is expected, and the
genset stops at `soc_off_pu`.

* Without grid, the genset starts when the state of charge falls to `soc_on_pu` and runs until stop.
* With grid, the genset stays off. The battery stores surplus, covers the residual above
  `soc_reserve_pu` and nothing at or below it.

Bus and battery are wired late (`~>`), so an order may run past a threshold by one step. Leaves out:
losses on the way through the battery, when within the day the sun comes, prices, charging from the
grid.
"""

from __future__ import annotations

from typing import Any, ClassVar

import numpy as np

from components._ems.ahead import DAY_S, step_s, sums_ahead
from components._ems.site import SiteEms, ride_island, spare_reserve
from twin.component import Vector, inp, out, param, state, vector
from twin.lags import clipped

FORECASTS = ("persistence", "perfect", "given")
PERSISTENCE, PERFECT, GIVEN = range(3)
HOUR_S = 3600.0
ROUNDING_S = 1e-6


class EmsForecast(SiteEms):
    """Site controller: sun first, then battery, genset until the coming day is provided for."""

    role = "control"
    ahead_s: ClassVar[float] = DAY_S

    soc_full_pu: float = param(0.90, "the genset charges no further", ge=0, le=1)
    soc_reserve_pu: float = param(0.50, "kept for outages while the grid is there", ge=0, le=1)
    energy_kwh: float = param(50.0, "energy of the battery", gt=0)
    forecast: int = param(PERSISTENCE, "what it knows of the sun", labels=FORECASTS)
    array_kw: float = param(20.0, "perfect: rating of the array", ge=0)
    performance_pu: float = param(0.8, "perfect: energy at the bus over that rated", ge=0)

    sun_w_per_m2: float = inp(0.0, "perfect: irradiance, by a profile", ge=0)
    expected_kwh: float = inp(0.0, "sun of the coming 24 h, at the bus", ge=0)

    hour: int = state(0, "place of the hour that runs", ge=0, le=23, record=False)
    day_seen: bool = state(False, "a whole day lies behind", record=False)
    hour_s: float = state(0.0, "how long it has run", ge=0, record=False)
    hours_kwh: Vector = vector(24, "load of each hour behind, less sun if by persistence")
    day_kwh: float = state(0.0, "the same of 24 hours")
    soc_stop_pu: float = out(0.30, "the genset stops at or above", ge=0, le=1)

    @staticmethod
    def prepare(rows: Any, times: Any, inputs: Any) -> Any:
        """Sum the sun of the coming 24 h for those that know it."""
        knows = rows["forecast"] == PERFECT
        if not knows.any():
            return {}
        if "sun_w_per_m2" not in inputs:
            raise ValueError("needs a profile for sun_w_per_m2 to foresee the sun (perfect)")
        each_s = step_s(times)
        sums = sums_ahead(inputs["sun_w_per_m2"], max(round(DAY_S / each_s), 1))
        kwh_per_m2 = sums * (each_s / 3.6e6)
        perfect = kwh_per_m2 * rows["array_kw"] * rows["performance_pu"]
        given = inputs.get("expected_kwh", rows["expected_kwh"])
        return {"expected_kwh": np.where(knows, perfect, given)}

    def step(self, dt_s: float) -> None:
        """Decide for this step from what the previous one left."""
        residual_kw = self.p_load_kw - self.p_gen_kw
        known_kw = residual_kw if self.forecast == PERSISTENCE else self.p_load_kw
        remember(self, known_kw, dt_s)
        lack_kwh = self.day_kwh
        if self.forecast != PERSISTENCE:
            lack_kwh -= self.expected_kwh
        wanted_pu = self.soc_off_pu
        if self.day_seen:
            wanted_pu += lack_kwh / self.energy_kwh
        most_pu = max(self.soc_full_pu, self.soc_off_pu)
        self.soc_stop_pu = clipped(wanted_pu, self.soc_off_pu, most_pu)
        if self.grid_available:
            spare_reserve(self, residual_kw, self.soc_reserve_pu)
        else:
            ride_island(self, residual_kw, self.soc_stop_pu)


def remember(ems: EmsForecast, power_kw: float, dt_s: float) -> None:
    """Add to the hour that runs; at its end sum up the day, and forget the hour a day behind."""
    ems.hours_kwh[ems.hour] += power_kw * (dt_s / HOUR_S)
    ems.hour_s += dt_s
    while ems.hour_s >= HOUR_S - ROUNDING_S:
        ems.hour_s = max(ems.hour_s - HOUR_S, 0.0)
        ems.day_seen = ems.day_seen or ems.hour == 23
        ems.day_kwh = 0.0
        for place in range(24):
            ems.day_kwh += ems.hours_kwh[place]
        ems.hour = (ems.hour + 1) % 24
        ems.hours_kwh[ems.hour] = 0.0
