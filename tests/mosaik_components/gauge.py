"""Orders fuel when a tank runs low. Valid at any step. Leaves out: how fuel comes."""

from __future__ import annotations

from twin.component import Component, inp, param, state


class Gauge(Component):
    """Counts its orders: one when the level falls below a mark, the next after a delivery."""

    mark_l: float = param(100.0, "level at which it orders", ge=0)
    level_l: float = inp(1000.0, "what is in the tank")
    brought_l: float = inp(0.0, "counter of litres brought")
    order_count: int = state(0, "orders so far", ge=0)
    seen_l: float = state(0.0, "the counter when it last ordered", ge=0)
    waiting: bool = state(False, "whether an order is open")

    def step(self, dt_s: float) -> None:
        if self.waiting and self.brought_l > self.seen_l:
            self.waiting = False
        if not self.waiting and self.level_l < self.mark_l:
            self.waiting = True
            self.seen_l = self.brought_l
            self.order_count += 1
