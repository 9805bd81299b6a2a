"""Which columns a cell records, and the running means behind them."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Any

import numpy as np
from numpy.typing import NDArray

from twin.cellshape import Part
from twin.scenario import Record
from twin.topology import Device

STATS = ("sum", "min", "max")  # of a fleet; the mean follows from the sum when a run is read


@dataclass(frozen=True)
class Column:
    """One column of the records."""

    device: str
    field: str
    stat: str  # "" for a single unit
    name: str
    keep: bool


def record_arrays(
    devices: Mapping[str, Device], record: Record, parts: Sequence[Part], live: Collection[int]
) -> dict[str, Any]:
    """The columns of the parts that are stepped here, and the arrays that the loop fills."""
    columns: list[Column] = []
    picked: list[NDArray[np.int64]] = []
    for part in parts:
        own: list[int] = []
        if part.index in live:
            device = devices[part.name]
            columns += _fleet(device, part, record) if part.recorded else []
            own = _picked(device, record)
            for unit in own:
                name = device.unit_name(unit)
                fields = part.layout.recorded
                columns += [Column(part.name, f, "", f"{name}.{f}", True) for f in fields]
        picked.append(np.array(own, np.int64))
    widths = [len(part.layout.flows) for part in parts]
    pairs = list(zip(picked, widths, strict=True))
    return {
        "columns": columns,
        "picked": tuple(picked),
        "sums": tuple(np.zeros(width) for width in widths),
        "least": tuple(np.full(width, np.inf) for width in widths),
        "most": tuple(np.full(width, -np.inf) for width in widths),
        "picked_sums": tuple(np.zeros((len(own), width)) for own, width in pairs),
    }


def is_recorded(device: str, fields: Iterable[str], record: Record) -> bool:
    """Whether any field of a device matches what is to be recorded."""
    return any(matches(f"{device}.{field}", record.signals) for field in fields)


def _picked(device: Device, record: Record) -> list[int]:
    """Units that were asked for one by one; a single unit has its columns anyway."""
    if not record.units or device.units < 2:
        return []
    names = [device.unit_name(unit) for unit in range(device.units)]
    return [unit for unit, name in enumerate(names) if matches(name, record.units)]


def _fleet(device: Device, part: Part, record: Record) -> list[Column]:
    if not device.units:
        return []
    found = []
    for block in (part.layout.wholes, part.layout.floats, part.layout.flows):
        for stat in ("",) if device.units == 1 else STATS:
            for name in block:
                signal = f"{device.name}.{name}"
                keep = matches(signal, record.signals)
                shown = f"{signal}:{stat}" if stat else signal
                found.append(Column(device.name, name, stat, shown, keep))
    return found


def matches(name: str, patterns: Sequence[str]) -> bool:
    """Whether a name matches a pattern; brackets in it stand for themselves."""
    return any(fnmatchcase(name, pattern.replace("[", "[[]")) for pattern in patterns)
