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

Setup = Callable[[], Callable[[], object]]
"""Makes everything ready and gives back the call that is timed; called anew for every run."""


def medians(*sides: Setup, runs: int = 5) -> list[float]:
    """Median seconds of each side after one warm-up, the sides taking turns."""
    taken: list[list[float]] = [[] for _ in sides]
    for turn in range(runs + 1):
        for side, times in zip(sides, taken, strict=True):
            seconds = once(side)
            if turn > 0:
                times.append(seconds)
    return [statistics.median(times) for times in taken]


def once(side: Setup) -> float:
    """Seconds of one call; garbage of the setting-up is collected before."""
    call = side()
    gc.collect()
    began = time.perf_counter()
    call()
    return time.perf_counter() - began


def machine() -> str:
    """Processor, cores and versions, in one line."""
    names = ("numpy", "numba", "mosaik", "vessim")
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
