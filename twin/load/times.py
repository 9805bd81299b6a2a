"""Whether the times of a scenario fit each other and the components of its topology."""

from __future__ import annotations

import math
from collections.abc import Iterator

import numpy as np

from twin.catalog import find
from twin.component import Former, way_of
from twin.delay import line_length, longest_delay_s
from twin.order import in_cell
from twin.scenario_schema import RecordKeys, ScenarioHead
from twin.toml_lines import KeyPath
from twin.topology import Device, Topology

Finding = tuple[KeyPath, str]
StepFinding = tuple[str, Device, str]  # the key of the scenario to blame, the device, the reason

MOST_TICKS = 1e15  # ticks are whole numbers that a float must hold too
MOST_LINE_BYTES = 2**31  # of one delay of all units of a device
MOST_UNIT_BYTES = 2**29  # of one of them; a row has less than 2**31
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


def step_problems(topology: Topology, keys: ScenarioHead, bad: set[str]) -> Iterator[StepFinding]:
    """Devices whose own period, valid steps or delays do not go with the steps."""
    if "step_s" in bad:
        return
    for device in topology.devices.values():
        if not device.enabled:
            continue
        if in_cell(device) and device.period_s is not None:
            yield from _period_problems(device, device.period_s, keys.step_s)
        yield from _validity_problems(device, keys, bad)
        if not bad & set(FINE):
            yield from _memory_problems(device, keys)


def _period_problems(device: Device, period_s: float, step_s: float) -> Iterator[StepFinding]:
    if issubclass(device.cls, Former) or device.cls.joins == "dc" or device.cls.holds:
        yield "step_s", device, "cannot have a period: a bus settles it at every step"
    if not divides(step_s, period_s):
        yield "step_s", device, f"has a period of {period_s:g} s, not a multiple of {step_s:g} s"


def _validity_problems(device: Device, keys: ScenarioHead, bad: set[str]) -> Iterator[StepFinding]:
    """Steps beyond what a device, or what stands for it in the loop, is valid for."""
    stand_ins = [find(kind) for kind in device.cls.companions.values()]
    for cls in (device.cls, *stand_ins):
        exchanges = way_of(cls) == "fleet_step"  # advances once an exchange
        coarse = "sync_s" if exchanges and keys.sync_s else "step_s"
        fine = "fine_sync_s" if exchanges else "fine_step_s"
        period_s = device.period_s or 0.0 if cls is device.cls else 0.0
        for key, word, longest_s in (
            (coarse, "steps", cls.step_max_s),
            (fine, "fine steps", cls.fine_step_max_s),
        ):
            given_s = getattr(keys, key)
            if given_s is not None and key not in bad and max(given_s, period_s) > longest_s:
                step_s = max(given_s, period_s)
                yield key, device, f"is valid for {word} up to {longest_s:g} s, not {step_s:g} s"


def _memory_problems(device: Device, keys: ScenarioHead) -> Iterator[StepFinding]:
    """Delays whose lines would fill the memory: they are as long as the shortest step asks for."""
    tick_s = tick_of(keys)
    most = min(MOST_LINE_BYTES // device.units, MOST_UNIT_BYTES) // 8
    for size in {field.size for field in device.cls.fields.values() if isinstance(field.size, str)}:
        delay_s = float(np.max(device.values.get(size, device.cls.fields[size].default)))
        if line_length(delay_s, tick_s) > most:
            key = "step_s" if keys.fine_step_s is None else "fine_step_s"
            fits_s = longest_delay_s(most, tick_s)
            said = f"has {size} = {delay_s:g}, which does not fit into memory in steps of "
            yield key, device, f"{said}{tick_s:g} s: at most {fits_s:g} s"
