"""The meters of an account, read from what a run recorded: counters at the ends of intervals."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from twin.carbon.flows import Floats
from twin.carbon.meters import COUNTERS, GRID_CARBON, Account, Member, accounts
from twin.run import Run

ROUNDING_S = 1e-6


@dataclass(frozen=True)
class Reading:
    """A run, and the ends of the intervals at which its counters are read."""

    run: Run
    interval_s: float

    @cached_property
    def bounds_s(self) -> Floats:
        """Begin and ends of all intervals; the last one is shorter where it must be."""
        horizon_s = float(self.run.meta["scenario"]["horizon_s"])
        count = int(np.ceil(horizon_s / self.interval_s - 1e-9))
        bounds: Floats = np.minimum(np.arange(count + 1) * self.interval_s, horizon_s)
        return bounds

    @cached_property
    def accounts(self) -> tuple[Account, ...]:
        """The accounts of the run."""
        there = self.run.meta["devices"].items()
        return accounts(
            {
                name: Member(about["role"], about["bus"], frozenset(about["fields"]))
                for name, about in there
                if about["enabled"]
            }
        )

    @cached_property
    def late(self) -> list[int]:
        """Intervals at whose end nothing was recorded: they were read a little before it."""
        times = self._frame.index.to_numpy()[np.maximum(self._rows, 0)]
        return [int(i) for i in np.flatnonzero(np.abs(times - self.bounds_s[1:]) > ROUNDING_S)]

    def meters(self, account: Account) -> dict[str, Floats]:
        """Every quantity that is counted, in each interval, and the carbon of import if that is."""
        counted = [name for name in COUNTERS if name != "stored_kwh"]
        found = {name: self._added(account.signals(name)) for name in counted}
        found["curtailed_kwh"] += self._added(self._kept(account.held_back))
        if account.exchange:
            counters = self._kept(account.metered)
            if counters:
                imported, exported = (self._added([one]) for one in counters)
            else:
                imported, exported = self._exchanged(account.exchange)
            found["import_kwh"] = found["import_kwh"] + imported
            found["export_kwh"] = found["export_kwh"] + exported
        grids = [f"{name}.{GRID_CARBON[1]}" for name in account.by_role.get("grid", ())]
        found["grid_kg"] = self._added(name for name in grids if name in self._frame)
        found["travel_km"] = self._added(self.ways(account))
        return found

    def stored_kwh(self, account: Account) -> Floats:
        """What storage holds at the begin and at the end of every interval."""
        count = len(self.bounds_s)
        return sum((self._levels(s) for s in account.signals("stored_kwh")), np.zeros(count))

    def ways(self, account: Account) -> list[str]:
        """Counters of kilometres: of its own group, and of none where it is the first account."""
        homes = {one.bus.rpartition(".")[0]: one for one in reversed(self.accounts)}
        return [
            f"{name}.{field}"
            for name, about in self.run.meta["devices"].items()
            if homes.get(name.rpartition(".")[0], self.accounts[0]) == account
            for field, told in about["fields"].items()
            if about["enabled"] and (told["unit"], told["kind"]) == ("km", "state")
            if f"{name}.{field}" in self.run
        ]

    def _kept(self, signals: Iterable[str]) -> list[str]:
        """Those of some counters that the run recorded."""
        return [signal for signal in signals if signal in self.run]

    @cached_property
    def _frame(self) -> Any:
        names = [s for one in self.accounts for q in COUNTERS for s in one.signals(q)]
        names += [s for one in self.accounts for s in (*one.held_back, *one.metered)]
        names += [one.exchange for one in self.accounts if one.exchange]
        names += [s for one in self.accounts for s in self.ways(one)]
        for one in self.accounts:
            names += [f"{name}.{GRID_CARBON[1]}" for name in one.by_role.get("grid", ())]
        return self.run.frame(*dict.fromkeys(name for name in names if name in self.run))

    @cached_property
    def _rows(self) -> Any:
        times = self._frame.index.to_numpy()
        return np.searchsorted(times, self.bounds_s[1:] + ROUNDING_S, side="right") - 1

    def _added(self, signals: Iterable[str]) -> Floats:
        total = np.zeros(len(self.bounds_s) - 1)
        for signal in signals:
            total += np.diff(self._levels(signal))
        return total

    def _levels(self, signal: str) -> Floats:
        """A counter at the begin and at the end of every interval."""
        device, _, field = signal.rpartition(".")
        start = float(self.run.meta["devices"][device]["start_totals"].get(field, 0.0))
        levels = self._frame[signal].ffill().fillna(start).to_numpy()
        return self._at_bounds(start, levels)

    def _exchanged(self, signal: str) -> tuple[Floats, Floats]:
        """Import and export by a recorded mean power; it holds until its stamp."""
        power_kw = self._frame[signal].bfill().fillna(0.0).to_numpy()
        hours = np.diff(self._frame.index.to_numpy(), prepend=0.0) / 3600.0
        both = [np.cumsum(np.maximum(p, 0.0) * hours) for p in (-power_kw, power_kw)]
        imported, exported = (np.diff(self._at_bounds(0.0, one)) for one in both)
        return imported, exported

    def _at_bounds(self, start: float, levels: Floats) -> Floats:
        read: Floats = np.concatenate(
            [[start], np.where(self._rows < 0, start, levels[self._rows])]
        )
        return read


def rated(run: Run, account: Account, role: str) -> float:
    """The size of all devices of a role: the energy of storage, the power of all others."""
    size = "energy_kwh" if role == "storage" else "rated_kw"
    devices: Mapping[str, Any] = run.meta["devices"]
    return float(
        sum(devices[name]["rated"].get(size, 0.0) for name in account.by_role.get(role, ()))
    )
