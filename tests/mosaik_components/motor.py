"""A motor with reactive power, whose power follows the voltage. Leaves out: its start."""

from __future__ import annotations

from twin.component import AcDevice, inp, out, param


class Motor(AcDevice):
    """Power with the square of the voltage, at a fixed power factor."""

    rated_kw: float = param(100.0, "power at nominal voltage", ge=0)
    reactive_pu: float = param(0.5, "reactive over active power", ge=0)
    v_pu: float = inp(1.0, "voltage of its bus", ge=0)
    q_kvar: float = out(0.0, "reactive power delivered to the bus")

    def step(self, dt_s: float) -> None:
        self.p_kw = -self.rated_kw * self.v_pu * self.v_pu
        self.q_kvar = self.p_kw * self.reactive_pu
