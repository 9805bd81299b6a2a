"""Expectations held against the results of a run, and the table that shows both."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from twin.problems import did_you_mean
from twin.scenario import Expect
from twin.units import unit_of

ROUNDING = 1e-12  # a number written in decimals does not lie on the edge it names
WRITTEN = {
    "w": "W",
    "kw": "kW",
    "mw": "MW",
    "kvar": "kvar",
    "kva": "kVA",
    "mva": "MVA",
    "wh": "Wh",
    "kwh": "kWh",
    "mwh": "MWh",
    "kws": "kWs",
    "v": "V",
    "kv": "kV",
    "a": "A",
    "hz": "Hz",
    "mhz": "mHz",
    "degc": "°C",
    "m2": "m²",
    "m3": "m³",
    "usd": "USD",
    "pct": "%",
    "count": "",
    "k": "K",
    "ohm": "Ω",
    "pa": "Pa",
}

FINER = {"hz": 4, "mhz": 1}  # decimals where five digits are not what a reader needs

Limits = Mapping[str, float | None]  # value with abs or rel, min, max


@dataclass(frozen=True, slots=True)
class Verdict:
    """What was expected of one result, and whether it came out."""

    name: str
    value: float | None
    expected: str
    verdict: Literal["ok", "missed", "unknown"]
    note: str = ""

    @property
    def held(self) -> bool:
        """Whether the expectation was met; an unknown name is not."""
        return self.verdict == "ok"


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the table, as text."""

    name: str
    value: str
    unit: str = ""
    expected: str = ""
    verdict: str = ""


def check(results: Mapping[str, float], expect: Mapping[str, Limits]) -> list[Verdict]:
    """Hold every expectation against KPIs, or ``run.totals | run.kpis``, in its own order."""
    verdicts = []
    for name, limits in expect.items():
        wanted = Expect(**limits)
        text = expected_text(wanted)
        if name not in results:
            note = f"is no result of this run{did_you_mean(name, results)}"
            verdicts.append(Verdict(name, None, text, "unknown", note))
            continue
        held = holds(results[name], wanted)
        verdicts.append(Verdict(name, results[name], text, "ok" if held else "missed"))
    return verdicts


def holds(got: float, wanted: Expect) -> bool:
    """Whether a number is near the value (the wider of `abs` and `rel`) and between the bounds."""
    if not math.isfinite(got):
        return False
    if wanted.value is not None:
        room = max(wanted.abs or 0.0, (wanted.rel or 0.0) * abs(wanted.value))
        room += ROUNDING * max(abs(got), abs(wanted.value))
        if abs(got - wanted.value) > room:
            return False
    above = wanted.min is None or got >= wanted.min
    return above and (wanted.max is None or got <= wanted.max)


def expected_text(wanted: Expect) -> str:
    """An expectation in a few signs: ``>= 49.2``, ``0.2 to 0.36``, ``-0.48 ± 0.02``."""
    found = []
    if wanted.value is not None:
        rooms = [f"{wanted.abs:,g}"] if wanted.abs is not None else []
        rooms += [f"{100.0 * wanted.rel:,g} %"] if wanted.rel is not None else []
        found.append(" ± ".join([f"{wanted.value:,.9g}", " or ".join(rooms)]).removesuffix(" ± "))
    if wanted.min is not None and wanted.max is not None:
        found.append(f"{wanted.min:,.9g} to {wanted.max:,.9g}")
    elif wanted.min is not None:
        found.append(f">= {wanted.min:,.9g}")
    elif wanted.max is not None:
        found.append(f"<= {wanted.max:,.9g}")
    return ", ".join(found)


def table(kpis: Mapping[str, float], verdicts: Sequence[Verdict]) -> list[Row]:
    """One line a KPI with its verdict, then what was expected of other results."""
    judged = {verdict.name: verdict for verdict in verdicts}
    values: dict[str, float | None] = {**kpis}
    values |= {name: verdict.value for name, verdict in judged.items() if name not in kpis}
    rows = []
    for name, value in values.items():
        unit = str(unit_of(name) or "")
        verdict = judged.get(name, Verdict(name, value, "", "ok"))
        word = verdict.verdict if name in judged else ""
        said = ": ".join(part for part in (word, verdict.note) if part)
        shown = ("", "") if value is None else (number(value, unit), unit_text(unit))
        rows.append(Row(name, *shown, verdict.expected, said))
    return rows


def number(value: float, unit: str = "") -> str:
    """A number with about five digits; a count without decimals, a frequency to 0.1 mHz."""
    size = abs(value)
    if not math.isfinite(value) or 0.0 < size < 1e-3 or size >= 1e12:
        return f"{value:.2g}"
    if value == 0.0 or (unit == "count" and float(value).is_integer()):
        return f"{value + 0.0:,.0f}"  # + 0.0: no minus before nothing
    decimals = 0 if size >= 10_000 else 1 if size >= 100 else 3
    if unit in FINER:
        decimals = FINER[unit]
    return f"{value:,.{decimals}f}"


def unit_text(unit: str) -> str:
    """A unit as it is printed: ``kWh``, ``USD/kWh``; nothing for a count."""
    return "/".join(WRITTEN.get(word, word) for word in unit.split("_") if word != "per")


def format_table(rows: Iterable[Row]) -> str:
    """Rows as aligned lines, the numbers on their decimal points."""
    cells = [(row.name, *_parts(row), row.unit, row.expected, row.verdict) for row in rows]
    widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
    lines = []
    for name, whole, rest, *words in cells:
        number_text = whole.rjust(widths[1]) + rest.ljust(widths[2])
        texts = [word.ljust(width) for word, width in zip(words, widths[3:], strict=True)]
        lines.append("  ".join([f"  {name.ljust(widths[0])}", number_text, *texts]).rstrip())
    return "\n".join(lines)


def _parts(row: Row) -> tuple[str, str]:
    whole, point, rest = row.value.partition(".")
    return whole, point + rest
