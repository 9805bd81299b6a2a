"""Claims of a scenario: what was said, and which variants it is held against.

With `against = "baseline"` each variant is compared with the baseline of its own `[economics]`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from twin.file_schema import ClaimKeys
from twin.load.checked import checked
from twin.load.document import Document
from twin.load.expectations import limits_of, limits_problem
from twin.problems import did_you_mean
from twin.scenario import BASELINE, Claim

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
                **keys.model_dump(
                    include={"said", "result", "against", "measure", "condition", "because"}
                ),
            )


def _problems(keys: ClaimKeys, variants: Iterable[str]) -> Iterator[tuple[str, str]]:
    known = list(variants)
    if text := limits_problem(keys):
        yield "", text
    own = keys.against == BASELINE
    against = [keys.against] if keys.against and not own else []
    for key, named in (("of", keys.of), ("against", against)):
        for one in named:
            if one not in known:
                yield key, f"names no variant: {one}{did_you_mean(one, known)}"
    if (keys.measure == "value") == bool(keys.against):
        yield "measure", "other than value comes together with against"
    for variant, _ in FIGURE.findall(keys.because):
        if variant not in known:
            yield "because", f"speaks of no variant: {variant}{did_you_mean(variant, known)}"
