"""A run folder read back: signals as pandas frames with units, events, KPIs and what was run.

A fleet is recorded as sum, least and most of its units. ``run["site.bess.p_kw"]`` is then the sum
where the quantity adds up (power, energy, volume, mass, money, current, area, counts, and these
per time), otherwise the mean over the units: fractions, voltage, frequency, temperature, time,
prices, and for truths the share of units. ``:sum``, ``:mean``, ``:min``, ``:max`` say it outright.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from twin.problems import Problem, Problems, did_you_mean
from twin.units import unit_of

if TYPE_CHECKING:
    import pandas as pd
    import pyarrow as pa

FORMAT = 1
EVENT_TYPES = {"t_s": float, "device": str, "unit": str, "field": str, "value": float}
EVENT_TYPES |= {"text": str, "by": str}
ADDING = {
    "power",
    "reactive",
    "apparent",
    "energy",
    "volume",
    "mass",
    "money",
    "current",
    "area",
    "count",
}


def open_run(folder: Path) -> Run:
    """Read a run folder, also of a run that is going on or was killed."""
    if not folder.is_dir():
        beside = folder.parent.iterdir() if folder.parent.is_dir() else ()
        near = did_you_mean(folder.name, [path.name for path in beside if path.is_dir()])
        raise _problem(folder, f"is not a folder{near}")
    if not (folder / "run.json").is_file():
        raise _problem(folder, "is not a run: it has no run.json")
    meta = _json(folder / "run.json")
    if meta.get("format") != FORMAT:
        text = f"has format {meta.get('format')}, this version reads {FORMAT}"
        raise _problem(folder / "run.json", text)
    return Run(folder, meta)


def adds_up(unit: str) -> bool:
    """Whether the whole of a fleet is the sum of its units, by the dimension of a unit."""
    found = unit_of(f"x_{unit}")
    over, _, under = found.dimension.partition(" per ") if found else ("", "", "")
    return over in ADDING and under in ("", "time")


@dataclass(frozen=True, eq=False)
class Run:
    """One run of a scenario. Only what is asked for is read from disk."""

    folder: Path
    meta: Mapping[str, Any] = field(repr=False)  # run.json

    @property
    def status(self) -> str:
        """``done``, ``failed``, ``interrupted``, or ``running``, which it says when killed too."""
        return str(self.meta["status"])

    @cached_property
    def names(self) -> tuple[str, ...]:
        """Every recorded signal, and the mean of every fleet."""
        return (*self._columns, *(f"{fleet}:mean" for fleet in self._fleets))

    @cached_property
    def signals(self) -> pd.DataFrame:
        """All signals by the end of their interval; `frame` reads some of them alone."""
        return self.frame()

    @cached_property
    def events(self) -> pd.DataFrame:
        """What changed its mode, opened, started, and when; `by` the scenario or a device."""
        import pandas as pd

        whole = self.folder / "events.parquet"
        paths = [whole] if whole.exists() else sorted((self.folder / "events").glob("*.parquet"))
        if not paths:
            return pd.DataFrame(columns=list(EVENT_TYPES)).astype(EVENT_TYPES)
        frame: pd.DataFrame = _read(paths, EVENT_TYPES).to_pandas()
        if "by" not in frame:  # a run of a version that kept those of devices only
            frame["by"] = "device"
        order = {"t_s": True, "by": False, "unit": True, "field": True}
        return frame.sort_values([*order], ascending=[*order.values()], ignore_index=True)

    @cached_property
    def kpis(self) -> Mapping[str, float]:
        """The KPIs that were written when the run ended; none before."""
        path = self.folder / "kpis.json"
        return _json(path) if path.exists() else {}

    @property
    def totals(self) -> dict[str, float]:
        """What every device ended with: ``site.genset.fuel_l``; sum or mean of a fleet."""
        found: dict[str, float] = {}
        for device, about in self.meta["devices"].items():
            for name, value in about.get("totals", {}).items():
                signal = f"{device}.{name}"
                if about["units"] and not (about["units"] > 1 and self._about(signal)["labels"]):
                    found[signal] = value / self._share(signal, about["units"])
        return found

    def frame(self, *names: str, clock: bool = False) -> pd.DataFrame:
        """Some signals, or all; by seconds, or with `clock` by the time of day of the scenario.

        Simulators that record at other times leave gaps (NaN). Units: ``frame.attrs["units"]``.
        """
        import pandas as pd

        recipes = {name: self._recipe(name) for name in names or self.names}
        raw = self._raw({column for column, _ in recipes.values()})
        columns = {
            name: raw[column] if share == 1 else raw[column] / share
            for name, (column, share) in recipes.items()
        }
        frame = pd.DataFrame(columns, index=raw.index)
        frame.attrs["units"] = {name: self.unit(name) for name in recipes}
        if clock:
            elapsed = pd.to_timedelta((raw.index.to_numpy() * 1e6).round(), unit="us")
            start = pd.Timestamp(self.meta["scenario"]["start"])
            frame.index = (start + elapsed).rename("time")
        return frame

    def __getitem__(self, name: str) -> pd.Series[float]:
        """One signal, with its unit and what it is in `attrs`."""
        series: pd.Series[float] = self.frame(name)[name]
        series.attrs = {"unit": self.unit(name), "doc": self._about(name)["doc"]}
        return series

    def __contains__(self, name: object) -> bool:
        return name in self.names or name in self._fleets

    def __iter__(self) -> Iterator[str]:
        return iter(self.names)

    def unit(self, name: str) -> str:
        """The unit of a signal, as it is written in names; nothing for truths and modes."""
        return str(self._about(name)["unit"])

    @cached_property
    def _fleets(self) -> list[str]:
        """The signals of fleets that have a sum and a mean: all but modes."""
        fleets = [name[:-4] for name in self._columns if name.endswith(":sum")]
        return [name for name in fleets if not self._about(name)["labels"]]

    def _about(self, name: str) -> dict[str, Any]:
        """Unit, text and labels of the field behind the name of a signal or of one unit."""
        signal = re.sub(r"\[\d+\]", "", name.partition(":")[0])
        device, _, own = signal.rpartition(".")
        about = self.meta["devices"].get(device, {})
        told: dict[str, Any] = about.get("fields", {}).get(own, {})
        unit = told.get("unit") or str(unit_of(own) or "")
        return {"doc": "", "labels": []} | told | {"unit": unit, "units": about.get("units", 1)}

    def _share(self, signal: str, units: int) -> int:
        """What the sum over a fleet is divided by to speak for the whole."""
        return 1 if adds_up(self.unit(signal)) else units

    def _recipe(self, name: str) -> tuple[str, int]:
        """The recorded column behind a name, and what it is divided by."""
        if name in self._columns:
            return name, 1
        fleet = name.removesuffix(":mean")
        about = self._about(fleet)
        if f"{fleet}:sum" not in self._columns:
            near = did_you_mean(name, [*self.names, *self._fleets])
            raise _problem(self.folder, f"is not recorded{near}", name)
        if fleet not in self._fleets:
            text = f"is a mode of {about['units']} units; ask for {fleet}:min or :max"
            raise _problem(self.folder, text, name)
        if fleet != name:
            return f"{fleet}:sum", about["units"]
        return f"{fleet}:sum", self._share(fleet, about["units"])

    @cached_property
    def _parts(self) -> dict[str, list[Path]]:
        """The files of each simulator, in order of time."""
        found: dict[str, list[Path]] = {}
        for path in sorted((self.folder / "signals").glob("part-*.parquet")):
            found.setdefault(path.stem.rpartition("-")[0], []).append(path)
        return found

    @cached_property
    def _columns(self) -> dict[str, str]:
        """Every recorded column, and the simulator that wrote it."""
        found: dict[str, str] = {}
        for simulator, paths in self._parts.items():
            found |= dict.fromkeys(_columns_of(paths[0]), simulator)
        found.pop("t_s", None)
        return found

    def _raw(self, columns: Iterable[str]) -> pd.DataFrame:
        """Recorded columns as they stand on disk, joined on time."""
        import pandas as pd

        wanted: dict[str, list[str]] = {}
        for column in columns:
            wanted.setdefault(self._columns[column], []).append(column)
        frames: list[pd.DataFrame] = [
            _read(self._parts[simulator], ["t_s", *own]).to_pandas().set_index("t_s")
            for simulator, own in wanted.items()
        ]
        if len(frames) == 1:
            return frames[0]
        if not frames:
            return pd.DataFrame(index=pd.Index([], dtype=float, name="t_s"))
        return pd.concat(frames, axis=1, sort=True).rename_axis("t_s")


def _problem(path: Path, text: str, key: str = "") -> Problems:
    return Problems([Problem(str(path), 0, key, text)])


def _json(path: Path) -> dict[str, Any]:
    try:
        found = json.loads(path.read_text("utf-8"))
    except ValueError as error:
        raise _problem(path, "is damaged: it is not JSON") from error
    if not isinstance(found, dict):
        raise _problem(path, "is damaged: it is not a table")
    return found


def _columns_of(path: Path) -> list[str]:
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        return list(pq.read_schema(path).names)
    except (pa.ArrowException, OSError) as error:
        raise _problem(path, "is damaged; remove it to read the rest") from error


@lru_cache(maxsize=64)
def _about_file(path: Path, written_ns: int) -> Any:
    """The head of a part; of many columns it takes longer to read than one of them."""
    import pyarrow.parquet as pq

    del written_ns  # a file that was written since is another one
    return pq.read_metadata(path)


def _read(paths: Iterable[Path], columns: Iterable[str]) -> pa.Table:
    """Some columns of parts, one after the other."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    tables = []
    for path in paths:
        try:
            with pq.ParquetFile(path, metadata=_about_file(path, path.stat().st_mtime_ns)) as file:
                tables.append(file.read(columns=list(columns), use_threads=False))
        except (pa.ArrowException, OSError) as error:
            raise _problem(path, "is damaged; remove it to read the rest") from error
    return pa.concat_tables(tables)
