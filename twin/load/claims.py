"""Claims of a scenario: what was said, and which variants it is held against."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from twin.load.checked import checked
from twin.load.document import Document
from twin.load.expectations import limits_of, limits_problem
from twin.problems import did_you_mean
from twin.scenario import Claim
from twin.scenario_schema import ClaimKeys

FIGURE = re.compile(r"\{([a-z][a-z0-9_]*)\.([a-z][a-z0-9_.]*)\}")
FALLBACK = {"said": "?", "result": "", "of": ["?"]}


def read_claims(document: Document) -> Iterator[Claim]:
    """Every claim that is right; whatever is wrong is reported."""
    variants = document.tables(("variant",))
    for name, table in document.tables(("claim",)).items():
        path = ("claim", name)
        keys, bad = checked(document, path, ClaimKeys, table, FALLBACK)
        if bad:
            continue
        problems = list(_problems(keys, variants))
        for key, text in problems:
            document.report((*path, key) if key else path, text)
        if not problems:
            yield Claim(
                name=name,
                limits=limits_of(keys),
                of=tuple(keys.of),
                against=_baselines(keys),
                **keys.model_dump(include={"said", "result", "measure", "condition", "because"}),
            )


def _problems(keys: ClaimKeys, variants: Iterable[str]) -> Iterator[tuple[str, str]]:
    known = list(variants)
    if text := limits_problem(keys):
        yield "", text
    against = _baselines(keys)
    for key, named in (("of", keys.of), ("against", dict.fromkeys(against))):
        for one in named:
            if one not in known:
                yield key, f"names no variant: {one}{did_you_mean(one, known)}"
    if against and len(against) != len(keys.of):
        yield "against", f"names {len(against)} variants, of names {len(keys.of)}"
    if (keys.measure == "value") == bool(against):
        yield "measure", "other than value comes together with against"
    for variant, _ in FIGURE.findall(keys.because):
        if variant not in known:
            yield "because", f"speaks of no variant: {variant}{did_you_mean(variant, known)}"


def _baselines(keys: ClaimKeys) -> tuple[str, ...]:
    """What each variant is compared with; one stands for all."""
    if isinstance(keys.against, str):
        return (keys.against,) * len(keys.of)
    return tuple(keys.against or ())
