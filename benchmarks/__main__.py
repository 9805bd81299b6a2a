"""``python -m benchmarks [NAME ...]``: measure and print one table."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from benchmarks.cases import CASES, rows_of
from benchmarks.table import Row, markdown, plain, save
from benchmarks.timing import machine


def main() -> int:
    """Run the cases that were named, or all of them; 1 where a target was missed."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help=", ".join(CASES))
    parser.add_argument("--json", type=Path, metavar="FILE", help="save the table as JSON too")
    parser.add_argument("--markdown", action="store_true", help="print the table for a README")
    given = parser.parse_args()
    if unknown := [name for name in given.names if name not in CASES]:
        parser.error(f"{unknown[0]} is not one of {', '.join(CASES)}")
    rows: list[Row] = []
    for name in given.names or CASES:
        for row in rows_of(name):
            print(f"measured: {row.what}", file=sys.stderr, flush=True)
            rows.append(row)
    print(machine())
    print()
    print(markdown(rows) if given.markdown else plain(rows))
    if given.json:
        save(given.json, machine(), rows)
    return 0 if all(row.met for row in rows) else 1


if __name__ == "__main__":
    sys.exit(main())
