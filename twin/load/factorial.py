"""The factorial of a scenario: resources, droops and mixes, checked against its topology."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from math import isclose

from twin.component import Kind
from twin.factorial_keys import FactorialKeys, ResourceKeys
from twin.factorial_plan import Factorial, Resource
from twin.load.checked import checked
from twin.load.document import Document
from twin.load.overrides import flat
from twin.problems import did_you_mean, shown
from twin.toml_lines import KeyPath
from twin.topology import Topology

PATH: KeyPath = ("factorial",)


def read_factorial(document: Document, topology: Topology) -> Factorial | None:
    """What is to be compared; None where there is nothing, or something is wrong with it."""
    table = document.data.get("factorial")
    if table is None:
        return None
    if not isinstance(table, dict):
        document.report(PATH, f"should be a table, got {shown(table)}")
        return None
    before = len(document.found)
    try:
        keys, _ = checked(document, PATH, FactorialKeys, table, words=ResourceKeys.model_fields)
    except ValueError:  # reported; what is left of it cannot stand
        return None
    for path, text in (*_problems(keys), *_unknown(keys, topology)):
        document.report((*PATH, *path), text)
    return _made(keys) if len(document.found) == before else None


def _made(keys: FactorialKeys) -> Factorial:
    told = keys.model_dump(exclude={"droop", "resource", "mix", "given_h"})
    return Factorial(
        given_h=tuple(keys.given_h),
        droops={name: dict(flat(own)) for name, own in keys.droop.items()},
        resources={name: _resource(own) for name, own in keys.resource.items()},
        mixes={name: own.of for name, own in keys.mix.items()},
        **told,
    )


def _resource(keys: ResourceKeys) -> Resource:
    told = keys.model_dump() | {"set": dict(flat(keys.set)), "per_kw": dict(flat(keys.per_kw))}
    return Resource(**told)


def _problems(keys: FactorialKeys) -> Iterator[tuple[KeyPath, str]]:
    """What contradicts itself, or names no resource."""
    known = list(keys.resource)
    if keys.reference not in known:
        near = did_you_mean(keys.reference, known)
        yield ("reference",), f"names no resource: {keys.reference}{near}"
    for name, mix in keys.mix.items():
        for one in mix.of:
            if one not in known:
                yield ("mix", name, "of"), f"names no resource: {one}{did_you_mean(one, known)}"
        if not isclose(total := sum(mix.of.values()), 1.0):
            yield ("mix", name, "of"), f"should add up to 1, got {total:g}"
        if name in known:
            yield ("mix", name), "has the name of a resource"


def _unknown(keys: FactorialKeys, topology: Topology) -> Iterator[tuple[KeyPath, str]]:
    """Paths that lead to nothing."""
    devices = topology.devices.values()
    fields = {f"{d.name}.{name}": field for d in devices for name, field in d.cls.fields.items()}
    inputs = [path for path, field in fields.items() if field.kind is Kind.INP]
    settable = [*fields, *(f"{device.name}.enabled" for device in devices)]
    asked: list[tuple[KeyPath, str, Iterable[str]]] = [
        (("droop", name), path, settable)
        for name, own in keys.droop.items()
        for path, _ in flat(own)
    ]
    for name, one in keys.resource.items():
        at: KeyPath = ("resource", name)
        asked += [((*at, "ask"), one.ask, inputs), ((*at, "call"), one.call, inputs)]
        for key in ("power", "store", "burns", "inertia"):
            asked.append(((*at, key), getattr(one, key), fields))
        if one.burns in fields:
            asked.append(((*at, "burns"), f"{one.burns}_per_h", fields))
        asked += [((*at, "per_kw"), path, fields) for path, _ in flat(one.per_kw)]
        asked += [((*at, "set"), path, settable) for path, _ in flat(one.set)]
    for path, said, words in asked:
        if said and said not in words:
            kind = "input" if words is inputs else "field"
            yield path, f"names no {kind}: {said}{did_you_mean(said, words)}"
