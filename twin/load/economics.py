"""The `[economics]` of a scenario with its cost set, each price with its origin."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pydantic import ValidationError

import twin
from twin.cost_schema import INVESTMENT, KINDS, NEEDED, CostHead, EconomicsKeys, Entry
from twin.economics import Economics, Price
from twin.load.checked import checked
from twin.load.document import Document, file_below, read_document, sentence
from twin.problems import did_you_mean, shown
from twin.topology import Topology

SECTION = "economics"
SHIPPED = Path(twin.__file__).parent / "data" / "costs"

Found = dict[tuple[str, str], Price]


def read_economics(document: Document, topology: Topology) -> Economics | None:
    """What a scenario says of money; nothing where it says nothing, or no cost set is right."""
    if SECTION not in document.data:
        return None
    table = document.data[SECTION]
    if not isinstance(table, dict):
        document.report((SECTION,), f"should be a table, got {shown(table)}")
        return None
    keys, bad = checked(document, (SECTION,), EconomicsKeys, table, {"costs": ""})
    variants = document.data.get("variant", {})
    if keys.baseline and keys.baseline not in variants:
        text = f"is no variant of this scenario: {keys.baseline}"
        document.report((SECTION, "baseline"), text + did_you_mean(keys.baseline, variants))
    for role in keys.capex_usd:
        if role not in KINDS or "life_y" not in KINDS[role]:
            priced = [name for name, kinds in KINDS.items() if "life_y" in kinds]
            document.report_unknown((SECTION, "capex_usd", role), "role with a price", priced)
    file = None if "costs" in bad else _file(document, keys.costs)
    if file is None:
        return None
    before = len(document.found)
    prices = _cost_set(file)
    prices |= _own(document, keys, prices)
    if len(document.found) == before:
        _check_complete(document, keys, prices, topology)
    return Economics(
        costs=file.data.get("name", keys.costs),
        convention=keys.convention,
        baseline=keys.baseline,
        sla_pu=keys.sla_pu,
        capex_usd=dict(keys.capex_usd),
        prices=tuple(prices.values()),
    )


def _file(document: Document, name: str) -> Document | None:
    """A cost set by its name or, below the folder of the scenario, by its path."""
    shipped = {path.stem: path for path in sorted(SHIPPED.glob("*.toml"))}
    try:
        if name in shipped:
            return read_document(shipped[name], document.found)
        if not name.endswith(".toml"):
            raise ValueError(f"names no cost set: {name}{did_you_mean(name, shipped)}")
        return read_document(file_below(document, name, (".toml",)), document.found)
    except ValueError as error:
        document.report((SECTION, "costs"), str(error))
        return None


def _cost_set(document: Document) -> Found:
    """The prices of a file that are right."""
    head = {key: raw for key, raw in document.data.items() if key not in KINDS}
    checked(document, (), CostHead, head, {"format": 1, "name": "unnamed", "year": 2000}, KINDS)
    found: Found = {}
    for section, kinds in KINDS.items():
        table = document.data.get(section, {})
        if not isinstance(table, dict):
            document.report((section,), f"should be a table, got {shown(table)}")
            continue
        for name, raw in table.items():
            if name not in kinds:
                document.report_unknown((section, name), f"price of {section}", kinds)
            elif not isinstance(raw, dict):
                text = f"should be a value with its year, status and source, got {shown(raw)}"
                document.report((section, name), text)
            elif price := _price(document, section, name, kinds[name], raw):
                found[section, name] = price
    return found


def _price(
    document: Document, section: str, name: str, kind: type[Entry], raw: Mapping[str, Any]
) -> Price | None:
    spare = {"value": 1, "year": 2000, "status": "assumption", "source": "none"}
    entry, bad = checked(document, (section, name), kind, raw, spare)
    if bad:
        return None
    return Price(section, name, entry.value, entry.year, entry.status, entry.source)


def _own(document: Document, keys: EconomicsKeys, prices: Found) -> Found:
    """What the scenario itself says instead of the cost set."""
    year = max((price.year for price in prices.values()), default=2000)
    given = {("finance", "discount_pu"): keys.discount_pu, ("finance", "years"): keys.years}
    own = {pair: float(value) for pair, value in given.items() if value is not None}
    for section, table in keys.prices.items():
        for name, value in table.items():
            path = (SECTION, "prices", section, name)
            if section == "finance":
                document.report(path, f"is said at the top: {name}")
            elif section not in KINDS:
                document.report_unknown(path[:3], "section of a cost set", KINDS)
            elif name not in KINDS[section]:
                document.report_unknown(path, f"price of {section}", KINDS[section])
            else:
                own[section, name] = value
                if text := _value_problem(KINDS[section][name], value):
                    document.report(path, text)
    return {pair: Price(*pair, value, year, "scenario", "scenario") for pair, value in own.items()}


def _value_problem(kind: type[Entry], value: float) -> str:
    """What is wrong with a bare value; nothing if it is right."""
    try:
        kind(value=value, year=2000, status="assumption", source="scenario")
    except ValidationError as error:
        return sentence(error.errors(include_url=False)[0])
    return ""


def _check_complete(
    document: Document, keys: EconomicsKeys, prices: Found, topology: Topology
) -> None:
    """Report what is there and has no price: nothing is free of charge in silence."""
    for name in ("discount_pu", "years"):
        if ("finance", name) not in prices:
            document.report((SECTION, "costs"), f"has no finance.{name}; say {name} here")
    first: dict[str, str] = {}
    for device in topology.devices.values():
        first.setdefault(device.cls.role, device.name)
    for role in NEEDED:
        priced = role in keys.capex_usd or any((role, name) in prices for name in INVESTMENT)
        if role in first and not priced:
            text = f"has no price of {role} ({first[role]}); say it in prices.{role} or capex_usd"
            document.report((SECTION, "costs"), text)
    if "fuel" in first and ("fuel", "usd_per_l") not in prices:
        document.report((SECTION, "costs"), "has no fuel.usd_per_l; say it in prices.fuel")
