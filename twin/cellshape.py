"""The shape of a cell: everything that decides the text of its loop, and nothing that does not."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from twin.component import Component, Kind, methods_of
from twin.fleet import Layout


@dataclass(frozen=True)
class Part:
    """A device as the loop sees it: `index` into every tuple of arrays."""

    index: int
    name: str
    cls: type[Component]
    layout: Layout
    ghost: bool = False  # stepped elsewhere; only its row stands here
    slow: bool = False  # has a period of its own
    recorded: bool = False  # as a whole
    picked: bool = False  # some of its units are recorded one by one

    def has(self, method: str) -> bool:
        """Whether its component wrote a method."""
        return method in methods_of(self.cls)

    @property
    def blocks(self) -> tuple[int, int, int, int]:
        """Columns at which the recorded whole numbers, states and flows begin, and their end."""
        end = self.layout.dtype.itemsize // 8
        first_flow = end - len(self.layout.flows)
        first_float = first_flow - len(self.layout.floats)
        return first_float - len(self.layout.wholes), first_float, first_flow, end

    @property
    def logged(self) -> list[str]:
        """Modes and truths whose changes are events."""
        return [
            name
            for name, field in self.cls.fields.items()
            if field.kind is Kind.STATE and field.record and (field.labels or field.type is bool)
        ]


@dataclass(frozen=True)
class Link:
    """A wire between parts: `index` into targets, sources and modes."""

    index: int
    source: Part
    out: str
    target: Part
    inp: str
    late: bool
    inward: bool = False  # to a bus, which takes it when it sums up


@dataclass(frozen=True)
class Binding:
    """A profile-driven input: `index` into choices."""

    index: int
    target: Part
    inp: str


@dataclass(frozen=True)
class BusPart:
    """A bus: `index` into offers and firsts, members by their index into members and meters.

    Where the bus is a ghost, its formers offer and book here and it settles elsewhere; where a
    former is a ghost, its offer arrived in its row and what is settled leaves by it.
    """

    index: int
    part: Part
    devices: tuple[tuple[int, Part], ...]
    formers: tuple[tuple[int, Part], ...]
    meter: int
    own: int | None = None  # the member by which it offers itself
    units: tuple[int, ...] = ()  # for each former the member that says on which unit it hangs
    teller: Part | None = None  # what its formers hear from, where it is settled elsewhere


@dataclass(frozen=True)
class CellShape:
    """Everything that decides the text of a loop."""

    parts: Sequence[Part]
    actions: Sequence[tuple[str, Part]]
    links: Sequence[Link]
    bindings: Sequence[Binding]
    buses: Sequence[BusPart]
    members: int = 0
    watched: Sequence[tuple[int, Part, str]] = ()
