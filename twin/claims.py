"""What was said of a site, held against what its variants came to.

A claim holds where it holds in every variant it is held against, holds if where in some, and
cannot hold where in none of them.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from twin.check import expected_text, holds, number, unit_text
from twin.problems import did_you_mean
from twin.savings import baseline_of
from twin.scenario import Claim, Expect, Scenario
from twin.units import unit_of

Results = Mapping[str, Mapping[str, float]]  # of each variant

FIGURE = re.compile(r"\{([a-z][a-z0-9_]*)\.([a-z][a-z0-9_.]*)\}")
NEARLY_ALL = 0.99  # from here to the whole a digit more tells
HOLDS, HOLDS_IF, CANNOT_HOLD, UNKNOWN = "holds", "holds if", "cannot hold", "unknown"


@dataclass(frozen=True)
class Judged:
    """A claim, what each variant came to, and what is to be said of it."""

    claim: Claim
    values: Mapping[str, float | None]
    held: tuple[str, ...]  # the variants in which it holds
    verdict: str
    reason: str

    @property
    def results(self) -> str:
        """The result of each variant: ``87.1 % claim_fit, 62.0 % high_load``."""
        parts = [f"{measured(self.claim, v)} {name}" for name, v in self.values.items()]
        return ", ".join(parts)

    @property
    def wanted(self) -> str:
        """What was claimed of the result: ``fuel_l cut >= 85 %``."""
        measure = "" if self.claim.measure == "value" else f" {self.claim.measure}"
        limits = self.claim.limits
        if not is_share(self.claim):
            unit = unit_text(str(unit_of(self.claim.result) or ""))
            return f"{self.claim.result}{measure} {expected_text(limits)} {unit}".rstrip()
        percent = {k: None if v is None else 100.0 * v for k, v in asdict(limits).items()}
        percent["rel"] = limits.rel
        return f"{self.claim.result}{measure} {expected_text(Expect(**percent))} %"

    def told(self) -> dict[str, Any]:
        """The same as plain data; what never comes is null."""
        known = {k: v for k, v in self.values.items() if v is not None and math.isfinite(v)}
        return {
            **asdict(self.claim),
            "values": dict.fromkeys(self.values) | known,
            "held": list(self.held),
            "verdict": self.verdict,
            "reason": self.reason,
        }


def needed(scenario: Scenario) -> list[str]:
    """The variants that claims speak of, with their baselines, in the order of the scenario."""
    claims = scenario.claims
    asked = {one for claim in claims for one in (*claim.of, *claim.against)}
    asked |= {one for claim in claims for one, _ in FIGURE.findall(claim.because)}
    asked |= {baseline_of(scenario, one) for one in asked}
    return [name for name in scenario.variants if name in asked]


def judge(claims: Iterable[Claim], results: Results) -> list[Judged]:
    """Hold every claim against the results of its variants."""
    return [_judged(claim, results) for claim in claims]


def _judged(claim: Claim, results: Results) -> Judged:
    against = claim.against or claim.of
    pairs = zip(claim.of, against, strict=True)
    values = {variant: value_of(claim, variant, other, results) for variant, other in pairs}
    known = {variant: value for variant, value in values.items() if value is not None}
    held = tuple(variant for variant, value in known.items() if holds(value, claim.limits))
    if len(known) < len(values):
        words = {name for own in results.values() for name in own}
        text = f"{claim.result} is no result of these runs{did_you_mean(claim.result, words)}"
        return Judged(claim, values, held, UNKNOWN, text)
    verdict = HOLDS_IF if held else CANNOT_HOLD
    if len(held) == len(values):
        verdict = HOLDS
    parts = [filled(claim.because, results)]
    if verdict == HOLDS_IF:
        parts.insert(0, claim.condition or f"in {', '.join(held)}")
    reason = "; ".join(part for part in parts if part)
    return Judged(claim, values, held, verdict, reason)


def value_of(claim: Claim, variant: str, against: str, results: Results) -> float | None:
    """The measure of one variant; None where a run did not tell."""
    x = results.get(variant, {}).get(claim.result)
    if x is None or claim.measure == "value":
        return x
    y = results.get(against, {}).get(claim.result)
    if y is None or (y == 0.0 and claim.measure != "saved"):
        return None
    return {"cut": lambda: 1.0 - x / y, "saved": lambda: y - x, "share": lambda: x / y}[
        claim.measure
    ]()


def is_share(claim: Claim) -> bool:
    """Whether its value reads best in percent."""
    relative = claim.measure in ("cut", "share")
    return relative or str(unit_of(claim.result)) == "pu"


def measured(claim: Claim, value: float | None) -> str:
    """A value of a claim with its unit."""
    if value is None:
        return "?"
    if is_share(claim) and math.isfinite(value):
        return f"{100.0 * value:.{5 if NEARLY_ALL < value < 1.0 else 4}g} %"
    return _with_unit(claim.result, value)


def filled(text: str, results: Results) -> str:
    """A reason with the figures that it names in braces, ``{variant.result}``."""

    def figure(match: re.Match[str]) -> str:
        variant, name = match.groups()
        value = results.get(variant, {}).get(name)
        return "?" if value is None else _with_unit(name, value)

    return FIGURE.sub(figure, text)


def _with_unit(name: str, value: float) -> str:
    if not math.isfinite(value):
        return "never"
    unit = str(unit_of(name) or "")
    if unit == "pu":
        return f"{100.0 * value:.4g} %"
    return f"{number(value, unit)} {unit_text(unit)}".rstrip()


def as_markdown(judged: Sequence[Judged]) -> str:
    """The table as it stands in a document."""
    lines = ["| claim | measured | verdict | why |", "|---|---|---|---|"]
    for one in judged:
        measured_as = f"{one.wanted}: {one.results}"
        lines.append(f"| {one.claim.said} | {measured_as} | **{one.verdict}** | {one.reason} |")
    return "\n".join(lines) + "\n"
