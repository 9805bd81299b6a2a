"""Maps of equivalence of a scenario: which variants are compared, and what changes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import pairwise
from typing import Any

from twin.equivalence_keys import AxisKeys, EquivalenceKeys
from twin.load.checked import checked
from twin.load.document import Document
from twin.load.overrides import flat
from twin.problems import did_you_mean
from twin.scenario import Axis, Equivalence
from twin.scenario_schema import ScenarioHead
from twin.toml_lines import KeyPath
from twin.topology import Topology

AXES = ("x", "y", "lines")
AXIS = {"set": "horizon_s", "values": [0.0, 1.0]}
FALLBACK: dict[str, Any] = {
    "title": "?",
    "of": "",
    "vary": "",
    "between": [0.0, 1.0],
    "match": "",
    "against": "",
}
FALLBACK |= {"x": AXIS, "y": AXIS}
NADIR_FIELD = "f_end_hz"  # the frequency whose lowest point tells the time to the nadir


def read_equivalences(document: Document, topology: Topology) -> Iterator[Equivalence]:
    """Every map that is right; whatever is wrong is reported."""
    variants = list(document.tables(("variant",)))
    for name, table in document.tables(("equivalence",)).items():
        keys, bad = checked(document, ("equivalence", name), EquivalenceKeys, table, FALLBACK)
        problems = [
            (path, text)
            for path, text in (*_problems(keys, variants), *_unknown(keys, topology))
            if path[0] not in bad
        ]
        for path, text in problems:
            document.report(("equivalence", name, *path), text)
        if not (bad or problems):
            yield _made(name, keys)


def _made(name: str, keys: EquivalenceKeys) -> Equivalence:
    plain = ("title", "of", "vary", "match", "against", "bare", "per", "label", "crossover")
    return Equivalence(
        name=name,
        between=(keys.between[0], keys.between[1]),
        to=keys.to or keys.match,
        set=dict(flat(keys.set)),
        x=_axis(keys.x),
        y=_axis(keys.y),
        lines=_axis(keys.lines) if keys.lines else None,
        **{key: getattr(keys, key) for key in plain},
    )


def _axis(keys: AxisKeys) -> Axis:
    return Axis(keys.set, tuple(keys.values), keys.times, keys.label or keys.set, keys.log)


def _axes(keys: EquivalenceKeys) -> Iterator[tuple[str, AxisKeys]]:
    for name in AXES:
        if axis := getattr(keys, name):
            yield name, axis


def _problems(keys: EquivalenceKeys, variants: Iterable[str]) -> Iterator[tuple[KeyPath, str]]:
    """What contradicts itself, or names no variant."""
    for key in ("of", "against", "bare"):
        if (one := getattr(keys, key)) and one not in variants:
            yield (key,), f"names no variant: {one}{did_you_mean(one, variants)}"
    low, high = keys.between
    if low >= high:
        yield ("between",), f"should rise, got {low:g} to {high:g}"
    for name, axis in _axes(keys):
        if any(after <= before for before, after in pairwise(axis.values)):
            yield (name, "values"), "should rise from each to the next"
        if axis.log and axis.values[0] <= 0.0:
            yield (name, "values"), "should be above 0 where the axis is logarithmic"
        if axis.times == "nadir_s" and name != "x":
            yield (name, "times"), "should be a number; only x can be told by the nadir"
    if keys.x.times == "nadir_s" and not keys.bare:
        yield ("x", "times"), "nadir_s needs the variant without either: bare"


def _unknown(keys: EquivalenceKeys, topology: Topology) -> Iterator[tuple[KeyPath, str]]:
    """Paths that lead to nothing."""
    paths: list[tuple[KeyPath, str]] = [((key,), getattr(keys, key)) for key in ("vary", "match")]
    paths += [(("to",), keys.to)] if keys.to else []
    paths += [((name, "set"), axis.set) for name, axis in _axes(keys)]
    known = {f"{d.name}.{field}" for d in topology.devices.values() for field in d.cls.fields}
    for path, said in paths:
        if path[-1] == "set" and said in ScenarioHead.model_fields:
            continue
        if said not in known:
            yield path, f"names no field: {said}{did_you_mean(said, known)}"
        elif path == ("match",) and keys.x.times == "nadir_s":
            bus = said.rpartition(".")[0]
            if f"{bus}.{NADIR_FIELD}" not in known:
                yield path, f"should be of a bus with {NADIR_FIELD}, whose nadir is meant"
