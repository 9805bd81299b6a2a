"""The rows of a factorial, and what a run of each sets."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from twin.factorial_plan import Factorial, Resource

NOTHING = "nothing"


class Part(NamedTuple):
    """A resource, and its share of the size of the row."""

    resource: Resource
    share: float


@dataclass(frozen=True)
class Row:
    """A resource, or several together, at a droop; none at all in the bare area."""

    name: str  # of the resource or mix
    technology: str
    state: str
    droop: str  # empty where it does not matter
    parts: tuple[Part, ...]
    set: Mapping[str, Any]


BARE = Row(NOTHING, NOTHING, "", "", (), {})


def rows_of(plan: Factorial) -> Iterator[Row]:
    """Every resource and mix, at each droop where that matters."""
    for name, one in plan.resources.items():
        yield from _at_droops(plan, name, one.technology, one.state, (Part(one, 1.0),))
    for name, shares in plan.mixes.items():
        parts = tuple(Part(plan.resources[one], share) for one, share in shares.items())
        yield from _at_droops(plan, name, name, " + ".join(shares), parts)


def _at_droops(
    plan: Factorial, name: str, technology: str, state: str, parts: tuple[Part, ...]
) -> Iterator[Row]:
    if not any(part.resource.droops for part in parts):
        yield Row(name, technology, state, "", parts, {})
        return
    for droop, own in plan.droops.items():
        yield Row(name, technology, state, droop, parts, own)


def settings(
    plan: Factorial, row: Row, size_kw: float, ask_kw: float, events: Sequence[Mapping[str, Any]]
) -> dict[str, Any]:
    """What a run of a row sets: devices, their sizes, and who is called and asked for what."""
    found: dict[str, Any] = dict(row.set)
    sizes: dict[str, float] = {}
    for resource, share in row.parts:
        found |= resource.set
        for path, per_kw in resource.per_kw.items():
            sizes[path] = sizes.get(path, 0.0) + share * size_kw * per_kw
    event_s = min(event["at_s"] for event in events)
    orders: list[Mapping[str, Any]] = [*events]
    for resource, share in row.parts:
        if resource.call:
            at_s = event_s + plan.call_after_s
            orders.append({"at_s": at_s, "set": resource.call, "to": True})
        to_kw = sizes.get(resource.ask, 0.0) + share * ask_kw
        orders.append({"at_s": event_s + plan.ask_after_s, "set": resource.ask, "to": to_kw})
    return {**found, **sizes, "event": orders}
