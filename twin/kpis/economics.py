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
from dataclasses import dataclass

from twin.kpis import Kpi, added
from twin.kpis import costs as convention
from twin.kpis.account import Account, account_of
from twin.kpis.energy import (
    counter,
    if_any,
    less,
    outage_h,
    over,
    served_kwh,
    served_share_pu,
    unserved_kwh,
)
from twin.kpis.storage_costs import lcos
from twin.problems import Problem, Problems
from twin.run import Run

DIESEL_KG_PER_L = 2.68  # 74.1 kg/GJ (IPCC) x 43.0 MJ/kg x 0.84 kg/l, of combustion alone

Told = Callable[[Run], float | None]

fuel_l = counter("fuel", "fuel_l")


def carbon_kg(run: Run) -> float | None:
    """Operational emissions: fuel burnt and energy imported."""
    burnt_l, import_kg = if_any(run, "fuel", "fuel_l"), if_any(run, "grid", "carbon_kg")
    return added([None if burnt_l is None else burnt_l * DIESEL_KG_PER_L, import_kg])


def of_account(tell: Callable[[Account], float]) -> Told:
    """A figure of the whole account; None where it is not whole."""

    def value(run: Run) -> float | None:
        found = account_of(run)
        return None if found is None or found.missing else tell(found)

    return value


def yearly(*kinds: str) -> Told:
    """What is paid for some kinds of items each year."""
    return of_account(lambda found: found.usd_per_y(kinds=kinds))


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


def times(tell: Told, section: str, name: str, factor: float = 1.0) -> Told:
    """A quantity of the run times a price, where there is one."""

    def value(run: Run) -> float | None:
        found, quantity = account_of(run), tell(run)
        price = found.terms.price(section, name) if found else None
        return None if price is None or quantity is None else quantity * price.value * factor

    return value


def carbon_cost(run: Run) -> float | None:
    """The shadow price of carbon in each kWh served."""
    return over(times(carbon_kg, "carbon", "usd_per_t", 1e-3)(run), served_kwh(run))


def sla_time_pu(run: Run) -> float | None:
    """Share of the time in which all demand was served."""
    out_h = outage_h(run) if account_of(run) else None
    return less(1.0, over(out_h, run.meta["scenario"]["horizon_s"] / 3600.0))


def sla_energy_pu(run: Run) -> float | None:
    """Share of the demand that was served."""
    return served_share_pu(run) if account_of(run) else None


def sla_missed(run: Run) -> float | None:
    """How many of the two lie below what was promised."""
    found, shares = account_of(run), (sla_time_pu(run), sla_energy_pu(run))
    known = [share for share in shares if share is not None]
    return float(sum(share < found.terms.sla_pu for share in known)) if found and known else None


@dataclass(frozen=True)
class Comparison:
    """A run against its baseline; all savings are those of even yearly payments."""

    baseline: str
    convention: str
    extra_capex_usd: float
    saving_usd_per_y: float  # of all but the investment, replacements included
    npv_usd: float
    payback_simple_y: float | None  # None: never
    payback_discounted_y: float | None
    cost_cut_pu: float  # of the even yearly payment for everything
    lcoe_cut_pu: float | None


def against(run: Run, baseline: Run) -> Comparison:
    """What a run saves against the run of its baseline; raises Problems where they do not match.

    Investments of both are set against each other, so a baseline that is built new pays for it.
    The residual belongs to the net present value and to no saving.
    """
    own, other = _whole(run), _whole(baseline)
    _check_match(run, baseline, own, other)
    extra_usd = (capex_usd(run) or 0.0) - (capex_usd(baseline) or 0.0)
    later = ("replacement", "om", "fuel", "grid", "demand", "logistics")
    saving = other.usd_per_y(kinds=later) - own.usd_per_y(kinds=later)
    terms, cut_usd_per_y = own.terms, other.usd_per_y() - own.usd_per_y()
    early = 1.0 + terms.discount_pu if terms.convention == "year_start" else 1.0
    worth = convention.annuity_factor(terms.discount_pu, terms.years) * early
    lcoe_usd = lcoe_site(run), lcoe_site(baseline)
    return Comparison(
        baseline=str(baseline.meta["variant"]),
        convention=terms.convention,
        extra_capex_usd=extra_usd,
        saving_usd_per_y=saving,
        npv_usd=cut_usd_per_y * worth,
        payback_simple_y=convention.payback_simple(extra_usd, saving),
        payback_discounted_y=convention.payback_discounted(extra_usd, saving, terms.discount_pu),
        cost_cut_pu=over(cut_usd_per_y, other.usd_per_y()) or 0.0,
        lcoe_cut_pu=less(1.0, over(*lcoe_usd)),
    )


def _whole(run: Run) -> Account:
    """The account of a run; raises Problems where there is none for whole years."""
    found = account_of(run)
    if found is None:
        raise _problem(run, "has no account: its scenario has no [economics]")
    if found.missing:
        raise _problem(run, f"has no yearly account; it needs {', '.join(found.missing)}")
    return found


def _check_match(run: Run, baseline: Run, own: Account, other: Account) -> None:
    """Both under the same terms, and the second the baseline that the first names."""
    named, variant = run.meta["economics"]["baseline"], baseline.meta["variant"]
    if named and named != variant:
        ran = f"variant {variant}" if variant else "no variant"
        raise _problem(baseline, f"is a run of {ran}, but the baseline is {named}")
    for name in ("costs", "convention", "discount_pu", "years"):
        mine, its = getattr(own.terms, name), getattr(other.terms, name)
        if mine != its:
            raise _problem(baseline, f"has another {name}: {its}, not {mine}")


def _problem(run: Run, text: str) -> Problems:
    return Problems([Problem(str(run.folder), 0, "", text)])


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
    Kpi("fuel_cost_usd", "fuel of the run", times(fuel_l, "fuel", "usd_per_l"), "less"),
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
        times(unserved_kwh, "interruption", "usd_per_kwh"),
        "less",
    ),
    Kpi("sla_time_pu", "share of time with all demand served", sla_time_pu, "more"),
    Kpi("sla_energy_pu", "share of demand served", sla_energy_pu, "more"),
    Kpi("sla_missed_count", "how many of the two are below what was promised", sla_missed, "less"),
)
