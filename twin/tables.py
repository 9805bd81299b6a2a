"""Columns of a CSV or Parquet file by time: stamps in UTC and plain numbers, no units yet.

The stamps stand in a column named `time` or `timestamp`, else in the index that Parquet names,
else in the first column. They are ISO dates and times: local times of the profile's zone, or
with an offset. Leading lines of a CSV file that begin with `#` are comments.
"""

from __future__ import annotations

import csv
from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo, available_timezones

import numpy as np
from numpy.typing import NDArray

from twin.problems import Problem, at, did_you_mean, shown
from twin.topology import ProfileSource

if TYPE_CHECKING:
    import pandas as pd

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

LARGEST_BYTES = 500_000_000
QUARTER_NS = 15 * 60 * 10**9
EMPTY_CELLS = ["", "NaN", "nan", "NA"]
OFFSET = r"[T ]\S*(?:Z|[+-]\d\d(?::?\d\d)?)$"


@dataclass
class Findings:
    """What is wrong with one profile; `rows` turns a row into the line of its file."""

    source: ProfileSource
    problems: list[Problem] = field(default_factory=list)
    line_of: Callable[[int], int] = lambda row: row + 1

    def add(self, text: str, column: str = "", row: int | None = None) -> None:
        """Note a problem of the profile, or of one of its columns."""
        path = f"{self.source.name}.{column}" if column else f"profile.{self.source.name}"
        if self.source.file is None:
            self.problems.append(at(self.source.where, path, text))
            return
        line = 0 if row is None else self.line_of(row)
        self.problems.append(Problem(str(self.source.file), line, path, text))

    def add_rows(self, text: str, rows: Ints, column: str = "") -> None:
        """Note the first of some rows that share a problem, and how many there are."""
        if len(rows):
            more = f" (and {len(rows) - 1} more like it)" if len(rows) > 1 else ""
            self.add(text + more, column, int(rows[0]))


@dataclass(frozen=True)
class Table:
    """What was asked of a file; a column is absent, or the stamps None, where they are at fault."""

    stamps_ns: Ints | None  # since 1970, UTC
    columns: dict[str, Floats]  # NaN where a cell is empty


@dataclass(frozen=True)
class _File:
    """A file whose names are known and whose cells are not read yet."""

    names: list[str]
    index: str  # the column that the file itself calls its index, or nothing
    read: Callable[[list[str]], Any]  # column names -> pyarrow.Table

    @property
    def time(self) -> str:
        named = [name for name in self.names if name.lower() in ("time", "timestamp")]
        return named[0] if named else self.index or self.names[0]


def read_table(source: ProfileSource, columns: Collection[str], findings: Findings) -> Table | None:
    """Read the stamps and some columns; None where the file as a whole cannot be read."""
    import pyarrow as pa

    assert source.file is not None
    try:
        size = source.file.stat().st_size
        if size > LARGEST_BYTES:
            findings.add(f"is {size / 1e6:.0f} MB; at most {LARGEST_BYTES / 1e6:.0f} MB are read")
            return None
        file = _open(source.file, findings)
        if file.names.count(file.time) != 1:
            findings.add(f"has no time column: {file.time} stands twice")
            return None
        present = _present(file, columns, findings)
        cells = file.read([file.time, *present])
    except (OSError, UnicodeDecodeError, csv.Error, pa.ArrowException) as error:
        reason = error.strerror if isinstance(error, OSError) and error.strerror else error
        asked = f" (asked for in {source.where})" if source.where else ""
        findings.add(f"cannot be read: {reason}{asked}")
        return None
    if cells is None:
        return None
    if cells.num_rows < 2:
        findings.add("holds fewer than two rows")
        return None
    stamps = _stamps(cells.column(file.time), file.time, findings)
    numbers = {name: _numbers(cells.column(name), name, findings) for name in present}
    return Table(stamps, {name: each for name, each in numbers.items() if each is not None})


def _open(file: Path, findings: Findings) -> _File:
    return _open_parquet(file) if file.suffix == ".parquet" else _open_csv(file, findings)


def _open_parquet(file: Path) -> _File:
    from pyarrow import parquet

    schema = parquet.read_schema(file)
    index = [
        name
        for name in (schema.pandas_metadata or {}).get("index_columns", [])
        if name in schema.names
    ]
    return _File(
        schema.names,
        index[0] if index else "",
        lambda names: parquet.ParquetFile(file).read(columns=names),
    )


def _open_csv(file: Path, findings: Findings) -> _File:
    from pyarrow import csv as arrow

    head, names = _csv_head(file)
    findings.line_of = lambda row: _csv_line(file, head, row)

    def read(wanted: list[str]) -> Any:
        ragged: list[tuple[int, int]] = []

        def note(bad: Any) -> str:
            ragged.append((bad.number - head - 1, bad.actual_columns))
            return "skip"

        cells = arrow.read_csv(
            file,
            # Threads would lose the numbers of ragged rows.
            arrow.ReadOptions(use_threads=False, skip_rows=head, column_names=names),
            arrow.ParseOptions(invalid_row_handler=note),
            arrow.ConvertOptions(
                include_columns=wanted, strings_can_be_null=True, null_values=EMPTY_CELLS
            ),
        )
        if ragged:
            rows = np.array([row for row, _ in ragged])
            findings.add_rows(f"has {ragged[0][1]} cells, not {len(names)}", rows)
            return None
        return cells

    return _File(names, "", read)


