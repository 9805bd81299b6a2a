"""Rows of N units: one structured array a device, one row a unit, every cell eight bytes wide.

Parameters, inputs, states and outputs all live in the row, so a snapshot is a copy. Recorded
fields stand in one block at the end (whole numbers, then float states, then float outputs), so
that recording reads a contiguous slice. Truths are stored as whole numbers.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from twin.component import Component, Field, Kind

Rows = NDArray[np.void]


@dataclass(frozen=True)
class Layout:
    """Where each field of a component stands in its row, in cells of eight bytes."""

    dtype: np.dtype[Any]
    column: Mapping[str, int]
    wholes: tuple[str, ...]  # recorded whole-number states and outputs
    floats: tuple[str, ...]  # recorded float states
    flows: tuple[str, ...]  # recorded float outputs

    @property
    def recorded(self) -> tuple[str, ...]:
        """All recorded fields in the order of their columns."""
        return self.wholes + self.floats + self.flows


_layouts: dict[tuple[type[Component], tuple[tuple[str, int], ...]], Layout] = {}
_views: dict[tuple[type[Component], np.dtype[Any]], Any] = {}


def layout(cls: type[Component], lengths: Mapping[str, int] | None = None) -> Layout:
    """The layout of a component; `lengths` sizes its delay lines."""
    key = cls, tuple(sorted((lengths or {}).items()))
    if key not in _layouts:
        _layouts[key] = _layout(cls, dict(key[1]))
    return _layouts[key]


def _layout(cls: type[Component], sizes: Mapping[str, int]) -> Layout:
    fields = [field for field in cls.fields.values() if field.type is not str]
    blocks: dict[str, list[Field]] = {"plain": [], "wholes": [], "floats": [], "flows": []}
    for field in fields:
        blocks[_block(field)].append(field)
    spec: list[tuple[Any, ...]] = []
    column: dict[str, int] = {}
    position = 0
    for field in [entry for block in blocks.values() for entry in block]:
        length = _length(field, sizes)
        code = "<f8" if field.type in (float, list) else "<i8"
        spec.append((field.name, code, (length,)) if length else (field.name, code))
        column[field.name] = position
        position += length or 1
    names = {key: tuple(field.name for field in block) for key, block in blocks.items()}
    return Layout(np.dtype(spec), column, names["wholes"], names["floats"], names["flows"])


def _block(field: Field) -> str:
    if not field.record or field.type is list or field.kind in (Kind.PARAM, Kind.INP):
        return "plain"
    if field.type is not float:
        return "wholes"
    return "flows" if field.kind is Kind.OUT else "floats"


def _length(field: Field, sizes: Mapping[str, int]) -> int:
    if field.type is not list:
        return 0
    return field.size if isinstance(field.size, int) else sizes.get(field.name, 4096)


def make_rows(
    cls: type[Component],
    units: int,
    values: Mapping[str, Any] | None = None,
    lengths: Mapping[str, int] | None = None,
) -> Rows:
    """Rows of `units` devices with their defaults, and `values` (one each or one for all)."""
    rows = np.zeros(units, layout(cls, lengths).dtype)
    for field in cls.fields.values():
        if field.type not in (str, list):
            rows[field.name] = field.default
    for name, value in (values or {}).items():
        rows[name] = value
    return rows


def floats_of(rows: Rows) -> NDArray[np.float64]:
    """The rows as a table of floats, a view: one line a unit, one column a cell."""
    return rows.view(np.float64).reshape(len(rows), rows.dtype.itemsize // 8)


def wholes_of(rows: Rows) -> NDArray[np.int64]:
    """The rows as a table of whole numbers, a view."""
    return rows.view(np.int64).reshape(len(rows), rows.dtype.itemsize // 8)


def unit_view(cls: type[Component], rows: Rows, unit: int) -> Any:
    """One unit as a plain-Python object that reads and writes its row."""
    key = cls, rows.dtype
    if key not in _views:
        _views[key] = _view_class(cls, rows.dtype)
    return _views[key](rows, unit)


class UnitViews:
    """A fleet as a sequence of plain-Python units: what the loop sees when it is not compiled."""

    def __init__(self, cls: type[Component], rows: Rows) -> None:
        """Look at `rows`; nothing is copied."""
        self._units = [unit_view(cls, rows, i) for i in range(len(rows))]
        self.shape = (len(rows),)

    def __getitem__(self, unit: int) -> Any:
        """One unit."""
        return self._units[unit]


def _view_class(cls: type[Component], dtype: np.dtype[Any]) -> Any:
    def init(self: Any, rows: Rows, unit: int) -> None:
        line: memoryview[int] = rows[unit : unit + 1].view(np.uint8).data
        self._floats = line.cast("B").cast("d")
        self._wholes = line.cast("B").cast("q")

    members: dict[str, Any] = {"__slots__": ("_floats", "_wholes"), "__init__": init}
    for name in dtype.names or ():
        members[name] = _accessor(cls.fields[name], dtype)
    return type(cls.__name__, (), members)


def _accessor(field: Field, dtype: np.dtype[Any]) -> property:
    kind, offset = dtype.fields[field.name][:2]  # type: ignore[index]
    at = offset // 8
    if field.type is list:
        end = at + kind.shape[0]
        return property(lambda self: self._floats[at:end])
    if field.type is float:
        return property(
            lambda self: self._floats[at], lambda self, value: self._floats.__setitem__(at, value)
        )
    turn = field.type
    return property(
        lambda self: turn(self._wholes[at]),
        lambda self, value: self._wholes.__setitem__(at, int(value)),
    )
