"""Computing or telecom room: IT power from utilisation, with its cooling and its power path.

    P_it = rated (idle + (1 - idle) u)          u: utilisation, 0 to 1
    P    = P_it PUE / eta_ups                   taken from the bus

The straight line is the usual server model (Fan et al. 2007, who also give a curved one); an idle
share of 0.40 to 0.55 is typical of two-socket servers, 0.15 to 0.30 of the best in SPECpower. PUE
1.2 to 1.5 is a design range; double conversion passes 0.94 to 0.96, eco mode 0.99. Idle 0, PUE 1
and efficiency 1 make it P = rated u.

Valid for 1 s and longer. Leaves out: cooling that follows the air temperature, the energy inside
the UPS, walk-in, dependence on voltage and frequency, reactive power. Power is demanded whether or
not the bus can serve it; what was not served is counted by the bus.
"""

from __future__ import annotations

from twin.component import AcDevice, inp, out, param, state


class ItLoad(AcDevice):
    """IT room as a load: idle share, utilisation, PUE and UPS efficiency."""

    role = "load"

    rated_kw: float = param(10.0, "IT power at full utilisation", ge=0)
    idle_pu: float = param(0.45, "IT power when idle, of rated", ge=0, le=1)
    pue_pu: float = param(1.3, "power of the facility over IT power", ge=1, le=5)
    ups_efficiency_pu: float = param(0.96, "of the power path ahead of the room", gt=0, le=1)

    utilisation_pu: float = inp(1.0, "how busy the machines are", ge=0, le=1)

    energy_kwh: float = state(0.0, "energy demanded of the bus", ge=0)
    it_kw: float = out(0.0, "power demanded by the machines", ge=0)

    def step(self, dt_s: float) -> None:
        """Turn utilisation into demand."""
        busy_pu = min(max(self.utilisation_pu, 0.0), 1.0)
        self.it_kw = self.rated_kw * (self.idle_pu + (1.0 - self.idle_pu) * busy_pu)
        self.p_kw = -self.it_kw * self.pue_pu / self.ups_efficiency_pu
        self.energy_kwh -= self.p_kw * (dt_s / 3600.0)
