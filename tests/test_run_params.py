"""`run.json` tells what each device was given, after names of curves became their numbers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from tests.engine import device
from twin.component import Component, param
from twin.runfile import _params


class Engine(Component):
    """Burns by a line of its own, or by a published one."""

    line: int = param(0, "which line", labels=("own", "published"))
    slope_l_per_kwh: float = param(0.3, "of its own", gt=0)
    rated_kw: float = param(10.0, "power", gt=0)

    @classmethod
    def resolved(cls, values: Mapping[str, Any]) -> dict[str, Any]:
        return {"slope_l_per_kwh": np.where(values["line"] == 1, 0.25, values["slope_l_per_kwh"])}

    def step(self, dt_s: float) -> None:
        pass


def test_what_all_units_have_is_told_once() -> None:
    told = _params(device("set", Engine, each=3, rated_kw=8.0))

    assert told == {"line": 0.0, "slope_l_per_kwh": 0.3, "rated_kw": 8.0}


def test_of_units_that_are_not_alike_least_mean_and_most_are_told() -> None:
    assert _params(device("set", Engine, each=2, rated_kw=[8.0, 4.0]))["rated_kw"] == [
        4.0,
        6.0,
        8.0,
    ]


def test_a_published_line_is_told_by_its_numbers() -> None:
    told = _params(device("set", Engine, each=2, line=[0, 1]))["slope_l_per_kwh"]

    assert told == [0.25, 0.275, 0.3]


def test_a_device_that_is_switched_off_still_tells() -> None:
    assert _params(device("set", Engine, enabled=False))["rated_kw"] == 10.0
