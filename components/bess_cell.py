"""Battery rack (LFP) behind a converter, from its cells: voltage, heat, limits and ageing.

The same terminals as `bess`. A pack of any size is its cells in per unit of E = `energy_kwh`, the
energy between empty and full when new, at open-circuit voltage (`_bess/cell.py`):

    P = E (u i - r i i),    dW/dt = -E u i,   charging times the coulombic efficiency

P is the power at the terminals, W what the cells hold, i the current in 1/h of the capacity when
new, u the voltage over the charge, r the resistance over charge and temperature, times
`resistance_pu` and what it has grown by. u and r are held over a step as they were at its
beginning. Self-discharge as in `bess`.

The cabinet (`_bess/cabinet.py`) has a temperature and feeds itself from the cells, behind the
terminals. What it takes is part of `loss_kwh`, and all losses warm it.

Limits: the converter's contract (charge_max, discharge_max); a current by temperature, `window`;
the voltages of the cell, which slow charging near full. In the cold a share of the charge cannot be
had (SAM), like soc_min. The published energies hold at any power within the published powers: the
discharge is reckoned with the loss at full power, the charge without any. So nothing is promised
that cannot be kept, and the last per cent goes in or out over several steps.

Ageing (`_bess/ageing.py`) lowers the capacity: full is W = E capacity_pu. What the cells hold
stays, so their state of charge rises; only what no longer fits is lost, and booked. New cells come
with the energy that the old ones held.

Temperature, ageing by time and self-discharge advance when `SLOW_S` have passed. Fine, voltage,
resistance and limits stay until a thousandth of the energy has moved; energies are booked at every
step, so entering and leaving moves nothing.

Sources: 0.999 coulombic and 1 to 2 % a month are usual values, not verified; for large cells of 280
Ah and 0.2 to 0.3 mohm (ohmic) resistance_pu is near 0.5. At 25 degC and 1 the round trip between
SOC 0.1 and 0.9 is 97.4 % at 0.3C and 95.8 % at 0.5C, inside the 92 to 98 % quoted for LFP packs.

Valid from a millisecond to 1 h. Leaves out: relaxation and hysteresis of the voltage (about 20 mV
in SimSES, less than 1 % of a round trip), differences between cells, plating.
"""

from __future__ import annotations

import math
from typing import ClassVar

from components._bess.ageing import Ageing, age_by_swings, age_by_time, judge_life
from components._bess.cabinet import Cabinet, draw_own, warm
from components._bess.cell import (
    LEAST_PU,
    MOST_PU,
    WINDOWS,
    charge_and_voltage_pu,
    charge_rate_per_h,
    current_per_h,
    discharge_rate_per_h,
    energy_pu,
    resistance_h,
    unusable_pu,
)
from components._bess.swing import begin
from twin.component import param, state

SLOW_S = 900.0
MOVED_PU = 0.001


class BessCell(Ageing, Cabinet):
    """LFP battery from its cells: OCV, resistance, cabinet, limits by temperature, ageing."""

    step_max_s: ClassVar[float] = 3600.0

    window: int = param(0, "limits by temperature: EVE LF280N, Alpha telecom", labels=WINDOWS)
    resistance_pu: float = param(1.0, "of the published cell's of 3 Ah", gt=0)
    coulombic_pu: float = param(0.999, "charge stored per charge taken; unverified", gt=0, le=1)

    ocv_pu: float = state(1.0, "open-circuit voltage, of its mean", ge=0, record=False)
    charge_h: float = state(0.0, "resistance, charging", ge=0, record=False)
    discharge_h: float = state(0.0, "resistance, discharging", ge=0, record=False)
    left_pu: float = state(1.0, "given per energy drawn at full power", ge=0, record=False)
    low_kwh: float = state(0.0, "stored energy below which nothing is given", ge=0, record=False)
    high_kwh: float = state(0.0, "stored energy above which nothing is taken", record=False)
    take_pu: float = state(0.0, "most current by temperature, of 1C", ge=0, record=False)
    give_pu: float = state(0.0, "the same, discharging", ge=0, record=False)
    seen_kwh: float = state(0.0, "stored energy when limits were last set", record=False)
    since_s: float = state(0.0, "time since limits were last set", ge=0, record=False)
    slow_s: float = state(0.0, "time since heat and ageing advanced", ge=0, record=False)

    def start(self) -> None:
        """Fill to the state of charge at the start and publish the first limits."""
        self.cell_degc = self.start_degc
        self.stored_kwh = energy_pu(self.soc_start_pu) * self.energy_kwh
        begin(self, self.soc_start_pu)
        bound(self)
        limit(self)

    def step(self, dt_s: float) -> None:
        book(self, dt_s)
        settle(self)

    def fine(self, dt_s: float) -> None:
        before_kwh = self.stored_kwh
        book(self, dt_s)
        moved_kwh = abs(self.stored_kwh - self.seen_kwh)
        if moved_kwh > MOVED_PU * self.energy_kwh or self.slow_s >= SLOW_S:
            settle(self)
            return
        full_kwh = self.energy_kwh * self.capacity_pu
        moved_pu = (self.stored_kwh - before_kwh) / (full_kwh * self.ocv_pu)
        self.soc_pu = min(max(self.soc_pu + moved_pu, 0.0), 1.0)
        publish_energies(self)


