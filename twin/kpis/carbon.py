"""Carbon KPIs: what the ledger of a run adds up to, where its scenario asks for one.

Operational is scope 1 and 2, location-based; what that means and leaves out: `twin/ledger`.
"""

from __future__ import annotations

from collections.abc import Callable

from twin.kpis import Kpi
from twin.ledger import kept_totals
from twin.run import Run


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
KPIS = (
    *(Kpi(name, doc, of_ledger(name), "less") for name, doc in DOCS.items()),
    *(Kpi(name, doc, of_ledger(name), "more") for name, doc in SHARES.items()),
)
