"""Diesel generating set on one bus: start sequence, minimum load, fuel, tank.

While it runs, fuel is a straight line of power (zero when off):

    F [l/h] = 0.08415 rated + 0.246 P        Skarstein & Uhlen (1989), the curve HOMER made common

which is 0.527 / 0.414 / 0.330 l/kWh at 30 / 50 / 100 % load. The intercept depends on size: charts
of makers give 0.04 to 0.09 l/h per kW below 60 kW and 0.02 to 0.04 above. A litre carries 9.84 kWh
of heat (43.2 MJ/kg, 0.82 kg/l).

A start takes `start_s` of cranking and run-up (10 s: type 10 of NFPA 110) and `start_fuel_l`; a
stop is immediate. Where it runs for a share r of the step only, because it starts or because the
tank runs dry, its limits are means over the step: from r min_load rated to r rated, less where the
fuel does not last. The share is the longest that the tank allows at minimum load, so the tank ends
empty and never below. Fuel that arrives in a step counts from the next one. The minimum load (0.3:
wet stacking below, NFPA 110) is held by the bus, which dumps what nobody takes.

Droop: it moves from p_set by r rated / (droop f_nominal) per Hz.

Valid for 1 s and longer. Leaves out: governor, alternator, warm-up, cool-down, minimum run and stop
times, failures to start, altitude, wear, reactive power.
"""

from __future__ import annotations

from typing import ClassVar

from twin.component import Former, inp, out, param, state

OFF, STARTING, RUNNING, OUT_OF_FUEL = 0, 1, 2, 3
MODES = ("off", "starting", "running", "out_of_fuel")


class Genset(Former):
    """Diesel set: start sequence, minimum load, straight fuel line, tank."""

    role = "fuel"
    balance: ClassVar = {"fuel_heat_kwh": 1, "energy_kwh": -1, "loss_kwh": -1}

    rank: int = param(3, "order in which the bus calls on its formers", ge=1, le=9)
    rated_kw: float = param(15.0, "prime rated power", gt=0)
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

    run_cmd: bool = inp(False, "run or stop")
    p_set_kw: float = inp(0.0, "wanted power while it runs")
    refuelled_l: float = inp(0.0, "counter of litres brought so far", ge=0)

    mode: int = state(OFF, "what it is doing", ge=0, le=3, labels=MODES)
    sequence_s: float = state(0.0, "time since the start command", ge=0)
    run_pu: float = state(0.0, "share of this step in which it can take load", ge=0, le=1)
    tank_left_l: float = state(500.0, "fuel in the tank", ge=0)
    refuel_seen_l: float = state(0.0, "the counter when it was last read", ge=0, record=False)
    fuel_l: float = state(0.0, "fuel burnt", ge=0)
    run_h: float = state(0.0, "hours run", ge=0)
    start_count: int = state(0, "starts", ge=0)
    energy_kwh: float = state(0.0, "energy delivered")
    fuel_heat_kwh: float = state(0.0, "heat of the fuel burnt", ge=0)
    loss_kwh: float = state(0.0, "heat that did not become electricity")
    fuel_l_per_h: float = out(0.0, "fuel flow, starts included", ge=0)

    def start(self) -> None:
        """Fill the tank."""
        self.tank_left_l = min(self.tank_start_l, self.tank_l)
        self.refuel_seen_l = self.refuelled_l

    def offer(self, dt_s: float) -> None:
        """State what the start sequence and the tank allow in this step."""
        hours = dt_s / 3600.0
        fuel_l = self.tank_left_l
        if self.mode == OFF or self.mode == OUT_OF_FUEL:
            fuel_l -= self.start_fuel_l
        self.run_pu = 0.0
        self.p_min_kw = 0.0
        self.p_max_kw = 0.0
        if self.run_cmd and fuel_l > 0.0:
            wait_s = max(self.start_s - self.sequence_s, 0.0)
            self.run_pu = max(dt_s - wait_s, 0.0) / dt_s
            idle_l = self.fuel_intercept_l_per_h_per_kw * self.rated_kw * hours
            least_l = self.fuel_slope_l_per_kwh * self.min_load_pu * self.rated_kw * hours + idle_l
            if self.run_pu * least_l > fuel_l:
                self.run_pu = fuel_l / least_l
            lasting_kw = (fuel_l - self.run_pu * idle_l) / (self.fuel_slope_l_per_kwh * hours)
            self.p_min_kw = self.run_pu * self.min_load_pu * self.rated_kw
            self.p_max_kw = max(min(self.run_pu * self.rated_kw, lasting_kw), self.p_min_kw)
        self.k_kw_per_hz = self.run_pu * self.rated_kw / (self.droop_pu * self.f_nominal_hz)
        self.p0_kw = min(max(self.p_set_kw, self.p_min_kw), self.p_max_kw)

    def step(self, dt_s: float) -> None:
        """Book what the bus settled, burn its fuel, move through the start sequence."""
        hours = dt_s / 3600.0
        self.p_kw = self.p_settled_kw
        idle_l = self.run_pu * self.fuel_intercept_l_per_h_per_kw * self.rated_kw * hours
        burnt_l = idle_l + self.fuel_slope_l_per_kwh * max(self.p_kw, 0.0) * hours
        if not self.run_cmd:
            self.mode = OFF
        elif self.mode == OFF or self.mode == OUT_OF_FUEL:
            self.mode = OUT_OF_FUEL
            if self.tank_left_l > self.start_fuel_l:
                self.mode = STARTING
                self.start_count += 1
                burnt_l += self.start_fuel_l
        burnt_l = min(burnt_l, self.tank_left_l)
        self.tank_left_l -= burnt_l
        if self.mode == STARTING or self.mode == RUNNING:
            self.sequence_s = min(self.sequence_s + dt_s, self.start_s)
            self.mode = RUNNING if self.sequence_s >= self.start_s else STARTING
            if self.tank_left_l <= 0.0:
                self.mode = OUT_OF_FUEL
        if self.mode == OFF or self.mode == OUT_OF_FUEL:
            self.sequence_s = 0.0
        brought_l = max(self.refuelled_l - self.refuel_seen_l, 0.0)
        self.refuel_seen_l = self.refuelled_l
        self.tank_left_l = min(self.tank_left_l + brought_l, max(self.tank_l, self.tank_left_l))
        self.fuel_l += burnt_l
        self.fuel_l_per_h = burnt_l / hours
        self.run_h += self.run_pu * hours
        self.energy_kwh += self.p_kw * hours
        self.fuel_heat_kwh += burnt_l * self.heat_kwh_per_l
        self.loss_kwh += burnt_l * self.heat_kwh_per_l - self.p_kw * hours
