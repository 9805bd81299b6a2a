"""A controller."""

from __future__ import annotations

from twin.component import Component, inp, out, param


class Brain(Component):
    """Wants from the store what the loads take."""

    share_pu: float = param(1.0, "share of the load", ge=0, le=1)
    p_load_kw: float = inp(0.0, "load of the bus", ge=0)
    soc_pu: float = inp(0.5, "state of charge", ge=0, le=1)
    p_set_kw: float = out(0.0, "wanted power")
    call: bool = out(False, "call for the truck")

    def step(self, dt_s: float) -> None:
        """Decide."""
        self.p_set_kw = self.share_pu * self.p_load_kw
        self.call = self.soc_pu < 0.2
