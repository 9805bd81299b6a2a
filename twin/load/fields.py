"""What a device is given: values, texts and profiles of the fields of its component."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from twin.catalog import DEVICE_KEYS
from twin.component import Component, Field, Kind, type_name
from twin.load.document import Document, file_below
from twin.load.spread import Spread, column
from twin.problems import did_you_mean, shown
from twin.schema import in_files
from twin.toml_lines import KeyPath
from twin.topology import Device, Ints, ProfileSource
from twin.units import conversion, unit_of

AT = Field(Kind.PARAM, 0, "a unit of a bus", ge=0, name="at", type=int)

FILE_TYPES = (".json",)  # of files that a text parameter names

Profiles = Mapping[str, ProfileSource | None]
"""The profiles by name; None where one is there but wrong."""


@dataclass
class Given:
    """The numbers of one device, as far as they are right."""

    values: dict[str, NDArray[Any]] = field(default_factory=dict)
    profiles: dict[str, tuple[str, ...]] = field(default_factory=dict)
    setup: dict[str, NDArray[Any]] = field(default_factory=dict)
    setup_profiles: dict[str, tuple[str, ...]] = field(default_factory=dict)


def read_texts(
    document: Document, path: KeyPath, table: Mapping[str, Any], cls: type[Component]
) -> tuple[dict[str, str], bool]:
    """The text parameters, files by their full paths, and whether all that were given are right."""
    texts: dict[str, str] = {}
    good = True
    for key, raw in table.items():
        if key not in cls.fields or cls.fields[key].type is not str:
            continue
        try:
            if not isinstance(raw, str):
                raise ValueError(f"should be a valid string, got {shown(raw)}")
            named = key.endswith("_file") and raw
            texts[key] = str(file_below(document, raw, FILE_TYPES)) if named else raw
        except (ValueError, OSError) as error:
            document.report((*path, key), str(error))
            good = False
    return texts, good


def read_fields(
    document: Document,
    path: KeyPath,
    table: Mapping[str, Any],
    device: Device,
    profiles: Profiles,
    seed: int,
) -> Given:
    """Read every key that is neither a word of the file itself nor a text."""
    given = Given()
    for key, raw in table.items():
        declared = device.cls.fields.get(key) or device.cls.setup.get(key)
        if declared and declared.type is str:
            continue
        try:
            if declared is None:
                words = [*in_files(device.cls), *DEVICE_KEYS]
                kind = type_name(device.cls)
                raise ValueError(f"is not a field of {kind}{did_you_mean(key, words)}")
            _take(given, declared, raw, Spread(device, f"{device.name}.{key}", seed), profiles)
        except ValueError as error:
            document.report((*path, key), str(error))
    for name, declared in device.cls.fields.items():
        if declared.drawn and name not in table:
            given.values[name] = Spread(device, f"{device.name}.{name}", seed).dice(declared)
    return given


def read_at(raw: Any, device: Device, seed: int) -> Ints | None:
    """The unit of the bus for each unit of a device. Raises ValueError with the reason."""
    if raw is None:
        return None
    found = column(Spread(device, f"{device.name}.at", seed), AT, raw)
    return np.ascontiguousarray(found, np.int64)


def _take(given: Given, declared: Field, raw: Any, spread: Spread, profiles: Profiles) -> None:
    if declared.kind is Kind.OUT:
        raise ValueError("is an output; it cannot be given")
    if declared.type is list:
        raise ValueError("is a memory of the device; it cannot be given")
    if declared.kind is Kind.INP and _names_profiles(raw):
        driven = given.setup_profiles if declared.setup else given.profiles
        driven[declared.name] = _references(declared, raw, spread, profiles)
    else:
        values = given.setup if declared.setup else given.values
        values[declared.name] = column(spread, declared, raw)


def _names_profiles(raw: Any) -> bool:
    return isinstance(raw, str) or (
        isinstance(raw, list) and any(isinstance(one, str) for one in raw)
    )


def _references(declared: Field, raw: Any, spread: Spread, profiles: Profiles) -> tuple[str, ...]:
    """One reference for all units, or one for each."""
    found = spread.listed(raw) if isinstance(raw, list) else [raw]
    for one in dict.fromkeys(one if isinstance(one, str) else shown(one) for one in found):
        _check_reference(declared, one, profiles)
    return tuple(found)


def _check_reference(declared: Field, reference: str, profiles: Profiles) -> None:
    name, point, column_name = reference.partition(".")
    if not (name and point and column_name):
        raise ValueError(f"should be a number or profile.column, got {shown(reference)}")
    if name not in profiles:
        raise ValueError(f"names no profile: {name}{did_you_mean(name, profiles)}")
    unit, column_unit = declared.unit, unit_of(column_name)
    if unit is None:
        if column_unit is not None:
            raise ValueError(f"carries no unit, but {reference} is in {column_unit}")
    elif column_unit is None:
        raise ValueError(f"is in {unit}, but the name {column_name} carries no unit")
    elif conversion(column_unit, unit) is None:
        raise ValueError(f"joins {column_unit} to {unit}")
