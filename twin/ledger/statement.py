"""What a ledger says of itself: its method, its factors, its meters, what it is and is not."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from twin.carbon.flows import RULE
from twin.carbon.meters import COUNTERS, Account
from twin.carbon.settings import Carbon
from twin.ledger.columns import COLUMNS, FLOWS
from twin.ledger.reading import Reading, rated
from twin.units import unit_of

VERSION = 1
TEXTS = ("account", "begin")

WHAT_IT_IS = (
    "hourly, meter-based embedded-emission ledger structured after CBAM Annex IV/IR 2025/2547; "
    "usable as evidence for electricity consumed by a CBAM-good producer behind a direct technical "
    "link, and for GHG-Protocol/customer reporting; the site itself has no CBAM obligation"
)
SCOPES = {
    "boundary": "the operator owns the site; for a tenant everything is category 1 or 8 of scope 3",
    "s1": "fuel burnt on the site; refrigerants and SF6 are left out",
    "s2": "import, location-based; market-based beside it where a factor is named. Own renewables "
    "reduce it only by what is used on the site, market-based only where their certificates are "
    "not sold. Export is no deduction",
    "s3_3": "fuel from the well to the tank; upstream of import where a factor is named",
    "s3_4": "visits and deliveries where their kilometres are counted and a factor is named",
    "s3_2": "making of what is there, spread over its life; shown apart, in no other figure but "
    "carbon_full_g_per_kwh",
    "storage": "one inventory an account, of scope 1 and 2. Losses leave the carbon in it; the "
    "energy of the opening is not counted as renewable",
    "flows": "what is exported is the site's own, renewables before fuel; else renewables serve "
    "the load first, then storage; grid and fuel as they mix; what was dumped is the fuel's",
    "matching": "renewable_hourly_pu: the share of what was served that renewables gave within the "
    "interval, directly or through storage; renewable_annual_pu: what they could deliver in the "
    "whole run over what was served. Import counts as not renewable",
    "fleets": "all units of a fleet of buses are one account: their flows are netted in each "
    "interval",
    "data": "a simulation: these are no readings of meters in the field",
}
CBAM_ITEMS = (  # items of the operator's report, IR 2025/2547 Annex IV 1.1, that map to a site
    ("2", "monitoring plan", ()),
    ("3-4", "electricity sources and own generation", ("solar_kwh", "wind_kwh", "fuel_kwh")),
    ("7", "total direct emissions", ("s1_kg",)),
    ("9-12", "electricity consumed, by source", ("served_kwh", *FLOWS)),
    ("15(e)", "indirect emissions, actual or default", ("s2_kg", "s2_market_kg")),
    ("16", "activity data and calculation factors", ("fuel_l", "fuel_kg_per_l", "grid_kg_per_kwh")),
    (
        "17",
        "electricity imported, produced, consumed, exported",
        ("import_kwh", "solar_kwh", "wind_kwh", "fuel_kwh", "served_kwh", "export_kwh"),
    ),
    ("29-33", "attribution and factors used", ("load_kg", "export_kg", "load_g_per_kwh")),
)


def statement(reading: Reading, carbon: Carbon) -> dict[str, Any]:
    """Everything a reader must know beside the rows."""
    meta = reading.run.meta
    return {
        "format": 1,
        "is": WHAT_IT_IS,
        "method": {"id": f"{RULE}/{carbon.method}", "version": VERSION},
        "made_by": {"versions": meta.get("versions", {}), "inputs_sha256": meta.get("hash", "")},
        "scopes": SCOPES,
        "parameters": {
            "interval_s": carbon.interval_s,
            "certificates_sold": carbon.certificates_sold,
            "opening_g_per_kwh": carbon.opening_g_per_kwh,
            "year_h": 8760,
        },
        "factors": factors(carbon),
        "accounts": {one.bus: _meters(reading, one, carbon) for one in reading.accounts},
        "data_gaps": _gaps(reading, carbon),
        "columns": {
            name: {"unit": "" if name in TEXTS else str(unit_of(name)), "doc": doc}
            for name, doc in COLUMNS.items()
        },
        "cbam_operator_report": [
            {"item": item, "asks_for": text, "columns": list(columns)}
            for item, text, columns in CBAM_ITEMS
        ],
    }


def factors(carbon: Carbon) -> dict[str, Any]:
    """The records that were used, each with its source."""
    named = {
        "grid": carbon.grid,
        "grid_market": carbon.grid_market,
        "grid_upstream": carbon.grid_upstream,
        "fuel": carbon.fuel,
        "transport": carbon.transport,
    }
    made = {
        f"embodied.{role}": asdict(one.factor) | {"life_years": one.life_years}
        for role, one in carbon.embodied
    }
    return {name: asdict(one) for name, one in named.items() if one} | made


def _meters(reading: Reading, account: Account, carbon: Carbon) -> dict[str, Any]:
    counters = {name: list(account.signals(name)) for name in COUNTERS}
    return {
        "counters": {name: signals for name, signals in counters.items() if signals},
        "exchange": account.exchange,
        "travel_km": reading.ways(account),
        "rated": {role: rated(reading.run, account, role) for role, _ in carbon.embodied},
    }


def _gaps(reading: Reading, carbon: Carbon) -> list[str]:
    """What was not read from a counter at its instant, or stands on no record."""
    found = [
        f"the factor {one['id']} ({use}) is marked {one['status']}: {one['source']}"
        for use, one in factors(carbon).items()
        if one.get("status", "read") != "read"
    ]
    if reading.late:
        found.append(
            f"{len(reading.late)} intervals end where nothing was recorded, and were read a little "
            f"before; the first is interval {reading.late[0]}"
        )
    for account in reading.accounts:
        if account.exchange:
            found.append(
                f"import and export of {account.bus} are the mean power {account.exchange} of each "
                "recorded interval, not a counter"
            )
        if account.by_role.get("grid") and not carbon.grid:
            found.append(
                f"the factor of import of {account.bus} is an input of the run without a record"
            )
    return found
