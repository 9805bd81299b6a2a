"""The AC bus of one site: where its devices meet, and the books of what did not balance.

Alone, or on a bus outside (`bus = ...`) behind a switch. On a bus outside it is one former with all
that is inside, within its contract; its frequency and voltage are those outside. With the switch
open, or no voltage outside, it exchanges nothing, and what is inside holds it.

Coarse, the settlement has solved  source + formers + short = demand + surplus + outside:

* unserved:   short, at most the demand
* curtailed:  surplus up to what the sources deliver; the sun can be turned away
* dumped:     surplus beyond, which only a former at its least power can make; burnt in a load bank
* served:     demand less unserved

The bus is live when a former or the grid holds it and anything that is asked for gets through.
Dead, its frequency is 0 and all that its sources deliver is counted as curtailed. An island is
algebraic: the frequency is that of the droop, the voltage nominal (also where it is dead, so that
whatever limits itself by voltage can start). The switch is as good as instant: connected whenever
that is wanted and there is voltage.

Fine, the switch has relays, times and a window (`_bus/transfer.py`). Connected, power crosses in
the same step; frequency and voltage are those outside one step before. As an island at steps up to
2 ms formers have angles and the voltage is solved (`_bus/angles.py`); above they have one frequency
(`_bus/swing.py`). Powers and reactive powers of devices are constant over a step: what they do at
low voltage is their own, by the `v_pu` they are told. The island collapses

* when no voltage carries the load, for a period,
* when nothing forms it,
* when its voltage stays below `collapse_pu`, or formers at their limits leave it short, for
  `collapse_s`,

and is dead until something forms it again. Formers of the coarse kind, without inertia, droop or
EMF of their own, hold an island as they do in the coarse regime. Entering moves nothing.

Angles are in a frame that turns at nominal frequency and begins with the regime; that of the grid
is the integral of the frequency that turns together outside, without the local turning of the
voltage that `f_hz` contains.

Its meter reads what crosses its boundary: `_bus/meter.py`.

The dip is how low the voltage fell, the gap how long it was below `dead_pu` at a stretch; both of
the last fall below 0.9 pu, or of a transfer since then that was without one.

Valid from 1 s coarse, up to 0.1 s fine. Leaves out: what lies between the devices of a site, load
and feeder behind an open breaker above (they take the voltage at once), priorities among loads,
inrush. A switch opens whether or not anything inside can take over: where nothing can, give it
times that no dip outlasts.
"""

from __future__ import annotations

from typing import ClassVar

from components._bus.angles import NONE_YET, TURN, wrapped
from components._bus.books import DIP_PU, book, book_short, count_time, is_dark, watch_voltage
from components._bus.island import forms, settle_island
from components._bus.meter import Meter, read_meter
from components._bus.outside import lend
from components._bus.swing import AT_VOLTAGE_PU
from components._bus.transfer import (
    CAUSES,
    COLLAPSES,
    CONNECTED,
    DEAD,
    ISLANDED,
    MODES,
    NONE,
    OPENING,
    STANDING,
    STATIC_SWITCH,
    SWITCHES,
    SYNCHRONISING,
    is_calm,
    move,
    outside_pu,
)
from twin.component import Node, inp, out, param, state
from twin.lags import clipped

APART_S = 0.002 + 1e-9  # the longest step at which formers have angles of their own


