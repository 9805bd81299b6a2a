"""One LFP cell in per unit: voltage and resistance, and what temperature and charge allow.

Per unit of a pack: energies of `energy_kwh`, voltages of the mean open-circuit voltage, currents in
1/h (1 is 1C), resistances in h (0.05 h: 5 % are lost at 1C). So neither the size of the pack nor
how its cells are joined matters.

The open-circuit voltage u over the state of charge s is a straight line between published points,
so the energy above empty is a parabola between them, and both s and u follow from the energy e by
a root: in the piece that begins at s0, u0, e0 and rises by g per unit of charge,

    u = sqrt(u0 u0 + 2 g (e - e0)),    s = s0 + 2 (e - e0) / (u0 + u)

Resistance: straight lines over charge and temperature; below 10 degC it grows on by the factor
between 25 and 10 degC each 15 K, an extrapolation; above 40 degC it stays.
"""

from __future__ import annotations

import csv
import math
from pathlib import Path

import numpy as np

from twin.curves import interpolate

# Sony/Murata US26650FTC1, the closed form of SimSES (lfp_sony.py) at these points
SOC_PU = (0.0, 0.02, 0.05, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 1.0)
OCV_V = (
    *(2.010, 2.875, 3.046, 3.178, 3.247, 3.265, 3.278),
    *(3.291, 3.303, 3.316, 3.328, 3.341, 3.347, 3.582),
)
LEAST_V, MOST_V = 2.0, 3.6  # of the same data sheet
CELL_AH = 3.0

PIECES = tuple(
    0.5 * (OCV_V[k] + OCV_V[k + 1]) * (SOC_PU[k + 1] - SOC_PU[k]) for k in range(len(SOC_PU) - 1)
)
MEAN_V = math.fsum(PIECES)
OCV_PU = tuple(v / MEAN_V for v in OCV_V)
ENERGY_PU = tuple(math.fsum(PIECES[:k]) / MEAN_V for k in range(len(SOC_PU)))
SLOPE_PU = tuple(
    (OCV_PU[k + 1] - OCV_PU[k]) / (SOC_PU[k + 1] - SOC_PU[k]) for k in range(len(SOC_PU) - 1)
)
LEAST_PU, MOST_PU = LEAST_V / MEAN_V, MOST_V / MEAN_V

# share of its capacity that a cell gives at a temperature: SAM, cap_vs_temp of LFP/graphite
USABLE_DEGC = (-20.0, -10.0, 0.0, 10.0, 23.0)
USABLE_PU = (0.72, 0.82, 0.89, 0.93, 0.97)

# Most current by temperature. Charging: EVE LF280N, no rate; then standard and fast rates of a
# 48 V, 50 Ah telecom battery (Alpha). No rate is a rate that nothing reaches.
WINDOWS = ("cell", "telecom", "telecom_fast")
NO_RATE = 100.0
CHARGE_BELOW_DEGC = (0.0, 5.0, 10.0, 25.0, 50.0, 60.0)
CHARGE_PER_H = (
    *(0.0, NO_RATE, NO_RATE, NO_RATE, NO_RATE, NO_RATE),
    *(0.0, 0.1, 0.1, 0.2, 0.5, 0.1),
    *(0.0, 0.1, 0.2, 1.0, 0.75, 0.1),
)
COLDEST_DEGC = (-30.0, -40.0, -40.0)  # discharged from here on
COLD_PER_H = (NO_RATE, 0.1, 0.5)  # below 0 degC; the telecom rates begin at -20: an assumption
HOTTEST_DEGC = 60.0


def _resistance(side: str) -> tuple[float, ...]:
    """The published table in h, charge by charge, each at 10, 25 and 40 degC."""
    path = Path(__file__).parents[1] / "data" / "lfp_resistance.csv"
    with path.open(encoding="utf-8") as file:
        next(file)  # the source
        rows = list(csv.DictReader(file))
    per_mohm = 1e-3 * CELL_AH / MEAN_V
    return tuple(
        float(row[f"{side}_{degc}degc_mohm"]) * per_mohm for row in rows for degc in (10, 25, 40)
    )


CHARGE_H = np.array(_resistance("charge"))
DISCHARGE_H = np.array(_resistance("discharge"))


def energy_pu(soc_pu: float) -> float:
    """Energy above empty at a state of charge."""
    k = 0
    while k < len(SLOPE_PU) - 1 and soc_pu >= SOC_PU[k + 1]:
        k += 1
    ahead = soc_pu - SOC_PU[k]
    return ENERGY_PU[k] + (OCV_PU[k] + 0.5 * SLOPE_PU[k] * ahead) * ahead


def charge_and_voltage_pu(energy_pu: float) -> tuple[float, float]:
    """State of charge, and open-circuit voltage, at an energy above empty."""
    low = 0
    high = len(ENERGY_PU) - 1
    while high - low > 1:
        middle = (low + high) // 2
        if energy_pu >= ENERGY_PU[middle]:
            low = middle
        else:
            high = middle
    u0 = OCV_PU[low]
    above = min(max(energy_pu, 0.0), 1.0) - ENERGY_PU[low]
    u = math.sqrt(u0 * u0 + 2.0 * SLOPE_PU[low] * above)
    return min(SOC_PU[low] + 2.0 * above / (u0 + u), 1.0), u


def resistance_h(charging: bool, soc_pu: float, degc: float) -> float:
    """Internal resistance of a new cell."""
    place = 10.0 * soc_pu
    k = min(int(place), 9)
    share = place - k
    cold = at(charging, 0, k, share)
    middle = at(charging, 1, k, share)
    if degc < 10.0:
        growth = cold / middle
        return cold * float(growth ** ((10.0 - degc) / 15.0))
    if degc < 25.0:
        return cold + (middle - cold) * (degc - 10.0) / 15.0
    warm = at(charging, 2, k, share)
    return middle + (warm - middle) * min((degc - 25.0) / 15.0, 1.0)


def at(charging: bool, column: int, k: int, share: float) -> float:
    """The table at one of its temperatures, a share of the way from point k to the next."""
    if charging:
        low, high = CHARGE_H[3 * k + column], CHARGE_H[3 * k + 3 + column]
    else:
        low, high = DISCHARGE_H[3 * k + column], DISCHARGE_H[3 * k + 3 + column]
    return float(low + (high - low) * share)


def unusable_pu(degc: float) -> float:
    """Share of the charge that stays in cold cells, at their lower end."""
    return 1.0 - interpolate(degc, USABLE_DEGC, USABLE_PU)


def charge_rate_per_h(window: int, degc: float) -> float:
    """Most charging current at a temperature."""
    if degc > HOTTEST_DEGC:
        return 0.0
    k = 0
    while k < len(CHARGE_BELOW_DEGC) - 1 and degc >= CHARGE_BELOW_DEGC[k]:
        k += 1
    return CHARGE_PER_H[len(CHARGE_BELOW_DEGC) * window + k]


def discharge_rate_per_h(window: int, degc: float) -> float:
    """Most discharging current at a temperature."""
    if degc > HOTTEST_DEGC or degc < COLDEST_DEGC[window]:
        return 0.0
    return COLD_PER_H[window] if degc < 0.0 else NO_RATE


def current_per_h(power_per_h: float, ocv_pu: float, ohm_h: float) -> float:
    """The current at which this power leaves the terminals; both negative when charging."""
    root = math.sqrt(max(ocv_pu * ocv_pu - 4.0 * ohm_h * power_per_h, 0.0))
    return 2.0 * power_per_h / (ocv_pu + root)
