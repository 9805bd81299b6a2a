"""A topology file, checked and expanded to units."""

from __future__ import annotations

from calendar import isleap
from collections.abc import Mapping
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from twin.climate import Climate
from twin.file_schema import HeadKeys, ProfileKeys
from twin.load.buses import join_buses
from twin.load.checked import checked
from twin.load.devices import read_devices
from twin.load.document import Document, file_below
from twin.load.fields import Profiles
from twin.load.wires import check_loops, read_wires
from twin.scenario import Scenario
from twin.toml_lines import KeyPath
from twin.topology import ProfileSource, Topology
from twin.units import unit_of
from twin.weather_files import FILE_TYPES as WEATHER_FILES

SECTIONS = ("wires", "profile", "device", "group")
FILE_TYPES = (".csv", ".parquet")
KINDS = {  # of profiles, and the keys that each has no use for
    "file": ("reader",),
    "weather_file": ("zone", "between"),
    "climate": ("zone", "between", "fill", "reader"),
}


def read_topology(document: Document, seed: int) -> Topology:
    """Make a topology of what is right in a file and report the rest."""
    head = {key: raw for key, raw in document.data.items() if key not in SECTIONS}
    fallback = {"format": 1, "name": "unnamed"}
    keys, _ = checked(document, (), HeadKeys, head, fallback, SECTIONS)
    profiles = _profiles(document, seed)
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


def leap_remarks(topology: Topology, scenario: Scenario) -> list[str]:
    """What weather files do on a 29 February that the scenario comes to."""
    end = scenario.start + timedelta(seconds=scenario.horizon_s)
    years = [year for year in range(scenario.start.year, end.year + 1) if isleap(year)]
    zone = scenario.start.tzinfo
    days = [datetime(year, 2, 29, tzinfo=zone) for year in years]
    if not any(scenario.start < day + timedelta(days=1) and day < end for day in days):
        return []
    text = "a 29 February that the file lacks is the 28th once more"
    return [
        f"{one.where}  profile.{one.name}: {text}"
        for one in topology.profiles.values()
        if one.weather
    ]


def _profiles(document: Document, seed: int) -> Profiles:
    found: dict[str, ProfileSource | None] = {}
    for name, table in document.tables(("profile",)).items():
        path = ("profile", name)
        keys, bad = checked(document, path, ProfileKeys, table, words=Climate.model_fields)
        bad |= _kind_problems(document, path, keys, table)
        try:
            ZoneInfo(keys.zone)
        except (ValueError, OSError, LookupError):
            document.report((*path, "zone"), f"is not a time zone: {keys.zone!r}")
            bad.add("zone")
        file = _file(document, path, table, bad)
        source = ProfileSource(
            name=name,
            file=file,
            zone=keys.zone,
            between=keys.between or "hold",
            fill=keys.fill,
            where=document.where((*path, "climate") if keys.climate else path),
            weather=bool(keys.weather_file),
            reader=keys.reader,
            climate=_seeded(keys.climate, seed),
            monthly={column: tuple(values) for column, values in keys.monthly.items()},
        )
        found[name] = None if bad else source
    return found


def _kind_problems(
    document: Document, path: KeyPath, keys: ProfileKeys, table: Mapping[str, Any]
) -> set[str]:
    """Report a profile that comes from nowhere or from two places, and keys that it has no use for.

    Returns the keys at fault.
    """
    kinds = [kind for kind in KINDS if kind in table]
    if len(kinds) != 1:
        document.report(path, f"needs one of {', '.join(KINDS)}, and has {len(kinds)}")
        return {"file"}
    idle = {key for key in KINDS[kinds[0]] if key in table}
    for key in sorted(idle):
        document.report((*path, key), f"does not go with {kinds[0]}")
    if kinds[0] == "file" and "between" not in table:
        document.report((*path, "between"), "is missing")
        idle.add("between")
    for column in keys.monthly:
        if unit_of(column) is None:
            document.report((*path, "monthly", column), "carries no unit in its name")
            idle.add("monthly")
    return idle


def _file(
    document: Document, path: KeyPath, table: Mapping[str, Any], bad: set[str]
) -> Path | None:
    """The file of a profile; a wrong one is reported and joins the keys that are bad."""
    kind = "file" if "file" in table else "weather_file"
    types = FILE_TYPES if kind == "file" else WEATHER_FILES
    try:
        if kind in table and kind not in bad:
            return file_below(document, table[kind], types)
    except (ValueError, OSError) as error:
        document.report((*path, kind), str(error))
        bad.add(kind)
    return None


def _seeded(climate: Climate | None, seed: int) -> Climate | None:
    """A climate with the seed of its scenario, unless it has one."""
    if climate is None or climate.seed is not None:
        return climate
    return climate.model_copy(update={"seed": seed})
