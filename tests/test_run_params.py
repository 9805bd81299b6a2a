"""`run.json` tells what each device was given, after names of curves became their numbers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pytest

from components._genset.fuel import CURVES
from components._pcs.losses import CURVES as LOSSES
from components.genset import Genset
from components.pcs import Pcs
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


def test_a_genset_and_a_converter_tell_what_their_curves_stand_for() -> None:
    """chart_60kw of energy.md 1.3; Sungrow of 1.6, to AC and to DC."""
    lines = _params(device("set", Genset, fuel_curve=CURVES.index("chart_60kw")))
    losses = _params(device("pcs", Pcs, losses=LOSSES.index("sungrow")))

    assert (lines["fuel_slope_l_per_kwh"], lines["fuel_intercept_l_per_h_per_kw"]) == (0.251, 0.053)
    assert losses["no_load_pu"] == pytest.approx(min(0.00551, 0.00770), rel=1e-3)
    assert losses["quadratic_pu"] == pytest.approx(min(0.01877, 0.01729), rel=1e-3)


def test_without_a_curve_they_tell_what_they_were_given() -> None:
    assert _params(device("set", Genset))["fuel_slope_l_per_kwh"] == 0.246
    assert _params(device("pcs", Pcs, no_load_pu=0.01))["no_load_pu"] == 0.01