def book(bess: BessCell, dt_s: float) -> None:
    """Book the power of a step, and what the cabinet takes."""
    hours = dt_s / 3600.0
    before_kwh = bess.stored_kwh
    wanted_kwh = bess.p_dc_kw * hours
    given_kwh = min(max(wanted_kwh, 0.0), bess.e_discharge_kwh)
    taken_kwh = min(max(-wanted_kwh, 0.0), bess.e_charge_kwh)
    power_per_h = (given_kwh - taken_kwh) / (hours * bess.energy_kwh)
    drawn_kwh = 0.0
    if power_per_h != 0.0:
        ohm_h = bess.discharge_h if power_per_h > 0.0 else bess.charge_h
        per_h = current_per_h(power_per_h, bess.ocv_pu, ohm_h)
        drawn_kwh = bess.energy_kwh * bess.ocv_pu * per_h * hours
        if drawn_kwh < 0.0:
            drawn_kwh *= bess.coulombic_pu
    moved_kwh = max(before_kwh - drawn_kwh, min(bess.low_kwh, before_kwh))
    bess.stored_kwh = min(moved_kwh, max(bess.high_kwh, before_kwh))
    bess.e_in_kwh += taken_kwh
    bess.e_out_kwh += given_kwh
    bess.loss_kwh += taken_kwh - given_kwh - (bess.stored_kwh - before_kwh)
    bess.efc_count += 0.5 * abs(drawn_kwh) / bess.energy_kwh
    draw_own(bess, dt_s)
    bess.since_s += dt_s
    bess.slow_s += dt_s


def settle(bess: BessCell) -> None:
    """Follow what has moved: charge and its swings, in their time heat and ageing, limits."""
    if bess.slow_s >= SLOW_S:
        advance_slowly(bess)
    limit(bess)
    age_by_swings(bess, bess.soc_pu, bess.cell_degc, bess.since_s)
    bess.since_s = 0.0


def advance_slowly(bess: BessCell) -> None:
    """Self-discharge, heat and ageing over the time since they last advanced."""
    before_kwh = bess.stored_kwh
    if bess.self_discharge_pu_per_d > 0.0:
        days = bess.slow_s / 86400.0
        bess.stored_kwh *= math.exp(-bess.self_discharge_pu_per_d * days)
    age_by_time(bess, bess.soc_pu, bess.cell_degc, bess.slow_s)
    judge_life(bess)
    bess.stored_kwh = min(bess.stored_kwh, bess.energy_kwh * bess.capacity_pu)
    bess.loss_kwh += before_kwh - bess.stored_kwh
    warm(bess, bess.slow_s)
    bess.slow_s = 0.0
    bound(bess)


def bound(bess: BessCell) -> None:
    """The window of energies, and the currents, that age and temperature allow."""
    full_kwh = bess.energy_kwh * bess.capacity_pu
    lowest_pu = max(bess.soc_min_pu, unusable_pu(bess.cell_degc))
    bess.low_kwh = full_kwh * energy_pu(lowest_pu)
    bess.high_kwh = full_kwh * energy_pu(bess.soc_max_pu)
    bess.take_pu = charge_rate_per_h(bess.window, bess.cell_degc)
    bess.give_pu = discharge_rate_per_h(bess.window, bess.cell_degc)


def limit(bess: BessCell) -> None:
    """Voltage, resistance and limits where charge and temperature stand now."""
    full_kwh = bess.energy_kwh * bess.capacity_pu
    degc = bess.cell_degc
    bess.soc_pu, bess.ocv_pu = charge_and_voltage_pu(bess.stored_kwh / full_kwh)
    worth = bess.resistance_pu * (1.0 + bess.resistance_growth_pu)
    bess.charge_h = worth * resistance_h(True, bess.soc_pu, degc)
    bess.discharge_h = worth * resistance_h(False, bess.soc_pu, degc)
    bess.seen_kwh = bess.stored_kwh

    u = bess.ocv_pu
    take = min(bess.take_pu, (MOST_PU - u) / bess.charge_h)
    give = min(bess.give_pu, (u - LEAST_PU) / bess.discharge_h)
    take_kw = bess.energy_kwh * (u + bess.charge_h * take) * take
    give_kw = bess.energy_kwh * (u - bess.discharge_h * give) * give
    bess.p_charge_max_kw = min(bess.charge_max_kw, max(take_kw, 0.0))
    bess.p_discharge_max_kw = min(bess.discharge_max_kw, max(give_kw, 0.0))
    most_per_h = current_per_h(bess.p_discharge_max_kw / bess.energy_kwh, u, bess.discharge_h)
    bess.left_pu = 1.0 - bess.discharge_h * most_per_h / u
    publish_energies(bess)


def publish_energies(bess: BessCell) -> None:
    """What the terminals can give at the worst, and take at the best, within the powers."""
    bess.e_discharge_kwh = max(bess.stored_kwh - bess.low_kwh, 0.0) * bess.left_pu
    bess.e_charge_kwh = max(bess.high_kwh - bess.stored_kwh, 0.0) / bess.coulombic_pu
