"""Lengths of the stages of a dispatch: each is drawn anew between a least and a most likely one."""

from __future__ import annotations

import numpy as np

from components._crews import HOUR_S, Crewed
from twin.component import param, state

IDLE, DECIDING, WAITING, MOBILISING, BLOCKED, DRIVING, CONNECTING = range(7)
STANDING, RUNNING, STOPPING, PACKING, RETURNING, FILLING, NEVER = range(7, 14)
MODES = (
    "idle",
    "deciding",
    "waiting_for_team",
    "mobilising",
    "waiting_for_road",
    "driving",
    "connecting",
    "standing_by",
    "running",
    "stopping",
    "packing",
    "returning",
    "filling",
    "never_arrives",
)
QUICK, HARD = 0, 1
CONNECTIONS = ("quick_connect", "hard_wired")
STAGES = ("decide", "mobilise", "quick", "hard")  # each with low, mode and high


class Stages(Crewed):
    """How long the stages take, and the hours that each of them took so far."""

    connection: int = param(QUICK, "how it is connected at its bus", labels=CONNECTIONS)
    decide_low_s: float = param(300.0, "decision, least; an assumption", ge=0)
    decide_mode_s: float = param(900.0, "decision, most likely; an assumption", ge=0)
    decide_high_s: float = param(1800.0, "decision, most; an assumption", ge=0)
    mobilise_low_s: float = param(600.0, "crew and truck made ready; an assumption", ge=0)
    mobilise_mode_s: float = param(1200.0, "the same, most likely", ge=0)
    mobilise_high_s: float = param(2700.0, "the same, most", ge=0)
    quick_low_s: float = param(300.0, "placed and plugged in; DDC: just minutes", ge=0)
    quick_mode_s: float = param(720.0, "the same, most likely; an assumption", ge=0)
    quick_high_s: float = param(1800.0, "the same, most; an assumption", ge=0)
    hard_low_s: float = param(3600.0, "placed and wired; DDC: several hours", ge=0)
    hard_mode_s: float = param(10800.0, "the same, most likely; an assumption", ge=0)
    hard_high_s: float = param(21600.0, "the same, most; an assumption", ge=0)

    mode: int = state(IDLE, "what it is doing", ge=0, le=NEVER, labels=MODES)
    since_s: float = state(0.0, "since when", ge=0, record=False)
    deciding_h: float = state(0.0, "hours of decisions", ge=0)
    waiting_h: float = state(0.0, "hours without a team or a road", ge=0)
    mobilising_h: float = state(0.0, "hours of making ready", ge=0)
    driving_h: float = state(0.0, "hours on the road, both ways", ge=0)
    connecting_h: float = state(0.0, "hours of connecting and packing", ge=0)
    standing_h: float = state(0.0, "hours connected and not called to run", ge=0)
    running_h: float = state(0.0, "hours connected and told to run", ge=0)


HOURS = {
    DECIDING: "deciding_h",
    WAITING: "waiting_h",
    MOBILISING: "mobilising_h",
    BLOCKED: "waiting_h",
    DRIVING: "driving_h",
    CONNECTING: "connecting_h",
    STANDING: "standing_h",
    RUNNING: "running_h",
    PACKING: "connecting_h",
    RETURNING: "driving_h",
}


def enter(unit: Stages, now_s: float, mode: int) -> None:
    """Begin a stage, and book the hours of the one before."""
    if name := HOURS.get(unit.mode):
        setattr(unit, name, getattr(unit, name) + (now_s - unit.since_s) / HOUR_S)
    unit.mode = mode
    unit.since_s = now_s


def stage_s(unit: Stages, stage: str, stream: np.random.Generator) -> float:
    """A length of the triangular distribution of a stage; fixed where its ends meet."""
    low_s, mode_s, high_s = (getattr(unit, f"{stage}_{end}_s") for end in ("low", "mode", "high"))
    if low_s == high_s:
        return float(low_s)
    return float(stream.triangular(low_s, mode_s, high_s))


def connect_s(unit: Stages, stream: np.random.Generator) -> float:
    """How long connecting takes this time, or packing up."""
    return stage_s(unit, "quick" if unit.connection == QUICK else "hard", stream)
