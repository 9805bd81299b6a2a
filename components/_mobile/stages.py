"""Lengths of the stages of a dispatch: each is drawn anew between a least and a most likely one."""

from __future__ import annotations

import numpy as np

from components._crews import Crewed
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
    """How long the stages take, and which of them it is in."""

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


def stage_s(unit: Stages, stage: str, stream: np.random.Generator) -> float:
    """A length of the triangular distribution of a stage; fixed where its ends meet."""
    low_s, mode_s, high_s = (getattr(unit, f"{stage}_{end}_s") for end in ("low", "mode", "high"))
    if low_s == high_s:
        return float(low_s)
    return float(stream.triangular(low_s, mode_s, high_s))


def connect_s(unit: Stages, stream: np.random.Generator) -> float:
    """How long connecting takes this time, or packing up."""
    return stage_s(unit, "quick" if unit.connection == QUICK else "hard", stream)
