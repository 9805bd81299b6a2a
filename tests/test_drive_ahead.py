"""A component that looks ahead sees past the chunk of steps that it prepares."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
import pytest

from tests.engine import device, scenario, topology
from twin import drive
from twin.component import Component, inp
from twin.drive import driven_inputs
from twin.topology import ProfileSource


class Scout(Component):
    """Wants to know what comes two hours after each."""

    ahead_s: ClassVar[float] = 7200.0
    sun_w_per_m2: float = inp(0.0, "irradiance", ge=0)
    coming_w_per_m2: float = inp(0.0, "the same two hours later; nothing after the end", ge=0)

    @staticmethod
    def prepare(rows: Any, times: Any, inputs: Any) -> Any:
        del rows, times
        sun = inputs["sun_w_per_m2"]
        return {"coming_w_per_m2": np.concatenate((sun[2:], np.zeros((min(2, len(sun)), 1))))}

    def step(self, dt_s: float) -> None:
        pass


@pytest.mark.parametrize("chunk", [1, 2, 3, 5, 100])
def test_what_comes_is_the_same_in_chunks_of_any_length(
    chunk: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(drive, "CHUNK", chunk)
    lines = [f"2026-06-01T{hour:02d}:00,{hour}" for hour in range(6)]
    (tmp_path / "sun.csv").write_text("\n".join(["time,sun_w_per_m2", *lines]))
    scout = device("scout", Scout)
    scout = dataclasses.replace(scout, profiles={"sun_w_per_m2": ("sky.sun_w_per_m2",)})
    drawn = dataclasses.replace(
        topology([scout]),
        profiles={"sky": ProfileSource("sky", tmp_path / "sun.csv", "UTC", "hold")},
    )
    made = driven_inputs(drawn, scenario(6 * 3600.0, 3600.0))["scout", "coming_w_per_m2"]

    assert made.profiles[0].values[:6].tolist() == [2.0, 3.0, 4.0, 5.0, 0.0, 0.0]
