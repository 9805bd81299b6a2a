"""Small wind turbine with its inverter on one bus, from the wind at a mast to AC power.

* hub:      v = wind (hub_m / mast_m)^shear                            (power law)
* density:  p = 101325 (1 - 2.25577e-5 altitude)^5.25588 Pa           (standard atmosphere, ICAO)
            rho = p / (287.05 (air + 273.15))
* curve:    w = v (rho / 1.225)^(1/3)                                  (IEC 61400-12-1)
            P = 0 below cut-in, rated (w / rated speed)^3 up to rated, rated up to cut-out

The cube is that of a constant power coefficient. Cut-out is judged by the wind itself. So P falls
with the density below rated: by 28 % on a plateau of 2800 m.

Cut-in 3, rated 11 and cut-out 25 m/s are generic for turbines of 5 to 50 kW, as is the shear of
0.14 (0.20 over rough ground); none is of one maker. At 8.9 kW this makes 13.1 MWh a year from 5 m/s
(Weibull, k = 2); the power curve that Bergey publishes of its Excel 10 (WindCad, 2011), 8.9 kW at
11 m/s but 12.5 kW above, makes 13.8 MWh.

Low voltage and high frequency: `_cessation.py`. Valid up to 1 h, milliseconds included, steady wind
within the step: a mean over an hour hides gusts, whose cube counts. Leaves out: inertia of the
rotor, turbulence, yawing, furling, icing, the time to start again after cut-out, wake, losses of
availability. `energy_kwh` is what the turbine could deliver; what the bus could not use is counted
by the bus.
"""

from __future__ import annotations

from components._cessation import Cessation, count, curb, yield_to_voltage
from twin.component import inp, param, state

SEA_LEVEL_PA = 101325.0
PER_M = 2.25577e-5
EXPONENT = 5.25588
GAS = 287.05  # of dry air, J/(kg K)
KELVIN = 273.15
STANDARD_KG_PER_M3 = 1.225


class Wind(Cessation):
    """Small wind turbine: cubic curve, density by altitude and temperature, shear, cessation."""

    role = "wind"

    rated_kw: float = param(10.0, "most power", gt=0)
    cut_in_m_per_s: float = param(3.0, "it turns from here on; generic", ge=0)
    rated_m_per_s: float = param(11.0, "most power from here on; generic", gt=0)
    cut_out_m_per_s: float = param(25.0, "it stops from here on; generic", gt=0)
    hub_m: float = param(18.0, "height of the hub; an assumption", gt=0)
    mast_m: float = param(10.0, "height at which the wind is given", gt=0)
    shear_pu: float = param(0.14, "exponent of the power law; 0.20 over rough ground", ge=0, le=1)
    altitude_m: float = param(0.0, "of the site, above the sea", ge=-500, le=9000)

    wind_m_per_s: float = inp(0.0, "wind at the mast", ge=0)
    air_degc: float = inp(15.0, "air temperature", ge=-90, le=70)

    hub_pu: float = state(1.0, "wind at the hub, of that at the mast", ge=0, record=False)
    pressure_pa: float = state(SEA_LEVEL_PA, "of the air", ge=0, record=False)

    def start(self) -> None:
        """What altitude and heights make of air and wind."""
        self.hub_pu = (self.hub_m / self.mast_m) ** self.shear_pu
        fallen = 1.0 - PER_M * self.altitude_m
        exponent = EXPONENT
        self.pressure_pa = SEA_LEVEL_PA * fallen**exponent

    def step(self, dt_s: float) -> None:
        """Turn the wind of this step into power."""
        turn(self)
        yield_to_voltage(self, dt_s)
        count(self, self.p_kw, dt_s)

    def enter_fine(self) -> None:
        self.entering = True

    def fine(self, dt_s: float) -> None:
        """The same with an eye on the frequency."""
        turn(self)
        yield_to_voltage(self, dt_s)
        available_kw = self.p_kw
        curb(self)
        count(self, available_kw, dt_s)


def turn(wind: Wind) -> None:
    """What the wind at the hub comes to."""
    hub = wind.wind_m_per_s * wind.hub_pu
    density = wind.pressure_pa / (GAS * (wind.air_degc + KELVIN) * STANDARD_KG_PER_M3)
    cube = hub * hub * hub * density
    cut_in, rated = wind.cut_in_m_per_s, wind.rated_m_per_s
    wind.p_kw = 0.0
    if hub < wind.cut_out_m_per_s and cube >= cut_in * cut_in * cut_in:
        wind.p_kw = wind.rated_kw * min(cube / (rated * rated * rated), 1.0)
