"""A scenario file, checked against the topology it runs on."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from fnmatch import fnmatchcase
from typing import Any

from twin.file_schema import (
    EventKeys,
    ExpectKeys,
    RecordKeys,
    ScenarioHead,
    ScenarioKeys,
)
from twin.load.checked import checked
from twin.load.document import Document
from twin.load.events import read_event
from twin.load.overrides import flat
from twin.load.times import instant_problem, step_problems, time_problems
from twin.problems import did_you_mean, shown
from twin.scenario import Event, Expect, Record, Scenario
from twin.toml_lines import KeyPath
from twin.topology import Topology

SECTIONS = ("record", "event", "variant", "expect")
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
    for device, text in step_problems(topology, keys, bad):
        document.report(("step_s",), f"{device.name} {text} ({device.where})")
    for index, at_s in enumerate(keys.snapshots_s):
        if text := instant_problem(at_s, keys, bad):
            document.report(("snapshots_s", index), text)
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
        events=tuple(_events(document, topology, keys, bad)),
        variants={name: dict(flat(table)) for name, table in document.tables(("variant",)).items()},
        expect=dict(_expectations(document)),
        record=Record(
            record.every_s,
            record.fine_every_s,
            tuple(record.signals),
            tuple(record.units),
            record.samples,
        ),
        snapshots_s=tuple(sorted(keys.snapshots_s)),
        document=document.data,
    )


def _events(
    document: Document, topology: Topology, keys: ScenarioHead, bad: set[str]
) -> Iterator[Event]:
    listed = document.data.get("event", [])
    if not isinstance(listed, list):
        document.report(("event",), "should be written [[event]]")
        return
    for index, table in enumerate(listed):
        path: KeyPath = ("event", index)
        if not isinstance(table, dict):
            document.report(path, f"should be a table, got {shown(table)}")
            continue
        event, wrong = checked(document, path, EventKeys, table, {"at_s": 0, "set": "", "to": 0})
        if "at_s" not in wrong and (text := instant_problem(event.at_s, keys, bad)):
            document.report((*path, "at_s"), text)
        if wrong & {"set", "to"}:
            continue
        try:
            yield read_event(event.at_s, event.set, event.to, topology)
        except ValueError as error:
            document.report((*path, "set"), str(error))


def _expectations(document: Document) -> Iterator[tuple[str, Expect]]:
    for name, table in document.tables(("expect",)).items():
        path: KeyPath = ("expect", name)
        keys, bad = checked(document, path, ExpectKeys, table)
        if bad:
            continue
        near = keys.abs is not None or keys.rel is not None
        if keys.value is None and keys.min is None and keys.max is None:
            document.report(path, "needs a value, min or max")
        elif near != (keys.value is not None):
            document.report(path, "needs value together with abs or rel")
        elif keys.min is not None and keys.max is not None and keys.min > keys.max:
            document.report(path, "has a min above its max")
        yield name, Expect(keys.value, keys.abs, keys.rel, keys.min, keys.max)


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
