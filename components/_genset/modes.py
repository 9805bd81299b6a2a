"""What a diesel set may be doing, and which of it is alike."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from components.genset import Genset

OFF, STARTING, RUNNING, OUT_OF_FUEL, READY, TRIPPED, NO_START, COOLING, FAILED = range(9)
MODES = (
    "off",
    "starting",
    "running",
    "out_of_fuel",
    "ready",
    "tripped",
    "no_start",
    "cooling",
    "failed",
)
ROUNDING_S = 1e-9  # a sum of steps that is short by this has arrived


def rests(genset: Genset) -> bool:
    """Whether it would begin a start on command."""
    return genset.mode == OFF or genset.mode == OUT_OF_FUEL


def locked_out(genset: Genset) -> bool:
    """Whether only a new command helps, or a repair."""
    return genset.mode == TRIPPED or genset.mode == NO_START or genset.mode == FAILED


def active(genset: Genset) -> bool:
    """Whether it starts, waits for its bus or holds it."""
    return genset.mode == STARTING or genset.mode == RUNNING or genset.mode == READY
