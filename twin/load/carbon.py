"""The `[carbon]` table of a scenario: factors by their ids, and devices that can be metered."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase

import numpy as np

from twin.carbon.factors import Factor, Fuel, read_factors, shipped_factors, shipped_fuels
from twin.carbon.meters import BOOKS, GRID_CARBON, Account, Member, accounts, missing
from twin.carbon.settings import Carbon, Embodied
from twin.carbon_keys import CarbonKeys
from twin.component import Kind
from twin.load.checked import checked
from twin.load.document import Document, file_below
from twin.load.times import divides
from twin.problems import Problem, did_you_mean, shown
from twin.scenario_schema import RecordKeys
from twin.toml_lines import KeyPath
from twin.topology import Device, Topology

HERE: KeyPath = ("carbon",)
SIZES = {"storage": "energy_kwh"}  # of all other roles rated_kw
EMBODIED_UNITS = {"storage": "kg_per_kwh"}  # of all other roles kg_per_kw
GRID_FACTOR = "carbon_kg_per_kwh"


def read_carbon(
    document: Document, topology: Topology, record: RecordKeys, step_s: float
) -> Carbon | None:
    """What is right in the table; None where there is none, all that is wrong is reported."""
    table = document.data.get("carbon")
    if table is None:
        return None
    if not isinstance(table, dict):
        document.report(HERE, f"should be a table, got {shown(table)}")
        return None
    keys, bad = checked(document, HERE, CarbonKeys, table)
    if "interval_s" not in bad and not divides(record.every_s or step_s, keys.interval_s):
        text = f"is not a multiple of what is recorded: {keys.interval_s:g} s"
        document.report((*HERE, "interval_s"), f"{text} / {record.every_s or step_s:g} s")
    if all(problem.file == document.file for problem in document.found):
        _check_meters(document, topology, record, keys, bad)  # else a device may just be missing
    return _Finder(document, _register(document, keys), keys).carbon()


def _register(document: Document, keys: CarbonKeys) -> dict[str, Factor]:
    """The factors that ship and those of the scenario's own file."""
    known = shipped_factors()
    if not keys.factors:
        return known
    place = (*HERE, "factors")
    try:
        path = file_below(document, keys.factors, (".csv",))
        own, wrong = read_factors(path)
    except (ValueError, OSError) as error:
        document.report(place, str(error))
        return known
    found = [Problem(str(path), line, key, text) for line, key, text in wrong]
    for id_ in own.keys() & known.keys():
        found.append(Problem(str(path), 0, id_, "is the id of a factor that ships"))
    document.found += found
    return known | own


@dataclass(frozen=True)
class _Finder:
    """Finds the records that a table names."""

    document: Document
    factors: Mapping[str, Factor]
    keys: CarbonKeys

    def carbon(self) -> Carbon:
        keys = self.keys
        return Carbon(
            method=keys.method,
            interval_s=keys.interval_s,
            grid=self._factor(("grid",), keys.grid, "kg_per_kwh", "S2"),
            grid_market=self._factor(("grid_market",), keys.grid_market, "kg_per_kwh", "S2"),
            grid_upstream=self._factor(
                ("grid_upstream",), keys.grid_upstream, "kg_per_kwh", "S3.3"
            ),
            fuel=self._fuel(),
            transport=self._factor(("transport",), keys.transport, "kg_per_km", "S3.4"),
            embodied=tuple(self._embodied()),
            certificates_sold=keys.certificates_sold,
            opening_g_per_kwh=keys.opening_g_per_kwh,
        )

    def _embodied(self) -> Iterable[tuple[str, Embodied]]:
        for role, one in self.keys.embodied.items():
            unit = EMBODIED_UNITS.get(role, "kg_per_kw")
            factor = self._factor(("embodied", role, "factor"), one.factor, unit, "S3.2")
            if factor:
                yield role, Embodied(factor, one.life_years)

    def _factor(self, path: KeyPath, id_: str | None, unit: str, scope: str) -> Factor | None:
        if id_ is None:
            return None
        factor = self.factors.get(id_)
        if factor and (factor.unit, factor.scope) == (unit, scope):
            return factor
        if factor:
            text = f"is a factor of {factor.scope} in {factor.unit}, not {scope} in {unit}"
        else:
            fit = [f.id for f in self.factors.values() if (f.unit, f.scope) == (unit, scope)]
            text = f"names no factor: {id_}{did_you_mean(id_, fit)}"
        self.document.report((*HERE, *path), text)
        return None

    def _fuel(self) -> Fuel | None:
        if self.keys.fuel is None:
            return None
        fuels = shipped_fuels()
        if self.keys.fuel not in fuels:
            near = did_you_mean(self.keys.fuel, fuels)
            self.document.report((*HERE, "fuel"), f"names no fuel: {self.keys.fuel}{near}")
        return fuels.get(self.keys.fuel)


