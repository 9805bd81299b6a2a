"""What is written beside a device: its name, how many, how large."""

from __future__ import annotations

import numpy as np

from twin.component import Kind, type_name
from twin.topology import Device

TIMES = "\N{MULTIPLICATION SIGN}"
DASH = "\N{EN DASH}"
RATINGS = {
    "kw": "kW",
    "mw": "MW",
    "kva": "kVA",
    "mva": "MVA",
    "kwh": "kWh",
    "mwh": "MWh",
}
LARGER = {"k": "M", "M": "G"}


def times(count: int) -> str:
    """How many there are, or nothing for a single one."""
    return f" {TIMES}{count:,}" if count > 1 else ""


def own_name(device: Device) -> str:
    """Its name without the group, which is written on the frame."""
    return device.name.rpartition(".")[2]


def name_and_count(device: Device) -> str:
    """Name and count within one repetition of its group."""
    return own_name(device) + times(device.each)


def frame_title(device: Device) -> str:
    """Name and count of the group a device belongs to."""
    return device.group + times(device.groups)


def rating(device: Device) -> str:
    """The first rating among its parameters: one number, a range, or nothing.

    What a controller holds in kW is the size of something else.
    """
    if device.cls.role == "control":
        return ""
    for name, field in device.cls.fields.items():
        unit = RATINGS.get(str(field.unit)) if field.kind is Kind.PARAM else None
        if unit:
            values = np.asarray(device.values.get(name, [field.default]), float)
            return _range(float(values.min()), float(values.max()), unit)
    return ""


def second_line(device: Device) -> str:
    """Its rating, and whether it is switched off."""
    return " · ".join(part for part in (rating(device), "" if device.enabled else "off") if part)


def hint(device: Device) -> str:
    """Full name, type and what the type is, for the reader who points at it."""
    doc = (device.cls.__doc__ or "").strip().partition("\n")[0]
    return f"{device.name} ({type_name(device.cls)}) {doc}".strip()


def _range(least: float, most: float, unit: str) -> str:
    while abs(most) >= 10_000 and unit[0] in LARGER:
        least, most, unit = least / 1000, most / 1000, LARGER[unit[0]] + unit[1:]
    ends = dict.fromkeys([_number(least), _number(most)])
    return f"{DASH.join(ends)} {unit}"


def _number(value: float) -> str:
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.3g}"
