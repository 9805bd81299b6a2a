"""The crews and the truck of one tour, from asking for them until they are home."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from components._crews import HOUR_S, crews_of, one_way_s

if TYPE_CHECKING:
    import numpy as np

    from components.mobile_unit import MobileUnit

CAUSES = ("none", "too_few_crews", "too_few_trucks")
ENOUGH, FEW_CREWS, FEW_TRUCKS = range(3)


class Team:
    """All that a unit asks for at one instant: who asks first is served first, so none block."""

    def __init__(self, unit: MobileUnit, env: Any) -> None:
        self.unit, self.env = unit, env
        self.crews = crews_of(unit, env)
        self.trucks = pool(env, f"trucks of {unit.depot}", unit.trucks_count)
        self.asked: list[Any] = []
        self.booked_s = 0.0

    def lacking(self) -> int:
        """Why it can never be complete."""
        if self.crews.capacity < self.unit.crews_needed_count:
            return FEW_CREWS
        return ENOUGH if self.trucks else FEW_TRUCKS

    def ask(self) -> Any:
        """Ask for all; what happens when all are there."""
        self.asked = [self.crews.request() for _ in range(self.unit.crews_needed_count)]
        self.asked.append(self.trucks.request())
        return self.env.all_of(self.asked)

    def there(self) -> bool:
        """Whether all have come that were asked for."""
        return all(request.triggered for request in self.asked)

    def part(self) -> None:
        """Let others have them, and take back what is still asked."""
        for request in self.asked:
            if request.triggered:
                request.resource.release(request)
            else:
                request.cancel()
        self.asked = []

    def set_out(self) -> None:
        """Leave for a trip, which is paid as it begins."""
        self.unit.cost_usd += self.unit.trip_usd
        self.leave()

    def leave(self) -> None:
        """From now on they are away, each hour of which is paid."""
        self.booked_s = self.env.now
        self.unit.teams_out_count += 1
        self.unit.away = True
        self.env.at_end[self] = self.book

    def book(self, now_s: float) -> None:
        """The hours of the crews since they were booked last."""
        hours = self.unit.crews_needed_count * (now_s - self.booked_s) / HOUR_S
        self.booked_s = now_s
        self.unit.away_h += hours
        self.unit.cost_usd += self.unit.labour_usd_per_h * hours

    def come_home(self) -> None:
        """Be free for others."""
        self.book(self.env.now)
        del self.env.at_end[self]
        self.unit.teams_out_count -= 1
        self.unit.away = self.unit.teams_out_count > 0
        self.unit.trip_count += 1
        self.part()


def pool(env: Any, name: str, count: int) -> Any:
    """Vehicles that all share who name them; None where there are none."""
    import simpy

    return env.shared(name, lambda: simpy.Resource(env, count) if count else None)


def drive(unit: MobileUnit, env: Any, stream: np.random.Generator) -> Any:
    """One way between depot and bus; of one that the end of the run cuts, its first part."""
    way = Way(unit, env.now, one_way_s(unit, stream))
    env.at_end[way] = way.book
    yield env.timeout(way.lasts_s)
    del env.at_end[way]
    way.cover(1.0)


class Way:
    """A drive, as far as it is booked."""

    def __init__(self, unit: MobileUnit, began_s: float, lasts_s: float) -> None:
        self.unit, self.began_s, self.lasts_s = unit, began_s, lasts_s
        self.covered_pu = 0.0

    def book(self, now_s: float) -> None:
        """What has been driven by now."""
        self.cover(min((now_s - self.began_s) / self.lasts_s, 1.0))

    def cover(self, share_pu: float) -> None:
        """Book it as far as this share."""
        km = (share_pu - self.covered_pu) * self.unit.distance_km
        self.covered_pu = share_pu
        self.unit.driven_km += km
        self.unit.drive_fuel_l += self.unit.drive_l_per_km * km
        self.unit.cost_usd += self.unit.drive_usd_per_km * km
