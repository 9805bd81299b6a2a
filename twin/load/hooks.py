"""What a component itself says of the texts it is given.

A class that stands for what another file describes may write, as class methods,

    units_of(texts) -> int                  how many units it has; `count` is then not given
    check_use(texts, values, at) -> None    whether its values go, and devices on its units `at`
    remarks_of(texts) -> list[str]          what a user should know before relying on a run

The first two raise ValueError where that cannot be.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from twin.component import Component
from twin.topology import Device, Ints, Topology


def own_units(cls: type[Component], texts: Mapping[str, str]) -> int:
    """How many units a component that tells it has. Raises ValueError with the reason."""
    return int(cls.units_of(texts))  # type: ignore[attr-defined]


def check_use(device: Device, at: Ints) -> None:
    """Raise ValueError where its values do not go, or devices cannot hang on these units of it."""
    hook = getattr(device.cls, "check_use", None)
    if hook:
        hook(device.texts, device.values, np.unique(at).tolist())


def remarks(topology: Topology) -> list[str]:
    """What the devices of a topology have to say, with the place of each."""
    return [
        f"{device.where}  {device.name}: {text}"
        for device in topology.devices.values()
        if device.units and hasattr(device.cls, "remarks_of")
        for text in device.cls.remarks_of(device.texts)
    ]
