"""A scenario file, checked against the topology it runs on."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from fnmatch import fnmatchcase
from typing import Any

from twin.load.carbon import read_carbon
from twin.load.checked import checked
from twin.load.claims import read_claims
from twin.load.document import Document
from twin.load.economics import read_economics
from twin.load.equivalence import read_equivalences
from twin.load.events import find_target, find_value, shape_problems
from twin.load.expectations import read_expectations
from twin.load.factorial import read_factorial
from twin.load.outages import read_outages
from twin.load.overrides import flat
from twin.load.regimes import regime_problems
from twin.load.schedule import Planned, clashes, end_problems, scheduled
from twin.load.times import instant_problem, step_problems, time_problems
from twin.problems import did_you_mean, shown
from twin.scenario import Event, Record, Scenario, Zoom
from twin.scenario_schema import EventKeys, RecordKeys, ScenarioHead, ScenarioKeys, ZoomKeys
from twin.toml_lines import KeyPath
from twin.topology import Topology

SECTIONS = (
    "set",
    "record",
    "event",
    "outage",
    "zoom",
    "variant",
    "expect",
    "claim",
    "carbon",
    "economics",
    "equivalence",
    "factorial",
)
FALLBACK = {
    "topology": "unnamed",
    "start": "2000-01-01T00:00:00+00:00",
    "horizon_s": 1.0,
    "step_s": 1.0,
}


def read_head(document: Document) -> tuple[ScenarioHead, set[str]]:
    """The keys at the top of a scenario, and which of them are wrong."""
    head = {key: raw for key, raw in document.data.items() if key not in SECTIONS}
    words = ScenarioKeys.model_fields
    return checked(document, (), ScenarioHead, head, FALLBACK, words)


def read_scenario(
    document: Document, topology: Topology, keys: ScenarioHead, bad: set[str]
) -> Scenario:
    """Make a scenario of what is right in a file and report the rest."""
    record = _record(document, topology)
    bad = set(bad)
    for path, text in list(time_problems(keys, record, bad)):
        document.report(path, text)
        bad.add(str(path[0]))
    for key, device, text in step_problems(topology, keys, bad):
        document.report((key,), f"{device.name} {text} ({device.where})")
    if keys.fine_step_s:
        for device, text in regime_problems(topology):
            document.report(("fine_step_s",), f"{device.name} {text} ({device.where})")
    for index, at_s in enumerate(keys.snapshots_s):
        if text := instant_problem(at_s, keys, bad):
            document.report(("snapshots_s", index), text)
    events = _events(document, topology, keys, bad)
    listed = _listed(document, "outage")
    outages = read_outages(document, listed, topology, keys, bad, events)
    return Scenario(
        name=document.path.stem,
        path=document.path,
        topology=keys.topology,
        start=keys.start,
        horizon_s=keys.horizon_s,
        step_s=keys.step_s,
        sync_s=keys.sync_s or keys.step_s,
        fine_step_s=keys.fine_step_s,
        fine_sync_s=keys.fine_sync_s,
        fine_for_s=keys.fine_for_s,
        seed=keys.seed,
        events=tuple(sorted((*events, *outages.events), key=lambda event: event.at_s)),
        zooms=tuple(_zooms(document, keys, bad)),
        variants={name: dict(flat(table)) for name, table in document.tables(("variant",)).items()},
        expect=dict(read_expectations(document)),
        claims=tuple(read_claims(document)),
        equivalences=tuple(read_equivalences(document, topology)),
        factorial=read_factorial(document, topology),
        record=Record(
            record.every_s,
            record.fine_every_s,
            tuple(record.signals),
            tuple(record.units),
            record.samples,
        ),
        snapshots_s=tuple(sorted(keys.snapshots_s)),
        economics=read_economics(document, topology),
        files=tuple(outages.files),
        remarks=tuple(outages.remarks),
        carbon=read_carbon(document, topology, record, keys.step_s),
        document=document.data,
    )


def _events(
    document: Document, topology: Topology, head: ScenarioHead, bad: set[str]
) -> tuple[Event, ...]:
    found = []
    for index, table in _listed(document, "event"):
        path: KeyPath = ("event", index)
        keys, wrong = checked(document, path, EventKeys, table, {"at_s": 0, "set": "", "to": 0})
        ends = [] if "at_s" in wrong else list(end_problems(keys, head, bad))
        if not wrong & {"set", "to"}:
            try:
                device, units, name = find_target(keys.set, topology)
                value = find_value(device, name, keys.to, topology)
            except ValueError as error:
                document.report((*path, "set"), str(error))
            else:
                ends += [] if wrong else shape_problems(keys, device, device.cls.fields[name])
                if not ends and not wrong:
                    found.append(Planned(index, keys, device, units, name, value))
        for key, text in ends:
            document.report((*path, key), text)
    for planned, text in clashes(found):
        document.report(("event", planned.index, "at_s"), text)
    return scheduled(found)


def _zooms(document: Document, head: ScenarioHead, bad: set[str]) -> Iterator[Zoom]:
    for index, table in _listed(document, "zoom"):
        path: KeyPath = ("zoom", index)
        keys, wrong = checked(document, path, ZoomKeys, table, {"at_s": 0})
        if not head.fine_for_s:
            if "fine_for_s" not in bad:
                document.report(path, "needs fine_step_s, fine_sync_s and fine_for_s")
        elif not wrong:
            if text := instant_problem(keys.at_s, head, bad):
                document.report((*path, "at_s"), text)
            yield Zoom(keys.at_s, keys.for_s or head.fine_for_s)


def _listed(document: Document, section: str) -> Iterator[tuple[int, dict[str, Any]]]:
    """The tables that are written [[section]], and their places."""
    listed = document.data.get(section, [])
    if not isinstance(listed, list):
        document.report((section,), f"should be written [[{section}]]")
        return
    for index, table in enumerate(listed):
        if isinstance(table, dict):
            yield index, table
        else:
            document.report((section, index), f"should be a table, got {shown(table)}")


def _record(document: Document, topology: Topology) -> RecordKeys:
    table: Mapping[str, Any] | Any = document.data.get("record", {})
    if not isinstance(table, dict):
        document.report(("record",), f"should be a table, got {shown(table)}")
        return RecordKeys()
    keys, bad = checked(document, ("record",), RecordKeys, table)
    signals = [f"{d.name}.{name}" for d in topology.devices.values() for name in d.cls.fields]
    for index, pattern in enumerate(keys.signals):
        if "signals" not in bad and not any(fnmatchcase(one, pattern) for one in signals):
            near = did_you_mean(pattern, signals)
            document.report(("record", "signals", index), f"matches no signal: {pattern}{near}")
    return keys
