"""Every component as an ordinary mosaik simulator, in any scenario, in process or remote.

In a plain scenario an entity is one unit and its attributes are single numbers:

    world.start("Bess", component="bess", step_size=60)       # {"python": "twin.component_sim:..."}

With ``units=N`` an entity is a fleet and its attributes are lists; this is how a topology uses it.
Beside its own names each AC device has those of the ecosystem (``P_gen[MW]``, ``Vm[pu]`` ...).
"""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import mosaik_api_v3
import numpy as np
from pydantic import ValidationError

from twin.catalog import add_folder, find
from twin.component import Component, Former, Kind, methods_of, type_name
from twin.fleet import Rows, make_rows
from twin.kernels import compiled
from twin.schema import column_adapter, settable
from twin.simulator import Meta, meta

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


def aliases_of(cls: type[Component]) -> dict[str, tuple[str, float]]:
    """The names of the ecosystem that a component can offer."""
    return {name: pair for name, pair in ALIASES.items() if pair[0] in cls.fields}


def model_of(cls: type[Component]) -> Meta:
    """The model description of a component: what can be set, fed and read."""
    fields = cls.fields.values()
    return {
        "public": True,
        "params": [f.name for f in fields if f.kind in (Kind.PARAM, Kind.STATE, Kind.INP)]
        + ["units", "name"],
        "attrs": [f.name for f in fields if f.type not in (list, str)] + [*aliases_of(cls)],
    }


def checked_values(
    cls: type[Component], values: Mapping[str, Any], units: int | None
) -> dict[str, Any]:
    """Values of a plain scenario as columns; ValueError with everything that is wrong."""
    columns: dict[str, Any] = {}
    wrong: list[str] = []
    for name, value in values.items():
        field = settable(cls).get(name)
        if field is None:
            wrong.append(f"{name} is not a field of {type_name(cls)}")
            continue
        given = value if isinstance(value, list) else [value]
        try:
            checked = column_adapter(field).validate_python(given)
        except ValidationError as error:
            wrong += [f"{name}: {found['msg']}" for found in error.errors()]
            continue
        words = [field.labels.index(word) for word in checked] if field.labels else checked
        columns[name] = words if isinstance(value, list) and units is not None else words[0]
    if wrong:
        raise ValueError("; ".join(wrong))
    return columns


class ComponentSim(mosaik_api_v3.Simulator):  # type: ignore[misc]
    """A time-based simulator of the units of one component."""

    def __init__(self) -> None:
        """Start empty; `init` names the component."""
        super().__init__(meta("time-based", {}))

    def init(  # type: ignore[override]
        self,
        sid: str,
        time_resolution: float = 1.0,
        component: str = "",
        step_size: int = 1,
        calendar: Sequence[Sequence[int]] = (),
        components: str = "",
        begin: int = 0,
    ) -> Meta:
        """Find the component; `calendar` (start, end, step in ticks) overrides `step_size`."""
        del sid
        if components:
            add_folder(Path(components))
        self.cls = find(component)
        self.tick_s = time_resolution
        self.calendar = [tuple(line) for line in calendar] or [(0, sys.maxsize, step_size)]
        self.begin = begin
        self.fleets: dict[str, Rows] = {}
        self.single: set[str] = set()
        self.host = self.cls()
        self.meta = meta("time-based", {component: model_of(self.cls)})
        return self.meta

    def create(
        self,
        num: int,
        model: str,
        units: int | None = None,
        name: str = "",
        **values: Any,
    ) -> list[dict[str, Any]]:
        """Single units, or one fleet where `units` is given."""
        values = checked_values(self.cls, values, units)
        made = []
        for k in range(num):
            eid = name or f"{model}-{len(self.fleets)}"
            if eid in self.fleets:
                eid = f"{eid}-{k}"
            rows = make_rows(self.cls, 1 if units is None else units, values)
            if "start" in methods_of(self.cls):
                compiled(self.cls).each_start(rows)
            self.fleets[eid] = rows
            if units is None:
                self.single.add(eid)
            made.append({"eid": eid, "type": model})
        return made

    def step(self, time: int, inputs: Mapping[str, Any], max_advance: int) -> int:
        """Take inputs and advance to the next exchange."""
        del max_advance
        now = time + self.begin
        step = next(line[2] for line in self.calendar if now < line[1])
        dt_s = step * self.tick_s
        for eid, attrs in inputs.items():
            for attr, sources in attrs.items():
                self._put(self.fleets[eid], attr, list(sources.values()))
        for rows in self.fleets.values():
            self._advance(rows, now * self.tick_s, dt_s)
        return time + step

    def _advance(self, rows: Rows, t_s: float, dt_s: float) -> None:
        if "fleet_step" in methods_of(self.cls):
            self.host.fleet_step(rows, t_s, dt_s)  # type: ignore[attr-defined]
            return
        code = compiled(self.cls)
        if issubclass(self.cls, Former):  # nobody settles a former on its own: it gets its offer
            code.each_offer(rows, dt_s)
            rows["p_settled_kw"] = np.clip(rows["p0_kw"], rows["p_min_kw"], rows["p_max_kw"])
        code.each_step(rows, dt_s)

    def _put(self, rows: Rows, attr: str, values: list[Any]) -> None:
        """Several sources of one input are summed, as is the custom; truths take the last."""
        field, factor = aliases_of(self.cls).get(attr, (attr, 1.0))
        known = [np.asarray(value) for value in values if value is not None]
        if not known:
            return
        if self.cls.fields[field].type is float:
            rows[field] = np.sum(known, axis=0) / factor
        else:
            rows[field] = known[-1]

    def get_data(self, outputs: Mapping[str, list[str]]) -> dict[str, Any]:
        """Fields as they stand, as plain numbers."""
        return {
            eid: {attr: self._get(eid, attr) for attr in attrs} for eid, attrs in outputs.items()
        }

    def _get(self, eid: str, attr: str) -> Any:
        field, factor = aliases_of(self.cls).get(attr, (attr, 1.0))
        values = self.fleets[eid][field]
        if factor != 1.0:
            values = values * factor
        return values.tolist()[0] if eid in self.single else values.tolist()


def main() -> None:
    """Serve a component over TCP: ``twin-component HOST:PORT`` (or ``--remote`` to be dialled)."""
    mosaik_api_v3.start_simulation(ComponentSim(), "A component of gridtwin as a simulator")


if __name__ == "__main__":
    main()
