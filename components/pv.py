"""Solar array and its inverter on one bus, from the irradiance in its plane to AC power.

Chain of PVWatts version 5 (NREL/TP-6A20-62641, 2014), with the cell temperature of Ross (1981):

* cell:      Tc = Ta + (NOCT - 20) / 800 G
* direct:    Pdc = rated G / 1000 (1 + gamma (Tc - 25)) (1 - losses)
* inverter:  Pac0 = rated / (DC/AC), Pdc0 = Pac0 / eta, z = Pdc / Pdc0 <= 1
             L = Pdc - Pdc0 0.96 / 0.9637 (-0.0162 z z + 0.9858 z - 0.0059)
             Pac = Pdc - L (1 - eta) / (1 - 0.96)

L is the published loss at the published nominal efficiency of 0.96, so the default is PVWatts to
the last digit. PVWatts itself would multiply the curve by eta and gain energy above eta = 0.998;
here the loss shrinks with 1 - eta instead. At eta = 1, gamma 0, losses 0 and DC/AC 1 the power is
rated G / 1000 exactly, up to rated.

At low voltage it delivers nothing and waits (`_cessation.py`).

Valid up to 1 h, milliseconds included, steady irradiance within the step, wind near 1 m/s. Checked
against pvlib. Leaves out: the sun's position and transposition (the input lies in the plane of the
array), reflection, spectrum, snow, degradation, consumption at night. `energy_kwh` is what the
array could deliver; what the bus could not use is counted by the bus.
"""

from __future__ import annotations

from components._cessation import Cessation, yield_to_voltage
from twin.component import inp, out, param, state

PUBLISHED_NOMINAL = 0.96
PUBLISHED_REFERENCE = 0.9637
PUBLISHED_SCALE = PUBLISHED_NOMINAL / PUBLISHED_REFERENCE
PER_PUBLISHED_LOSS = 1.0 / (1.0 - PUBLISHED_NOMINAL)


def inverted_kw(p_dc_kw: float, dc_limit_kw: float, efficiency_pu: float) -> float:
    """AC power of an inverter that takes at most its DC limit."""
    taken = min(p_dc_kw, dc_limit_kw)
    z = taken / dc_limit_kw
    curve = (0.9858 - 0.0162 * z) * z - 0.0059
    published_loss = taken - dc_limit_kw * curve * PUBLISHED_SCALE
    return max(taken - published_loss * (1.0 - efficiency_pu) * PER_PUBLISHED_LOSS, 0.0)


class Pv(Cessation):
    """Solar array with inverter: PVWatts from plane-of-array irradiance, with clipping."""

    role = "solar"

    rated_kw: float = param(20.0, "DC power at standard test conditions", gt=0)
    gamma_pu_per_k: float = param(-0.0037, "change of power per kelvin; PVWatts", ge=-0.02, le=0)
    noct_degc: float = param(45.0, "cell at 800 W/m2, 20 degC, 1 m/s; PVWatts", ge=20, le=80)
    losses_pu: float = param(0.14, "soiling, mismatch, wiring, downtime; PVWatts", ge=0, lt=1)
    dc_ac_pu: float = param(1.2, "array rating over inverter rating; REopt 2026", gt=0)
    inverter_efficiency_pu: float = param(0.96, "nominal, at full power; PVWatts", ge=0.5, le=1)

    poa_w_per_m2: float = inp(0.0, "irradiance in the plane of the array", ge=0)
    air_degc: float = inp(25.0, "air temperature", ge=-90, le=70)

    energy_kwh: float = state(0.0, "energy it could deliver", ge=0)
    cell_degc: float = out(25.0, "cell temperature")

    def step(self, dt_s: float) -> None:
        """Turn the irradiance of this step into power."""
        self.cell_degc = self.air_degc + (self.noct_degc - 20.0) * 0.00125 * self.poa_w_per_m2
        warmth = max(1.0 + self.gamma_pu_per_k * (self.cell_degc - 25.0), 0.0)
        p_dc_kw = self.rated_kw * self.poa_w_per_m2 * 0.001 * warmth * (1.0 - self.losses_pu)
        dc_limit_kw = self.rated_kw / (self.dc_ac_pu * self.inverter_efficiency_pu)
        self.p_kw = inverted_kw(p_dc_kw, dc_limit_kw, self.inverter_efficiency_pu)
        yield_to_voltage(self, dt_s)
        self.energy_kwh += self.p_kw * (dt_s / 3600.0)