class SiteBus(Meter, Node):
    """Bus of one site: its switch, its island, voltage and frequency, what was not served."""

    role = "bus"
    fine_step_max_s: ClassVar[float] = 0.1

    # what is touched in every step comes first, so that a step reads little of a row
    f_nominal_hz: float = param(50.0, "frequency without deviation", gt=0)
    dead_pu: float = param(0.1, "voltage below which there is none; IEEE 1159, unverified", gt=0)
    import_max_kw: float = param(1e9, "most power from outside", ge=0)
    export_max_kw: float = param(1e9, "most power to the outside", ge=0)
    under_v_pu: float = param(0.8, "the switch opens below; ITIC, up to 10 s", gt=0)
    over_v_pu: float = param(1.2, "the switch opens above; ITIC, up to 0.5 s", gt=0)
    under_f_hz: float = param(47.5, "the switch opens below; continental Europe", ge=0)
    over_f_hz: float = param(51.5, "the switch opens above; the same", gt=0)
    rocof_trip_hz_per_s: float = param(0.0, "it opens at this rate of change; 0: never", ge=0)

    v_outside_pu: float = inp(1.0, "voltage outside", ge=0)
    f_outside_hz: float = inp(50.0, "frequency outside, as measured at the switch", ge=0)
    f_sync_outside_hz: float = inp(50.0, "frequency of what turns together outside", ge=0)
    close_cmd: bool = inp(True, "connection is wanted; else the switch opens")
    upstream_closed: bool = inp(True, "the breaker above is closed")
    q_kvar: float = inp(0.0, "reactive power that its devices deliver")
    inertia_inside_kws_per_hz: float = inp(0.0, "inertia of its formers", ge=0)
    damping_inside_kw_per_hz: float = inp(0.0, "damping of its formers", ge=0)
    y_inside_kva: float = inp(0.0, "of formers with an EMF: sum of S / X", ge=0)
    df_settled_hz: float = inp(0.0, "mean deviation of frequency outside over the step")
    slope_settled_hz_per_s: float = inp(0.0, "rate of change outside over the step")

    picked_up: bool = state(False, "a relay counts", record=False)
    forming: bool = state(False, "something inside could form an island", record=False)
    in_dip: bool = state(False, "the voltage is low", record=False)
    grid_rad: float = state(0.0, "angle of the voltage outside", record=False)
    df_end_hz: float = state(0.0, "deviation of frequency at the end of a step", record=False)
    f_sync_hz: float = out(50.0, "frequency that its formers turn with", ge=0)
    grid_present: bool = out(False, "it is held from outside", record=False)
    used_pu: float = out(1.0, "share of its sources' power used in a coarse step", record=False)
    apart: bool = out(False, "formers have angles of their own in this step", record=False)
    theta_rad: float = out(0.0, "angle of the voltage", record=False)
    df_mean_hz: float = out(0.0, "mean deviation of frequency over the step", record=False)
    slope_hz_per_s: float = out(0.0, "its rate of change over the step", record=False)
    q_outside_kvar: float = out(0.0, "reactive power delivered outside", record=False)
    inertia_kws_per_hz: float = out(0.0, "inertia passed on outside", ge=0, record=False)
    damping_kw_per_hz: float = out(0.0, "damping passed on outside", ge=0, record=False)

    transfer: int = param(STATIC_SWITCH, "kind of switch", labels=SWITCHES)
    switch_s: float = param(0.004, "it opens within; static: 4 ms typical", ge=0)
    transfer_s: float = param(0.1, "ats: without voltage in between; 50 to 200 ms", ge=0)
    under_v_s: float = param(0.002, "after that time; detection takes 1 to 3 ms", ge=0)
    over_v_s: float = param(0.003, "after that time; ITIC: 1.4 pu for 3 ms", ge=0)
    under_f_s: float = param(0.16, "after that time; IEEE 1547", ge=0)
    over_f_s: float = param(0.16, "after that time; the same", ge=0)
    rocof_s: float = param(0.1, "lag over which the rate is measured; an assumption", gt=0)
    status_delay_s: float = param(0.02, "from the breaker above; 4 to 20 ms, unverified", ge=0)
    return_s: float = param(10.0, "the grid is back for this long; an assumption", ge=0)
    sync_df_hz: float = param(0.3, "window; IEEE 1547 up to 500 kVA, unverified", ge=0)
    sync_dv_pu: float = param(0.1, "window of voltage; the same", ge=0)
    sync_angle_deg: float = param(20.0, "window of angle; the same", ge=0, le=180)
    collapse_pu: float = param(0.5, "voltage at which an island collapses; IEEE 1547, UV2", ge=0)
    collapse_s: float = param(2.0, "after that time; the same", ge=0)
    restart_s: float = param(10.0, "dead for this long after it; an assumption", ge=0)

    ex_inside_kva: float = inp(0.0, "sum of E S / X cos(angle)")
    ey_inside_kva: float = inp(0.0, "sum of E S / X sin(angle)")

    since_s: float = state(0.0, "time in opening, transferring, returning", record=False)
    v_for_s: float = state(0.0, "time with voltage outside its bounds", record=False)
    f_for_s: float = state(0.0, "time with frequency outside its bounds", record=False)
    f_slow_hz: float = state(0.0, "frequency outside behind the lag", record=False)
    away_for_s: float = state(0.0, "time with the breaker above open", record=False)
    good_s: float = state(0.0, "time with the grid back", record=False)
    low_s: float = state(0.0, "time of an island too low or overloaded", record=False)
    rest_s: float = state(0.0, "time until its formers may try again", record=False)
    df_ahead_hz: float = state(0.0, "mean deviation over the coming step", record=False)
    v_told_pu: float = state(1.0, "of an island: voltage as its devices are told", record=False)
    swung: bool = state(False, "its formers had one frequency", record=False)
    turning: int = state(NONE_YET, "what is known of the turning of EMFs", record=False)
    emf_rad: float = state(0.0, "angle of the sum of EMFs", record=False)
    y_last_kva: float = state(0.0, "sum of S / X in the last step", record=False)
    gap_run_s: float = state(0.0, "time without voltage at this stretch", record=False)

    live: bool = state(False, "a former holds it and power gets through")
    mode: int = state(ISLANDED, "switch and island", ge=0, le=6, labels=MODES)
    cause: int = state(NONE, "why it opened last", ge=0, le=7, labels=CAUSES)
    collapsed: int = state(STANDING, "why it collapsed last", ge=0, le=3, labels=COLLAPSES)
    transfer_count: int = state(0, "how often it left the grid", ge=0)
    collapse_count: int = state(0, "how often it collapsed", ge=0)
    gap_s: float = state(0.0, "without voltage in the last dip", ge=0)
    dip_pu: float = state(1.0, "lowest voltage of it", ge=0)
    island_s: float = state(0.0, "time away from the grid, alive", ge=0)
    dead_s: float = state(0.0, "time not live", ge=0)
    served_kwh: float = state(0.0, "energy its loads were given", ge=0)
    unserved_kwh: float = state(0.0, "energy its loads were not given", ge=0)
    curtailed_kwh: float = state(0.0, "energy of sources turned away", ge=0)
    dumped_kwh: float = state(0.0, "energy of formers at least power burnt off", ge=0)
    outage_s: float = state(0.0, "time with any demand unserved", ge=0)

    p_load_kw: float = out(0.0, "demand of its loads", ge=0)
    p_gen_kw: float = out(0.0, "what its sources can deliver", ge=0)
    unserved_kw: float = out(0.0, "demand that was not served", ge=0)
    curtailed_kw: float = out(0.0, "power of sources turned away", ge=0)
    dumped_kw: float = out(0.0, "power of formers burnt off", ge=0)
    f_hz: float = out(0.0, "frequency; 0 when dead")
    v_pu: float = out(1.0, "voltage", ge=0)

    def start(self) -> None:
        self.mode = CONNECTED if self.held else ISLANDED
        self.grid_present = self.held

    def offer(self, dt_s: float) -> None:
        """Offer what the inside can do within the contract."""
        wanted = self.held and self.close_cmd and self.upstream_closed
        self.exchanging = wanted and self.v_outside_pu >= self.dead_pu
        lend(self)
        if self.exchanging:
            own_kw = self.p_source_kw - self.p_demand_kw
            low_kw, high_kw = -self.import_max_kw, self.export_max_kw
            self.p_min_kw = clipped(own_kw + self.p_min_inside_kw, low_kw, high_kw)
            most_kw = clipped(own_kw + self.p_max_inside_kw, low_kw, high_kw)
            self.p_max_kw = max(most_kw, self.p_min_kw)

    def step(self, dt_s: float) -> None:
        """Book what the settlement left over."""
        book(self, self.short_kw, self.surplus_kw, dt_s)
        self.used_pu = 1.0
        if self.curtailed_kw > 0.0:
            self.used_pu = 1.0 - self.curtailed_kw / self.p_source_kw
        self.live = self.formed and not is_dark(self)
        self.f_hz = 0.0
        self.v_pu = AT_VOLTAGE_PU
        self.p_kw = 0.0
        self.apart = False
        if self.live:
            self.f_hz = self.f_nominal_hz + self.df_hz
        if self.exchanging:
            self.p_kw = self.p_settled_kw
            self.v_pu = self.v_outside_pu
            if self.live:
                self.f_hz = self.f_outside_hz if self.f_outside_hz > 0.0 else self.f_nominal_hz
            self.mode = CONNECTED
        else:
            if self.mode == CONNECTED:
                self.transfer_count += 1
            self.mode = ISLANDED if self.live else DEAD
        self.f_sync_hz = self.f_hz
        self.grid_present = self.exchanging
        count_time(self, dt_s)
        if self.exchanging:
            read_meter(self, dt_s)

    def enter_fine(self) -> None:
        """Begin where the coarse regime stands, with all angles at zero and all relays at rest."""
        self.grid_rad = 0.0
        self.theta_rad = 0.0
        self.v_for_s = 0.0
        self.f_for_s = 0.0
        self.f_slow_hz = 0.0
        self.away_for_s = 0.0
        self.picked_up = False
        self.good_s = 0.0
        self.low_s = 0.0
        self.rest_s = 0.0
        self.df_end_hz = self.f_hz - self.f_nominal_hz if self.f_hz > 0.0 else 0.0
        self.df_ahead_hz = self.df_end_hz
        self.v_told_pu = AT_VOLTAGE_PU
        self.swung = False
        self.turning = NONE_YET
        self.forming = False

    def fine_begin(self, dt_s: float) -> None:
        """Come to the mode of this step, and say what devices see in it."""
        if self.mode != CONNECTED or not is_calm(self):
            move(self, dt_s)
        df_hz = self.f_sync_outside_hz - self.f_nominal_hz
        if self.f_outside_hz > 0.0 and self.held:
            self.grid_rad = wrapped(self.grid_rad + TURN * df_hz * dt_s)
        if self.mode == CONNECTED or self.mode == OPENING:
            self.v_pu = outside_pu(self)
            self.exchanging = self.v_pu >= self.dead_pu and self.f_outside_hz > 0.0
            self.f_hz = 0.0
            self.theta_rad = self.grid_rad
            self.apart = False
            self.f_sync_hz = 0.0
            if self.exchanging:
                self.f_hz = self.f_outside_hz
                self.f_sync_hz = self.f_sync_outside_hz
                self.df_end_hz = df_hz
        else:
            self.exchanging = False
            self.apart = dt_s <= APART_S
            self.f_hz = self.f_nominal_hz + self.df_ahead_hz
            self.v_pu = self.v_told_pu
            if self.mode != ISLANDED and self.mode != SYNCHRONISING:
                self.v_pu = 0.0
                self.f_hz = 0.0
            self.f_sync_hz = self.f_hz
        self.grid_present = self.exchanging

    def fine_offer(self, dt_s: float) -> None:
        """Offer what the inside gives, within the contract, and lend its inertia and damping."""
        lend(self)

    def fine(self, dt_s: float) -> None:
        """Settle with the outside, or the island by itself, and book what is left over."""
        short_kw = self.p_demand_kw - self.p_source_kw - self.p_formers_kw
        self.p_kw = 0.0
        if self.exchanging:
            short_kw += self.p_settled_kw
            self.df_mean_hz = self.df_settled_hz
            self.slope_hz_per_s = self.slope_settled_hz_per_s
            turned_kw = self.damping_inside_kw_per_hz * self.df_settled_hz
            turned_kw += self.inertia_inside_kws_per_hz * self.slope_settled_hz_per_s
            self.p_kw = self.p_settled_kw - turned_kw
            self.forming = forms(self)
        elif self.mode == ISLANDED or self.mode == SYNCHRONISING:
            short_kw = settle_island(self, dt_s)
        else:
            self.slope_hz_per_s = 0.0
            if self.mode != CONNECTED and self.mode != OPENING:
                self.forming = forms(self)
        self.live = self.v_pu >= self.dead_pu
        if self.live:
            book_short(self, short_kw, dt_s)
            self.live = not is_dark(self)
        else:
            surplus_kw = self.p_source_kw + max(self.p_formers_kw, 0.0)
            book(self, self.p_demand_kw, surplus_kw, dt_s)
        self.unmet_kw = self.unserved_kw
        self.unused_kw = self.curtailed_kw + self.dumped_kw
        if self.v_pu < DIP_PU or self.in_dip:
            watch_voltage(self, dt_s)
        count_time(self, dt_s)
        if self.exchanging:
            read_meter(self, dt_s)
