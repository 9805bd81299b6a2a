"""The switch between a site and the bus outside: when it opens, what follows, how it comes back.

    connected -> opening -> transferring -> islanded -> synchronising -> connected
                                   \\-> dead -> islanded (black start)      islanded -> returning

Each relay counts while voltage or frequency outside is beyond its level and falls back at once; its
time up, the switch opens after `switch_s`. It opens as well on command, and when the breaker above
is known to be open. Until it is open, the loads have the voltage outside. Frequency is measured
where there is voltage; its rate of change is (f - f behind a lag of `rocof_s`) / `rocof_s`.

Then the bus is without voltage until a former shows that it forms: at once where one did all along.
An automatic transfer switch (`ats`) stays in between for `transfer_s`, both ways. Where nothing
forms for `collapse_s` the site is dead.

The grid counts as back when no relay would pick up for `return_s`. A static switch then waits for
the window of frequency, voltage and angle, which slips by itself; a dead site is closed on at once.
After a collapse formers may try again when `restart_s` are over.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from components._bus.angles import NONE_YET, wrapped
from components._bus.books import clear_dip
from components._bus.swing import AT_VOLTAGE_PU
from twin.lags import lagged

if TYPE_CHECKING:
    from components.site_bus import SiteBus

CONNECTED, OPENING, TRANSFERRING, ISLANDED, SYNCHRONISING, RETURNING, DEAD = range(7)
MODES = (
    "connected",
    "opening",
    "transferring",
    "islanded",
    "synchronising",
    "returning",
    "dead",
)

NONE, UNDER_VOLTAGE, OVER_VOLTAGE, UNDER_FREQUENCY, OVER_FREQUENCY, ROCOF, STATUS, COMMAND = range(
    8
)
CAUSES = (
    "none",
    "under_voltage",
    "over_voltage",
    "under_frequency",
    "over_frequency",
    "rocof",
    "breaker_status",
    "command",
)

STANDING, NO_SOLUTION, NOTHING_FORMS, LOW_VOLTAGE = range(4)
COLLAPSES = ("never", "no_solution", "nothing_forms_it", "low_voltage")

STATIC_SWITCH, ATS = 0, 1
SWITCHES = ("static_switch", "ats")

EARLY_S = 1e-9  # times are sums of steps


def outside_pu(bus: SiteBus) -> float:
    """Voltage outside; none behind an open breaker, since the rest of the feeder takes it."""
    return bus.v_outside_pu if bus.upstream_closed else 0.0


def is_calm(bus: SiteBus) -> bool:
    """Whether no relay counts or would pick up."""
    return (
        not bus.picked_up
        and bus.close_cmd
        and bus.upstream_closed
        and bus.under_v_pu <= bus.v_outside_pu <= bus.over_v_pu
        and bus.under_f_hz <= bus.f_outside_hz <= bus.over_f_hz
        and bus.rocof_trip_hz_per_s <= 0.0
    )


def move(bus: SiteBus, dt_s: float) -> None:
    """Come to the mode of the step that begins now."""
    if bus.mode == CONNECTED:
        look_out(bus, dt_s)
    if bus.mode == OPENING:
        open_switch(bus, dt_s)
    if bus.mode == TRANSFERRING:
        take_over(bus, dt_s)
    elif bus.mode == RETURNING:
        if bus.since_s >= bus.transfer_s - EARLY_S:
            connect(bus)
        bus.since_s += dt_s
    elif bus.mode != CONNECTED and bus.mode != OPENING:
        come_back(bus, dt_s)


def look_out(bus: SiteBus, dt_s: float) -> None:
    """Let the relays count; with the first whose time was up before this step the switch opens."""
    cause = watch_voltage_outside(bus, dt_s)
    if cause == NONE:
        cause = watch_frequency_outside(bus, dt_s)
    if not bus.upstream_closed and bus.away_for_s >= bus.status_delay_s - EARLY_S:
        cause = STATUS
    bus.away_for_s = 0.0 if bus.upstream_closed else bus.away_for_s + dt_s
    if not bus.close_cmd:
        cause = COMMAND
    bus.picked_up = bus.v_for_s > 0.0 or bus.f_for_s > 0.0 or bus.away_for_s > 0.0
    if cause != NONE:
        bus.cause = cause
        bus.mode = OPENING
        bus.since_s = 0.0
        if not bus.in_dip:
            clear_dip(bus)


def watch_voltage_outside(bus: SiteBus, dt_s: float) -> int:
    """Under- and over-voltage."""
    v_pu = outside_pu(bus)
    low, high = v_pu < bus.under_v_pu, v_pu > bus.over_v_pu
    cause = NONE
    if low and bus.v_for_s >= bus.under_v_s - EARLY_S:
        cause = UNDER_VOLTAGE
    elif high and bus.v_for_s >= bus.over_v_s - EARLY_S:
        cause = OVER_VOLTAGE
    bus.v_for_s = bus.v_for_s + dt_s if low or high else 0.0
    return cause


def watch_frequency_outside(bus: SiteBus, dt_s: float) -> int:
    """Under- and over-frequency and its rate of change, where there is voltage to measure it."""
    f_hz = bus.f_outside_hz
    if outside_pu(bus) < bus.dead_pu or f_hz <= 0.0:
        bus.f_for_s = 0.0
        bus.f_slow_hz = 0.0
        return NONE
    low, high = f_hz < bus.under_f_hz, f_hz > bus.over_f_hz
    cause = NONE
    if low and bus.f_for_s >= bus.under_f_s - EARLY_S:
        cause = UNDER_FREQUENCY
    elif high and bus.f_for_s >= bus.over_f_s - EARLY_S:
        cause = OVER_FREQUENCY
    bus.f_for_s = bus.f_for_s + dt_s if low or high else 0.0
    if bus.rocof_trip_hz_per_s > 0.0:
        before_hz = bus.f_slow_hz if bus.f_slow_hz > 0.0 else f_hz
        bus.f_slow_hz = lagged(before_hz, f_hz, bus.rocof_s, dt_s)
        if abs(f_hz - bus.f_slow_hz) > bus.rocof_trip_hz_per_s * bus.rocof_s:
            cause = ROCOF
    return cause


def open_switch(bus: SiteBus, dt_s: float) -> None:
    """Open when the switch has had its time."""
    if bus.since_s >= bus.switch_s - EARLY_S:
        bus.mode = TRANSFERRING
        bus.transfer_count += 1
        bus.since_s = 0.0
        bus.good_s = 0.0
        bus.df_ahead_hz = bus.df_end_hz
    else:
        bus.since_s += dt_s


def take_over(bus: SiteBus, dt_s: float) -> None:
    """Become an island as soon as something forms it, dead when nothing did for too long."""
    wait_s = bus.transfer_s if bus.transfer == ATS else 0.0
    if bus.forming and bus.since_s >= wait_s - EARLY_S:
        stand_alone(bus)
    elif bus.since_s >= wait_s + bus.collapse_s - EARLY_S:
        collapse(bus, NOTHING_FORMS)
    bus.since_s += dt_s


def stand_alone(bus: SiteBus) -> None:
    """Begin as an island, whose voltage is taken as nominal until it is solved."""
    bus.mode = ISLANDED
    bus.v_told_pu = AT_VOLTAGE_PU
    bus.swung = False
    bus.turning = NONE_YET
    bus.low_s = 0.0


def collapse(bus: SiteBus, reason: int) -> None:
    """Lose the voltage, and say why."""
    bus.mode = DEAD
    bus.collapsed = reason
    bus.collapse_count += 1
    bus.rest_s = bus.restart_s if reason != NOTHING_FORMS else 0.0
    bus.forming = False
    bus.v_pu = 0.0
    bus.df_end_hz = 0.0
    bus.df_ahead_hz = 0.0


def come_back(bus: SiteBus, dt_s: float) -> None:
    """Restart a dead site, and connect when the grid is back and there is time for it."""
    if bus.mode == DEAD:
        if bus.forming and bus.rest_s <= EARLY_S:
            stand_alone(bus)
        bus.rest_s = max(bus.rest_s - dt_s, 0.0)
    if not is_back(bus):
        bus.good_s = 0.0
        bus.mode = ISLANDED if bus.mode == SYNCHRONISING else bus.mode
    elif bus.good_s < bus.return_s - EARLY_S:
        bus.good_s += dt_s
    elif bus.mode == DEAD or (bus.transfer == STATIC_SWITCH and is_in_window(bus)):
        connect(bus)
    elif bus.transfer == ATS:
        bus.mode = RETURNING
        bus.since_s = dt_s
    else:
        bus.mode = SYNCHRONISING


def is_back(bus: SiteBus) -> bool:
    """Whether connection is wanted and no relay would pick up."""
    wanted = bus.held and bus.close_cmd and bus.upstream_closed
    voltage = bus.under_v_pu <= bus.v_outside_pu <= bus.over_v_pu
    return wanted and voltage and bus.under_f_hz <= bus.f_outside_hz <= bus.over_f_hz


def is_in_window(bus: SiteBus) -> bool:
    """Whether frequency, voltage and angle on both sides of the switch are near enough."""
    df_hz = bus.f_nominal_hz + bus.df_ahead_hz - bus.f_outside_hz
    angle = wrapped(bus.theta_rad - bus.grid_rad)
    near = abs(df_hz) <= bus.sync_df_hz and abs(bus.v_pu - bus.v_outside_pu) <= bus.sync_dv_pu
    return near and abs(angle) <= bus.sync_angle_deg * (math.pi / 180.0)


def connect(bus: SiteBus) -> None:
    """Be one with the grid again, all relays at rest."""
    bus.mode = CONNECTED
    bus.picked_up = False
    bus.v_for_s = 0.0
    bus.f_for_s = 0.0
    bus.away_for_s = 0.0
    bus.f_slow_hz = 0.0
