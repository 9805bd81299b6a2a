"""What crews have in common: whom they wait for, how long things take, what a trip costs."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from twin.component import Component, inp, param, state

HOUR_S = 3600.0
AGAIN_S = 86400.0  # whoever is not heard calls again a day later


class Crewed(Component):
    """A device that sends a crew: the way there, its costs, and what has been driven."""

    crew: str = param("crew", "whose crew comes; all that name it share it")
    crews_count: int = param(1, "how many crews that is; who asks first tells", ge=1)
    distance_km: float = param(50.0, "one way; an assumption", ge=0)
    speed_km_per_h: float = param(40.0, "mean speed; an assumption", gt=0)
    travel_sigma_pu: float = param(0.0, "sigma of the logarithm of the travel time", ge=0)
    trip_usd: float = param(125.0, "a trip; a service visit to a small set, an assumption", ge=0)
    drive_usd_per_km: float = param(0.0, "beside it, each kilometre", ge=0)
    labour_usd_per_h: float = param(0.0, "beside it, each hour away", ge=0)

    road_open: bool = inp(True, "whether a crew can get through")

    away: bool = state(False, "whether its crew is out")
    trip_count: int = state(0, "trips there and back", ge=0)
    driven_km: float = state(0.0, "driven, both ways", ge=0)
    away_h: float = state(0.0, "hours that crews were out", ge=0)
    waited_h: float = state(0.0, "from call to help, all calls together", ge=0)
    cost_usd: float = state(0.0, "cost of all trips", ge=0)


def lasting_s(stream: np.random.Generator, mean_h: float, sigma: float) -> float:
    """A lognormal length of the given mean; that mean where sigma is 0."""
    shift = sigma * float(stream.standard_normal()) - 0.5 * sigma * sigma
    return HOUR_S * mean_h * math.exp(shift)


def crews_of(unit: Crewed, env: Any) -> Any:
    """The crews that a unit shares with all that name them."""
    import simpy

    return env.shared(unit.crew, lambda: simpy.Resource(env, unit.crews_count))


def help_there(unit: Crewed, env: Any, stream: np.random.Generator, work_s: float) -> Any:
    """Leave when the road is open, arrive and work; returns when the crew left."""
    while not unit.road_open:
        yield env.change_of(unit, "road_open")
    left_s = env.now
    unit.away = True
    yield env.timeout(one_way_s(unit, stream) + work_s)
    return left_s


def drive_home(unit: Crewed, env: Any, stream: np.random.Generator, left_s: float) -> Any:
    """Come home and book the trip."""
    yield env.timeout(one_way_s(unit, stream))
    hours = (env.now - left_s) / HOUR_S
    unit.away = False
    unit.trip_count += 1
    unit.driven_km += 2.0 * unit.distance_km
    unit.away_h += hours
    unit.cost_usd += unit.trip_usd + unit.drive_usd_per_km * 2.0 * unit.distance_km
    unit.cost_usd += unit.labour_usd_per_h * hours


def one_way_s(unit: Crewed, stream: np.random.Generator) -> float:
    """How long the way takes this time."""
    return lasting_s(stream, unit.distance_km / unit.speed_km_per_h, unit.travel_sigma_pu)


def heard(unit: Crewed, env: Any, calls: list[str]) -> Any:
    """Wait until calls that were answered are taken back, which takes a step or two.

    One that stands for a day more was not answered in full, or is a new one.
    """
    later = env.timeout(AGAIN_S) if any(getattr(unit, call) for call in calls) else None
    while later is not None and not later.processed:
        standing = [call for call in calls if getattr(unit, call)]
        if not standing:
            return
        yield env.any_of([later, *(env.change_of(unit, call) for call in standing)])
