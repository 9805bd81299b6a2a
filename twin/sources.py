"""Where a profile comes from: a table of ours, a weather file of other programs, or a climate.

Whatever it is, it becomes stamps in UTC, which begin intervals, and columns in the units of their
names. Monthly columns of a profile stand beside the others, by local time.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

import numpy as np

from twin.climate import Climate
from twin.problems import Problems, did_you_mean
from twin.tables import Findings, Ints, Table, read_table
from twin.topology import ProfileSource
from twin.weather_files import read_weather

if TYPE_CHECKING:
    import pandas as pd

Place = Mapping[str, float]


@dataclass(frozen=True)
class Window:
    """The span of a scenario, since 1970."""

    start_ns: int
    end_ns: int

    @classmethod
    def of(cls, start: datetime, horizon_s: float) -> Window:
        """The seconds from an instant with a zone."""
        import pandas as pd

        if start.tzinfo is None:
            raise ValueError("the start of a scenario needs a time zone")
        start_ns = pd.Timestamp(start).as_unit("ns").value
        return cls(start_ns, start_ns + round(horizon_s * 1e9))


def read_source(
    columns: Collection[str] | None, window: Window, findings: Findings
) -> tuple[Table | None, Place]:
    """Some columns of a source, or all of its weather, and where that was, where it knows.

    What is wrong is noted; the table is None where there is none at all.
    """
    source = findings.source
    given = None if columns is None else [one for one in columns if one not in source.monthly]
    place: Place = {}
    table: Table | None = None
    if source.climate:
        table, place = _drawn(source.climate, given, window, findings), source.climate.place
    elif source.weather:
        read = read_weather(findings, given, window.start_ns, window.end_ns)
        table, place = read or (None, {})
    else:
        table = read_table(source, given or [], findings)
    if table is None or table.stamps_ns is None:
        return table, place
    return _with_months(table, table.stamps_ns, source, place), place


def weather_frame(source: ProfileSource, start: datetime, horizon_s: float) -> pd.DataFrame:
    """All weather of a source over a scenario, by beginnings of intervals in its start's zone."""
    import pandas as pd

    findings = Findings(source)
    if source.file and not source.weather:
        findings.add("is a table, no weather: read it as it stands")
        raise Problems(findings.problems)
    window = Window.of(start, horizon_s)
    table, place = read_source(None, window, findings)
    if table is None or table.stamps_ns is None or findings.problems:
        raise Problems(findings.problems)
    stamps = pd.DatetimeIndex(table.stamps_ns, tz="UTC", name="time").tz_convert(start.tzinfo)
    frame = pd.DataFrame(table.columns, stamps)
    frame.attrs.update(place)
    first = max(int(np.searchsorted(table.stamps_ns, window.start_ns, "right")) - 1, 0)
    return frame.iloc[first : int(np.searchsorted(table.stamps_ns, window.end_ns, "left"))]


def _with_months(table: Table, stamps_ns: Ints, source: ProfileSource, place: Place) -> Table:
    """Columns of twelve values beside the others, by the month of the zone or the place."""
    import pandas as pd

    if not source.monthly:
        return table
    local = pd.DatetimeIndex(stamps_ns, tz="UTC").tz_convert(source.zone)
    ahead = pd.Timedelta(hours=round(place["longitude_deg"] / 15.0) if place else 0)
    month = np.asarray((local + ahead).month) - 1
    more = {name: np.array(values)[month] for name, values in source.monthly.items()}
    return Table(stamps_ns, table.columns | more)


def _drawn(
    climate: Climate, columns: Collection[str] | None, window: Window, findings: Findings
) -> Table | None:
    from twin.sky import weather

    try:
        stamps, found = weather(climate, findings.source.name, window.start_ns, window.end_ns)
    except ValueError as error:
        findings.add(str(error), "climate")
        return None
    if columns is None:
        return Table(stamps, found)
    for column in columns:
        if column not in found:
            hint = did_you_mean(column, found) or f", which gives {', '.join(found)}"
            needs = "; give wind_m_per_s" if column == "wind_m_per_s" else ""
            findings.add(f"is no column of a climate{needs or hint}", column)
    return Table(stamps, {name: found[name] for name in columns if name in found})
