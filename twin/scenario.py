"""What happens to a topology and what must come out of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from twin.carbon.settings import Carbon
from twin.economics import Economics
from twin.factorial_plan import Factorial


@dataclass(frozen=True)
class Event:
    """At `at_s`, set a field of some units of a device, or begin to move it there."""

    at_s: float
    device: str
    units: tuple[int, ...]
    field: str
    value: float | tuple[float, ...]  # one for all of them, or one each
    over_s: float = 0.0  # how long it takes to get there, along a line
    seen: bool = True  # it opens a fine window

    @property
    def values(self) -> tuple[float, ...]:
        """What each of the units is given."""
        return self.value if isinstance(self.value, tuple) else (self.value,) * len(self.units)


@dataclass(frozen=True)
class Zoom:
    """A fine window without an event."""

    at_s: float
    for_s: float


@dataclass(frozen=True)
class Expect:
    """What a KPI must be: near a value, or between bounds."""

    value: float | None = None
    abs: float | None = None
    rel: float | None = None
    min: float | None = None
    max: float | None = None


@dataclass(frozen=True)
class Claim:
    """What somebody said of a site, and the result of some variants that it is held against."""

    name: str
    said: str
    result: str  # a KPI, or device.counter
    of: tuple[str, ...]  # variants
    against: tuple[str, ...]  # what each is compared with; empty where the value itself is meant
    measure: str  # value; cut = 1 - x / y, saved = y - x, share = x / y
    limits: Expect
    condition: str  # under which it holds, where it does not hold in every variant
    because: str  # the reason; {variant.result} stands for a figure


@dataclass(frozen=True)
class Axis:
    """What changes along an axis of a map."""

    path: str
    values: tuple[float, ...]
    times: float | str  # what a value is multiplied by; "nadir_s": of the variant without either
    label: str
    log: bool


@dataclass(frozen=True)
class Equivalence:
    """A map: how much of one resource, `vary` of the variant `of`, does what another does."""

    name: str
    title: str
    of: str
    vary: str
    between: tuple[float, float]
    match: str  # device.field at the end of the run
    against: str
    to: str  # device.field that it is compared with there
    bare: str  # the variant without either
    set: Mapping[str, Any]
    per: float | str  # what the size is divided by: a number, or "x" or "y", what that axis sets
    label: str
    crossover: float
    x: Axis
    y: Axis
    lines: Axis | None


@dataclass(frozen=True)
class Record:
    """What is kept: how often, of which signals, and which units one by one."""

    every_s: float | None = None  # coarse regime; None = every step
    fine_every_s: float | None = None
    signals: tuple[str, ...] = ("*",)  # patterns of device.field
    units: tuple[str, ...] = ()  # patterns of unit names, recorded one by one
    samples: int | None = None  # how often the spread of a fleet is sampled


@dataclass(frozen=True)
class Scenario:
    """A checked scenario."""

    name: str
    path: Path | None
    topology: str
    start: datetime
    horizon_s: float
    step_s: float
    sync_s: float
    fine_step_s: float | None = None
    fine_sync_s: float | None = None
    fine_for_s: float | None = None
    seed: int = 0
    events: tuple[Event, ...] = ()  # in the order in which they happen
    zooms: tuple[Zoom, ...] = ()
    variants: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    expect: Mapping[str, Expect] = field(default_factory=dict)
    claims: tuple[Claim, ...] = ()
    equivalences: tuple[Equivalence, ...] = ()
    factorial: Factorial | None = None
    record: Record = Record()
    snapshots_s: tuple[float, ...] = ()
    economics: Economics | None = None
    files: tuple[Path, ...] = ()  # what it reads beside itself
    remarks: tuple[str, ...] = ()
    carbon: Carbon | None = None  # None: no ledger is kept
    document: Mapping[str, Any] = field(default_factory=dict)

    @property
    def ramped(self) -> set[tuple[str, str]]:
        """Devices and inputs that some event moves along a line: they follow profiles."""
        return {(event.device, event.field) for event in self.events if event.over_s}

    @property
    def changes(self) -> tuple[Event, ...]:
        """Events of all other fields, which are set."""
        ramped = self.ramped
        return tuple(one for one in self.events if (one.device, one.field) not in ramped)
