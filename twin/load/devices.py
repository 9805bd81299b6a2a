"""The devices of a topology, alone and in groups, in the order of the file."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from pydantic import BaseModel

from twin.catalog import DEVICE_KEYS, UnknownComponentError, find, tells_units
from twin.component import Component, type_name
from twin.file_schema import MOST_UNITS, Count, DeviceKeys
from twin.load.checked import checked
from twin.load.document import NAME_RULE, Document, is_name
from twin.load.fields import Given, Profiles, read_at, read_fields, read_texts
from twin.load.hooks import check_given, own_units
from twin.problems import shown
from twin.schema import STRICT
from twin.toml_lines import KeyPath
from twin.topology import Device


class GroupKeys(BaseModel):
    """What a group says about itself."""

    model_config = STRICT
    count: Count = 1


@dataclass(frozen=True)
class Entry:
    """One device as the file has it."""

    path: KeyPath
    name: str
    table: Mapping[str, Any]
    groups: int = 1  # none where their count is wrong


@dataclass
class Found:
    """The devices that could be made, and for every entry of the file its place and table."""

    devices: dict[str, Device]
    entries: dict[str, Entry]

    def names(self, group: str) -> dict[str, str]:
        """How devices are called from within a group: by their own names first, then in full."""
        inner = [name for name in self.entries if group and name.startswith(f"{group}.")]
        siblings = {name.removeprefix(f"{group}."): name for name in inner}
        return {name: name for name in self.entries} | siblings


def read_devices(document: Document, profiles: Profiles, seed: int) -> Found:
    """Make every device whose type is known; whatever else is wrong is reported."""
    entries = sorted(_entries(document), key=lambda entry: document.place(entry.path)[1])
    found = Found({}, {entry.name: entry for entry in entries})
    total = 0
    for entry in entries:
        device = _device(document, entry, profiles, seed, MOST_UNITS - total)
        if device is not None:
            found.devices[entry.name] = device
            total += device.groups * device.each
    return found


def _entries(document: Document) -> Iterator[Entry]:
    alone = document.tables(("device",))
    for name, table in alone.items():
        yield Entry(("device", name), name, table)
    for group, tables in document.tables(("group",)).items():
        if group in alone:
            document.report(("group", group), "is also the name of a device")
        own = {"count": tables["count"]} if "count" in tables else {}
        keys, bad = checked(document, ("group", group), GroupKeys, own)
        for name, table in tables.items():
            if name != "count" and _is_device(document, ("group", group, name), table):
                yield Entry(
                    ("group", group, name), f"{group}.{name}", table, 0 if bad else keys.count
                )


def _is_device(document: Document, path: KeyPath, table: object) -> bool:
    if not isinstance(table, dict):
        document.report(path, f"a group holds count and devices, got {shown(table)}")
    elif not is_name(path[-1]):
        document.report(path, f"should be a name of {NAME_RULE}")
    else:
        return True
    return False


def _device(
    document: Document, entry: Entry, profiles: Profiles, seed: int, most: int
) -> Device | None:
    own = {key: entry.table[key] for key in DEVICE_KEYS if key in entry.table}
    keys, bad = checked(document, entry.path, DeviceKeys, own, {"type": ""})
    if "type" in bad or "count" in bad or not entry.groups:
        return None
    try:
        cls = find(keys.type)
    except UnknownComponentError as error:
        document.report((*entry.path, "type"), str(error))
        return None
    texts, good = read_texts(document, entry.path, entry.table, cls)
    each = keys.count
    if tells_units(cls):
        each = _own_units(document, entry, cls, texts) if good else 0
    if not each:
        return None
    if entry.groups * each > most:
        document.report(entry.path, f"makes more than {MOST_UNITS:,} units in all")
        return None
    device = Device(
        name=entry.name,
        cls=cls,
        groups=entry.groups,
        each=each,
        texts=texts,
        bus=keys.bus,
        period_s=keys.period_s,
        enabled=keys.enabled,
        remote=keys.remote,
        where=document.where(entry.path),
    )
    rest = {key: raw for key, raw in entry.table.items() if key not in DEVICE_KEYS}
    given = read_fields(document, entry.path, rest, device, profiles, seed)
    return _filled(document, entry, device, given, keys.at, seed)


def _own_units(
    document: Document, entry: Entry, cls: type[Component], texts: Mapping[str, str]
) -> int:
    """How many units a device has by itself; none where that cannot be, which is reported."""
    if "count" in entry.table:
        document.report((*entry.path, "count"), f"is not given: {type_name(cls)} tells it itself")
    if entry.groups > 1:
        document.report(entry.path, "has units of its own, so it cannot be repeated in a group")
        return 0
    try:
        return own_units(cls, texts)
    except ValueError as error:
        files = [key for key in texts if key.endswith("_file")]
        document.report((*entry.path, *[*files, *texts][:1]), str(error))
        return 0


def _filled(
    document: Document, entry: Entry, device: Device, given: Given, at: Any, seed: int
) -> Device:
    device = replace(
        device,
        values=given.values,
        profiles=given.profiles,
        setup=given.setup,
        setup_profiles=given.setup_profiles,
    )
    try:
        check_given(device)
    except ValueError as error:
        document.report(entry.path, str(error))
    try:
        return replace(device, at=read_at(at, device, seed))
    except ValueError as error:
        document.report((*entry.path, "at"), str(error))
    return device
