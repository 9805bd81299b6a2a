"""A whole site in plain Python: the order of a step and the settlement, written out once more.

It exists so that the components can be tested together without the framework; its settlement is
independent of the framework's own.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import groupby
from typing import Any

from components.bess import Bess
from components.ems_rule import EmsRule
from components.genset import Genset
from components.grid_connection import GridConnection
from components.it_load import ItLoad
from components.pcs import Pcs
from components.pv import Pv
from components.site_bus import SiteBus
from twin.component import Former

LIMITS = ("p_discharge_max_kw", "p_charge_max_kw", "e_discharge_kwh", "e_charge_kwh")


@dataclass
class Site:
    """One site; what is None is not there."""

    load: ItLoad
    bus: SiteBus = field(default_factory=SiteBus)
    pv: Pv | None = None
    grid: GridConnection | None = None
    pcs: Pcs | None = None
    bess: Bess | None = None
    genset: Genset | None = None
    ems: EmsRule | None = None

    @property
    def formers(self) -> list[Former]:
        return [former for former in (self.grid, self.pcs, self.genset) if former]

    def start(self) -> Site:
        for device in (self.bess, self.genset, self.grid):
            if device:
                device.start()
        return self

    def step(self, dt_s: float) -> None:
        for source, out, target, name in self._late_wires():
            setattr(target, name, getattr(source, out))
        for device in (self.ems, self.pv, self.load):
            if device:
                device.step(dt_s)
        for source, out, target, name in self._wires():
            setattr(target, name, getattr(source, out))
        for former in self.formers:
            former.offer(dt_s)
        settle(self.bus, [device.p_kw for device in (self.pv, self.load) if device], self.formers)
        self.bus.step(dt_s)
        for former in self.formers:
            former.step(dt_s)
        if self.bess and self.pcs:
            self.bess.p_dc_kw = self.pcs.p_dc_kw
            self.bess.step(dt_s)

    def _late_wires(self) -> Iterator[tuple[Any, str, Any, str]]:
        if self.pcs and self.bess:
            yield from ((self.bess, limit, self.pcs, limit) for limit in LIMITS)
        if self.ems:
            yield self.bus, "p_load_kw", self.ems, "p_load_kw"
            yield self.bus, "p_gen_kw", self.ems, "p_gen_kw"
            if self.bess:
                yield self.bess, "soc_pu", self.ems, "soc_pu"
            if self.grid:
                yield self.grid, "online", self.ems, "grid_available"

    def _wires(self) -> Iterator[tuple[Any, str, Any, str]]:
        if self.ems and self.pcs:
            yield self.ems, "p_set_kw", self.pcs, "p_set_kw"
        if self.ems and self.genset:
            yield self.ems, "run_cmd", self.genset, "run_cmd"
            yield self.ems, "p_genset_kw", self.genset, "p_set_kw"


def settle(bus: SiteBus, powers_kw: list[float], formers: list[Former]) -> None:
    """Share what the devices leave over among the formers, rank after rank."""
    bus.p_source_kw = sum(p for p in powers_kw if p > 0)
    bus.p_demand_kw = -sum(p for p in powers_kw if p < 0)
    bus.formed = any(former.k_kw_per_hz > 0 for former in formers)
    bus.df_hz = 0.0
    for former in formers:
        former.p_settled_kw = former.p0_kw if bus.formed else 0.0
    need_kw = bus.p_demand_kw - bus.p_source_kw - sum(f.p_settled_kw for f in formers)
    if not bus.formed:
        bus.p_formers_kw, bus.short_kw, bus.surplus_kw = 0.0, bus.p_demand_kw, bus.p_source_kw
        return
    for _, rank in groupby(sorted(formers, key=lambda f: f.rank), key=lambda f: f.rank):
        need_kw = share(bus, need_kw, [former for former in rank if former.k_kw_per_hz > 0])
    bus.p_formers_kw = sum(former.p_settled_kw for former in formers)
    bus.short_kw, bus.surplus_kw = max(need_kw, 0.0), max(-need_kw, 0.0)


def share(bus: SiteBus, need_kw: float, formers: list[Former]) -> float:
    """Move formers in proportion to their stiffness until one meets its limit; repeat; the rest."""
    while need_kw and formers:
        stiffness = sum(former.k_kw_per_hz for former in formers)
        limited = [
            f for f in formers if abs(need_kw * f.k_kw_per_hz / stiffness) >= room(f, need_kw)
        ]
        if not limited:
            for former in formers:
                former.p_settled_kw += need_kw * former.k_kw_per_hz / stiffness
            bus.df_hz = -need_kw / stiffness
            return 0.0
        for former in limited:
            limit_kw = former.p_max_kw if need_kw > 0 else former.p_min_kw
            need_kw -= limit_kw - former.p_settled_kw
            former.p_settled_kw = limit_kw
        formers = [former for former in formers if former not in limited]
    return need_kw


def room(former: Former, need_kw: float) -> float:
    """How far a former can still move the way it is needed."""
    if need_kw > 0:
        return former.p_max_kw - former.p_settled_kw
    return former.p_settled_kw - former.p_min_kw


def imbalance_kw(site: Site) -> float:
    """What the last step put on the bus and nobody booked."""
    bus, grid = site.bus, sum(former.p_kw for former in site.formers)
    return bus.p_gen_kw + grid + bus.unserved_kw - bus.p_load_kw - bus.curtailed_kw - bus.dumped_kw
