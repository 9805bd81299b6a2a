"""The account of a run: every cost with its quantity, price and origin, so that they can be added.

Prices and terms stand in `run.json`, resolved from the scenario and its cost set. What is there:

* investment    paid at the start: sizes times prices, or `capex_usd` of the scenario
* replacement   when a life is over, of the price as new: years, run hours of gensets, ageing of
                storage, whichever comes first (`twin/kpis/lives.py`)
* residual      what the last purchase is still worth at the end, along a straight line
* om, fuel, grid, demand, logistics   each year

Yearly amounts are those of the run times 365 days over its length. A run shorter than 360 days says
nothing of the other seasons, so its account holds investments only and `missing` says why. Money of
different years is added as it stands.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import cast

from twin.economics import Price
from twin.kpis import added, all_booked, booked, of_role
from twin.kpis.costs import Timing, annuity, discounted, left_pu, replacement_times_y
from twin.kpis.demand import billed_kw
from twin.kpis.lives import Life, life
from twin.run import Run

YEAR_S = 31_536_000.0  # 365 days
SHORTEST_D = 360.0
INVESTMENT = {"usd_per_kw": "kw", "usd_per_kwh": "kwh", "fixed_usd": "count"}
RATING = {"storage": "energy_kwh", "converter": "rated_kva"}  # of the others: rated_kw
BOUGHT = ("solar", "wind", "storage", "converter", "fuel", "control", "grid")


@dataclass(frozen=True)
class Item:
    """One line of the account: quantity times price is the amount."""

    role: str
    kind: str
    quantity: float
    unit: str  # of the quantity
    price: float
    price_name: str
    year: int
    status: str
    source: str
    usd: float  # once if it has a time, else each year
    at_y: float | None = None
    usd_per_y: float = 0.0  # its even yearly payment
    note: str = ""


@dataclass(frozen=True)
class Terms:
    """On what an account rests."""

    costs: str
    convention: Timing
    discount_pu: float
    years: int
    run_y: float
    sla_pu: float
    capex_usd: Mapping[str, float]
    prices: Mapping[tuple[str, str], Price]

    def price(self, section: str, name: str) -> Price | None:
        """One entry of the cost set, as the scenario has it."""
        return self.prices.get((section, name))


@dataclass(frozen=True)
class Account:
    """What a site costs; without the yearly items where something is `missing`."""

    terms: Terms
    items: tuple[Item, ...]
    lives: Mapping[str, Life]
    missing: tuple[str, ...]

    def usd_per_y(self, *roles: str, kinds: tuple[str, ...] = ()) -> float:
        """Even yearly payment for some roles and kinds; all of them where none are named."""
        own = (item for item in self.items if not roles or item.role in roles)
        return math.fsum(item.usd_per_y for item in own if not kinds or item.kind in kinds)

    def payments(self, *roles: str, kind: str) -> list[tuple[float, float]]:
        """When what is paid for some roles, of one kind that has times."""
        own = (item for item in self.items if item.role in roles and item.kind == kind)
        return [(item.at_y or 0.0, item.usd) for item in own]


def terms_of(run: Run) -> Terms | None:
    """The terms of a run whose scenario speaks of money."""
    said = run.meta.get("economics")
    if not said:
        return None
    prices = [Price(**price) for price in said["prices"]]
    known = {(price.section, price.name): price for price in prices}
    return Terms(
        costs=said["costs"],
        convention=cast("Timing", said["convention"]),
        discount_pu=known["finance", "discount_pu"].value,
        years=round(known["finance", "years"].value),
        run_y=run.meta["scenario"]["horizon_s"] / YEAR_S,
        sla_pu=said["sla_pu"],
        capex_usd=said["capex_usd"],
        prices=known,
    )


@lru_cache(maxsize=1)
def account_of(run: Run) -> Account | None:
    """The account of a run, made once for all KPIs that are read from it."""
    terms = terms_of(run)
    if terms is None:
        return None
    missing = [*_untold(run, terms)]
    roles = [role for role in BOUGHT if of_role(run, role)]
    lives = {} if missing else {role: life(run, role, terms.prices, terms.run_y) for role in roles}
    items: list[Item] = []
    for role in roles:
        bought = [*_bought(run, role, terms)]
        paid = [*_investment(role, bought, terms)]
        items += paid
        if not missing:
            items += _later(role, bought, paid, lives[role], terms)
            items += _upkeep(run, role, bought, terms)
    if not missing:
        items += _running(run, terms)
    return Account(terms, tuple(_spread(item, terms) for item in items), lives, tuple(missing))


def _untold(run: Run, terms: Terms) -> Iterator[str]:
    """What a yearly account needs and this run does not tell."""
    if terms.run_y * 365.0 < SHORTEST_D:
        yield f"a run of {SHORTEST_D:g} days or more, not {terms.run_y * 365.0:.3g}"
    if of_role(run, "fuel") and all_booked(run, "fuel", "fuel_l") is None:
        yield "the fuel that was burnt"
    charged = terms.price("grid", "demand_charge_usd_per_kw") and of_role(run, "grid")
    if charged and billed_kw(run) is None:
        yield "the power of each meter by 15 minutes or less, for the demand charge"


def _size(run: Run, role: str, unit: str) -> float:
    """How much there is of a role: units, or the rating of all of them."""
    devices = of_role(run, role).values()
    if unit == "count":
        return float(sum(about["units"] for about in devices))
    return math.fsum(about["rated"].get(RATING.get(role, "rated_kw"), 0.0) for about in devices)


def _bought(run: Run, role: str, terms: Terms) -> Iterator[Item]:
    """What all devices of a role cost as new, by the prices of the cost set."""
    for name, unit in INVESTMENT.items():
        if price := terms.price(role, name):
            yield priced(role, "investment", _size(run, role, unit), unit, price, at_y=0.0)


def _investment(role: str, bought: list[Item], terms: Terms) -> Iterator[Item]:
    """The same, unless the scenario says what is paid."""
    if role not in terms.capex_usd:
        yield from bought
        return
    price = Price(role, "capex_usd", terms.capex_usd[role], _year(bought), "scenario", "scenario")
    yield priced(role, "investment", 1.0, "count", price, at_y=0.0)


def _as_new(bought: list[Item], paid: list[Item]) -> float:
    """The price as new: that of the cost set, or where it has none what is paid at the start."""
    return math.fsum(item.usd for item in bought or paid)


def _later(
    role: str, bought: list[Item], paid: list[Item], lasts: Life, terms: Terms
) -> Iterator[Item]:
    """Replacements, and what the last purchase is worth at the end."""
    share = terms.price(role, "replacement_pu") or Price(
        role, "replacement_pu", 1.0, _year(paid), "assumption", "all of it is bought again"
    )
    new_usd = _as_new(bought, paid)
    last_usd = math.fsum(item.usd for item in paid)
    note = f"{lasts.because}: {lasts.years:.4g} years"
    for at_y in replacement_times_y(lasts.years, terms.years):
        again = priced(role, "replacement", new_usd, "usd", share, at_y)
        last_usd = again.usd
        yield replace(again, note=note)
    left = left_pu(lasts.years, terms.years)
    if left and last_usd:
        worth = Price(
            role, "left_pu", -left, _year(paid), "assumption", "straight line of its life"
        )
        yield replace(priced(role, "residual", last_usd, "usd", worth, terms.years), note=note)


def _upkeep(run: Run, role: str, bought: list[Item], terms: Terms) -> Iterator[Item]:
    """Yearly operation and maintenance of what is there."""
    new_usd = _as_new(bought, [*_investment(role, bought, terms)])
    hours = all_booked(run, role, "run_h")
    quantities = {
        "om_pu_per_y": (new_usd, "usd"),
        "om_usd_per_kw_per_y": (_size(run, role, "kw"), "kw"),
        "om_usd_per_y": (_size(run, role, "count"), "count"),
        "om_usd_per_h": (None if hours is None else hours / terms.run_y, "h"),
    }
    for name, (quantity, unit) in quantities.items():
        if (price := terms.price(role, name)) and quantity is not None:
            yield priced(role, "om", quantity, unit, price)


def _running(run: Run, terms: Terms) -> Iterator[Item]:
    """Yearly fuel, bills of the grid and trips."""
    fuel_l, usd_per_l = all_booked(run, "fuel", "fuel_l"), terms.price("fuel", "usd_per_l")
    if fuel_l is not None and usd_per_l:
        yield priced("fuel", "fuel", fuel_l / terms.run_y, "l", usd_per_l)
    year = max(price.year for price in terms.prices.values())
    bill_usd = all_booked(run, "grid", "cost_usd")
    if bill_usd is not None:
        meter = Price("grid", "usd", 1.0, year, "run", "meters of the run, import less export")
        yield priced("grid", "grid", bill_usd / terms.run_y, "usd", meter)
    charge = terms.price("grid", "demand_charge_usd_per_kw")
    if charge and (kw := billed_kw(run)) is not None:
        yield priced("grid", "demand", kw / terms.run_y, "kw", charge)
    trips = (booked(about, "cost_usd") for about in of_role(run, "logistics").values())
    trips_usd = added(usd for usd in trips if usd is not None)
    if trips_usd is not None:
        counted = Price("logistics", "usd", 1.0, year, "run", "trips and visits of the run")
        yield priced("logistics", "logistics", trips_usd / terms.run_y, "usd", counted)


def priced(
    role: str, kind: str, quantity: float, unit: str, price: Price, at_y: float | None = None
) -> Item:
    """One line of an account."""
    origin = (price.value, price.name, price.year, price.status, price.source)
    return Item(role, kind, quantity, unit, *origin, quantity * price.value, at_y)


def _spread(item: Item, terms: Terms) -> Item:
    """The same with its even yearly payment."""
    if item.at_y is None:
        return replace(item, usd_per_y=item.usd)
    present_usd = discounted([(item.at_y, item.usd)], terms.discount_pu)
    yearly_usd = annuity(present_usd, terms.discount_pu, terms.years, terms.convention)
    return replace(item, usd_per_y=yearly_usd)


def _year(items: list[Item]) -> int:
    return max((item.year for item in items), default=0)
