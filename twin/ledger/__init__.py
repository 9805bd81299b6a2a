"""The carbon ledger of a run: `ledger.csv`, a row an interval, and `ledger.json`, what it rests on.

The rows are chained by day: the root of a day is the SHA-256 of the root before, a line feed and
the lines of the day as they stand in the file; the first root before is that of the header alone.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from itertools import groupby
from pathlib import Path
from typing import Any

from twin.carbon.settings import Carbon
from twin.ledger.reading import Reading
from twin.ledger.statement import statement
from twin.ledger.table import Table, table_of
from twin.ledger.totals import totals
from twin.run import Run

CSV, JSON = "ledger.csv", "ledger.json"


def keep_ledger(run: Run, carbon: Carbon) -> None:
    """Write the ledger of a run that has ended into its folder."""
    reading = Reading(run, carbon.interval_s)
    table = table_of(reading, carbon)
    text = csv_text(table)
    about = statement(reading, carbon) | {"totals": totals(table), "days": list(chain(text, table))}
    _replace(run.folder / CSV, text)
    _replace(run.folder / JSON, json.dumps(about, indent=1))


def kept_totals(run: Run) -> dict[str, float]:
    """What the ledger of a run adds up to; nothing where none was kept."""
    path = run.folder / JSON
    found: dict[str, float] = json.loads(path.read_text("utf-8"))["totals"] if path.exists() else {}
    return found


def csv_text(table: Table) -> str:
    """The rows; every number as short as it can be and still the same when read back."""
    import pyarrow as pa
    from pyarrow import csv

    columns = {name: pa.array(values, from_pandas=True) for name, values in table.items()}
    sink = pa.BufferOutputStream()
    csv.write_csv(pa.table(columns), sink, csv.WriteOptions(quoting_style="none"))
    return str(sink.getvalue().to_pybytes().decode())


def chain(text: str, table: Table) -> Iterator[dict[str, Any]]:
    """The days of a ledger with their rows and roots."""
    header, *lines = text.splitlines()
    root = hashlib.sha256(header.encode()).hexdigest()
    days = (str(stamp)[:10] for stamp in table["begin"].tolist())
    for day, own in groupby(zip(days, lines, strict=True), key=lambda pair: pair[0]):
        rows = [line for _, line in own]
        root = hashlib.sha256("\n".join([root, *rows]).encode()).hexdigest()
        yield {"day": day, "rows": len(rows), "root": root}


def _replace(path: Path, text: str) -> None:
    draft = path.with_suffix(".tmp")
    try:
        draft.write_text(text, encoding="utf-8")
        draft.replace(path)
    finally:
        draft.unlink(missing_ok=True)
