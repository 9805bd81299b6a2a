"""A sound component for the contract to pass. Valid at any step. Leaves out: nearly everything."""

from __future__ import annotations

import math

import numpy as np

from twin.component import AcDevice, Vector, delay_line, inp, out, param, state
from twin.delay import delayed

OFF, ON = 0, 1
AIR_DEGC = (-20.0, 40.0)
AIRS_DEGC = np.array([-20.0, 0.0, 20.0])
NEEDS_PU = np.array([1.0, 0.6, 0.2])


class Heater(AcDevice):
    """An electric heater whose order arrives late."""

    rated_kw: float = param(10.0, "rated power", gt=0)
    order_s: float = param(0.5, "time an order takes to arrive", ge=0)
    curve: int = param(0, "how need follows the air", labels=("table", "line"))
    allowed: bool = inp(True, "may heat")
    air_degc: float = inp(0.0, "air temperature")
    v_pu: float = inp(1.0, "voltage at the terminal", ge=0, le=2)
    mode: int = state(OFF, "what it does", labels=("off", "on"))
    starts: int = state(0, "how often it was switched on", ge=0)
    need_pu: float = state(0.0, "share of the rating that the air asks for", ge=0, le=1)
    used_kwh: float = state(0.0, "energy taken", ge=0)
    orders: Vector = delay_line("order_s", "orders on their way")
    q_kvar: float = out(0.0, "reactive power delivered")

    def start(self) -> None:
        self.need_pu = need(self.curve, self.air_degc)

    def enter_fine(self) -> None:
        self.need_pu = need(self.curve, self.air_degc)

    def fine(self, dt_s: float) -> None:
        toward(self, 1.0 - math.exp(-dt_s / 0.2))
        self.p_kw = -self.rated_kw * self.need_pu * self.v_pu * self.v_pu
        self.used_kwh -= self.p_kw * dt_s / 3600.0

    def step(self, dt_s: float) -> None:
        """Follow the air, late."""
        toward(self, 1.0)
        wanted = 1.0 if self.allowed else 0.0
        share = delayed(self.orders, wanted, self.order_s, dt_s)
        before = self.mode
        self.mode = ON if share > 0.0 else OFF
        if self.mode == ON and before == OFF:
            self.starts += 1
        self.p_kw = -self.rated_kw * max(share, 0.0) * self.need_pu * self.v_pu * self.v_pu
        self.q_kvar = 0.1 * self.p_kw
        self.used_kwh -= self.p_kw * dt_s / 3600.0


def toward(device: Heater, share: float) -> None:
    """Move the need a share of the way to what the air asks for."""
    gap = need(device.curve, device.air_degc) - device.need_pu
    device.need_pu = min(max(device.need_pu + share * gap, 0.0), 1.0)


def need(curve: int, air_degc: float) -> float:
    """The share of the rating that is needed."""
    if curve == 0:
        least = 0.0
        for i in range(len(NEEDS_PU)):
            if air_degc < AIRS_DEGC[i]:
                least = max(least, NEEDS_PU[i])
        return least
    line = (AIR_DEGC[1] - air_degc) / (AIR_DEGC[1] - AIR_DEGC[0])
    return min(max(line, 0.0), 1.0)
