"""Whether the times of a scenario fit each other and the components of its topology."""

from __future__ import annotations

import math
from collections.abc import Iterator

from twin.component import Former
from twin.file_schema import RecordKeys, ScenarioHead
from twin.order import in_cell
from twin.toml_lines import KeyPath
from twin.topology import Device, Topology

Finding = tuple[KeyPath, str]

MOST_TICKS = 1e15  # ticks are whole numbers that a float must hold too
FINE = ("fine_step_s", "fine_sync_s", "fine_for_s")


def divides(part_s: float, whole_s: float) -> bool:
    """Whether a time is a whole number of another, but for rounding."""
    count = whole_s / part_s
    return (
        math.isfinite(count) and count > 0.5 and abs(count - round(count)) <= 1e-9 + 1e-12 * count
    )


def time_problems(keys: ScenarioHead, record: RecordKeys, bad: set[str]) -> Iterator[Finding]:
    """What does not divide what; times that are themselves wrong are left out."""
    sync = "sync_s" if keys.sync_s is not None else "step_s"
    chain = [
        ("step_s", "sync_s"),
        (sync, "horizon_s"),
        ("fine_step_s", "fine_sync_s"),
        ("fine_sync_s", "step_s"),
        ("fine_sync_s", "fine_for_s"),
    ]
    given = [key for key in FINE if getattr(keys, key) is not None or key in bad]
    if 0 < len(given) < len(FINE):
        missing = next(key for key in FINE if key not in given)
        yield (given[0],), f"comes together with {missing}, which is missing"
    if not bad & {"horizon_s", "step_s", *FINE} and keys.horizon_s / tick_of(keys) > MOST_TICKS:
        yield ("step_s",), f"is too short for this horizon: over {MOST_TICKS:g} steps"
    for part, whole in chain:
        part_s, whole_s = getattr(keys, part), getattr(keys, whole)
        if {part, whole} & bad or part_s is None or whole_s is None:
            continue
        if not divides(part_s, whole_s):
            yield (part,), f"does not divide {whole}: {whole_s:g} s / {part_s:g} s"
    pairs = [("every_s", keys.step_s, "step_s"), ("fine_every_s", keys.fine_step_s, "fine_step_s")]
    for key, step_s, name in pairs:
        every_s = getattr(record, key)
        if every_s is None or name in bad:
            continue
        if step_s is None:
            yield ("record", key), f"is given without {name}"
        elif not divides(step_s, every_s):
            yield ("record", key), f"is not a multiple of {name}, {step_s:g} s"


def tick_of(keys: ScenarioHead) -> float:
    """The finest step of a scenario, of which every time is a multiple."""
    return min(keys.step_s, keys.fine_step_s or keys.step_s)


def instant_problem(at_s: float, keys: ScenarioHead, bad: set[str]) -> str:
    """Why something cannot happen at an instant, or nothing."""
    if "horizon_s" not in bad and at_s > keys.horizon_s:
        return f"lies beyond the horizon of {keys.horizon_s:g} s"
    tick = tick_of(keys)
    if not bad & {"step_s", *FINE} and at_s > 0 and not divides(tick, at_s):
        return f"is not a multiple of the finest step, {tick:g} s"
    return ""


def step_problems(
    topology: Topology, keys: ScenarioHead, bad: set[str]
) -> Iterator[tuple[Device, str]]:
    """Devices whose own period, or whose longest valid step, does not go with the steps."""
    for device in topology.devices.values():
        if not device.enabled or not in_cell(device) or "step_s" in bad:
            continue
        period_s = device.period_s
        settled = issubclass(device.cls, Former) or device.cls.joins == "dc" or device.cls.holds
        if period_s is not None and settled:
            yield device, "cannot have a period: a bus settles it at every step"
        if period_s is not None and not divides(keys.step_s, period_s):
            yield device, f"has a period of {period_s:g} s, not a multiple of {keys.step_s:g} s"
        longest_s, step_s = device.cls.step_max_s, max(period_s or 0.0, keys.step_s)
        if step_s > longest_s:
            yield device, f"is valid for steps up to {longest_s:g} s, not {step_s:g} s"
        longest_s, fine_s = device.cls.fine_step_max_s, keys.fine_step_s or 0.0
        if fine_s > longest_s and "fine_step_s" not in bad:
            yield device, f"is valid for fine steps up to {longest_s:g} s, not {fine_s:g} s"
