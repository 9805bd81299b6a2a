"""Every component as an ordinary mosaik simulator, in any scenario, in process or remote.

In a plain scenario an entity is one unit and its attributes are single numbers:

    SIM_CONFIG = {"Bess": {"python": "twin.simulator:ComponentSim"}}     # or, in another process,
                 {"Bess": {"cmd": "python -m twin.component_sim %(addr)s"}}
    bess = world.start("Bess", component="bess", step_size=60).bess(energy_kwh=100.0)

With ``units=N`` an entity is a fleet and its attributes are lists; this is how a topology uses it.
Beside its own names each AC device has those of the ecosystem (``P_gen[MW]``, ``Vm[pu]`` ...).
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import mosaik_api_v3
import numpy as np
from mosaik_api_v3.types import CreateResult, Meta
from pydantic import ValidationError

from twin.calendar import Calendar, exact
from twin.catalog import add_folder, find
from twin.cell_sim import due_after, meta
from twin.component import Component, Former, Kind, methods_of, turns_of, type_name, way_of
from twin.delay import line_length
from twin.failure import CellFailure
from twin.fleet import Rows, floats_of, make_rows
from twin.kernels import compiled
from twin.schema import column_adapter, settable

ALIASES = {  # name of the ecosystem: (our field, factor from ours to theirs)
    "P_gen[MW]": ("p_kw", 1e-3),
    "P_load[MW]": ("p_kw", -1e-3),
    "P[MW]": ("p_kw", 1e-3),
    "Q_gen[MVar]": ("q_kvar", 1e-3),
    "Q_load[MVar]": ("q_kvar", -1e-3),
    "Q[MVar]": ("q_kvar", 1e-3),
    "Vm[pu]": ("v_pu", 1.0),
    "f[Hz]": ("f_hz", 1.0),
}

CREATE = ("units", "name", "changes")  # what `create` takes beside the fields of a component
FOLDER_OPTION = "--components DIR  Folder with further components"

Change = tuple[int, list[int], str, float]
"""A tick, the units, the field and the value that it is set to."""


def aliases_of(cls: type[Component]) -> dict[str, tuple[str, float]]:
    """The names of the ecosystem that a component can offer."""
    return {name: pair for name, pair in ALIASES.items() if pair[0] in cls.fields}


def model_of(cls: type[Component]) -> dict[str, Any]:
    """The model description of a component: what can be set, fed and read."""
    attrs = [field.name for field in cls.fields.values() if field.type not in (list, str)]
    params = [*settable(cls), *CREATE]
    return {"public": True, "params": params, "attrs": [*attrs, *aliases_of(cls)]}


def calendar_of(
    time_resolution: float, segments: Sequence[Sequence[int]], step_size: int = 1
) -> Calendar:
    """The calendar of a topology's world, or one step for all time."""
    forever = [(0, sys.maxsize, step_size, step_size, step_size, 0)]
    lines = np.array(segments or forever, np.int64)
    return Calendar(time_resolution, 1 / exact(time_resolution), lines)


def checked_values(
    cls: type[Component], values: Mapping[str, Any], units: int | None
) -> dict[str, Any]:
    """Values as a scenario gives them, lists where there are units; ValueError with all wrong."""
    found: dict[str, Any] = {}
    wrong: list[str] = []
    for name, value in values.items():
        field = settable(cls).get(name)
        if field is None:
            wrong.append(f"{name} is not a field of {type_name(cls)}")
            continue
        many = units is not None and isinstance(value, list)
        if many and len(value) != units:
            wrong.append(f"{name} has {len(value)} values for {units} units")
            continue
        try:
            checked: list[Any] = column_adapter(field).validate_python(value if many else [value])
        except ValidationError as error:
            wrong += [f"{name}: {one['msg']}" for one in error.errors()]
            continue
        words = [field.labels.index(word) for word in checked] if field.labels else checked
        found[name] = words if many else words[0]
    if wrong:
        raise ValueError("; ".join(wrong))
    return found


