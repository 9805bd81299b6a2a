"""Generating set on one bus, diesel or gas: start, governor, minimum load, fuel, tank, wear.

While it runs, fuel is a straight line of power (zero when off):

    F [l/h] = 0.08415 rated + 0.246 P        Skarstein & Uhlen (1989), the curve HOMER made common

which is 0.527 / 0.414 / 0.330 l/kWh at 30 / 50 / 100 % load. The intercept depends on size: charts
of makers give 0.04 to 0.09 l/h per kW below 60 kW and 0.02 to 0.04 above; `fuel_curve` takes a line
of `data/genset_fuel.csv`. Heat and carbon of a litre are those of `fuel`, in `data/fuels.csv`:
diesel carries 9.84 kWh (43.2 MJ/kg, 0.82 kg/l).

A gas set is the same with other values, and without them it is refused: `fuel = "lng_ipcc"` or
`"lpg_ipcc"`, counted in litres of the liquid that it carries, with a line of that kind (24 to 34 %
at full load, falling faster than a diesel's). It is slower, too: `load_ramp_pu_per_s` of 0.003 to
0.03, 30 to 300 s, unverified, and in the fine regime the set `gas` of `data/degov1.csv`, an
assumption, which takes in one step what ISO 8528-5 asks of its lowest class. Of it are left out
the pressure of the turbocharger, knocking, boil-off, and gas from a pipe or bottles (the same heat
in other units).

A start takes `start_s` (10 s: type 10 of NFPA 110) and `start_fuel_l`: cranking, run-up and, at
last, `qualify_s` at speed. Each of `failed_cranks_count` tries costs `crank_try_s` and a rest; when
as many fail as there are tries, it does not start. A stop is immediate, and clears a trip.

What it may give falls with thin and with hot air, P_max = rated (1 - a dh) (1 - b dT). The defaults
are of a maker (Pramac: 3.5 % per 300 m above 1500 m, 3 % per 5 K above 40 degC); others say 3 % per
500 m above 1000 m (Wacker Neuson, Stamford) or 4 % per 300 m above 1525 m (Cummins): unverified for
any other set. The minimum load stays one of the rating. For `warmup_s` at speed it may give
`warmup_pu` only.

Called off, it turns on for `cooldown_s` without load, which costs the fuel of no load; called again
meanwhile it needs no start. A stop within `min_run_s` from the beginning of its start, and a start
within `min_stop_s` from its stop, wait; both end with a step. Every `exercise_every_h` it is tested
for `exercise_h` on load at `wet_below_pu` or more (NFPA 110: monthly, 30 min, 30 %), unless it is
called or cannot start: then it is not made up for. A test displaces other sources. Where nobody
takes its power and the minimum load allows, it is a wet one, and counted as that.

Failures are drawn: a start fails with `fail_start_pu` after all its tries, a run after hours on
load with a mean of `mttf_h`, exponential, so that age does not count. It stays FAILED, whatever the
command, until `repair_h` are over, or until `repaired_count` rises (logistics); a start that only
`failed_cranks_count` spoils ends in NO_START, and a new command clears it. The dice are a generator
of 31 bits in its row (`_dice.py`). Service is due after `service_every_h` on load.

Coarse. Where it runs for a share r of the step only, because it starts, fails, ends a test or
because the tank runs dry, its limits are means over the step: from r min_load rated to r rated,
less where the fuel does not last; so it may carry a load below its rating through a step in which
it fails. The share is the longest that the tank allows at minimum load, so the tank ends empty and
never below. Fuel that arrives in a step counts from the next one; so does a repair. The minimum
load (0.3: wet stacking below, NFPA 110) is held by the bus, which dumps what nobody takes. Droop:
it moves from p_set by r rated / (droop f_nominal) per Hz; isochronous it holds the frequency to a
millionth.

Fine. Engine and governor are DEGOV1, all in pu of `rated_kw`, w the speed:

    e    = w_ref + R (p_ref - load) - w             load: rack, or power at the terminals behind Te
    rack = K (1 + s T4) / (s (1 + s T5) (1 + s T6)) (1 + s T3) / (1 + s T1 + s s T1 T2) e
    P    = w rack exp(-s TD)                        the rack stands for torque

R is `droop_pu`, or 0 for an isochronous set. The rack itself is held within T_MIN and T_MAX, which
the air derates, and does not wind up (what lies ahead of it is not limited). Without T1 the first
bracket, T3 included, is left out. `p_ref` moves to p_set at `load_ramp_pu_per_s`. Sets of values
and their sources are in `data/degov1.csv`; the default is W with K = 15. Entering, `w_ref` takes up
what the coarse balance gave, so that nothing moves; it stays so.

Together with others the bus turns the shaft and takes P and the inertia M = 2 H w rated / f0, apart
the set does, H rated d(w w) = (P - P_terminals) dt, with an angle, an EMF behind X'd and dampers of
its own: `_genset/machine.py`. The EMF falls with the speed below a knee, which relieves the engine
by as much as loads depend on voltage, constant power not at all. Started, it waits, `ready`, until
the bus is dead or frequency, voltage and angle are within the window; it turns `slip_hz` faster
meanwhile, and apart it closes with the angle that it has.
It trips on reverse power, under- and over-frequency after their times, and stalls at half speed.
Two isochronous sets on one bus fight over its load, and are refused: give all but one a droop.
Beside formers with droop one takes up the load, and they go back to their set points; coarse, that
needs a rank before theirs.

Valid from 1 s coarse, fine up to 0.01 s together and 2 ms apart, second order in the step. Hours
count on load, without cooling down. Leaves out: turbocharger, voltage regulator but for its
roll-off, reactive power together, fuel that thin air costs, ageing, failures that service would
prevent; coarse also synchronising, protection and the load ramp; fine also the limit of a cold set
on what it bears (its set point is held).
"""

