"""What is declared of a component: each quantity once, with its kind, default, bounds and words."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum
from typing import Any, TypeVar, cast

from twin.units import Unit, unit_of


class Kind(Enum):
    """What a declared quantity is for."""

    PARAM = "param"
    INP = "inp"
    STATE = "state"
    OUT = "out"


T = TypeVar("T")

Vector = list[float]
"""A fixed vector in the row of a unit (a delay line, a window)."""


@dataclass(frozen=True, slots=True)
class Field:
    """One declared quantity of a component."""

    kind: Kind
    default: Any
    doc: str
    gt: float | None = None
    ge: float | None = None
    lt: float | None = None
    le: float | None = None
    labels: tuple[str, ...] = ()
    size: int | str = 0  # of a vector: its length, or the parameter that holds a delay in seconds
    record: bool = True
    drawn: bool = False  # where nobody gives it, each unit has its own, from the scenario's seed
    setup: bool = False  # known before the run only: `prepare` sees it, no row holds it
    name: str = ""
    type: type = float

    @property
    def unit(self) -> Unit | None:
        """The unit that the name carries; whole numbers and truths carry none."""
        return unit_of(self.name) if self.type in (float, list) else None

    @property
    def bounds(self) -> dict[str, float]:
        """The bounds that were declared, by their pydantic names."""
        pairs = {"gt": self.gt, "ge": self.ge, "lt": self.lt, "le": self.le}
        return {key: value for key, value in pairs.items() if value is not None}

    def within(self, value: float) -> bool:
        """Whether a number respects the declared bounds."""
        return (
            math.isfinite(value)
            and (self.gt is None or value > self.gt)
            and (self.ge is None or value >= self.ge)
            and (self.lt is None or value < self.lt)
            and (self.le is None or value <= self.le)
        )


def _declare(kind: Kind, default: Any, doc: str, **rest: Any) -> Any:
    rest["labels"] = tuple(rest.get("labels", ()))
    return Field(kind, default, doc, **rest)


def param(
    default: T,
    doc: str,
    *,
    gt: float | None = None,
    ge: float | None = None,
    lt: float | None = None,
    le: float | None = None,
    labels: tuple[str, ...] = (),
    drawn: bool = False,
    setup: bool = False,
) -> T:
    """Declare what a user sets once; a whole number with `labels` is written as a word.

    A whole number that is `drawn` begins the random numbers of a unit: where a topology does not
    give it, each unit gets its own within the bounds, from the seed of the scenario. With `setup`
    it is for `prepare` alone: a number that stands in no row and costs no step.
    """
    bounds = {"gt": gt, "ge": ge, "lt": lt, "le": le}
    rest = {"labels": labels, "drawn": drawn, "setup": setup}
    return cast("T", _declare(Kind.PARAM, default, doc, **bounds, **rest))


def inp(
    default: T,
    doc: str,
    *,
    ge: float | None = None,
    le: float | None = None,
    setup: bool = False,
) -> T:
    """Declare what wires, profiles, a bus or events bring; the default holds where nothing does.

    With `setup` only a number or a profile brings it, and only `prepare` sees it.
    """
    return cast("T", _declare(Kind.INP, default, doc, ge=ge, le=le, setup=setup))


def state(
    default: T,
    doc: str,
    *,
    ge: float | None = None,
    le: float | None = None,
    labels: tuple[str, ...] = (),
    record: bool = True,
) -> T:
    """Declare what the device remembers; it is recorded as it stands at the end of an interval."""
    return cast("T", _declare(Kind.STATE, default, doc, ge=ge, le=le, labels=labels, record=record))


def out(
    default: T,
    doc: str,
    *,
    ge: float | None = None,
    le: float | None = None,
    record: bool = True,
) -> T:
    """Declare what the device gives to others; it is recorded as its mean over an interval."""
    return cast("T", _declare(Kind.OUT, default, doc, ge=ge, le=le, record=record))


def vector(size: int, doc: str) -> Vector:
    """Declare a fixed vector of the row."""
    return cast("Vector", _declare(Kind.STATE, 0.0, doc, size=size, record=False))


def delay_line(delay: str, doc: str) -> Vector:
    """Declare the memory of a pure delay; `delay` names the parameter that holds its seconds.

    Its length follows from the longest delay of the fleet and the shortest step of the scenario,
    so it is never too short. `twin.delay.delayed` reads and writes it.
    """
    return cast("Vector", _declare(Kind.STATE, 0.0, doc, size=delay, record=False))


TYPES = {"float": float, "int": int, "bool": bool, "str": str, "Vector": list}


def declared_in(base: type) -> Iterator[tuple[str, Field]]:
    """The quantities that a class itself declares, by name."""
    own = base.__dict__
    for name, annotation in own.get("__annotations__", {}).items():
        raw = own.get(name)
        if isinstance(raw, Field):
            text = annotation if isinstance(annotation, str) else annotation.__name__
            kind = TYPES.get(text, type(raw.default))
            yield name, _named(raw, name, kind)


def _named(raw: Field, name: str, kind: type) -> Field:
    values = {slot: getattr(raw, slot) for slot in raw.__slots__}
    return Field(**(values | {"name": name, "type": kind}))
