"""A tank that calls for fuel and asks for service. Valid at any step. Leaves out: an engine."""

from __future__ import annotations

from twin.component import Component, inp, param, state


class Sump(Component):
    """Burns at a steady rate while it lasts, calls below a mark, wears by the hour."""

    burn_l_per_h: float = param(2.0, "what it burns", ge=0)
    tank_l: float = param(500.0, "its size", ge=0)
    reorder_l: float = param(150.0, "level below which it calls", ge=0)
    service_every_h: float = param(1e9, "hours between two services", gt=0)
    refuelled_l: float = inp(0.0, "counter of litres brought", ge=0)
    serviced_count: int = inp(0, "services so far")
    tank_left_l: float = state(500.0, "what it holds", ge=0)
    burnt_l: float = state(0.0, "what it burnt", ge=0)
    dry_h: float = state(0.0, "hours without fuel", ge=0)
    fuel_low: bool = state(False, "it calls for fuel")
    service_due: bool = state(False, "it asks for service")
    worn_h: float = state(0.0, "hours since the last service", ge=0)
    seen_l: float = state(0.0, "the counter when last read", ge=0)
    seen_count: int = state(0, "the other", ge=0)

    def step(self, dt_s: float) -> None:
        burnt_l = min(self.burn_l_per_h * dt_s / 3600.0, self.tank_left_l)
        if burnt_l < self.burn_l_per_h * dt_s / 3600.0:
            self.dry_h += dt_s / 3600.0
        self.burnt_l += burnt_l
        brought_l = self.refuelled_l - self.seen_l
        self.tank_left_l = min(self.tank_left_l - burnt_l + brought_l, self.tank_l)
        self.seen_l = self.refuelled_l
        self.fuel_low = self.tank_left_l < self.reorder_l
        self.worn_h += dt_s / 3600.0
        if self.serviced_count > self.seen_count:
            self.worn_h = 0.0
        self.seen_count = self.serviced_count
        self.service_due = self.worn_h >= self.service_every_h
