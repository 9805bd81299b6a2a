"""Weather files of other programs: EPW, TMY3, PVGIS and NSRDB, through pvlib.

They give irradiance, air temperature, wind at 10 m and pressure, as far as they have it, and their
place. What their stamps mean differs:

* EPW and TMY3 name the end of an hour of local standard time;
* NSRDB (SAM CSV) and PVGIS name the instant of a satellite image, taken as the middle of the
  interval. A typical year of PVGIS keeps whole hours, and its header the minutes to add.

A typical year (EPW, TMY3, and what others have put together of several years) is laid onto every
year of the scenario by month, day and hour of the file's own zone, so that it repeats. Years that
were measured keep their dates. A leap day that a file lacks is the day before once more.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from twin.problems import did_you_mean
from twin.tables import Findings, Floats, Ints, Table

if TYPE_CHECKING:
    import pandas as pd

READERS = ("epw", "tmy3", "pvgis", "nsrdb")
FILE_TYPES = (".epw", ".EPW", ".csv", ".CSV")
HOUR_NS = 3600 * 10**9
DAY_NS = 24 * HOUR_NS

COLUMNS = {  # ours: pvlib's, and from where on a number stands for nothing (EPW)
    "ghi_w_per_m2": ("ghi", 9999.0),
    "dni_w_per_m2": ("dni", 9999.0),
    "dhi_w_per_m2": ("dhi", 9999.0),
    "poa_w_per_m2": ("poa_global", 9999.0),  # PVGIS: in the plane that was asked of it
    "air_degc": ("temp_air", 99.9),
    "wind_m_per_s": ("wind_speed", 999.0),
    "pressure_pa": ("pressure", 999999.0),
}
NOTHING = -900.0  # below, a number stands for nothing (TMY3: -9900)


@dataclass(frozen=True)
class _Read:
    """What a reader made of a file."""

    frame: pd.DataFrame  # rows as they stand, in the file's own zone
    place: dict[str, float]
    begins_ns: int  # from a stamp to the beginning of its interval
    typical: bool
    pressure: float = 1.0  # factor to pascal


def read_weather(
    findings: Findings, columns: Collection[str] | None, start_ns: int, end_ns: int
) -> tuple[Table, dict[str, float]] | None:
    """Some columns, or all, over the years of a scenario, and the place; None where that fails."""
    file = findings.source.file
    assert file is not None
    reader = findings.source.reader or _guess(file)
    if not reader:
        findings.add(
            f"is none that can be told by itself: give reader, one of {', '.join(READERS)}"
        )
        return None
    try:
        read = _readers[reader](file)
    except (OSError, ValueError, LookupError, TypeError, AttributeError) as error:
        findings.add(f"cannot be read as {reader}: {' '.join(str(error).split()) or 'it is empty'}")
        return None
    if len(read.frame) < 2:
        findings.add("holds fewer than two rows")
        return None
    head = _head(file, reader)
    findings.line_of = lambda row: head + row + 1
    found = _columns(read, columns, findings)
    if findings.problems:
        return None
    stamps, rows = _laid(read, start_ns, end_ns)
    findings.line_of = lambda row: head + int(rows[row]) + 1
    if np.any(np.diff(stamps) <= 0):
        findings.add("has hours that come twice", "", int(np.argmin(np.diff(stamps) > 0)))
        return None
    return Table(stamps, {name: values[rows] for name, values in found.items()}), read.place


def _guess(file: Path) -> str:
    """The reader that a file asks for by its name or its first line, or nothing."""
    if file.suffix.lower() == ".epw":
        return "epw"
    with file.open(encoding="utf-8", errors="replace") as lines:
        first, second = lines.readline(), lines.readline()
    if first.startswith("Source,Location ID"):
        return "nsrdb"
    if first.startswith("Latitude (decimal degrees)"):
        return "pvgis"
    return "tmy3" if second.startswith("Date (MM/DD/YYYY)") else ""


def _head(file: Path, reader: str) -> int:
    """How many lines stand above the first row."""
    begins = {"epw": "DATA PERIODS", "tmy3": "Date (MM", "pvgis": "time", "nsrdb": "Year,"}[reader]
    with file.open(encoding="utf-8", errors="replace") as lines:
        return next((n for n, line in enumerate(lines, 1) if line.startswith(begins)), 0)


def _place(north: Any, east: Any, height: Any) -> dict[str, float]:
    values = float(north), float(east), float(height)
    return dict(zip(("latitude_deg", "longitude_deg", "altitude_m"), values, strict=True))


def _epw(file: Path) -> _Read:
    from pvlib import iotools

    frame, head = iotools.read_epw(file)  # which goes back to the beginning of the hour itself
    frame = frame.rename(columns={"atmospheric_pressure": "pressure"})
    return _Read(frame, _place(head["latitude"], head["longitude"], head["altitude"]), 0, True)


def _tmy3(file: Path) -> _Read:
    from pvlib import iotools

    frame, head = iotools.read_tmy3(file)
    place = _place(head["latitude"], head["longitude"], head["altitude"])
    return _Read(frame, place, -HOUR_NS, True, 100.0)


def _nsrdb(file: Path) -> _Read:
    from pvlib import iotools

    frame, head = iotools.read_nsrdb_psm4(file)
    place = _place(head["latitude"], head["longitude"], head["altitude"])
    return _Read(frame, place, -_half(frame), not frame.index.is_monotonic_increasing, 100.0)


def _pvgis(file: Path) -> _Read:
    from pvlib import iotools

    typical = "month,year" in file.read_text("utf-8")[:1000]
    read = iotools.read_pvgis_tmy if typical else iotools.read_pvgis_hourly
    frame, meta = read(file, pvgis_format="csv")
    said = meta["inputs"]
    place = _place(said["latitude"], said["longitude"], said["elevation"])
    if typical:
        late_h = said.get("irradiance time offset", 0.0)
        return _Read(frame, place, round(late_h * HOUR_NS) - HOUR_NS // 2, True)
    if "poa_global" not in frame:
        parts = [name for name in frame if name.startswith("poa_")]
        frame = frame.assign(poa_global=frame[parts].sum(axis=1))
    if said.get("Slope", "").split()[:1] == ["0"]:
        frame = frame.assign(ghi=frame["poa_global"])
    return _Read(frame, place, -_half(frame), False)


def _half(frame: pd.DataFrame) -> int:
    """Half of the usual spacing."""
    import pandas as pd

    steps = np.diff(pd.DatetimeIndex(frame.index).as_unit("ns").asi8)
    return int(np.median(steps)) // 2


_readers: dict[str, Callable[[Path], _Read]] = {
    "epw": _epw,
    "tmy3": _tmy3,
    "pvgis": _pvgis,
    "nsrdb": _nsrdb,
}


def _columns(read: _Read, names: Collection[str] | None, findings: Findings) -> dict[str, Floats]:
    """The columns that were asked for, with what stands for nothing taken out."""
    import pandas as pd

    have = [name for name, (theirs, _) in COLUMNS.items() if theirs in read.frame]
    found = {}
    for name in have if names is None else names:
        if name not in have:
            hint = did_you_mean(name, have) or f", which has {', '.join(have)}"
            findings.add(f"is not a column of the file{hint}", name)
            continue
        theirs, most = COLUMNS[name]
        cells = read.frame[theirs]
        values = pd.to_numeric(cells, errors="coerce").to_numpy(np.float64, copy=True)
        wrong = np.flatnonzero(np.isnan(values) & cells.notna().to_numpy())
        if len(wrong):
            findings.add_rows(f"{cells.iloc[wrong[0]]!r} is not a number", wrong, name)
        factor = read.pressure if name == "pressure_pa" else 1.0
        values[(values < NOTHING) | (values * factor >= most)] = np.nan
        if name.endswith("_w_per_m2"):
            findings.add_rows("is negative", np.flatnonzero(values < 0.0), name)
        found[name] = values * factor
    return found


def _laid(read: _Read, start_ns: int, end_ns: int) -> tuple[Ints, Ints]:
    """Beginnings in UTC, and the row of the file of each."""
    import pandas as pd

    index = pd.DatetimeIndex(read.frame.index).as_unit("ns")
    local = index.tz_localize(None).as_unit("ns")
    zone_ns = int(local.asi8[0] - index.asi8[0])
    if read.typical:
        years = [pd.Timestamp(ns + zone_ns).year for ns in (start_ns - DAY_NS, end_ns + DAY_NS)]
        stamps, rows = _typical(local, read.begins_ns, range(years[0], years[1] + 1))
    else:
        stamps, rows = _with_leap_days(local.asi8 + read.begins_ns, np.arange(len(local)))
    return stamps - zone_ns, rows


def _typical(local: pd.DatetimeIndex, begins_ns: int, years: range) -> tuple[Ints, Ints]:
    """The rows of a typical year in each of some years, by their place in the calendar."""
    import pandas as pd

    month, day = np.asarray(local.month), np.asarray(local.day)
    leap = bool(np.any((month == 2) & (day == 29)))
    within_ns = np.asarray(local.asi8 % DAY_NS)
    begin_ns = _in_year(2000 if leap else 2001, month, day, within_ns) + begins_ns
    begin = pd.DatetimeIndex(begin_ns)
    month, day, within_ns = np.asarray(begin.month), np.asarray(begin.day), begin_ns % DAY_NS
    parts = []
    for year in years:
        rows = np.arange(len(local))
        if not pd.Timestamp(year, 1, 1).is_leap_year:
            rows = rows[(month != 2) | (day != 29)]
        stamps = _in_year(year, month[rows], day[rows], within_ns[rows])
        parts.append(_with_leap_days(stamps, rows))
    return np.concatenate([one for one, _ in parts]), np.concatenate([one for _, one in parts])


def _in_year(year: int, month: Ints, day: Ints, within_ns: Ints) -> Ints:
    """Instants of a year since 1970."""
    months = (12 * (year - 1970) + month - 1).astype("datetime64[M]")
    days = months.astype("datetime64[D]").astype(np.int64) + day - 1
    found: Ints = days * DAY_NS + within_ns
    return found


def _with_leap_days(stamps: Ints, rows: Ints) -> tuple[Ints, Ints]:
    """In order, with each 29 February that is missing put in as the day before."""
    import pandas as pd

    dates = pd.DatetimeIndex(stamps)
    day = np.where(dates.month == 2, dates.day, 0)
    known = dates.year[day == 29]
    copied = (day == 28) & dates.is_leap_year & ~np.isin(dates.year, known)
    stamps = np.append(stamps, stamps[copied] + DAY_NS)
    order = np.argsort(stamps, kind="stable")
    return stamps[order], np.append(rows, rows[copied])[order]
