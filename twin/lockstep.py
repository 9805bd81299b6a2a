"""Periodic simulators of this process as one, which steps them in an order that is known before.

Mosaik finds out anew before every step who may still have something to tell. Where all simulators
are periodic and live here, that is known once and for all: at each instant those that are due act,
whoever tells something in the same step before who hears it. A group takes the part of mosaik's
world while these are started and joined, and is then one simulator of the real one. What they are
told is what mosaik would tell them: an input holds until its source acts again, and what is late
is what its source held before it acted at this instant.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
from graphlib import TopologicalSorter
from typing import Any

import mosaik_api_v3
from mosaik_api_v3.types import CreateResult, Meta

from twin.cell_sim import CellSim, meta
from twin.component_sim import ComponentSim
from twin.service_sims import ProfileSim

KINDS: Mapping[str, type[Any]] = {"cell": CellSim, "fleet": ComponentSim, "profiles": ProfileSim}


@dataclass
class Entity:
    """An entity of a member."""

    member: Member
    eid: str


@dataclass
class Link:
    """Where a quantity comes from, and the place among the inputs where it goes."""

    source: Entity
    out: str
    slot: dict[str, Any]
    key: str
    turn: Callable[[Any], Any] | None
    late: bool
    first: Any  # until its source has acted

    def carry(self, now: int) -> None:
        """Put the quantity in its place for a step that begins now."""
        member = self.source.member
        told = member.before if self.late and member.time == now else member.told
        if told is None:
            self.slot[self.key] = self.first
            return
        value = told[self.source.eid][self.out]
        self.slot[self.key] = self.turn(value) if self.turn else value


@dataclass
class Member:
    """One simulator: when it acts, what it is asked for, and what it told last."""

    sid: str
    simulator: Any
    due: int = 0
    time: int = -1
    links: list[Link] = field(default_factory=list)
    inputs: dict[str, dict[str, dict[str, Any]]] = field(default_factory=dict)
    asked: dict[str, list[str]] = field(default_factory=dict)
    told: dict[str, Any] | None = None
    before: dict[str, Any] | None = None

    def __getattr__(self, model: str) -> Callable[..., Entity]:
        """What makes an entity of a model, as in mosaik."""
        return partial(self._create, model)

    def _create(self, model: str, **params: Any) -> Entity:
        (made,) = self.simulator.create(1, model, **params)
        return Entity(self, made["eid"])

    def step(self, now: int) -> None:
        """Hear, act and tell."""
        for link in self.links:
            link.carry(now)
        self.due = self.simulator.step(now, self.inputs, now)
        if self.asked:
            self.before, self.told = self.told, self.simulator.get_data(self.asked)
        self.time = now


class Group:
    """Members and their links, made by the calls of mosaik's world."""

    def __init__(self, tick_s: float) -> None:
        """Begin without any."""
        self.tick_s = tick_s
        self.members: list[Member] = []

    def start(self, kind: str, sim_id: str = "", **params: Any) -> Member:
        """Start a simulator."""
        simulator = KINDS[kind]()
        sid = sim_id or kind
        simulator.init(sid, time_resolution=self.tick_s, **params)
        self.members.append(Member(sid, simulator))
        return self.members[-1]

    def connect(
        self,
        source: Entity,
        target: Entity,
        pair: tuple[str, str],
        transform: Callable[[Any], Any] | None = None,
        time_shifted: int = 0,
        initial_data: Mapping[str, Any] | None = None,
    ) -> None:
        """Join an output and an input."""
        out, attr = pair
        slot = target.member.inputs.setdefault(target.eid, {}).setdefault(attr, {})
        asked = source.member.asked.setdefault(source.eid, [])
        if out not in asked:
            asked.append(out)
        key, first = f"{source.member.sid}.{source.eid}", (initial_data or {}).get(out)
        link = Link(source, out, slot, key, transform, bool(time_shifted), first)
        target.member.links.append(link)

    def put_in_order(self) -> None:
        """Let those that tell something in the same step act before who hears it."""
        names = {member.sid: member for member in self.members}
        sorter: TopologicalSorter[str] = TopologicalSorter({name: () for name in names})
        for member in self.members:
            for link in member.links:
                if not link.late:
                    sorter.add(member.sid, link.source.member.sid)
        self.members = [names[name] for name in sorter.static_order()]

    def advance(self, until: int) -> None:
        """Let all act that are due before an instant."""
        while (now := min(member.due for member in self.members)) < until:
            for member in self.members:
                if member.due == now:
                    member.step(now)


class LockstepSim(mosaik_api_v3.Simulator):
    """A group as a simulator of mosaik, which is called piece by piece."""

    def __init__(self) -> None:
        """Start empty; `init` brings the group."""
        super().__init__(meta("time-based", {}))  # type: ignore[no-untyped-call]

    def init(  # type: ignore[override]
        self, sid: str, time_resolution: float, group: Group, piece: int, end: int
    ) -> Meta:
        """Take a group that is complete, how far it goes at once, and where it ends."""
        del sid, time_resolution
        self.group, self.piece, self.end = group, piece, end
        group.put_in_order()
        model = {"public": True, "params": [], "attrs": []}
        self.meta = meta("time-based", {"Group": model})
        return self.meta

    def create(self, num: int, model: str, **params: Any) -> list[CreateResult]:
        """The one entity."""
        del num, params
        return [{"eid": "group", "type": model}]

    def step(self, time: int, inputs: Mapping[str, Any], max_advance: int) -> int:
        """Go on by a piece."""
        del inputs, max_advance
        until = min(time + self.piece, self.end)
        self.group.advance(until)
        return until

    def get_data(self, outputs: Mapping[str, list[str]]) -> dict[str, Any]:
        """Nothing: it is the whole world."""
        del outputs
        return {}

    def finalize(self) -> None:
        """Let all end."""
        for member in self.group.members:
            member.simulator.finalize()
