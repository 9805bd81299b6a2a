"""Diesel generating set on one bus: start sequence, governor, minimum load, fuel, tank.

While it runs, fuel is a straight line of power (zero when off):

    F [l/h] = 0.08415 rated + 0.246 P        Skarstein & Uhlen (1989), the curve HOMER made common

which is 0.527 / 0.414 / 0.330 l/kWh at 30 / 50 / 100 % load. The intercept depends on size: charts
of makers give 0.04 to 0.09 l/h per kW below 60 kW and 0.02 to 0.04 above. A litre carries 9.84 kWh
of heat (43.2 MJ/kg, 0.82 kg/l).

A start takes `start_s` (10 s: type 10 of NFPA 110) and `start_fuel_l`: cranking, run-up and, at
last, `qualify_s` at speed. Each of `failed_cranks_count` tries costs `crank_try_s` and a rest; when
as many fail as there are tries, it does not start. A stop is immediate, and clears a trip.

Coarse. Where it runs for a share r of the step only, because it starts or because the tank runs
dry, its limits are means over the step: from r min_load rated to r rated, less where the fuel does
not last. The share is the longest that the tank allows at minimum load, so the tank ends empty and
never below. Fuel that arrives in a step counts from the next one. The minimum load (0.3: wet
stacking below, NFPA 110) is held by the bus, which dumps what nobody takes. Droop: it moves from
p_set by r rated / (droop f_nominal) per Hz; isochronous it holds the frequency to a millionth.

Fine. Engine and governor are DEGOV1, all in pu of `rated_kw`, w the speed:

    e    = w_ref + R (p_ref - load) - w             load: rack, or power at the terminals behind Te
    rack = K (1 + s T4) / (s (1 + s T5) (1 + s T6)) (1 + s T3) / (1 + s T1 + s s T1 T2) e
    P    = w rack exp(-s TD)                        the rack stands for torque

R is `droop_pu`, or 0 for an isochronous set. The rack itself is held within T_MIN and T_MAX and
does not wind up (what lies ahead of it is not limited). Without T1 the first bracket, T3 included,
is left out. `p_ref` moves to p_set at `load_ramp_pu_per_s`. Sets of values and their sources are in
`data/degov1.csv`; the default is W with K = 15. Entering, `w_ref` takes up what the coarse balance
gave, so that nothing moves; it stays so.

Together with others the bus turns the shaft and takes P and the inertia M = 2 H w rated / f0, apart
the set does, H rated d(w w) = (P - P_terminals) dt, with an angle, an EMF behind X'd and dampers of
its own: `_machine.py`. The EMF falls with the speed below a knee, which relieves the engine by as
much as loads depend on voltage, constant power not at all. Started, it waits, `ready`, until the
bus is dead or frequency, voltage and angle are within the window; it turns `slip_hz` faster
meanwhile, and apart it closes with the angle that it has.
It trips on reverse power, under- and over-frequency after their times, and stalls at half speed.
Two isochronous sets on one bus fight over its load, and are refused: give all but one a droop.
Beside formers with droop one takes up the load, and they go back to their set points; coarse, that
needs a rank before theirs.

Valid from 1 s coarse, fine up to 0.01 s together and 2 ms apart, second order in the step. Leaves
out: turbocharger, voltage regulator but for its roll-off, reactive power together, warm-up,
cool-down, minimum run and stop times, altitude, wear; coarse also synchronising, protection and the
load ramp.
"""

from __future__ import annotations

from typing import ClassVar

from components._engine import (
    GOVERNORS,
    ISOCHRONOUS,
    POWER_DROOP,
    burn,
    needs_l,
    shaft_pu,
    stand,
    stiffness_kw_per_hz,
)
from components._forming.emf import hide
from components._machine import Machine, lend, speed_ahead_pu, turn_shaft
from components._starting import (
    CAUSES,
    MODES,
    NONE,
    OFF,
    OUT_OF_FUEL,
    READY,
    ROUNDING_S,
    RUNNING,
    STAGES,
    STALL_PU,
    STARTING,
    commanded_l,
    give_up,
    live_on,
    locked_out,
    lost_s,
    rests,
)
from twin.component import Former, Vector, delay_line, inp, out, param, state
from twin.lags import clipped, toward


