"""Emission factors and fuels: records of a register, none without its source and its year.

The register that ships is `twin/data/factors.csv`; a scenario may name one of its own, with the
same columns. Of fuels there is one record for litres, kWh and kg: `components/data/fuels.csv`.
"""

from __future__ import annotations

import csv
import math
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, fields
from importlib.resources import files
from pathlib import Path
from typing import Any, TypeVar

UNITS = ("kg_per_kwh", "kg_per_kw", "kg_per_km")
LEVELS = ("world", "country", "region", "state", "province", "site")
GASES = ("CO2", "CO2e")
SCOPES = ("S1", "S2", "S3.2", "S3.3", "S3.4", "LCA")
STATUSES = ("read", "unverified", "assumption")

WORDS: Mapping[str, tuple[str, ...]] = {
    "unit": UNITS,
    "level": LEVELS,
    "gas": GASES,
    "scope": SCOPES,
    "status": STATUSES,
}
YEAR = re.compile(r"\d{4}(-\d{4})?", re.ASCII)
ID = re.compile(r"\w[\w.-]*", re.ASCII)

Finding = tuple[int, str, str]  # line, key, what is wrong
R = TypeVar("R")


@dataclass(frozen=True)
class Factor:
    """So much carbon for one unit of something, and who says so."""

    id: str
    item: str
    value: float
    unit: str
    level: str
    place: str
    year: str
    gas: str
    gwp: str  # the set of global warming potentials, "none" for CO2 alone
    scope: str
    source: str
    status: str


@dataclass(frozen=True)
class Fuel:
    """What a litre of a fuel weighs, heats and emits."""

    id: str
    name: str
    kind: str  # those of a kind may stand for each other
    density_kg_per_l: float
    heat_kwh_per_l: float
    co2_kg_per_l: float
    wtt_kg_per_l: float
    source: str
    year: str


def shipped_factors() -> dict[str, Factor]:
    """The register that ships, by id."""
    found, wrong = read_factors(Path(str(files("twin"))) / "data" / "factors.csv")
    if wrong:
        raise ValueError(f"factors.csv: {wrong}")
    return found


def shipped_fuels() -> dict[str, Fuel]:
    """The fuels, by id."""
    path = Path(str(files("components"))) / "data" / "fuels.csv"
    found, wrong = _read(path, Fuel, lambda row: _sourced(row))
    if wrong:
        raise ValueError(f"fuels.csv: {wrong}")
    return found


def read_factors(path: Path) -> tuple[dict[str, Factor], list[Finding]]:
    """The factors of a register by id, and everything that is wrong with it."""
    return _read(path, Factor, _factor_problems)


def _read(
    path: Path, record: Callable[..., R], problems: Callable[[Mapping[str, str]], Iterator[Any]]
) -> tuple[dict[str, R], list[Finding]]:
    names = {field.name: field.type for field in fields(record)}  # type: ignore[arg-type]
    found: dict[str, R] = {}
    wrong: list[Finding] = []
    for line, row in _rows(path):
        missing = [name for name in names if name not in row]
        if missing:
            return {}, [(line, missing[0], "is missing: a column every register has")]
        text = {name: (row[name] or "").strip() for name in names}
        numbers = {name: _number(text[name]) for name, kind in names.items() if kind == "float"}
        bad = [(name, "should be a number, 0 or more") for name, n in numbers.items() if n is None]
        bad += list(problems(text))
        if text["id"] in found:
            bad.append(("id", "stands twice"))
        wrong += [(line, f"{text['id']}.{name}", said) for name, said in bad]
        if not bad:
            found[text["id"]] = record(**(text | numbers))
    return found, wrong


def _rows(path: Path) -> Iterator[tuple[int, dict[str, str]]]:
    """The rows of a table with the numbers of their lines; lines that begin with # are comments."""
    lines = path.read_text("utf-8-sig").splitlines()
    skipped = 0
    while skipped < len(lines) and lines[skipped].startswith("#"):
        skipped += 1
    reader = csv.DictReader(lines[skipped:])
    for row in reader:
        yield skipped + reader.line_num, row


def _sourced(row: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """What every record needs: a name, a source and a year."""
    if not ID.fullmatch(row["id"]):
        yield "id", f"should be letters, digits, dots and hyphens, got {row['id']!r}"
    if not row["source"]:
        yield "source", "is missing: a factor without a source is a guess"
    if not YEAR.fullmatch(row["year"]):
        yield "year", f"should be like 2023 or 2022-2023, got {row['year']!r}"


def _factor_problems(row: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    yield from _sourced(row)
    for name, words in WORDS.items():
        if row[name] not in words:
            yield name, f"should be {', '.join(words[:-1])} or {words[-1]}, got {row[name]!r}"
    for name in ("item", "place", "gwp"):
        if not row[name]:
            yield name, "is missing"


def _number(text: str) -> float | None:
    try:
        value = float(text)
    except ValueError:
        return None
    return value if math.isfinite(value) and value >= 0.0 else None
