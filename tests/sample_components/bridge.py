"""A converter between a bus and a store."""

from __future__ import annotations

from twin.component import Converter, inp, param


class Bridge(Converter):
    """Converter without losses."""

    rated_kva: float = param(10.0, "rating", gt=0)
    p_set_kw: float = inp(0.0, "wanted power")
    online: bool = inp(True, "switched on")

    def offer(self, dt_s: float) -> None:
        """Offer the wanted power."""
        self.p0_kw = self.p_set_kw

    def step(self, dt_s: float) -> None:
        """Take from the store what the bus settled."""
        self.p_kw = self.p_settled_kw
        self.p_dc_kw = self.p_kw
