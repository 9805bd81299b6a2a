"""Battery rack (LFP) behind a converter: an energy balance with losses, seen at its DC terminals.

* discharge:       dE = -P / eta_discharge dt
* charge:          dE = |P| eta_charge dt
* self-discharge:  E decays as exp(-rate t), also below soc_min

The published limits follow from the state at the end of a step and hold for the next one, whatever
its length: the terminals can give (E - E_min) eta_discharge and take (E_max - E) / eta_charge. The
converter divides by its own step. Power that stays within them leaves the state of charge within
[soc_min, soc_max]; rounding is clipped and booked as loss. Power beyond them is refused, because a
store cannot give what it does not hold; a converter that asks for it no longer agrees with its
store.

What is brought to the terminals elsewhere, as to a battery on a truck at its depot, is a counter,
`recharged_kwh`: what it gained since the last step is charged in this one, whatever the converter
does, and what does not fit is lost.

Sources: 0.97 one way is 94 % round trip, inside the 92 to 98 % quoted for LFP packs (REopt's
default is 97.5 % inside the battery, without its converter); self-discharge with the management
system is 1 to 2 % a month.

Valid for 1 s and longer. Leaves out: voltage and current, dependence of the losses and limits on
power, temperature and age, ageing, the cabinet's own consumption: `bess_cell` has them, at a row
three times as long, which many sites at milliseconds would pay for at every step.
"""

from __future__ import annotations

import math

from components._bess.rack import Rack
from twin.component import inp, param, state


def reach_kwh(
    stored_kwh: float, low_kwh: float, high_kwh: float, give_pu: float, take_pu: float
) -> tuple[float, float]:
    """What the terminals can still give, and still take, at these one-way efficiencies."""
    return max(stored_kwh - low_kwh, 0.0) * give_pu, max(high_kwh - stored_kwh, 0.0) / take_pu


class Bess(Rack):
    """LFP battery: state of charge, one-way efficiencies, self-discharge, published limits."""

    charge_efficiency_pu: float = param(0.97, "stored per energy taken", gt=0, le=1)
    discharge_efficiency_pu: float = param(0.97, "given per energy drawn", gt=0, le=1)

    recharged_kwh: float = inp(0.0, "counter of energy brought to its terminals elsewhere", ge=0)

    recharge_seen_kwh: float = state(0.0, "the counter when last read", ge=0, record=False)
    kept_pu: float = state(1.0, "what self-discharge leaves in a step", record=False)
    kept_over_s: float = state(0.0, "length of that step", record=False)

    def start(self) -> None:
        """Fill to the state of charge at the start and publish the first limits."""
        self.recharge_seen_kwh = self.recharged_kwh
        self.soc_pu = self.soc_start_pu
        self.stored_kwh = self.soc_start_pu * self.energy_kwh
        self.p_discharge_max_kw = self.discharge_max_kw
        self.p_charge_max_kw = self.charge_max_kw
        self.e_discharge_kwh, self.e_charge_kwh = reach_kwh(
            self.stored_kwh,
            self.soc_min_pu * self.energy_kwh,
            self.soc_max_pu * self.energy_kwh,
            self.discharge_efficiency_pu,
            self.charge_efficiency_pu,
        )

    def step(self, dt_s: float) -> None:
        """Book the power of this step and publish the limits of the next."""
        low_kwh = self.soc_min_pu * self.energy_kwh
        high_kwh = self.soc_max_pu * self.energy_kwh
        before_kwh = self.stored_kwh
        wanted_kwh = self.p_dc_kw * (dt_s / 3600.0)
        given_kwh = min(max(wanted_kwh, 0.0), self.e_discharge_kwh)
        taken_kwh = min(max(-wanted_kwh, 0.0), self.e_charge_kwh)
        if self.recharged_kwh > self.recharge_seen_kwh:
            taken_kwh += self.recharged_kwh - self.recharge_seen_kwh
            self.recharge_seen_kwh = self.recharged_kwh
        drawn_kwh = given_kwh / self.discharge_efficiency_pu
        added_kwh = taken_kwh * self.charge_efficiency_pu
        moved_kwh = before_kwh + added_kwh - drawn_kwh
        moved_kwh = min(max(moved_kwh, min(low_kwh, before_kwh)), max(high_kwh, before_kwh))
        self.stored_kwh = moved_kwh
        if self.self_discharge_pu_per_d > 0.0:
            if dt_s != self.kept_over_s:  # steps of one length share their exponential
                self.kept_pu = math.exp(-self.self_discharge_pu_per_d * (dt_s / 86400.0))
                self.kept_over_s = dt_s
            self.stored_kwh *= self.kept_pu
        per_kwh = 1.0 / self.energy_kwh
        self.soc_pu = min(self.stored_kwh * per_kwh, 1.0)
        self.e_in_kwh += taken_kwh
        self.e_out_kwh += given_kwh
        self.loss_kwh += taken_kwh - given_kwh - (self.stored_kwh - before_kwh)
        self.efc_count += 0.5 * (added_kwh + drawn_kwh) * per_kwh
        self.p_discharge_max_kw = self.discharge_max_kw
        self.p_charge_max_kw = self.charge_max_kw
        self.e_discharge_kwh, self.e_charge_kwh = reach_kwh(
            self.stored_kwh,
            low_kwh,
            high_kwh,
            self.discharge_efficiency_pu,
            self.charge_efficiency_pu,
        )
