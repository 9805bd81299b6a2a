"""Visits to a site: fuel when its tank is low, service when it is due, both in one trip.

A call (`fuel_low`, `service_due`) or the plan (`every_d`, counted from the start; 0: only when
called) sends a crew, after a lead time of the depot, as soon as one is free and the road is open.
Each visit does all that is to do then: it fills the tank as far as the tanker lasts,

    delivered = min(tanker, tank - left)          left: what the tank holds when the hose is there

and services if that is due or the visit was planned. The set is told by the counters
`refuelled_l` and `serviced_count`. A call that is taken back within the lead time is cancelled.
For a van of its own beside the tanker, take two of these and wire one call to each.

A litre is counted once: what is delivered is what the tank gains, as long as `tank_l` is that of
the set. Travel time and lead time are lognormal with a mean and the sigma of the logarithm (0:
always the mean); lead time, distance and cost are assumptions, service about 125 USD a visit of a
small set. Event-driven: instants do not depend on the step, but the set hears of them at its next
one. Leaves out: theft and evaporation, tours over several sites; a crew that left arrives.
"""

from __future__ import annotations

import math
from typing import Any

from components._crews import HOUR_S, Crewed, crews_of, drive_home, heard, help_there, lasting_s
from twin.component import inp, param, state

DAY_S = 86400.0
CALLS = ("fuel_low", "service_due")


class Visit(Crewed):
    """Tanker and service crew: comes when called or planned, fills the tank, services the set."""

    role = "logistics"

    lead_h: float = param(24.0, "mean time from the call until it can leave; an assumption", ge=0)
    lead_sigma_pu: float = param(0.0, "sigma of its logarithm", ge=0)
    stay_h: float = param(1.0, "time on site; an assumption", ge=0)
    every_d: float = param(0.0, "planned visits, days apart; 0: none", ge=0)
    tanker_l: float = param(2000.0, "most it brings in a trip; 0: no fuel", ge=0)
    tank_l: float = param(500.0, "size of the tank on site", ge=0)

    fuel_low: bool = inp(False, "whether the tank asks for fuel")
    tank_left_l: float = inp(0.0, "what it holds", ge=0)
    service_due: bool = inp(False, "whether the set asks for service")

    visit_count: int = state(0, "visits", ge=0)
    refuelled_l: float = state(0.0, "counter of litres brought", ge=0)
    serviced_count: int = state(0, "services done", ge=0)

    def process(self, env: Any) -> Any:
        """Wait for a call or the plan, go, do what is to do, and be heard."""
        stream, crews = env.stream(self), crews_of(self, env)
        plan = env.timeout(self.every_d * DAY_S) if self.every_d else None
        while True:
            yield from called(self, env, plan)
            called_s, planned = env.now, plan is not None and plan.processed
            if planned:
                plan = env.timeout(until_next_s(self.every_d * DAY_S, env.now))
            else:
                yield env.timeout(lasting_s(stream, self.lead_h, self.lead_sigma_pu))
            if not (planned or self.fuel_low or self.service_due):
                continue
            with crews.request() as free:
                yield free
                left_s = yield from help_there(self, env, stream, self.stay_h * HOUR_S)
                calls = [call for call in CALLS if getattr(self, call)]
                do_all(self, planned)
                self.waited_h += 0.0 if planned else (env.now - called_s) / HOUR_S
                yield from drive_home(self, env, stream, left_s)
            yield from heard(self, env, calls)


def called(visit: Visit, env: Any, plan: Any) -> Any:
    """Wait until the site calls or a visit is planned."""
    while not (visit.fuel_low or visit.service_due or (plan and plan.processed)):
        changes = [env.change_of(visit, call) for call in CALLS]
        yield env.any_of([*changes, plan] if plan else changes)


def until_next_s(every_s: float, now_s: float) -> float:
    """From now to the next planned visit; one that is now has just been."""
    return every_s * (math.floor(now_s / every_s + 1e-9) + 1) - now_s


def do_all(visit: Visit, planned: bool) -> None:
    """Fill the tank, and service where that is due."""
    visit.visit_count += 1
    visit.refuelled_l += min(visit.tanker_l, max(visit.tank_l - visit.tank_left_l, 0.0))
    if visit.service_due or planned:
        visit.serviced_count += 1
