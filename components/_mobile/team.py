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
        self.left_s = 0.0

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

    def leave(self) -> None:
        """From now on they are away."""
        self.left_s = self.env.now
        self.unit.teams_out_count += 1
        self.unit.away = True

    def come_home(self) -> None:
        """Book the trip, and be free for others."""
        unit = self.unit
        hours = unit.crews_needed_count * (self.env.now - self.left_s) / HOUR_S
        unit.teams_out_count -= 1
        unit.away = unit.teams_out_count > 0
        unit.trip_count += 1
        unit.away_h += hours
        unit.cost_usd += unit.trip_usd + unit.labour_usd_per_h * hours
        self.part()


def pool(env: Any, name: str, count: int) -> Any:
    """Vehicles that all share who name them; None where there are none."""
    import simpy

    return env.shared(name, lambda: simpy.Resource(env, count) if count else None)


def drive(unit: MobileUnit, env: Any, stream: np.random.Generator) -> Any:
    """One way between depot and bus, with its kilometres, fuel and cost."""
    yield env.timeout(one_way_s(unit, stream))
    unit.driven_km += unit.distance_km
    unit.drive_fuel_l += unit.drive_l_per_km * unit.distance_km
    unit.cost_usd += unit.drive_usd_per_km * unit.distance_km
