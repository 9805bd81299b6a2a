"""Medians of interleaved runs, and the machine they were taken on."""

from __future__ import annotations

import gc
import os
import platform
import statistics
import time
from collections.abc import Callable
from importlib import metadata
from pathlib import Path

Side = Callable[[], float]
"""Sets itself up, does its work once and gives the seconds of the part that counts."""


def medians(*sides: Side, runs: int = 5) -> list[float]:
    """Median seconds of each side, the sides taking turns; warm them up before."""
    taken: list[list[float]] = [[] for _ in sides]
    for _ in range(runs):
        for side, times in zip(sides, taken, strict=True):
            gc.collect()
            times.append(side())
    return [statistics.median(times) for times in taken]


def seconds_of(call: Callable[[], object]) -> float:
    """Seconds of one call."""
    began = time.perf_counter()
    call()
    return time.perf_counter() - began


def machine() -> str:
    """Processor, cores and versions, in one line."""
    names = ("numpy", "numba", "mosaik", "pandapower", "power-grid-model", "andes", "vessim")
    versions = ", ".join(f"{name} {found}" for name in names if (found := _version(name)))
    return (
        f"{_processor()}, {os.cpu_count()} cores, {platform.system()}, "
        f"Python {platform.python_version()}, {versions}"
    )


def _version(name: str) -> str:
    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:
        return ""


def _processor() -> str:
    listing = Path("/proc/cpuinfo")
    if listing.exists():
        for line in listing.read_text(encoding="utf-8").splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    return platform.processor() or platform.machine()
