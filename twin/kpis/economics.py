"""Economics: what a kWh of a site and of its storage cost, in conventions that are named.

All of it is read from the account of the run (`twin/kpis/account.py`), which the run folder keeps
in `costs.json`, and is told only of a run whose scenario has an `[economics]`. Yearly and levelised
figures need a run of 360 days or more.

* lcoe_site     all costs as even yearly payments over what the loads were given, in the convention
                of the scenario (year_end or year_start)
* lcos_storage  storage with its converters (`twin/kpis/storage_costs.py`)
* carbon_cost   a shadow price: operational emissions times a price that nobody bills here. It is
                no liability under CBAM or any other scheme, and no part of lcoe_site.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import asdict
from typing import Any

from twin.kpis import Kpi, added, all_booked, of_role
from twin.kpis.account import Item, account_of, priced
from twin.kpis.carbon import burnt_kg
from twin.kpis.energy import (
    if_any,
    less,
    outage_h,
    over,
    served_kwh,
    served_share_pu,
    unserved_kwh,
)
from twin.kpis.storage_costs import lcos
from twin.ledger import kept_totals
from twin.run import Run

YEAR_H = 8760.0
ROUNDING = 1e-12  # a share that meets a written promise does not miss it by a digit
TERMS = ("costs", "convention", "discount_pu", "years", "run_y")

Told = Callable[[Run], float | None]


def carbon_kg(run: Run) -> float | None:
    """Operational emissions: of the ledger, or of fuel burnt and energy imported without one."""
    if ledger_kg := kept_totals(run).get("carbon_kg"):
        return ledger_kg
    fuel_kg = burnt_kg(run) if of_role(run, "fuel") else 0.0
    return added([fuel_kg, if_any(run, "grid", "carbon_kg")])


def yearly(*kinds: str) -> Told:
    """The even yearly payments of some kinds of items, or of all; None where there are none."""

    def value(run: Run) -> float | None:
        found = account_of(run)
        if found is None or found.missing:
            return None
        items = (item for item in found.items if not kinds or item.kind in kinds)
        return added(item.usd_per_y for item in items)

    return value


def capex_usd(run: Run) -> float | None:
    """What is paid at the start."""
    found = account_of(run)
    own = [item.usd for item in found.items if item.kind == "investment"] if found else []
    return math.fsum(own) if found else None


def lcoe_site(run: Run) -> float | None:
    """All costs over what was served."""
    found = account_of(run)
    if found is None or found.missing:
        return None
    return over(found.usd_per_y() * found.terms.run_y, served_kwh(run))


def life_y(role: str) -> Told:
    """How long the devices of a role last."""

    def value(run: Run) -> float | None:
        found = account_of(run)
        return found.lives[role].years if found and role in found.lives else None

    return value


def shadow(run: Run) -> list[Item]:
    """What nobody bills: carbon and interruption of the run, at their prices."""
    found = account_of(run)
    amounts = {
        ("carbon", "usd_per_t"): (over(carbon_kg(run), 1000.0), "t"),
        ("interruption", "usd_per_kwh"): (unserved_kwh(run), "kwh"),
    }
    return [
        priced("site", section, quantity, unit, price)
        for (section, name), (quantity, unit) in amounts.items()
        if found and (price := found.terms.price(section, name)) and quantity is not None
    ]


def shadow_usd(kind: str) -> Told:
    """One of these amounts."""

    def value(run: Run) -> float | None:
        return added(item.usd for item in shadow(run) if item.kind == kind)

    return value


def carbon_cost(run: Run) -> float | None:
    """The shadow price of carbon in each kWh served."""
    return over(shadow_usd("carbon")(run), served_kwh(run))


def fuel_cost_usd(run: Run) -> float | None:
    """Fuel of the run at its price."""
    found, burnt_l = account_of(run), all_booked(run, "fuel", "fuel_l")
    price = found.terms.price("fuel", "usd_per_l") if found else None
    return None if price is None or burnt_l is None else burnt_l * price.value


def fuel_usd_per_kwh(run: Run) -> float | None:
    """The same over what was served: what a published cost of energy often is."""
    return over(fuel_cost_usd(run), served_kwh(run))


def sla_time_pu(run: Run) -> float | None:
    """Share of the time in which all demand was served."""
    found = account_of(run)
    return less(1.0, over(outage_h(run), found.terms.run_y * YEAR_H)) if found else None


def sla_energy_pu(run: Run) -> float | None:
    """Share of the demand that was served."""
    return served_share_pu(run) if account_of(run) else None


def sla_missed(run: Run) -> float | None:
    """How many of the two lie below what was promised."""
    found = account_of(run)
    shares = [share for share in (sla_time_pu(run), sla_energy_pu(run)) if share is not None]
    if found is None or not shares:
        return None
    return float(sum(share < found.terms.sla_pu - ROUNDING for share in shares))


def statement(run: Run) -> dict[str, Any] | None:
    """The account as it is kept beside the run, so that it can be added up again."""
    found = account_of(run)
    if found is None:
        return None
    terms = {key: getattr(found.terms, key) for key in TERMS}
    return {
        "terms": terms,
        "rule": "quantity x price = usd. What has at_y is paid once: discounted from then to the "
        "start and spread over the years. sum_usd_per_y is the sum of usd_per_y, and over "
        "served_kwh_per_y it is lcoe_site_usd_per_kwh. shadow is of the run, billed by nobody and "
        "no part of the sum.",
        "missing": list(found.missing),
        "lives": {role: asdict(one) for role, one in found.lives.items() if one.because},
        "items": [asdict(item) for item in found.items],
        "sum_usd_per_y": None if found.missing else found.usd_per_y(),
        "served_kwh_per_y": None if found.missing else over(served_kwh(run), found.terms.run_y),
        "shadow": [asdict(item) for item in shadow(run)],
    }


def _lcos(name: str, charging: bool) -> Kpi:
    kept = "" if charging else "_without_charging"
    doc = f"storage and converters over what they gave, {name}{kept.replace('_', ' ')}"
    return Kpi(f"lcos_storage_{name}{kept}_usd_per_kwh", doc, lcos(name, charging), "less")


KPIS = (
    Kpi("capex_usd", "paid at the start", capex_usd, "less"),
    Kpi("annuity_usd_per_y", "all costs as an even yearly payment", yearly(), "less"),
    Kpi("investment_usd_per_y", "of it, what is paid at the start", yearly("investment")),
    Kpi(
        "replacement_usd_per_y",
        "of it, what is bought again, less what is left at the end",
        yearly("replacement", "residual"),
    ),
    Kpi("om_usd_per_y", "of it, operation and maintenance", yearly("om"), "less"),
    Kpi("fuel_usd_per_y", "of it, fuel", yearly("fuel"), "less"),
    Kpi("grid_usd_per_y", "of it, the bill of the grid", yearly("grid", "demand"), "less"),
    Kpi("logistics_usd_per_y", "of it, trips and visits", yearly("logistics"), "less"),
    Kpi("fuel_cost_usd", "fuel of the run", fuel_cost_usd, "less"),
    Kpi("fuel_usd_per_kwh", "the same over what was served", fuel_usd_per_kwh, "less"),
    Kpi("lcoe_site_usd_per_kwh", "all costs over what was served", lcoe_site, "less"),
    *(
        _lcos(name, charging)
        for name in ("schmidt", "juelch", "doe_pnnl")
        for charging in (True, False)
    ),
    Kpi("storage_life_y", "until storage is replaced", life_y("storage"), "more"),
    Kpi("genset_life_y", "until gensets are replaced", life_y("fuel"), "more"),
    Kpi(
        "carbon_cost_usd_per_kwh",
        "shadow price of operational emissions over what was served; no liability",
        carbon_cost,
        "less",
    ),
    Kpi(
        "interruption_cost_usd",
        "what was unserved in the run, at its price",
        shadow_usd("interruption"),
        "less",
    ),
    Kpi("sla_time_pu", "share of time with all demand served", sla_time_pu, "more"),
    Kpi("sla_energy_pu", "share of demand served", sla_energy_pu, "more"),
    Kpi("sla_missed_count", "how many of the two are below what was promised", sla_missed, "less"),
)
