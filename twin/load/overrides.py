"""Changes to files before they are checked: those of a variant, and `--set path=value`."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from copy import deepcopy
from typing import Any

from twin.load.document import Document
from twin.load.spread import WORDS
from twin.problems import Problem, Problems, did_you_mean
from twin.scenario_schema import ScenarioKeys
from twin.toml_lines import KeyPath

Place = tuple[str, int]

COMMAND_LINE: Place = ("--set", 0)


def parse_set(text: str) -> tuple[str, Any]:
    """Read ``site.bess.energy_kwh=50``; a value that is not TOML is taken as text."""
    path, equals, value = text.partition("=")
    if not (path.strip() and equals):
        raise Problems([Problem("--set", 0, text, "should be like site.bess.energy_kwh=50")])
    try:
        read = tomllib.loads(f"value = {value}")
    except (ValueError, RecursionError):
        return path.strip(), value.strip()
    return path.strip(), read["value"] if len(read) == 1 else value.strip()


def flat(table: Mapping[str, Any], prefix: str = "") -> Iterator[tuple[str, Any]]:
    """The overrides of a variant, whose paths may be written in quotes or not."""
    for key, value in table.items():
        path = f"{prefix}{key}"
        if isinstance(value, dict) and value and not set(value) & {*WORDS}:
            yield from flat(value, f"{path}.")
        else:
            yield path, value


def apply(
    overrides: Mapping[str, Any], place: Place, topology: Document, scenario: Document | None
) -> None:
    """Change the documents in place; a path that leads nowhere is reported."""
    for path, value in overrides.items():
        try:
            document, keys = _resolve(path.split("."), topology, scenario)
            _put(document, keys, value, place)
        except ValueError as error:
            topology.found.append(Problem(*place, path, str(error)))


def _resolve(
    words: list[str], topology: Document, scenario: Document | None
) -> tuple[Document, KeyPath]:
    """Which document a path means, and its keys there."""
    first = words[0]
    devices, groups = _tables(topology, "device"), _tables(topology, "group")
    if first in groups:
        members = [name for name, table in groups[first].items() if isinstance(table, dict)]
        if len(words) > 2 and words[1] not in members:
            near = did_you_mean(words[1], members)
            raise ValueError(f"names no device of {first}: {words[1]}{near}")
        return topology, ("group", *words)
    if first in devices:
        return topology, ("device", *words)
    if first in ("device", "group", "profile") and len(words) > 2:
        return topology, tuple(words)
    if scenario is not None and first in ScenarioKeys.model_fields:
        return scenario, tuple(words)
    known = [*devices, *groups, *(ScenarioKeys.model_fields if scenario else ())]
    raise ValueError(f"names nothing in these files: {first}{did_you_mean(first, known)}")


def _tables(document: Document, key: str) -> dict[str, dict[str, Any]]:
    found = document.data.get(key, {})
    pairs = found.items() if isinstance(found, dict) else ()
    return {name: table for name, table in pairs if isinstance(table, dict)}


def _put(document: Document, path: KeyPath, value: Any, place: Place) -> None:
    """Set a key in the tables of a document and remember who did."""
    table: Any = document.data
    for key in path[:-1]:
        table = table.setdefault(key, {}) if isinstance(table, dict) else None
    if not isinstance(table, dict):
        raise ValueError("leads through something that is not a table")
    table[path[-1]] = deepcopy(value)
    inner = [known for known in document.places if known[: len(path)] == path]
    for known in inner:
        del document.places[known]
    document.places[path] = place
