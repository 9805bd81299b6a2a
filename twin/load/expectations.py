"""Bounds of a result: near a value, or between two limits."""

from __future__ import annotations

from collections.abc import Iterator

from twin.load.checked import checked
from twin.load.document import Document
from twin.scenario import Expect
from twin.scenario_schema import ExpectKeys


def read_expectations(document: Document) -> Iterator[tuple[str, Expect]]:
    """What a scenario expects of its results; whatever is wrong is reported."""
    for name, table in document.tables(("expect",)).items():
        path = ("expect", name)
        keys, bad = checked(document, path, ExpectKeys, table)
        if bad:
            continue
        if text := limits_problem(keys):
            document.report(path, text)
        yield name, limits_of(keys)


def limits_problem(keys: ExpectKeys) -> str:
    """Why these are no bounds; nothing where they are."""
    near = keys.abs is not None or keys.rel is not None
    if keys.value is None and keys.min is None and keys.max is None:
        return "needs a value, min or max"
    if near != (keys.value is not None):
        return "needs value together with abs or rel"
    if keys.min is not None and keys.max is not None and keys.min > keys.max:
        return "has a min above its max"
    return ""


def limits_of(keys: ExpectKeys) -> Expect:
    """The bounds as they are held against a result."""
    return Expect(keys.value, keys.abs, keys.rel, keys.min, keys.max)
