"""The columns of a ledger in their order, and what each says."""

from __future__ import annotations

from twin.carbon.flows import SOURCES, USES, flow_name

METERS = {
    "load_kwh": "what loads asked for",
    "unserved_kwh": "of it, what they were not given",
    "solar_kwh": "what the arrays could deliver",
    "wind_kwh": "what the wind turbines could deliver",
    "curtailed_kwh": "of both, what was turned away",
    "fuel_kwh": "energy of the gensets",
    "fuel_l": "fuel burnt",
    "dumped_kwh": "energy of sources at their least power, burnt off",
    "import_kwh": "energy from the grid",
    "export_kwh": "energy into the grid",
    "charge_kwh": "energy into converters of storage, at the bus",
    "discharge_kwh": "energy out of them, at the bus",
    "stored_kwh": "energy in storage at the end of the interval",
    "travel_km": "way of visits and deliveries",
}
DERIVED = {
    "served_kwh": "load_kwh - unserved_kwh",
    "storage_loss_kwh": "charge_kwh - discharge_kwh - change of stored_kwh",
    "balance_kwh": "sources less uses at the bus: 0 but for rounding",
}
FLOWS = {flow_name(s, u): f"from {s} to {u}" for s in SOURCES for u in USES}
FACTORS = {
    "fuel_kg_per_l": "carbon of burning the fuel",
    "fuel_upstream_kg_per_l": "carbon from the well to the tank",
    "grid_kg_per_kwh": "location-based factor of import, as it was met in the interval",
    "grid_market_kg_per_kwh": "market-based factor of import; empty where none is named",
    "grid_upstream_kg_per_kwh": "upstream of import",
    "transport_kg_per_km": "carbon of the way; empty where no factor is named",
}
EMITTED = {
    "s1_kg": "scope 1: fuel_l x fuel_kg_per_l",
    "s2_kg": "scope 2, location-based: import_kwh x grid_kg_per_kwh",
    "s2_market_kg": "scope 2, market-based: import_kwh x grid_market_kg_per_kwh, and the same of "
    "the renewables used where their certificates are sold; empty where no factor is named",
    "s33_kg": "scope 3.3: fuel_l x fuel_upstream_kg_per_l + import_kwh x grid_upstream_kg_per_kwh",
    "transport_kg": "scope 3.4: travel_km x transport_kg_per_km",
    "embodied_kg": "scope 3.2: its part of a year of 8760 h; empty where no factor is named",
}
ATTRIBUTED = {
    "opening_kg": "carried by storage before the interval, of s1_kg and s2_kg as all below",
    "charged_kg": "entered storage",
    "discharged_kg": "left storage",
    "closing_kg": "carried by storage after the interval",
    "load_kg": "borne by the load",
    "export_kg": "borne by export",
    "dumped_kg": "borne by what was burnt off",
    "load_g_per_kwh": "1000 load_kg / served_kwh; empty where nothing was served",
    "renewable_load_kwh": "served by renewables in the interval, directly and by way of storage",
    "residual_kg": "opening_kg + s1_kg + s2_kg - load_kg - export_kg - dumped_kg - closing_kg",
}
WHO_AND_WHEN = {
    "account": "the bus whose site this is",
    "begin": "begin of the interval, with its offset from UTC",
    "interval_h": "length of the interval",
}
COLUMNS = WHO_AND_WHEN | METERS | DERIVED | FLOWS | FACTORS | EMITTED | ATTRIBUTED
