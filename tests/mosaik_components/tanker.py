"""A tanker with a crew that it shares. Leaves out: traffic."""

from __future__ import annotations

from typing import Any

from twin.component import Component, inp, param, state


class Tanker(Component):
    """Brings one load for each order, once a crew is free."""

    load_l: float = param(400.0, "what it brings", gt=0)
    travel_s: float = param(7200.0, "there, and back again", ge=0)
    crew_count: int = param(1, "crews of all tankers together", ge=1)
    order_count: int = inp(0, "orders so far")
    brought_l: float = state(0.0, "counter of litres brought", ge=0)
    trip_count: int = state(0, "deliveries", ge=0)
    last_s: float = state(0.0, "when it last delivered", ge=0)

    def process(self, env: Any) -> Any:
        import simpy

        crew = env.shared("crew", lambda: simpy.Resource(env, self.crew_count))
        served = 0
        while True:
            if self.order_count == served:
                yield env.change_of(self, "order_count")
            served += 1
            with crew.request() as free:
                yield free
                yield env.timeout(self.travel_s)
                self.brought_l += self.load_l
                self.trip_count += 1
                self.last_s = env.now
                yield env.timeout(self.travel_s)