def _csv_head(file: Path) -> tuple[int, list[str]]:
    """How many lines stand above the first row, and the names in the last of them."""
    with file.open(encoding="utf-8-sig") as lines:
        for number, line in enumerate(lines, start=1):
            if line.strip() and not line.startswith("#"):
                return number, [name.strip() for name in next(csv.reader([line]))]
    raise csv.Error("it is empty")


def _csv_line(file: Path, head: int, row: int) -> int:
    """The line of a row; pyarrow counts rows without the empty lines between them."""
    with file.open("rb") as lines:
        filled = (n for n, line in enumerate(lines, 1) if n > head and line.strip(b"\r\n"))
        return next(n for at, n in enumerate(filled) if at == row)


def _present(file: _File, columns: Collection[str], findings: Findings) -> list[str]:
    series = [name for name in file.names if name != file.time]
    if not series:
        findings.add("has no column beside its stamps; commas part the columns of a CSV file")
    for name in columns:
        if name not in series and series:
            hint = did_you_mean(name, series) or f", which has {', '.join(series)}"
            findings.add(f"is not a column of the file{hint}", name)
        elif series.count(name) > 1:
            findings.add("is the name of more than one column", name)
    return [name for name in columns if series.count(name) == 1]


def _numbers(column: Any, name: str, findings: Findings) -> Floats | None:
    import pandas as pd
    import pyarrow as pa

    try:
        numbers: Floats = column.cast(pa.float64()).to_numpy()
    except pa.ArrowException:
        texts = column.cast(pa.string()).to_pandas()
        numbers = pd.to_numeric(texts, errors="coerce").to_numpy(np.float64)
        wrong = np.flatnonzero(np.isnan(numbers) & texts.notna())
        if len(wrong):
            findings.add_rows(f"{shown(texts[wrong[0]])} is not a number", wrong, name)
            return None
    rows = np.flatnonzero(np.isinf(numbers))
    findings.add_rows("is infinite", rows, name)
    return None if len(rows) else numbers


def _stamps(column: Any, name: str, findings: Findings) -> Ints | None:
    empty = np.flatnonzero(column.is_null())
    if len(empty):
        findings.add_rows("has an empty time stamp", empty)
        return None
    times = _times(column, name, findings)
    stamps = None if times is None else _in_utc(times, findings)
    if stamps is None:
        return None
    steps = np.diff(stamps)
    findings.add_rows("comes at the same time as the row before", np.flatnonzero(steps == 0) + 1)
    findings.add_rows("is earlier than the row before", np.flatnonzero(steps < 0) + 1)
    return stamps if np.all(steps > 0) else None


def _times(column: Any, name: str, findings: Findings) -> pd.Series[Any] | None:
    import pyarrow as pa

    if pa.types.is_timestamp(column.type) or pa.types.is_date(column.type):
        times: pd.Series[Any] = column.to_pandas(date_as_object=False)
        return times
    if pa.types.is_string(column.type) or pa.types.is_large_string(column.type):
        return _parsed(column.to_pandas().str.strip(), name, findings)
    findings.add(f"has no time column: {name} holds no dates and times")
    return None


def _parsed(texts: pd.Series[Any], name: str, findings: Findings) -> pd.Series[Any] | None:
    """Stamps that pyarrow left as texts, because something is odd with some of them."""
    import pandas as pd

    times = pd.to_datetime(texts, format="ISO8601", utc=True, errors="coerce")
    wrong = np.flatnonzero(times.isna())
    if len(wrong) == len(texts):
        findings.add(f"has no time column: {name} holds no dates and times")
        return None
    if len(wrong):
        findings.add_rows(f"{shown(texts[wrong[0]])} is not an ISO date and time", wrong)
        return None
    aware = texts.str.contains(OFFSET)
    if aware.all():
        return times
    findings.add_rows("has an offset from UTC, others have none", np.flatnonzero(aware))
    return None if aware.any() else times.dt.tz_localize(None)


def _is_zone(name: str) -> bool:
    try:
        ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        return False
    return True


def _in_utc(times: pd.Series[Any], findings: Findings) -> Ints | None:
    zone = findings.source.zone
    if not _is_zone(zone):
        hint = did_you_mean(zone, available_timezones()) or ", such as Asia/Shanghai"
        findings.add(f"{shown(zone)} is not a time zone{hint}")
        return None
    if times.dt.tz is None:
        return _localised(_nanoseconds(times), zone, findings)
    return _nanoseconds(times.dt.tz_convert(None))


def _nanoseconds(times: pd.Series[Any]) -> Ints:
    stamps: Ints = times.to_numpy("datetime64[ns]").view(np.int64)
    return stamps


def _localised(local_ns: Ints, zone: str, findings: Findings) -> Ints | None:
    """UTC of local times. Clocks change at whole quarters, so each quarter is looked up once."""
    import pandas as pd

    quarter_of, quarters = pd.factorize(local_ns // QUARTER_NS)
    begins = pd.DatetimeIndex(quarters * QUARTER_NS)
    in_utc = begins.tz_localize(zone, ambiguous="NaT", nonexistent="NaT")
    unclear = np.flatnonzero(in_utc.isna()[quarter_of])
    if len(unclear):
        first = pd.Timestamp(local_ns[unclear[0]])
        shifted = first.tz_localize(zone, ambiguous="NaT", nonexistent="shift_forward")
        what = "comes twice" if pd.isna(shifted) else "does not exist"
        text = f"{first} {what} in {zone}, where clocks change: write the offset from UTC"
        findings.add_rows(text, unclear)
        return None
    offsets = (begins - in_utc.tz_convert(None)).to_numpy("timedelta64[ns]").view(np.int64)
    stamps: Ints = local_ns - offsets[quarter_of]
    return stamps
