"""Carbon KPIs: what the ledger of a run adds up to, where its scenario asks for one.

Operational is scope 1 and 2, location-based; what that means and leaves out: `twin/ledger`. Without
a ledger there is the carbon dioxide of what was burnt: litres times the record of their fuel, which
a device tells as `co2_kg_per_l`, or else that of diesel, with which trucks drive as well.
"""

from __future__ import annotations

from collections.abc import Callable

from twin.kpis import Kpi, added, booked, of_role
from twin.ledger import kept_totals
from twin.run import Run

DIESEL_KG_PER_L = 2.68  # 74.1 kg/GJ (IPCC) x 43.0 MJ/kg x 0.84 kg/l, of combustion alone


def burnt_kg(run: Run) -> float | None:
    """Carbon dioxide of the fuel of sets; None where units of a fleet burn several."""
    found: list[float | None] = []
    for about in of_role(run, "fuel").values():
        litres = booked(about, "fuel_l")
        per_l = about.get("params", {}).get("co2_kg_per_l", DIESEL_KG_PER_L)
        found.append(None if litres is None or isinstance(per_l, list) else litres * per_l)
    return added(found)


def fuel_carbon_kg(run: Run) -> float | None:
    """The same and that of driving; None where there is neither."""
    driven = [booked(about, "drive_fuel_l") for about in of_role(run, "logistics").values()]
    driven_kg = [litres * DIESEL_KG_PER_L for litres in driven if litres is not None]
    if not of_role(run, "fuel"):
        return added(driven_kg)
    return added([burnt_kg(run), *driven_kg])


def of_ledger(name: str) -> Callable[[Run], float | None]:
    """A KPI that the ledger of a run tells."""
    return lambda run: kept_totals(run).get(name)


DOCS = {
    "carbon_kg": "operational: scope 1 and 2, location-based",
    "carbon_s1_kg": "scope 1: fuel burnt",
    "carbon_s2_kg": "scope 2: import, location-based",
    "carbon_s2_market_kg": "scope 2: import, market-based",
    "carbon_s33_kg": "scope 3.3: upstream of fuel and import",
    "carbon_transport_kg": "scope 3.4: visits and deliveries",
    "carbon_embodied_kg": "scope 3.2: making of what is there, the part of this run",
    "carbon_g_per_kwh": "operational carbon over energy served",
    "carbon_full_g_per_kwh": "the same with scope 3, as far as factors are named",
    "carbon_delivered_g_per_kwh": "operational carbon borne by the load over energy served",
    "carbon_p5_g_per_kwh": "of the intensities of all intervals, 5 % lie below",
    "carbon_p95_g_per_kwh": "of the intensities of all intervals, 5 % lie above",
    "carbon_residual_kg": "what the ledger fails to attribute, without sign",
}
SHARES = {
    "renewable_direct_pu": "served by renewables without storage in between",
    "renewable_hourly_pu": "served by renewables within each interval of the ledger",
    "renewable_annual_pu": "what renewables could deliver in the whole run over energy served",
}
BURNT = "carbon dioxide of all fuel burnt, of trucks on the road too; of combustion alone"
KPIS = (
    Kpi("fuel_carbon_kg", BURNT, fuel_carbon_kg, "less"),
    *(Kpi(name, doc, of_ledger(name), "less") for name, doc in DOCS.items()),
    *(Kpi(name, doc, of_ledger(name), "more") for name, doc in SHARES.items()),
)
