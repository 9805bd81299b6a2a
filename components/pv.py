"""Solar array and its inverter on one bus, from the sun or the light in its plane to AC power.

Given `ghi_w_per_m2` from a profile, the plane is computed before the run for the whole horizon, by
pvlib: the sun at the middle of each interval of the weather, transposition after Perez (1990),
reflection after De Soto (2006), the cell after King (SAND2004-3535, open rack, glass on glass);
beam and diffuse irradiance as given, else after Erbs (1982):

    G    = (IAM(aoi) beam + 0.955 (sky + ground)) (1 - snow) (1 - soiling) (1 - degradation x age)
    rise = (exp(-3.47 - 0.0594 wind) + 0.003) (beam + sky + ground)

The place is that of the weather; one that is given may lie 1 degree and 500 m apart, no more. Snow
and soiling are numbers or profiles, such as twelve monthly values of a profile's table; age counts
years of 365 d from `age_y` on. Given `poa_w_per_m2` instead, that is G, and the cell follows Ross
(1981).

Then the chain of PVWatts version 5 (NREL/TP-6A20-62641, 2014):

* cell:      Tc = Ta + rise, or Ta + (NOCT - 20) / 800 G
* direct:    Pdc = rated G / 1000 (1 + gamma (Tc - 25)) (1 - losses)
* inverter:  Pac0 = rated / (DC/AC), Pdc0 = Pac0 / eta, z = Pdc / Pdc0 <= 1
             L = Pdc - Pdc0 0.96 / 0.9637 (-0.0162 z z + 0.9858 z - 0.0059)
             Pac = Pdc - L (1 - eta) / (1 - 0.96)

L is the published loss at the published nominal efficiency of 0.96, so the default is PVWatts to
the last digit. PVWatts itself would multiply the curve by eta and gain energy above eta = 0.998;
here the loss shrinks with 1 - eta instead. At eta = 1, gamma 0, losses 0 and DC/AC 1 the power is
rated G / 1000 exactly, up to rated.

At low voltage it delivers nothing and waits, at high frequency it gives less (`_cessation.py`).

Valid up to 1 h, milliseconds included, steady irradiance within the step or the interval of the
weather. Checked against PVWatts version 8 (0.4 % over a year at Golden) and pvlib. Leaves out:
horizon and shading by neighbours, spectrum, tracking, snow as a process, consumption at night.
`energy_kwh` is what the array could deliver; what the bus could not use is counted by the bus.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from components._cessation import Cessation, count, curb, yield_to_voltage
from components._sun import plane
from twin.component import inp, out, param

PUBLISHED_NOMINAL = 0.96
PUBLISHED_REFERENCE = 0.9637
PUBLISHED_SCALE = PUBLISHED_NOMINAL / PUBLISHED_REFERENCE
S_PER_Y = 365.0 * 86400.0
PER_PUBLISHED_LOSS = 1.0 / (1.0 - PUBLISHED_NOMINAL)


def inverted_kw(p_dc_kw: float, dc_limit_kw: float, efficiency_pu: float) -> float:
    """AC power of an inverter that takes at most its DC limit."""
    taken = min(p_dc_kw, dc_limit_kw)
    z = taken / dc_limit_kw
    curve = (0.9858 - 0.0162 * z) * z - 0.0059
    published_loss = taken - dc_limit_kw * curve * PUBLISHED_SCALE
    return max(taken - published_loss * (1.0 - efficiency_pu) * PER_PUBLISHED_LOSS, 0.0)


class Pv(Cessation):
    """Solar array with inverter: PVWatts from the sun or from the light in its plane."""

    role = "solar"

    rated_kw: float = param(20.0, "DC power at standard test conditions", gt=0)
    gamma_pu_per_k: float = param(-0.0037, "change of power per kelvin; PVWatts", ge=-0.02, le=0)
    noct_degc: float = param(45.0, "cell at 800 W/m2, 20 degC, 1 m/s; PVWatts", ge=20, le=80)
    losses_pu: float = param(0.14, "soiling, mismatch, wiring, downtime; PVWatts", ge=0, lt=1)
    dc_ac_pu: float = param(1.2, "array rating over inverter rating; REopt 2026", gt=0)
    inverter_efficiency_pu: float = param(0.96, "nominal, at full power; PVWatts", ge=0.5, le=1)

    latitude_deg: float = param(0.0, "north; that of its weather", ge=-90, le=90, setup=True)
    longitude_deg: float = param(0.0, "east; that of its weather", ge=-180, le=180, setup=True)
    altitude_m: float = param(0.0, "that of its weather", ge=-500, le=9000, setup=True)
    tilt_deg: float = param(20.0, "from level; PVWatts", ge=0, le=90, setup=True)
    azimuth_deg: float = param(180.0, "east 90, south 180", ge=0, le=360, setup=True)
    albedo_pu: float = param(0.2, "of the ground; PVWatts", ge=0, le=1, setup=True)
    degradation_pu_per_y: float = param(0.0, "0.005: REopt 2026", ge=0, le=0.05, setup=True)
    age_y: float = param(0.0, "at the start", ge=0, le=50, setup=True)
    ghi_w_per_m2: float = inp(0.0, "global irradiance on level ground", ge=0, setup=True)
    dni_w_per_m2: float = inp(0.0, "beam, across it; with dhi, else Erbs", ge=0, setup=True)
    dhi_w_per_m2: float = inp(0.0, "diffuse on level ground", ge=0, setup=True)
    wind_m_per_s: float = inp(1.0, "at 10 m", ge=0, setup=True)
    snow_pu: float = inp(0.0, "share lost under snow", ge=0, le=1, setup=True)
    soiling_pu: float = inp(0.0, "share lost to dirt, beside losses_pu", ge=0, le=1, setup=True)

    poa_w_per_m2: float = inp(0.0, "irradiance in the plane of the array", ge=0)
    air_degc: float = inp(25.0, "air temperature", ge=-90, le=70)
    rise_k: float = inp(-1.0, "of the cell above the air; negative: by NOCT", ge=-1, le=100)

    cell_degc: float = out(25.0, "cell temperature")

    @staticmethod
    def prepare(rows: Any, times: Any, inputs: Any) -> Any:
        """Follow the sun through the whole horizon."""
        if "ghi_w_per_m2" not in inputs:
            raise ValueError("ghi_w_per_m2 is missing beside the other set-up inputs")
        effective, rise = plane(times, rows, inputs)
        for name in ("snow_pu", "soiling_pu"):
            effective *= 1.0 - inputs.get(name, rows[name])
        age_y = rows["age_y"] + inputs["elapsed_s"] / S_PER_Y
        lost = rows["degradation_pu_per_y"] * age_y
        return {"poa_w_per_m2": effective * np.maximum(1.0 - lost, 0.0), "rise_k": rise}

    def step(self, dt_s: float) -> None:
        """Turn the irradiance of this step into power."""
        invert(self)
        yield_to_voltage(self, dt_s)
        count(self, self.p_kw, dt_s)

    def enter_fine(self) -> None:
        self.entering = True

    def fine(self, dt_s: float) -> None:
        """The same with an eye on the frequency."""
        invert(self)
        yield_to_voltage(self, dt_s)
        available_kw = self.p_kw
        curb(self)
        count(self, available_kw, dt_s)


def invert(pv: Pv) -> None:
    """What the light on the array comes to."""
    rise_k = pv.rise_k
    if rise_k < 0.0:
        rise_k = (pv.noct_degc - 20.0) * 0.00125 * pv.poa_w_per_m2
    pv.cell_degc = pv.air_degc + rise_k
    warmth = max(1.0 + pv.gamma_pu_per_k * (pv.cell_degc - 25.0), 0.0)
    p_dc_kw = pv.rated_kw * pv.poa_w_per_m2 * 0.001 * warmth * (1.0 - pv.losses_pu)
    dc_limit_kw = pv.rated_kw / (pv.dc_ac_pu * pv.inverter_efficiency_pu)
    pv.p_kw = inverted_kw(p_dc_kw, dc_limit_kw, pv.inverter_efficiency_pu)
