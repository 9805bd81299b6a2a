"""Bidirectional converter between one store and an AC bus.

The AC power is chosen, the DC power follows, in both directions (S is the rating):

    DC = AC + loss(AC),   loss(AC) = P0 S + K AC AC / S

P0 and K are `no_load_pu` and `quadratic_pu`: 0.0072 and 0.0345, type 2 of Notton et al. (2010),
Renewable Energy 35(2) 541-554, as SimSES uses it for storage, 93.0 / 95.9 / 96.9 / 96.0 % at 10 /
20 / 50 / 100 % of rating. Or they are those of a curve in data/pcs_losses.csv: `sungrow`, a fit to
field data with a pair for each direction, makes 94.6 / 97.6 % giving and 92.7 / 97.5 % taking at 10
and 100 %. A DC limit D turns into an AC limit through the root of the quadratic, with x = D - P0 S:

    AC = 2 x / (1 + sqrt(1 + 4 K x / S))

The store's limits are the lesser of its kW and of its kWh divided by this step.

An online converter draws its standby P0 S even at AC = 0: from the store as far as that has energy,
from AC power it takes as far as there is some; the rest it does not draw (it sleeps), so DC never
takes from an empty store and never overfills a full one. With a store that cannot carry the standby
the most it gives is 0. A forming converter still holds the bus then, on what others deliver (its
controls live on the reserve below soc_min), so that sun restarts a dark site; it holds nothing when
offline, or when its store can neither give nor take. One that does not form and `sleeps` draws
nothing while it is asked for nothing; one that forms must stay awake, and pays its standby.

Droop: a forming converter moves from p_set by S / (droop f_nominal) per Hz.

Valid for 1 s and longer. Leaves out: reactive power, overload, dependence on voltage and
temperature (no open source for a derating was found), what a sleeping converter draws, the time it
takes to wake, the start of a converter, islanding detection and protection.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

import numpy as np

from components._pcs.conversion import ac_of_dc_kw, dc_limit_kw, dc_of_ac_kw
from components._pcs.losses import (
    CURVES,
    LEAST_NO_LOAD_PU,
    LEAST_QUADRATIC_PU,
    OWN,
    no_load_pu,
    quadratic_pu,
)
from twin.component import Converter, inp, param, state


class Pcs(Converter):
    """Battery converter: part-load losses, limits of rating and store, droop when it forms."""

    role = "converter"
    algebraic: ClassVar = ("forming", "")
    balance: ClassVar = {
        "e_dc_out_kwh": 1,
        "e_dc_in_kwh": -1,
        "e_to_bus_kwh": -1,
        "e_from_bus_kwh": 1,
        "loss_kwh": -1,
    }

    rated_kva: float = param(30.0, "rating", gt=0)
    losses: int = param(OWN, "loss curve; own: the two below", labels=CURVES)
    no_load_pu: float = param(0.0072, "loss at no load, of the rating; Notton 2", ge=0, le=1)
    quadratic_pu: float = param(0.0345, "loss that grows with AC power squared", ge=0, le=0.5)
    droop_pu: float = param(0.02, "change of frequency from no to full power", gt=0, le=1)
    f_nominal_hz: float = param(50.0, "nominal frequency", gt=0)
    forming: bool = param(True, "whether it can hold a bus")
    sleeps: bool = param(False, "draws nothing when it neither forms nor is asked for power")

    p_set_kw: float = inp(0.0, "wanted AC power; negative charges")
    online: bool = inp(True, "connected and switched on")

    e_to_bus_kwh: float = state(0.0, "energy given to the bus", ge=0)
    e_from_bus_kwh: float = state(0.0, "energy taken from the bus", ge=0)
    e_dc_out_kwh: float = state(0.0, "energy taken from the store", ge=0)
    e_dc_in_kwh: float = state(0.0, "energy given to the store", ge=0)
    loss_kwh: float = state(0.0, "converter losses")

    @classmethod
    def resolved(cls, values: Mapping[str, Any]) -> dict[str, Any]:
        """What a published curve loses at least, giving or taking."""
        least = {"no_load_pu": LEAST_NO_LOAD_PU, "quadratic_pu": LEAST_QUADRATIC_PU}
        curve = np.asarray(values["losses"], int)
        return {
            name: np.where(curve == OWN, values[name], np.array(line)[curve])
            for name, line in least.items()
        }

    def offer(self, dt_s: float) -> None:
        """State what rating and store allow in this step."""
        self.p_min_kw = 0.0
        self.p_max_kw = 0.0
        self.k_kw_per_hz = 0.0
        if self.online:
            give = dc_limit_kw(self.p_discharge_max_kw, self.e_discharge_kwh, dt_s)
            take = dc_limit_kw(self.p_charge_max_kw, self.e_charge_kwh, dt_s)
            most = ac_of_dc_kw(
                give, self.rated_kva, no_load_pu(self, True), quadratic_pu(self, True)
            )
            least = ac_of_dc_kw(
                -take, self.rated_kva, no_load_pu(self, False), quadratic_pu(self, False)
            )
            self.p_max_kw = min(max(most, 0.0), self.rated_kva)
            self.p_min_kw = max(least, -self.rated_kva)
            if self.forming and (give > 0.0 or take > 0.0):
                self.k_kw_per_hz = self.rated_kva / (self.droop_pu * self.f_nominal_hz)
        self.p0_kw = min(max(self.p_set_kw, self.p_min_kw), self.p_max_kw)

    def step(self, dt_s: float) -> None:
        """Book what the bus settled, and take the DC power that follows from the store."""
        hours = dt_s / 3600.0
        self.p_kw = self.p_settled_kw
        self.p_dc_kw = 0.0
        asleep = self.sleeps and not self.forming and self.p_kw == 0.0
        if self.online and not asleep:
            give = dc_limit_kw(self.p_discharge_max_kw, self.e_discharge_kwh, dt_s)
            take = dc_limit_kw(self.p_charge_max_kw, self.e_charge_kwh, dt_s)
            giving = self.p_kw >= 0.0
            wanted_kw = dc_of_ac_kw(
                self.p_kw, self.rated_kva, no_load_pu(self, giving), quadratic_pu(self, giving)
            )
            self.p_dc_kw = min(max(wanted_kw, -take), give)
        self.e_to_bus_kwh += max(self.p_kw, 0.0) * hours
        self.e_from_bus_kwh += max(-self.p_kw, 0.0) * hours
        self.e_dc_out_kwh += max(self.p_dc_kw, 0.0) * hours
        self.e_dc_in_kwh += max(-self.p_dc_kw, 0.0) * hours
        self.loss_kwh += (self.p_dc_kw - self.p_kw) * hours