class Genset(Machine, Former):
    """Diesel set: start sequence, DEGOV1, protection, minimum load, straight fuel line, tank."""

    role = "fuel"
    balance: ClassVar = {"fuel_heat_kwh": 1, "energy_kwh": -1, "loss_kwh": -1}
    fine_step_max_s: ClassVar[float] = 0.01
    lone: ClassVar = ("governor", ISOCHRONOUS)  # two would fight over the load

    rank: int = param(3, "order in which the bus calls on its formers", ge=1, le=9)
    rated_kw: float = param(15.0, "prime rated power, base of all pu", gt=0)
    min_load_pu: float = param(0.3, "least load while it runs; NFPA 110", ge=0, le=1)
    fuel_intercept_l_per_h_per_kw: float = param(0.08415, "fuel at no load per rated kW", ge=0)
    fuel_slope_l_per_kwh: float = param(0.246, "fuel per energy delivered", gt=0)
    heat_kwh_per_l: float = param(9.84, "lower heating value of the fuel", gt=0)
    start_s: float = param(10.0, "from the command to taking load; NFPA 110 type 10", ge=0)
    start_fuel_l: float = param(0.1, "fuel of one start", ge=0)
    tank_l: float = param(500.0, "size of the tank", ge=0)
    tank_start_l: float = param(500.0, "in the tank at the start", ge=0)
    droop_pu: float = param(0.04, "change of frequency from no to full load", gt=0, le=1)
    f_nominal_hz: float = param(50.0, "nominal frequency", gt=0)
    crank_s: float = param(2.0, "part of start_s until it fires; 1 to 3, unverified", ge=0)
    qualify_s: float = param(2.0, "part of start_s at speed; 0.5 to 2, unverified", ge=0)
    crank_try_s: float = param(15.0, "length of a try that fails; UFGS 26 32", ge=0)
    rest_s: float = param(15.0, "rest after such a try; UFGS 26 32", ge=0)
    tries_count: int = param(3, "tries before it gives up; UFGS 26 32", ge=1)
    governor: int = param(POWER_DROOP, "kind of governor", labels=GOVERNORS)
    te_s: float = param(0.05, "Te: lag of the measured power", ge=0)
    t1_s: float = param(0.01, "T1: damping of the actuator; 0 leaves it out", ge=0)
    t2_s: float = param(0.02, "T2: inertia of the actuator", ge=0)
    t3_s: float = param(0.2, "T3: lead of the actuator", ge=0)
    k_pu_per_s: float = param(15.0, "K: rack speed per pu of speed error", gt=0)
    t4_s: float = param(0.25, "T4: lead of the governor", ge=0)
    t5_s: float = param(0.009, "T5: lag of the governor", gt=0)
    t6_s: float = param(0.0384, "T6: lag of the governor", ge=0)
    td_s: float = param(0.024, "TD: from the rack to the torque", ge=0)
    t_max_pu: float = param(1.1, "T_MAX: most fuel, as torque", gt=0)
    t_min_pu: float = param(0.0, "T_MIN: least fuel, as torque")
    load_ramp_pu_per_s: float = param(0.1, "ramp of its load; 5 to 30 s, unverified", gt=0)
    slip_hz: float = param(0.1, "how much faster it turns to synchronise; an assumption", ge=0)
    sync_df_hz: float = param(0.3, "window; IEEE 1547 up to 500 kVA, unverified", ge=0)
    sync_dv_pu: float = param(0.1, "window of voltage; the same", ge=0)
    sync_angle_deg: float = param(20.0, "window of angle; the same", ge=0, le=180)
    reverse_pu: float = param(0.1, "reverse power that trips it; an assumption", ge=0)
    reverse_s: float = param(5.0, "after that time", ge=0)
    under_f_pu: float = param(0.8, "frequency below which it trips; an assumption", ge=0)
    under_f_s: float = param(1.0, "after that time", ge=0)
    over_f_pu: float = param(1.14, "frequency above which it trips; an assumption", ge=0)
    over_f_s: float = param(0.5, "after that time", ge=0)

    run_cmd: bool = inp(False, "run or stop")
    p_set_kw: float = inp(0.0, "wanted power while it runs")
    refuelled_l: float = inp(0.0, "counter of litres brought so far", ge=0)
    failed_cranks_count: int = inp(0, "tries that fail in a start", ge=0)
    sync_from_deg: float = inp(180.0, "angle to the bus at which it comes up to speed")

    mode: int = state(OFF, "what it is doing", ge=0, le=6, labels=MODES)
    stage: int = state(NONE, "fine: how far a start has come", ge=0, le=4, labels=STAGES)
    trip_cause: int = state(NONE, "why it tripped last", ge=0, le=4, labels=CAUSES)
    trip_count: int = state(0, "trips", ge=0)
    sequence_s: float = state(0.0, "time since the start command", ge=0)
    run_pu: float = state(0.0, "share of this step in which it can take load", ge=0, le=1)
    tank_left_l: float = state(500.0, "fuel in the tank", ge=0)
    refuel_seen_l: float = state(0.0, "the counter when it was last read", ge=0, record=False)
    fuel_l: float = state(0.0, "fuel burnt", ge=0)
    run_h: float = state(0.0, "hours run", ge=0)
    start_count: int = state(0, "starts", ge=0)
    fails_count: int = state(0, "tries that fail in this start", ge=0, record=False)
    energy_kwh: float = state(0.0, "energy delivered")
    fuel_heat_kwh: float = state(0.0, "heat of the fuel burnt", ge=0)
    loss_kwh: float = state(0.0, "heat that did not become electricity")
    entering: bool = state(True, "its dynamics begin anew", record=False)
    p_ref_kw: float = state(0.0, "set point behind the ramp")
    trim_pu: float = state(0.0, "speed that the coarse balance added", record=False)
    actuator_pu: float = state(0.0, "actuator", record=False)
    actuator_pu_per_s: float = state(0.0, "its speed", record=False)
    drive_pu: float = state(0.0, "what moves the rack", record=False)
    drive_pu_per_s: float = state(0.0, "its speed", record=False)
    rack_pu: float = state(0.0, "fuel rack, as torque")
    rack_pu_per_s: float = state(0.0, "its speed in the last step", record=False)
    line: Vector = delay_line("td_s", "fuel on its way to torque")
    mech_pu: float = state(0.0, "power on the shaft in the last step", record=False)
    mech_before_pu: float = state(0.0, "the same in the step before", record=False)
    w_pu: float = state(1.0, "speed in the last step", record=False)
    power_pu: float = state(0.0, "power that the droop measures", record=False)
    angle_deg: float = state(0.0, "how far it leads the bus while it synchronises", record=False)
    under_f_for_s: float = state(0.0, "time with too low a frequency", ge=0, record=False)
    over_f_for_s: float = state(0.0, "time with too high a frequency", ge=0, record=False)
    reverse_for_s: float = state(0.0, "time with reverse power", ge=0, record=False)
    fuel_l_per_h: float = out(0.0, "fuel flow, starts included", ge=0)
    p_mech_kw: float = out(0.0, "power of the engine on the shaft")

    def start(self) -> None:
        """Fill the tank."""
        self.tank_left_l = min(self.tank_start_l, self.tank_l)
        self.refuel_seen_l = self.refuelled_l

    def offer(self, dt_s: float) -> None:
        """State what the start sequence and the tank allow in this step."""
        hours = dt_s / 3600.0
        fuel_l = self.tank_left_l
        if rests(self):
            fuel_l -= self.start_fuel_l
        self.run_pu = 0.0
        self.p_min_kw = 0.0
        self.p_max_kw = 0.0
        if self.run_cmd and fuel_l > 0.0 and not locked_out(self):
            wait_s = max(self.start_s + lost_s(self) - self.sequence_s, 0.0)
            self.run_pu = max(dt_s - wait_s, 0.0) / dt_s
            idle_l = self.fuel_intercept_l_per_h_per_kw * self.rated_kw * hours
            least_l = self.fuel_slope_l_per_kwh * self.min_load_pu * self.rated_kw * hours + idle_l
            if self.run_pu * least_l > fuel_l:
                self.run_pu = fuel_l / least_l
            lasting_kw = (fuel_l - self.run_pu * idle_l) / (self.fuel_slope_l_per_kwh * hours)
            self.p_min_kw = self.run_pu * self.min_load_pu * self.rated_kw
            self.p_max_kw = max(min(self.run_pu * self.rated_kw, lasting_kw), self.p_min_kw)
        self.k_kw_per_hz = stiffness_kw_per_hz(self)
        self.p_ref_kw = clipped(self.p_set_kw, 0.0, self.rated_kw)
        self.p0_kw = min(max(self.p_set_kw, self.p_min_kw), self.p_max_kw)

    def step(self, dt_s: float) -> None:
        """Book what the bus settled, burn its fuel, move through the start sequence."""
        self.p_kw = self.p_settled_kw
        self.p_mech_kw = self.p_kw
        burnt_l = burn(self, needs_l(self, self.run_pu, dt_s) + commanded_l(self))
        if self.mode == STARTING or self.mode == RUNNING or self.mode == READY:
            span_s = self.start_s + lost_s(self)
            self.sequence_s = min(self.sequence_s + dt_s, span_s)
            self.mode = RUNNING if self.sequence_s >= span_s - ROUNDING_S else STARTING
            if self.tank_left_l <= 0.0:
                self.mode = OUT_OF_FUEL
        give_up(self)
        self.stage = NONE
        self.speed_pu = 1.0 if self.mode == RUNNING else 0.0
        self.q_kvar = 0.0
        self.angled = False
        hide(self)
        book(self, burnt_l, dt_s)

    def enter_fine(self) -> None:
        self.entering = True

    def fine_offer(self, dt_s: float) -> None:
        """State the mean power of the engine in this step, as far as the fuel lasts."""
        self.run_pu = 0.0
        self.p_mech_kw = 0.0
        hide(self)
        if self.mode == RUNNING and self.run_cmd:
            w = speed_ahead_pu(self, dt_s)
            if self.entering:
                stand(self, max(w, STALL_PU), dt_s)
            wanted_kw = clipped(self.p_set_kw, 0.0, self.rated_kw)
            most_kw = self.load_ramp_pu_per_s * self.rated_kw * dt_s
            self.p_ref_kw = toward(self.p_ref_kw, wanted_kw, most_kw)
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
        turning_pu = 1.0 if self.mode == READY else self.run_pu
        burnt_l = burn(self, needs_l(self, turning_pu, dt_s) + commanded_l(self))
        live_on(self, dt_s)
        if self.tank_left_l <= 0.0 and not (rests(self) or locked_out(self)):
            self.mode = OUT_OF_FUEL
        give_up(self)
        book(self, burnt_l, dt_s)


def book(genset: Genset, burnt_l: float, dt_s: float) -> None:
    """Fill the tank from what was brought, and count."""
    hours = dt_s / 3600.0
    brought_l = max(genset.refuelled_l - genset.refuel_seen_l, 0.0)
    genset.refuel_seen_l = genset.refuelled_l
    room_l = max(genset.tank_l, genset.tank_left_l)
    genset.tank_left_l = min(genset.tank_left_l + brought_l, room_l)
    genset.fuel_l += burnt_l
    genset.fuel_l_per_h = burnt_l / hours
    genset.run_h += genset.run_pu * hours
    genset.energy_kwh += genset.p_kw * hours
    heat_kwh = burnt_l * genset.heat_kwh_per_l
    genset.fuel_heat_kwh += heat_kwh
    genset.loss_kwh += heat_kwh - genset.p_kw * hours
