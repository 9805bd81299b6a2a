"""The tour of a mobile unit: sent, set up, in service, fetched, brought home, filled."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from components._crews import HOUR_S, heard
from components._genset.modes import COOLING, READY, STARTING
from components._genset.modes import RUNNING as TURNING
from components._mobile.stages import (
    BLOCKED,
    CONNECTING,
    DECIDING,
    DRIVING,
    FILLING,
    IDLE,
    MOBILISING,
    NEVER,
    PACKING,
    RETURNING,
    RUNNING,
    STANDING,
    STOPPING,
    WAITING,
    connect_s,
    stage_s,
)
from components._mobile.team import ENOUGH, Team, drive, pool

if TYPE_CHECKING:
    import numpy as np

    from components.mobile_unit import MobileUnit

ORDERS = ("call", "stand_by")
TRUCK, TRAILER = 0, 1
TANKER, RETURN = 0, 1
AT_WORK = (STARTING, TURNING, READY, COOLING)


def wanted(unit: MobileUnit) -> bool:
    """Whether it shall be at its bus."""
    return unit.call or unit.stand_by


def change(unit: MobileUnit, env: Any, *more: str) -> Any:
    """When an order changes, or something more."""
    return env.any_of([env.change_of(unit, name) for name in (*ORDERS, *more)])


def sent(unit: MobileUnit, env: Any, stream: np.random.Generator, team: Team) -> Any:
    """Wait for an order until a team is ready to leave; whether it came that far."""
    unit.mode = IDLE
    while not wanted(unit):
        yield change(unit, env)
    unit.call_count += 1
    unit.called_s = env.now
    unit.mode = DECIDING
    yield env.timeout(stage_s(unit, "decide", stream))
    if wanted(unit) and team.lacking() != ENOUGH:
        yield from wait_in_vain(unit, env, team)
    if not wanted(unit):
        return False
    return (yield from mustered(unit, env, stream, team))


def wait_in_vain(unit: MobileUnit, env: Any, team: Team) -> Any:
    """Say why nobody will ever come, until the order is taken back."""
    unit.never_cause = team.lacking()
    unit.never_count += 1
    unit.mode = NEVER
    while wanted(unit):
        yield change(unit, env)


def mustered(unit: MobileUnit, env: Any, stream: np.random.Generator, team: Team) -> Any:
    """Wait for a team and an open road; whether the order still stands then."""
    unit.mode = WAITING
    ready = team.ask()
    while wanted(unit) and not team.there():
        yield env.any_of([ready, change(unit, env)])
    if wanted(unit):
        unit.mode = MOBILISING
        yield env.timeout(stage_s(unit, "mobilise", stream))
    while wanted(unit) and not unit.road_open:
        unit.mode = BLOCKED
        yield change(unit, env, "road_open")
    if not wanted(unit):
        team.part()
    return wanted(unit)


def set_up(unit: MobileUnit, env: Any, stream: np.random.Generator, team: Team) -> Any:
    """Drive there, be placed and connected."""
    team.set_out()
    unit.mode = DRIVING
    yield from drive(unit, env, stream)
    unit.mode = CONNECTING
    yield env.timeout(connect_s(unit, stream))
    team.book(env.now)
    unit.connected = True
    unit.visit_count += 1
    unit.waited_h += (env.now - unit.called_s) / HOUR_S


def left_there(unit: MobileUnit, env: Any, stream: np.random.Generator, team: Team) -> Any:
    """Who brought a trailer drives home."""
    yield from drive(unit, env, stream)
    team.come_home()


def serve(unit: MobileUnit, env: Any, stream: np.random.Generator) -> Any:
    """Run or stand by as ordered, with fuel as called for; until it has to leave, at rest."""
    while wanted(unit) and not (unit.fuel_low and unit.refuel == RETURN):
        unit.run_cmd = unit.call or unit.spins
        unit.mode = RUNNING if unit.run_cmd else STANDING
        if unit.fuel_low and not unit.fuelling:
            env.process(bring_fuel(unit, env, stream))
        yield change(unit, env, "fuel_low")
    unit.run_cmd = False
    unit.mode = STOPPING
    while unit.engine_mode in AT_WORK:
        yield env.change_of(unit, "engine_mode")


def fetched(unit: MobileUnit, env: Any, stream: np.random.Generator, team: Team) -> Any:
    """A trailer that is wanted no more waits for who brings it home."""
    unit.never_cause = team.lacking()
    if unit.never_cause != ENOUGH:
        unit.mode = NEVER
        yield env.event()
    unit.mode = WAITING
    yield team.ask()
    unit.mode = MOBILISING
    yield env.timeout(stage_s(unit, "mobilise", stream))
    while not unit.road_open:
        unit.mode = BLOCKED
        yield env.change_of(unit, "road_open")
    team.set_out()
    unit.mode = DRIVING
    yield from drive(unit, env, stream)


def go_home(unit: MobileUnit, env: Any, stream: np.random.Generator, team: Team) -> Any:
    """Be packed up, driven home and filled."""
    unit.connected = False
    unit.mode = PACKING
    yield env.timeout(connect_s(unit, stream))
    unit.mode = RETURNING
    yield from drive(unit, env, stream)
    team.come_home()
    if unit.tank_l > 0.0:
        unit.mode = FILLING
        yield env.timeout(unit.fill_s)
        unit.refuelled_l += max(unit.tank_l - unit.tank_left_l, 0.0)
    yield from heard(unit, env, ["fuel_low"])


def bring_fuel(unit: MobileUnit, env: Any, stream: np.random.Generator) -> Any:
    """A tanker comes as often as the tank calls; what it brings is what the tank gains."""
    tankers = pool(env, f"tankers of {unit.depot}", unit.tankers_count)
    if not tankers:
        return
    unit.fuelling = True
    while unit.connected and unit.fuel_low:
        with tankers.request() as free:
            yield free
            yield env.timeout(HOUR_S * unit.tanker_lead_h)
            while not unit.road_open:
                yield env.change_of(unit, "road_open")
            yield from drive(unit, env, stream)
            yield env.timeout(unit.tanker_pump_s)
            room_l = max(unit.tank_l - unit.tank_left_l, 0.0)
            if unit.connected:
                unit.refuelled_l += min(unit.tanker_l, room_l)
                unit.tanker_count += 1
            yield from drive(unit, env, stream)
        if room_l <= unit.tanker_l:  # else it knows that it has to come again
            yield from heard(unit, env, ["fuel_low"])
    unit.fuelling = False
