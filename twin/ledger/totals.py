"""What a ledger adds up to. An auditor finds every figure from the columns alone."""

from __future__ import annotations

from typing import cast

import numpy as np

from twin.carbon.flows import Floats
from twin.ledger.table import Table

OPERATIONAL = ("s1_kg", "s2_kg")
FULL = (*OPERATIONAL, "s33_kg", "transport_kg", "embodied_kg")


def totals(table: Table) -> dict[str, float]:
    """Carbon by scope, intensities and shares; what cannot be told is left out."""

    def total(*names: str) -> float:
        return float(sum(cast(Floats, table[name]).sum() for name in names))

    served_kwh = total("served_kwh")
    full_kg = sum(np.nansum(cast(Floats, table[name])) for name in FULL)  # what is not known is 0
    rates = cast(Floats, table["load_g_per_kwh"])
    rates = rates[np.isfinite(rates)]
    found = {
        "carbon_kg": total(*OPERATIONAL),
        "carbon_s1_kg": total("s1_kg"),
        "carbon_s2_kg": total("s2_kg"),
        "carbon_s2_market_kg": total("s2_market_kg"),
        "carbon_s33_kg": total("s33_kg"),
        "carbon_transport_kg": total("transport_kg"),
        "carbon_embodied_kg": total("embodied_kg"),
        "carbon_residual_kg": float(np.abs(cast(Floats, table["residual_kg"])).sum()),
    }
    if rates.size:
        found |= {
            "carbon_g_per_kwh": 1e3 * total(*OPERATIONAL) / served_kwh,
            "carbon_full_g_per_kwh": 1e3 * float(full_kg) / served_kwh,
            "carbon_delivered_g_per_kwh": 1e3 * total("load_kg") / served_kwh,
            "carbon_p5_g_per_kwh": float(np.percentile(rates, 5.0)),
            "carbon_p95_g_per_kwh": float(np.percentile(rates, 95.0)),
            "renewable_direct_pu": total("renewable_to_load_kwh") / served_kwh,
            "renewable_hourly_pu": total("renewable_load_kwh") / served_kwh,
            "renewable_annual_pu": total("solar_kwh", "wind_kwh") / served_kwh,
        }
    return {name: value for name, value in found.items() if np.isfinite(value)}