def _check_meters(
    document: Document, topology: Topology, record: RecordKeys, keys: CarbonKeys, bad: set[str]
) -> None:
    """Report what cannot be metered, and factors that are needed and not named."""
    there = {name: one for name, one in topology.devices.items() if one.enabled}
    members = {name: _member(device, record) for name, device in there.items()}
    found = accounts(members)
    if not found:
        text = "finds no bus that keeps books and records them: "
        document.report(HERE, text + ", ".join(BOOKS))
    for account in found:
        for name, text in missing(account, members):
            document.report(HERE, f"cannot meter {name}: {text} (recorded)")
        if account.by_role.get("fuel") and keys.fuel is None and "fuel" not in bad:
            text = f"needs the fuel that {account.by_role['fuel'][0]} burns"
            document.report(HERE, f"{text}; say fuel = ...")
        for name in account.by_role.get("fuel", ()):
            _check_kind(document, topology.devices[name], keys.fuel)
        if keys.grid is None and "grid" not in bad:
            for name in _unpriced(account, topology, members):
                document.report(HERE, f"needs a factor of {name}; say grid = ...")
    for name, device in there.items():
        size = SIZES.get(device.cls.role, "rated_kw")
        if device.cls.role in keys.embodied and size not in device.cls.fields:
            document.report((*HERE, "embodied"), f"does not know the size of {name}: no {size}")
    if keys.certificates_sold and keys.grid_market is None:
        text = "needs grid_market: what its own renewables then count as"
        document.report((*HERE, "certificates_sold"), text)


def _check_kind(document: Document, device: Device, fuel: str | None) -> None:
    """Report a device that burns another kind of fuel than its litres are counted as."""
    fuels, field = shipped_fuels(), device.cls.fields.get("fuel")
    if fuel not in fuels or field is None or not field.labels:
        return
    burns = {field.labels[int(k)] for k in np.unique(device.values.get("fuel", field.default))}
    for other in sorted(burns & fuels.keys()):
        if fuels[other].kind != fuels[fuel].kind:
            text = f"counts the litres of {device.name} as {fuel}, but it burns {other}"
            document.report((*HERE, "fuel"), text)


def _member(device: Device, record: RecordKeys) -> Member:
    kept = [
        field.name
        for field in device.cls.fields.values()
        if field.record and field.kind in (Kind.STATE, Kind.OUT)
        if any(
            fnmatchcase(f"{device.name}.{field.name}", pattern.replace("[", "[[]"))
            for pattern in record.signals
        )
    ]
    return Member(device.cls.role, device.bus, frozenset(kept))


def _unpriced(account: Account, topology: Topology, members: Mapping[str, Member]) -> Iterable[str]:
    """Connections that no one gave a factor of carbon."""
    for name in account.grids:
        device = topology.devices[name]
        wired = any((wire.target, wire.inp) == (name, GRID_FACTOR) for wire in topology.wires)
        given = wired or GRID_FACTOR in device.values or GRID_FACTOR in device.profiles
        if not given or GRID_CARBON[1] not in members[name].fields:
            yield name
