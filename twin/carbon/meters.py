"""Which counters of which devices meter a site.

An account is a bus that keeps books (what it did not serve, turned away, burnt off) with all that
hangs on it and on such buses below it: a fleet of buses is one account. Its connection is a device
of role grid on it, or the exchange of the bus with the grid on which it hangs itself.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import NamedTuple

BOOKS = ("unserved_kwh", "curtailed_kwh", "dumped_kwh")

COUNTERS: Mapping[str, tuple[str, str]] = {  # what is metered -> role, counter
    "load_kwh": ("load", "energy_kwh"),
    "unserved_kwh": ("bus", "unserved_kwh"),
    "solar_kwh": ("solar", "energy_kwh"),
    "wind_kwh": ("wind", "energy_kwh"),
    "curtailed_kwh": ("bus", "curtailed_kwh"),
    "fuel_kwh": ("fuel", "energy_kwh"),
    "fuel_l": ("fuel", "fuel_l"),
    "dumped_kwh": ("bus", "dumped_kwh"),
    "import_kwh": ("grid", "import_kwh"),
    "export_kwh": ("grid", "export_kwh"),
    "charge_kwh": ("converter", "e_from_bus_kwh"),
    "discharge_kwh": ("converter", "e_to_bus_kwh"),
    "stored_kwh": ("storage", "stored_kwh"),
}
GRID_CARBON = ("grid", "carbon_kg")
METERED = {role for role, _ in COUNTERS.values()}


class Member(NamedTuple):
    """What a ledger must know of a device."""

    role: str
    bus: str
    fields: frozenset[str]  # those recorded


@dataclass(frozen=True)
class Account:
    """One bus with books, and what it is metered by."""

    bus: str
    outside: str  # the grid on which it hangs itself
    by_role: Mapping[str, tuple[str, ...]]

    def signals(self, quantity: str) -> tuple[str, ...]:
        """The counters that add up to a quantity."""
        role, counter = COUNTERS[quantity]
        return tuple(f"{name}.{counter}" for name in self.by_role.get(role, ()))

    @property
    def exchange(self) -> str:
        """The power of its bus that crosses to the outside, where it hangs there."""
        return f"{self.bus}.p_kw" if self.outside else ""

    @property
    def metered(self) -> tuple[str, ...]:
        """The counters of that, import and export, where its bus keeps them."""
        fields = ("import_kwh", "export_kwh")
        return tuple(f"{self.bus}.{name}" for name in fields) if self.outside else ()

    @property
    def held_back(self) -> tuple[str, ...]:
        """What sources turned away themselves, where they count it."""
        sources = (name for role in ("solar", "wind") for name in self.by_role.get(role, ()))
        return tuple(f"{name}.curbed_kwh" for name in sources)

    @property
    def grids(self) -> tuple[str, ...]:
        """Its connections to a grid."""
        return (*self.by_role.get("grid", ()), *filter(None, [self.outside]))


def accounts(devices: Mapping[str, Member]) -> tuple[Account, ...]:
    """The accounts of a topology, each bus with books in one of them."""
    booked = [name for name, one in devices.items() if one.role == "bus" and keeps_books(one)]

    def root(bus: str) -> str:
        while devices[bus].bus in booked:
            bus = devices[bus].bus
        return bus

    def home(name: str) -> str:
        """The account of a device; a store hangs on a converter, which hangs on a bus."""
        bus = devices[name].bus
        if devices[name].role == "storage" and bus in devices:
            bus = devices[bus].bus
        return root(bus) if bus in booked else ""

    found = []
    for top in (bus for bus in booked if root(bus) == bus):
        by_role = {"bus": [bus for bus in booked if root(bus) == top]}
        for name, one in devices.items():
            if one.role != "bus" and home(name) == top:
                by_role.setdefault(one.role, []).append(name)
        roles = {role: tuple(names) for role, names in by_role.items()}
        outside = devices[top].bus if devices[top].bus in devices else ""
        found.append(Account(top, outside, roles))
    return tuple(found)


def keeps_books(bus: Member) -> bool:
    """Whether a bus counts what it did not serve, turned away and burnt off."""
    return bus.fields >= {*BOOKS}


def missing(account: Account, devices: Mapping[str, Member]) -> Iterator[tuple[str, str]]:
    """Devices of an account that cannot be metered, and why."""
    for role, names in account.by_role.items():
        for name in names:
            if role not in METERED and "p_kw" in devices[name].fields:
                yield name, f"has a power, and the role {role!r}, which no ledger knows"
            if role == "storage" and devices[name].bus not in account.by_role.get("converter", ()):
                yield name, "hangs on no converter, which would meter it"
            wanted = [counter for owner, counter in COUNTERS.values() if owner == role]
            for counter in wanted:
                if counter not in devices[name].fields:
                    yield name, f"keeps no {counter}"
    if account.outside and "p_kw" not in devices[account.bus].fields:
        yield account.bus, "records no p_kw"
