"""Files in, checked data out: a Topology and a Scenario, or every problem at once."""

from __future__ import annotations

from collections.abc import Mapping
from copy import deepcopy
from dataclasses import replace
from pathlib import Path
from typing import Any

from twin.load.buses import loose_remarks
from twin.load.document import Document, read_document
from twin.load.find import find_scenario, find_topology, scenarios, topologies, topology_of
from twin.load.hooks import text_remarks
from twin.load.overrides import COMMAND_LINE, apply, flat, parse_set
from twin.load.regimes import regime_remarks
from twin.load.scenario import read_head, read_scenario
from twin.load.topology import leap_remarks, read_topology
from twin.problems import Problem, Problems, did_you_mean, shown
from twin.scenario import Scenario
from twin.topology import Topology

__all__ = [
    "find_scenario",
    "find_topology",
    "load_scenario",
    "load_topology",
    "parse_set",
    "remarks",
    "scenarios",
    "topologies",
]


def load_topology(
    path: str | Path,
    overrides: Mapping[str, Any] | None = None,
    seed: int = 0,
    allow_outside: bool = False,
) -> Topology:
    """Read a topology by name or path; raises Problems with everything that is wrong.

    `allow_outside` lets it name files that do not lie below its own folder.
    """
    found: list[Problem] = []
    document = read_document(find_topology(path), found, allow_outside)
    apply(overrides or {}, COMMAND_LINE, document, None)
    topology = read_topology(document, seed)
    if found:
        raise Problems(found)
    return topology


def load_scenario(
    path: str | Path,
    overrides: Mapping[str, Any] | None = None,
    variant: str = "",
    allow_outside: bool = False,
    others: bool = True,
) -> tuple[Scenario, Topology]:
    """Read a scenario by name or path and its topology, as one of its variants if one is named.

    Raises Problems with everything that is wrong in both files and, unless `others` have been
    checked before, in any variant.
    """
    found: list[Problem] = []
    scenario = read_document(find_scenario(path), found)
    topology = read_document(topology_of(scenario), found, allow_outside)
    variants = scenario.tables(("variant",))
    if variant and variant not in variants:
        found.append(Problem("--variant", 0, variant, f"is none{did_you_mean(variant, variants)}"))
    made = _read(scenario, topology, variant, overrides or {})
    for other in variants if others else ():
        if other != variant:
            apart: list[Problem] = []
            files = replace(scenario, found=apart), replace(topology, found=apart)
            _read(*files, other, overrides or {})
            new = [problem for problem in apart if problem not in found]
            found += [replace(one, text=f"{one.text} (variant {other})") for one in new]
    if found:
        raise Problems(found)
    return made


def remarks(topology: Topology, scenario: Scenario | None = None) -> list[str]:
    """What a user should know before relying on a run, with the place of each."""
    found = [*text_remarks(topology), *loose_remarks(topology)]
    if scenario and scenario.fine_step_s:
        found += regime_remarks(topology)
    said = [f"{device.where}  {device.name}: {text}" for device, text in found]
    if scenario:
        said += [*leap_remarks(topology, scenario), *scenario.remarks]
    return said


def _read(
    scenario: Document,
    topology: Document,
    variant: str,
    overrides: Mapping[str, Any],
) -> tuple[Scenario, Topology]:
    """Apply what a scenario sets, a variant and overrides to copies of both files; check them."""
    scenario, topology = _copy(scenario), _copy(topology)
    for path, value in flat(_settings(scenario)):
        apply({path: value}, scenario.place(("set", path)), topology, None)
    table = scenario.tables(("variant",)).get(variant, {})
    for path, value in flat(table):
        apply({path: value}, scenario.place(("variant", variant, path)), topology, scenario)
    apply(overrides, COMMAND_LINE, topology, scenario)
    keys, bad = read_head(scenario)
    checked = read_topology(topology, keys.seed)
    return read_scenario(scenario, checked, keys, bad), checked


def _settings(scenario: Document) -> Mapping[str, Any]:
    table: Any = scenario.data.get("set", {})
    if isinstance(table, dict):
        return table
    scenario.report(("set",), f"should be a table, got {shown(table)}")
    return {}


def _copy(document: Document) -> Document:
    return replace(document, data=deepcopy(document.data), places=dict(document.places))
