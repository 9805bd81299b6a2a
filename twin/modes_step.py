"""One fine step of a cell as a map from what it carries to what it carries a step later.

Every float of every row that is no parameter may be carried: states, outputs and inputs that late
wires read, what is under way in a delay line. The values of a line turn in their ring, so they are
told by age: what is one step old becomes two steps old, and the map is the same at every step.

Whatever has no influence on others, or on which nothing has, has no part in any loop: outputs that
are written before they are read, energies that only add up, set points that are held. Of these only
what decays or grows by itself, like a lag, is kept. That leaves the eigenvalues as they are, but
for the zeros and ones that were dropped.

Slopes are central differences. The least change is so small that limits and deadbands stay on
their side; larger ones, which rounding disturbs less, are taken as long as they tell the same.
A device with a period of its own is held, as is whatever is stepped outside the cell.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from twin.cell import Cell
from twin.cellshape import Part
from twin.component import Kind
from twin.delay import HEADER
from twin.fleet import Rows, floats_of, wholes_of
from twin.units import Unit

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Mask = NDArray[np.bool_]

LEVELS = (2.0**-27, 2.0**-20, 2.0**-13)  # changes, of the size of what is changed
ROUNDING = 1e-13  # of the size of what comes out
SAME = 1e-6  # slopes at two levels that differ by less tell the same
KINK = 0.01  # slopes to both sides that differ by more do not
PLAIN = 1e-10  # a factor that near to 0 or 1 is one
POWERS = {"reactive": "power", "apparent": "power"}  # of one size


@dataclass(frozen=True)
class Number:
    """One number that a unit of a device carries."""

    device: str
    unit: int
    field: str
    age: int = 0  # in steps, in a delay line


@dataclass(frozen=True)
class Slopes:
    """The step near where the cell stands: what each number makes of each."""

    numbers: Sequence[Number]
    sizes: Floats
    matrix: Floats  # [of what comes out, of what goes in]
    rough: Mask  # numbers whose slopes to both sides differ
    drift: Floats  # what a step changes where nothing was changed

    def only(self, kept: Mask) -> Slopes:
        """Some of its numbers."""
        numbers = [number for number, stays in zip(self.numbers, kept, strict=True) if stays]
        matrix = self.matrix[np.ix_(kept, kept)]
        return Slopes(numbers, self.sizes[kept], matrix, self.rough[kept], self.drift[kept])


@dataclass(frozen=True)
class Block:
    """Numbers that each unit of a device carries: its fields, or one delay line by age."""

    part: Part
    names: tuple[str, ...]  # of their fields
    places: Ints  # their columns; in a delay line their ages in steps
    pairs: int = 0  # of the delay line
    first: int = 0  # its first column

    def columns(self, table: Floats) -> Ints:
        """Where the numbers of each unit stand now."""
        if not self.pairs:
            return np.broadcast_to(self.places, (len(table), len(self.places)))
        head = table[:, self.first].astype(np.int64)
        return self.first + HEADER + 1 + 2 * ((head[:, None] - self.places) % self.pairs)

    def only(self, kept: Mask) -> Block:
        """Some of its numbers."""
        names = tuple(name for name, stays in zip(self.names, kept, strict=True) if stays)
        return replace(self, names=names, places=self.places[kept])


class StepMap:
    """The step that a cell is about to take, taken as often as one likes."""

    def __init__(self, cell: Cell) -> None:
        """Look at what the cell may carry."""
        self._cell = cell
        self._until = cell.calendar.step_after(cell.now + 1)
        self._start = cell.state()
        self._start["due"][:] = self._until  # nothing with a period of its own acts
        self._rows = cell.setup.rows
        self._tables = [floats_of(rows) for rows in self._rows]
        live = [part for part in cell.setup.shape.parts if not part.ghost]
        self._wholes = [(wholes_of(self._rows[part.index]), _wholes(part)) for part in live]
        self._choose([block for part in live for block in _blocks(part, self._rows[part.index])])

    def take_part(self) -> None:
        """Keep only fields that take part in a loop or live by themselves, in whatever unit.

        A field is tried in all units at once, so that the effort does not grow with a fleet.
        """
        count = sum(len(block.names) for block in self._blocks)
        links = np.zeros((count, count), np.bool_)
        alive = np.ones(count, np.bool_)
        for spot in range(count):
            own = np.flatnonzero(self._spot == spot)
            unlike = np.linspace(1.0, 2.0, len(own))  # or differences between units would cancel
            for level in (LEVELS[1], -LEVELS[-1]):
                by = level * self.sizes[own] * unlike
                change = self._after(own, by)[0] - self._base
                links[:, spot] |= np.bincount(self._spot[change != 0.0], minlength=count) > 0
                alive[spot] &= _lives(change[own] / by).any()
        kept = in_loops(links) | alive
        edges = np.cumsum([0, *(len(block.names) for block in self._blocks)])
        pairs = zip(self._blocks, pairwise(edges), strict=True)
        self._choose([block.only(kept[begin:end]) for block, (begin, end) in pairs])

    def slopes(self) -> Slopes:
        """What each number makes of each."""
        count = len(self.sizes)
        matrix, kinks = np.zeros((count, count)), np.zeros((count, count), np.bool_)
        for place in range(count):
            matrix[:, place], kinks[:, place] = self._column(place)
        kept = in_loops(matrix != 0.0) | (_lives(np.diag(matrix)) & ~np.diag(kinks))
        rough: Mask = np.any(kinks[kept], axis=0)
        found = Slopes(self.numbers, self.sizes, matrix, rough, self._base - self._begin)
        return found.only(kept)

    @property
    def numbers(self) -> list[Number]:
        """What is carried, in order."""
        return [
            Number(block.part.name, unit, name, int(place) if block.pairs else 0)
            for block in self._blocks
            for unit in range(len(self._rows[block.part.index]))
            for name, place in zip(block.names, block.places, strict=True)
        ]

    def held_s(self, number: Number) -> float:
        """How long the value in a delay line lasts that a number stands for."""
        rows = self._start[f"rows{self._cell.setup.part(number.device).index}"]
        line = rows[number.field][number.unit]
        pairs = (len(line) - HEADER) // 2
        return float(line[HEADER + 2 * ((int(line[0]) - number.age) % pairs)])

    def _choose(self, blocks: Sequence[Block]) -> None:
        """Look at these numbers from now on, those of one unit side by side."""
        self._blocks = [block for block in blocks if len(block.names)]
        self._cell.restore(self._start)
        part, at, spot, sizes = [], [], [], []
        before = 0
        for block in self._blocks:
            table, rows = self._tables[block.part.index], self._rows[block.part.index]
            columns = block.columns(table)
            own = np.arange(len(block.names)) + before
            before += len(own)
            part.append(np.full(columns.size, block.part.index))
            at.append((columns + table.shape[1] * np.arange(len(table))[:, None]).ravel())
            spot.append(np.tile(own, len(table)))
            values = np.abs(np.take_along_axis(table, columns, 1))
            scales = np.column_stack([_scale(block.part, rows, name) for name in block.names])
            sizes.append(2.0 ** np.ceil(np.log2(np.maximum(values, scales))).ravel())
        nothing = np.empty(0, np.int64)
        self._part, self._at, self._spot = (
            np.concatenate([*each, nothing]) for each in (part, at, spot)
        )
        self.sizes = np.concatenate([*sizes, np.empty(0)])  # powers of two: added without rounding
        self._begin = self._look()
        self._base, self._same = self._after(nothing, np.empty(0))

    def _look(self) -> Floats:
        found = []
        for block in self._blocks:
            table = self._tables[block.part.index]
            found.append(np.take_along_axis(table, block.columns(table), 1).ravel())
        return np.concatenate([*found, np.empty(0)])

    def _after(self, places: Ints, by: Floats) -> tuple[Floats, Ints]:
        """What is carried after a step in which some numbers were changed, and whole numbers."""
        self._cell.restore(self._start)
        for part in np.unique(self._part[places]):
            here = self._part[places] == part
            self._tables[part].reshape(-1)[self._at[places[here]]] += by[here]
        self._cell.advance(self._until)
        wholes = [table[:, columns].ravel() for table, columns in self._wholes]
        return self._look(), np.concatenate(wholes)

    def _column(self, place: int) -> tuple[Floats, Mask]:
        """The slopes of all numbers by one, and where those to both sides differ."""
        where = np.array([place])
        slope, slack = np.zeros_like(self.sizes), np.full_like(self.sizes, np.inf)
        gap, kink = slack, np.zeros(len(slope), np.bool_)
        agree = ~kink
        for level in LEVELS:
            by = level * self.sizes[where]
            up, whole_up = self._after(where, by)
            down, whole_down = self._after(where, -by)
            ahead, behind = (up - self._base) / by, (self._base - down) / by
            now = 0.5 * (ahead + behind)
            turned = (whole_up != self._same).any() or (whole_down != self._same).any()
            if level != LEVELS[0]:
                agree &= ~turned & (np.abs(now - slope) <= slack + SAME * np.abs(slope))
            slope, slack = np.where(agree, now, slope), ROUNDING * self.sizes / by
            gap = np.where(agree, np.minimum(gap, np.abs(ahead - behind) - slack), gap)
            differ = turned | (gap > KINK * np.maximum(np.abs(ahead), np.abs(behind)))
            kink = np.where(agree, differ, kink)
        return slope, kink


def in_loops(links: Mask) -> Mask:
    """Which of some points lie in a loop, or between two; `links` tells what each leads to.

    Ends are taken away until there are none.
    """
    links = links & ~np.eye(len(links), dtype=np.bool_)
    told, tells = links.sum(axis=1), links.sum(axis=0)
    kept = np.ones(len(links), np.bool_)
    ends = np.flatnonzero((told == 0) | (tells == 0)).tolist()
    while ends:
        end = ends.pop()
        if kept[end]:
            kept[end] = False
            told -= links[:, end]
            tells -= links[end]
            ends += np.flatnonzero(kept & ((told == 0) | (tells == 0))).tolist()
    return kept


def _lives(factor: Floats) -> Mask:
    """What neither forgets itself at once nor stays as it is."""
    return (np.abs(factor) > PLAIN) & (np.abs(factor - 1.0) > PLAIN)


def _blocks(part: Part, rows: Rows) -> Iterator[Block]:
    """All that the units of a device may carry."""
    names: list[str] = []
    places: list[int] = []
    for name, field in part.cls.fields.items():
        first = part.layout.column.get(name, 0)
        if field.type is list and isinstance(field.size, str):
            pairs = (rows[name].shape[1] - HEADER) // 2
            filled = (rows[name][:, 0] - rows[name][:, 1]) % pairs + 1
            ages = np.arange(int(filled.max(initial=0)))
            yield Block(part, (name,) * len(ages), ages, pairs, first)
        elif field.type is list or (field.type is float and field.kind is not Kind.PARAM):
            width = rows[name].shape[1] if field.type is list else 1
            names += [name] * width
            places += range(first, first + width)
    yield Block(part, tuple(names), np.array(places, np.int64))


def _wholes(part: Part) -> list[int]:
    """The columns of whole numbers and truths."""
    return [
        part.layout.column[name]
        for name, field in part.cls.fields.items()
        if field.type in (int, bool)
    ]


def _scale(part: Part, rows: Rows, name: str) -> Floats:
    """How large a field may be, unit by unit: its largest parameter of that kind, else 1."""
    found = np.zeros(len(rows))
    unit = part.cls.fields[name].unit
    for other in part.cls.fields.values():
        if unit and other.unit and other.kind is Kind.PARAM and _kind(other.unit) == _kind(unit):
            value = np.abs(rows[other.name]) * (other.unit.factor / unit.factor)
            found = np.maximum(found, value)
    return np.where(found > 0.0, found, 1.0)


def _kind(unit: Unit) -> str:
    return POWERS.get(unit.dimension, unit.dimension)
