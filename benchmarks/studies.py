"""Whole studies, as a user starts them: start, checks, runs, table and figures."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Iterator
from functools import partial
from pathlib import Path

from benchmarks.table import Row
from benchmarks.timing import medians, seconds_of

STUDIES = {"weak_area/frequency_duel": 30.0, "lumped_area/factorial": None}


def studies(folder: Path) -> Iterator[Row]:
    """`twin compare`, the whole command, when its loops have been compiled before."""
    for name, most_s in STUDIES.items():
        compare = partial(_compare, name, folder / name.replace("/", "-"))
        compare()
        (taken,) = medians(partial(seconds_of, compare), runs=3)
        yield Row(f"twin compare {name}, whole command", ours=taken, at_most=most_s)


def _compare(name: str, out: Path) -> None:
    command = [sys.executable, "-m", "twin", "compare", name, "--quiet", "--out", str(out)]
    subprocess.run(command, check=True)
    shutil.rmtree(out)