def line_lengths(
    cls: type[Component], values: Mapping[str, Any], shortest_s: float
) -> dict[str, int]:
    """The lengths of the delay lines of units with these values."""
    fields = cls.fields
    delays = {n: f.size for n, f in fields.items() if isinstance(f.size, str)}
    longest = {n: np.max(values.get(size, fields[size].default)) for n, size in delays.items()}
    return {name: line_length(float(delay_s), shortest_s) for name, delay_s in longest.items()}


@dataclass
class Fleet:
    """The units of one entity; `host` is `self` of a `fleet_step` and holds the texts."""

    name: str
    rows: Rows
    host: Any
    single: bool
    changes: list[Change]
    fine: bool = False


class ComponentSim(mosaik_api_v3.Simulator):
    """A time-based simulator of the units of one component."""

    def __init__(self) -> None:
        """Start empty; `init` names the component."""
        super().__init__(meta("time-based", {}))  # type: ignore[no-untyped-call]

    def configure(self, args: Mapping[str, Any]) -> None:
        """Take the folder of components from the command line."""
        if args["--components"]:
            add_folder(Path(args["--components"]))

    def init(  # type: ignore[override]
        self,
        sid: str,
        time_resolution: float = 1.0,
        component: str = "",
        step_size: int = 1,
        calendar: Sequence[Sequence[int]] = (),
        period: int = 0,
        components: str = "",
        begin: int = 0,
        results: str = "",
        look: Callable[[int, str, Rows], None] | None = None,
    ) -> Meta:
        """Find the component, perhaps in the folder `components`; `results` takes what it keeps.

        A topology gives the segments of its step calendar in place of `step_size`, the device's own
        period in ticks, the tick at which a resumed world begins, and who has a `look` at the rows
        of a fleet when it has acted.
        """
        del sid
        if components:
            add_folder(Path(components))
        self.cls = find(component)
        if way_of(self.cls) == "process":
            raise ValueError(f"{component} is a process: start it by twin.simulator:ProcessSim")
        self.calendar = calendar_of(time_resolution, calendar, step_size)
        self.period, self.begin, self.results, self.look = period, begin, results, look
        self.aliases = aliases_of(self.cls)
        self.fleets: dict[str, Fleet] = {}
        self.meta = meta("time-based", {component: model_of(self.cls)})
        return self.meta

    def create(
        self,
        num: int,
        model: str,
        units: int | None = None,
        name: str = "",
        changes: Sequence[Change] = (),
        **values: Any,
    ) -> list[CreateResult]:
        """Single units, or one fleet where `units` is given; `changes` are events to come."""
        given = checked_values(self.cls, values, units)
        made: list[CreateResult] = []
        for _ in range(num):
            eid = name or f"{model}-{len(self.fleets)}"
            self.fleets[eid] = self._fleet(eid, given, units, changes)
            made.append({"eid": eid, "type": model})
        return made

    def _fleet(
        self, eid: str, given: Mapping[str, Any], units: int | None, changes: Sequence[Change]
    ) -> Fleet:
        texts = {name: given[name] for name in given if self.cls.fields[name].type is str}
        numbers = {name: value for name, value in given.items() if name not in texts}
        shortest_s = float(self.calendar.seconds(int(self.calendar.segments[:, 2].min())))
        lengths = line_lengths(self.cls, numbers, shortest_s)
        rows = make_rows(self.cls, 1 if units is None else units, numbers, lengths)
        if "start" in methods_of(self.cls):
            compiled(self.cls).each_start(rows)
        ahead = sorted(changes, key=lambda change: change[0])
        return Fleet(eid, rows, self.cls(**texts), units is None, ahead)

    def step(self, time: int, inputs: Mapping[str, Any], max_advance: int) -> int:
        """Take inputs and advance to the next exchange."""
        del max_advance
        now = time + self.begin
        until = due_after(self.calendar, now, self.period)
        for fleet in self.fleets.values():
            while fleet.changes and fleet.changes[0][0] <= now:
                _, units, field, value = fleet.changes.pop(0)
                fleet.rows[field][units] = value
        for eid, attrs in inputs.items():
            for attr, sources in attrs.items():
                self._put(self.fleets[eid].rows, attr, list(sources.values()))
        for fleet in self.fleets.values():
            self._advance(fleet, now, until)
            self._check(fleet, now)
            if self.look:
                self.look(now, fleet.name, fleet.rows)
        return until - self.begin

    def _advance(self, fleet: Fleet, now: int, until: int) -> None:
        """Step on: a fleet_step once an exchange, compiled units by the steps of the calendar."""
        if "fleet_step" in methods_of(self.cls):
            t_s, dt_s = (float(self.calendar.seconds(ticks)) for ticks in (now, until - now))
            try:
                fleet.host.fleet_step(fleet.rows, t_s, dt_s)
            except Exception as error:
                text = f"raised {type(error).__name__}: {error}"
                raise CellFailure(fleet.name, "", t_s, text) from error
            return
        place = int(np.searchsorted(self.calendar.segments[:, 1], now, "right"))
        _, _, inner, sync, _, fine = self.calendar.segments[place].tolist()
        stride = until - now if self.period > sync else max(inner, self.period)
        for tick in range(now, until, stride):
            dt_s = float(self.calendar.seconds(min(stride, until - tick)))
            self._compiled(fleet, dt_s, bool(fine))

    def _compiled(self, fleet: Fleet, dt_s: float, fine: bool) -> None:
        code, methods = compiled(self.cls), methods_of(self.cls)
        if fine and not fleet.fine and "enter_fine" in methods:
            code.each_enter_fine(fleet.rows)
        fleet.fine = fine
        if fine and "fine_begin" in methods:
            code.each_fine_begin(fleet.rows, dt_s)
        offer, advance = turns_of(self.cls, fine)
        if issubclass(self.cls, Former):  # nobody settles a former on its own: it gets its offer
            if offer:
                getattr(code, f"each_{offer}")(fleet.rows, dt_s)
            limits = fleet.rows["p_min_kw"], fleet.rows["p_max_kw"]
            fleet.rows["p_settled_kw"] = np.clip(fleet.rows["p0_kw"], *limits)
        getattr(code, f"each_{advance}")(fleet.rows, dt_s)

    def _check(self, fleet: Fleet, now: int) -> None:
        if np.isfinite(floats_of(fleet.rows)).all():
            return
        for name, field in self.cls.fields.items():
            if field.type is not float or np.isfinite(fleet.rows[name]).all():
                continue
            unit = int(np.flatnonzero(~np.isfinite(fleet.rows[name]))[0])
            who = fleet.name if len(fleet.rows) == 1 else f"{fleet.name}[{unit}]"
            t_s = float(self.calendar.seconds(now))
            raise CellFailure(who, name, t_s, f"became {fleet.rows[name][unit]}")

    def _put(self, rows: Rows, attr: str, values: list[Any]) -> None:
        """Several sources of one input are summed, as is the custom; truths take the last."""
        field, factor = self.aliases.get(attr, (attr, 1.0))
        if self.cls.fields[field].kind is not Kind.INP:
            raise ValueError(f"{attr} is not an input of {type_name(self.cls)}")
        known = [value for value in values if value is not None]
        if len(known) > 1 and self.cls.fields[field].type is float:
            known = [np.sum(known, axis=0)]
        if known:
            rows[field] = known[-1] if factor == 1.0 else np.asarray(known[-1]) / factor

    def get_data(self, outputs: Mapping[str, list[str]]) -> dict[str, Any]:
        """Fields as they stand, as plain numbers."""
        return {
            eid: {attr: self._get(self.fleets[eid], attr) for attr in attrs}
            for eid, attrs in outputs.items()
        }

    def finalize(self) -> None:
        """Let a component that has a `keep(folder, name)` keep what it ends with."""
        for fleet in self.fleets.values():
            if self.results and "keep" in methods_of(self.cls):
                fleet.host.keep(self.results, fleet.name)

    def _get(self, fleet: Fleet, attr: str) -> Any:
        field, factor = self.aliases.get(attr, (attr, 1.0))
        values = fleet.rows[field] if factor == 1.0 else fleet.rows[field] * factor
        return values.tolist()[0] if fleet.single else values.tolist()


def main() -> int:
    """Serve a component over TCP: connect to HOST:PORT, or wait there to be called (--remote)."""
    told = "A component of gridtwin as a simulator"
    code: int = mosaik_api_v3.start_simulation(ComponentSim(), told, [FOLDER_OPTION])
    return code


if __name__ == "__main__":
    sys.exit(main())