from __future__ import annotations

from typing import ClassVar

from components._forming.emf import hide
from components._genset.calling import (
    Calling,
    asked_kw,
    commanded_l,
    cooling_pu,
    heed,
    pass_time,
    rest_at_start,
)
from components._genset.engine import ISOCHRONOUS, Engine, shaft_pu, stand, stiffness_kw_per_hz
from components._genset.fuel import (
    Fuel,
    book_fuel,
    burn,
    fill_at_start,
    intercept_l_per_h_per_kw,
    needs_l,
    slope_l_per_kwh,
)
from components._genset.machine import Machine, lend, speed_ahead_pu, turn_shaft
from components._genset.modes import (
    COOLING,
    FAILED,
    MODES,
    OFF,
    OUT_OF_FUEL,
    READY,
    ROUNDING_S,
    RUNNING,
    STARTING,
    active,
    locked_out,
    rests,
)
from components._genset.rating import Rating, ceiling_kw, count_hours, derate, most_kw
from components._genset.starting import NONE, STAGES, STALL_PU, Starting, live_on, lost_s
from components._genset.upkeep import Upkeep, begin_life, give_up, wear
from twin.component import Former, out, param
from twin.lags import clipped, toward

__all__ = ["MODES", "OFF", "OUT_OF_FUEL", "RUNNING", "STAGES", "STARTING", "Genset"]


