"""A load that depends on frequency and voltage.

    P = p_set (1 + kpf (f - f0) / f0) v^kpv         Q = q_set v^kqv

Below 0.8 pu of voltage it is an impedance, whatever its exponents: both powers fall with v v from
what they are at 0.8. Exponent 0 is constant power, 1 constant current, 2 constant impedance; motors
have a kpf of 1 to 2, what stands behind a converter none. On a dead bus (frequency 0) it asks for
its power at nominal frequency, which the bus counts as unserved.

Valid at any step; frequency and voltage arrive one step late. Coarse, that is a fixed-point
iteration that settles while the load answers frequency less than those who hold it: the load of a
whole area is better left to the area, which solves it. Leaves out: motor dynamics, recovery after a
dip, phases.
"""

from __future__ import annotations

from twin.component import AcDevice, inp, out, param, state

LEAST_PU = 0.8  # of voltage, below which any load is an impedance


class Load(AcDevice):
    """Load with exponents of frequency and voltage, an impedance in deep dips."""

    role = "load"

    kpf_pu: float = param(0.0, "relative change of power per relative change of frequency")
    kpv_pu: float = param(0.0, "exponent of voltage in active power", ge=0)
    kqv_pu: float = param(0.0, "exponent of voltage in reactive power", ge=0)
    f_nominal_hz: float = param(50.0, "nominal frequency", gt=0)

    p_set_kw: float = inp(0.0, "demand at nominal frequency and voltage", ge=0)
    q_set_kvar: float = inp(0.0, "reactive demand at nominal voltage")
    f_hz: float = inp(50.0, "frequency of the bus", ge=0)
    v_pu: float = inp(1.0, "voltage of the bus", ge=0)

    energy_kwh: float = state(0.0, "energy demanded of the bus", ge=0)
    q_kvar: float = out(0.0, "reactive power delivered to the bus; negative when taken")

    def step(self, dt_s: float) -> None:
        df_pu = self.f_hz / self.f_nominal_hz - 1.0 if self.f_hz > 0.0 else 0.0
        v_pu = max(self.v_pu, LEAST_PU)
        dip = min(self.v_pu, LEAST_PU) / LEAST_PU
        share = max(1.0 + self.kpf_pu * df_pu, 0.0) * v_pu**self.kpv_pu * dip * dip
        self.p_kw = -self.p_set_kw * share
        self.q_kvar = -self.q_set_kvar * v_pu**self.kqv_pu * dip * dip
        self.energy_kwh -= self.p_kw * dt_s / 3600.0
