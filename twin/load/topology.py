"""A topology file, checked and expanded to units."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from twin.file_schema import HeadKeys, ProfileKeys
from twin.load.buses import join_buses
from twin.load.checked import checked
from twin.load.devices import read_devices
from twin.load.document import Document, file_below
from twin.load.fields import Profiles
from twin.load.wires import check_loops, read_wires
from twin.topology import ProfileSource, Topology

SECTIONS = ("wires", "profile", "device", "group")
FILE_TYPES = (".csv", ".parquet")


def read_topology(document: Document, seed: int) -> Topology:
    """Make a topology of what is right in a file and report the rest."""
    head = {key: raw for key, raw in document.data.items() if key not in SECTIONS}
    fallback = {"format": 1, "name": "unnamed"}
    keys, _ = checked(document, (), HeadKeys, head, fallback, SECTIONS)
    profiles = _profiles(document)
    found = read_devices(document, profiles, seed)
    join_buses(document, found)
    wires = read_wires(document, found)
    topology = Topology(
        name=keys.name,
        folder=document.folder,
        title=document.title,
        devices=found.devices,
        wires=tuple(wires.values()),
        profiles={name: source for name, source in profiles.items() if source},
        document=document.data,
    )
    check_loops(document, topology, list(wires))
    return topology


def _profiles(document: Document) -> Profiles:
    found: dict[str, ProfileSource | None] = {}
    for name, table in document.tables(("profile",)).items():
        path = ("profile", name)
        keys, bad = checked(document, path, ProfileKeys, table, {"file": "", "between": "hold"})
        try:
            ZoneInfo(keys.zone)
        except (ValueError, OSError, LookupError):
            document.report((*path, "zone"), f"is not a time zone: {keys.zone!r}")
            bad.add("zone")
        file = document.folder / keys.file
        try:
            if "file" not in bad:
                file = file_below(document, keys.file, FILE_TYPES)
        except (ValueError, OSError) as error:
            document.report((*path, "file"), str(error))
            bad.add("file")
        where = document.where(path)
        source = ProfileSource(name, file, keys.zone, keys.between, keys.fill, where)
        found[name] = None if bad else source
    return found