class Genset(Machine, Starting, Engine, Upkeep, Calling, Fuel, Rating, Former):
    """Diesel set: starts, DEGOV1, protection, minimum load, fuel line, tank, tests, failures."""

    role = "fuel"
    balance: ClassVar = {"fuel_heat_kwh": 1, "energy_kwh": -1, "loss_kwh": -1}
    fine_step_max_s: ClassVar[float] = 0.01
    lone: ClassVar = ("governor", ISOCHRONOUS)  # two would fight over the load

    rank: int = param(3, "order in which the bus calls on its formers", ge=1, le=9)
    p_mech_kw: float = out(0.0, "power of the engine on the shaft")

    def start(self) -> None:
        """Fill the tank, draw its first failure."""
        fill_at_start(self)
        begin_life(self)
        rest_at_start(self)

    def offer(self, dt_s: float) -> None:
        """State what orders, start sequence, air and tank allow in this step."""
        hours = dt_s / 3600.0
        heed(self, dt_s)
        derate(self)
        fuel_l = self.tank_left_l
        if rests(self):
            fuel_l -= self.start_fuel_l
        self.run_pu = 0.0
        self.p_min_kw = 0.0
        self.p_max_kw = 0.0
        if self.called and fuel_l > 0.0 and not locked_out(self):
            self.run_pu = lasting_pu(self, dt_s)
            slope_l = slope_l_per_kwh(self)
            idle_l = intercept_l_per_h_per_kw(self) * self.rated_kw * hours
            least_l = slope_l * self.min_load_pu * self.rated_kw * hours + idle_l
            if self.run_pu * least_l > fuel_l:
                self.run_pu = fuel_l / least_l
            lasting_kw = (fuel_l - self.run_pu * idle_l) / (slope_l * hours)
            able_kw = most_kw(self, dt_s)
            self.p_min_kw = min(self.run_pu * self.min_load_pu * self.rated_kw, able_kw)
            self.p_max_kw = max(min(able_kw, lasting_kw), self.p_min_kw)
        self.k_kw_per_hz = stiffness_kw_per_hz(self)
        wanted_kw = asked_kw(self, self.run_pu)
        self.p_ref_kw = clipped(wanted_kw, 0.0, ceiling_kw(self))
        self.p0_kw = min(max(wanted_kw, self.p_min_kw), self.p_max_kw)

    def step(self, dt_s: float) -> None:
        """Book what the bus settled, burn its fuel, move through the start sequence."""
        self.p_kw = self.p_settled_kw
        self.p_mech_kw = self.p_kw
        start_l = commanded_l(self)
        turning_pu = self.run_pu + cooling_pu(self, dt_s)
        burnt_l = burn(self, needs_l(self, turning_pu, dt_s) + start_l)
        if active(self):
            span_s = self.start_s + lost_s(self)
            self.sequence_s = min(self.sequence_s + dt_s, span_s)
            self.mode = RUNNING if self.sequence_s >= span_s - ROUNDING_S else STARTING
            if self.tank_left_l <= 0.0:
                self.mode = OUT_OF_FUEL
        book(self, burnt_l, turning_pu, dt_s)
        self.stage = NONE
        self.speed_pu = 1.0 if self.mode == RUNNING or self.mode == COOLING else 0.0
        self.q_kvar = 0.0
        self.angled = False
        hide(self)

    def enter_fine(self) -> None:
        self.entering = True

    def fine_offer(self, dt_s: float) -> None:
        """State the mean power of the engine in this step, as far as the fuel lasts."""
        heed(self, dt_s)
        derate(self)
        self.run_pu = 0.0
        self.p_mech_kw = 0.0
        hide(self)
        if self.mode == RUNNING and self.called:
            w = speed_ahead_pu(self, dt_s)
            if self.entering:
                stand(self, max(w, STALL_PU), dt_s)
            wanted_kw = clipped(asked_kw(self, 1.0), 0.0, ceiling_kw(self))
            ramp_kw = self.load_ramp_pu_per_s * self.rated_kw * dt_s
            self.p_ref_kw = toward(self.p_ref_kw, wanted_kw, ramp_kw)
            self.p_mech_kw = shaft_pu(self, w, dt_s) * self.rated_kw
            self.run_pu = 1.0
            needed_l = needs_l(self, 1.0, dt_s)
            if needed_l > self.tank_left_l:
                self.run_pu = self.tank_left_l / needed_l
                self.p_mech_kw *= self.run_pu
            lend(self, w, dt_s)
        else:
            self.angled = False
        self.entering = False
        self.q_kvar = 0.0
        self.k_kw_per_hz = stiffness_kw_per_hz(self)
        self.p0_kw = 0.0 if self.angled else self.p_mech_kw
        self.p_min_kw = self.p0_kw
        self.p_max_kw = self.p0_kw

    def fine(self, dt_s: float) -> None:
        """Give what follows from what the bus settled, and move to the next mode."""
        if self.angled:
            turn_shaft(self, dt_s)
        else:
            self.p_kw = self.p_settled_kw - self.inertia_kws_per_hz * self.slope_settled_hz_per_s
        turning_pu = 1.0 if self.mode == READY or self.mode == COOLING else self.run_pu
        burnt_l = burn(self, needs_l(self, turning_pu, dt_s) + commanded_l(self))
        live_on(self, dt_s)
        if self.tank_left_l <= 0.0 and not (rests(self) or locked_out(self)):
            self.mode = OUT_OF_FUEL
        book(self, burnt_l, turning_pu, dt_s)


def lasting_pu(genset: Genset, dt_s: float) -> float:
    """Share of the step in which it runs: until a test is over, or until it fails."""
    wait_s = max(genset.start_s + lost_s(genset) - genset.sequence_s, 0.0)
    share = max(dt_s - wait_s, 0.0) / dt_s
    if genset.test_left_s > 0.0:
        share = min(share, genset.test_left_s / dt_s)
    if genset.mttf_h > 0.0:
        share = min(share, genset.life_h * 3600.0 / dt_s)
    return share


def book(genset: Genset, burnt_l: float, turning_pu: float, dt_s: float) -> None:
    """Count what the step was, and what it leaves."""
    hours = dt_s / 3600.0
    book_fuel(genset, burnt_l, dt_s)
    count_hours(genset, hours)
    wear(genset, hours)
    give_up(genset)
    genset.failed = genset.mode == FAILED
    pass_time(genset, turning_pu, dt_s)
