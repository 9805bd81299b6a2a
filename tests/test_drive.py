from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.engine import START, cell, device, finished, scenario, topology, values
from tests.engine_components.roof import Roof
from tests.engine_components.taker import Taker
from twin import drive
from twin.component import Component, inp, param
from twin.drive import driven_inputs
from twin.problems import Problems
from twin.scenario import Event, Scenario
from twin.topology import Device, ProfileSource, Topology
from twin.wiring import Driven

HOUR = scenario(3600.0, 1800.0)
SEEN: list[tuple[Any, Any, Any]] = []


class Panel(Component):
    """Keeps what it was asked to prepare."""

    tilt_pu: float = param(1.0, "factor of its plane", gt=0)
    ghi_w_per_m2: float = inp(0.0, "irradiance on level ground", ge=0)
    poa_w_per_m2: float = inp(0.0, "irradiance on its plane", ge=0)

    @staticmethod
    def prepare(rows: Any, times: Any, inputs: Any) -> Any:
        SEEN.append((rows, times, inputs))
        level = inputs.get("ghi_w_per_m2", np.ones((len(times), len(rows))))
        return {"poa_w_per_m2": level * rows["tilt_pu"]}

    def step(self, dt_s: float) -> None:
        pass


@pytest.fixture(autouse=True)
def nothing_seen() -> Iterator[None]:
    SEEN.clear()
    yield
    SEEN.clear()


@pytest.fixture
def sun(tmp_path: Path) -> ProfileSource:
    """An hour in quarters: 100, 200, 300 and 400 W/m2; the roof sees twice that."""
    lines = [f"2026-06-01T00:{15 * k:02d}:00,{100 * k + 100},{200 * k + 200}" for k in range(4)]
    path = tmp_path / "sun.csv"
    path.write_text("\n".join(["time,ghi_w_per_m2,roof_w_per_m2", *lines]) + "\n")
    return ProfileSource("sun", path, "UTC", "hold")


def inputs(
    sun: ProfileSource, one: Device, *refs: str, when: Scenario = HOUR
) -> dict[tuple[str, str], Driven]:
    profiles = {"ghi_w_per_m2": tuple(f"sun.{ref}" for ref in refs)} if refs else {}
    drawn = topology([dataclasses.replace(one, profiles=profiles)])
    return driven_inputs(dataclasses.replace(drawn, profiles={"sun": sun}), when)


def prepared(found: dict[tuple[str, str], Driven], unit: int = 0) -> list[float]:
    driven = found["panel", "poa_w_per_m2"]
    series: list[float] = driven.profiles[driven.choice[unit]].values.tolist()
    return series[:-1]


def test_units_follow_the_columns_that_were_given_to_them(sun: ProfileSource) -> None:
    fleet = device("panel", Panel, each=3)
    refs = ["roof_w_per_m2", "ghi_w_per_m2", "roof_w_per_m2"]
    found = inputs(sun, fleet, *refs)["panel", "ghi_w_per_m2"]
    columns = [found.profiles[place].name for place in found.choice]
    assert columns == [f"sun.{ref}" for ref in refs]


def test_one_column_drives_all_units(sun: ProfileSource) -> None:
    found = inputs(sun, device("panel", Panel, each=3), "ghi_w_per_m2")["panel", "ghi_w_per_m2"]
    assert (len(found.profiles), found.choice.tolist()) == (1, [0, 0, 0])


def test_prepare_is_given_the_mean_of_its_inputs_over_each_step(sun: ProfileSource) -> None:
    inputs(sun, device("panel", Panel), "ghi_w_per_m2")
    assert SEEN[0][2]["ghi_w_per_m2"][:, 0].tolist() == [150.0, 350.0]


def test_what_holds_for_longer_than_a_step_is_prepared_as_long_as_it_holds(
    sun: ProfileSource,
) -> None:
    found = inputs(sun, device("panel", Panel), "ghi_w_per_m2", when=scenario(3600.0, 600.0))
    stamps = found["panel", "poa_w_per_m2"].profiles[0].times_s.tolist()
    assert (prepared(found), stamps) == ([100.0, 200.0, 300.0, 400.0], [0, 900, 1800, 2700, 3600])


def test_prepare_is_given_the_middle_of_each_step_in_utc(sun: ProfileSource) -> None:
    inputs(sun, device("panel", Panel), "ghi_w_per_m2")
    first = np.datetime64(START.replace(tzinfo=None)) + np.timedelta64(900, "s")
    assert SEEN[0][1][0] == first


def test_what_was_prepared_drives_the_input(sun: ProfileSource) -> None:
    found = inputs(sun, device("panel", Panel, tilt_pu=2.0), "ghi_w_per_m2")
    assert prepared(found) == [300.0, 700.0]


def test_a_long_scenario_is_prepared_in_chunks(
    sun: ProfileSource, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(drive, "CHUNK", 1)
    found = inputs(sun, device("panel", Panel), "ghi_w_per_m2")
    lengths = [len(times) for _, times, _ in SEEN]
    assert (lengths, prepared(found)) == ([1, 1], [150.0, 350.0])


def test_units_that_are_alike_are_prepared_once(sun: ProfileSource) -> None:
    fleet = device("panel", Panel, each=5, tilt_pu=[3.0, 1.0, 3.0, 1.0, 3.0])
    found = inputs(sun, fleet, "ghi_w_per_m2")
    first = [prepared(found, unit)[0] for unit in range(5)]
    assert (len(SEEN[0][0]), first) == (2, [450.0, 150.0, 450.0, 150.0, 450.0])


def test_units_with_unlike_profiles_are_not_alike(sun: ProfileSource) -> None:
    fleet = device("panel", Panel, each=2)
    found = inputs(sun, fleet, "ghi_w_per_m2", "roof_w_per_m2")
    assert [prepared(found, unit)[0] for unit in range(2)] == [150.0, 300.0]


def test_what_needs_no_profile_is_prepared_too(sun: ProfileSource) -> None:
    assert prepared(inputs(sun, device("panel", Panel, tilt_pu=0.5)))[0] == 0.5


def test_a_device_that_is_switched_off_keeps_its_place_with_no_units(sun: ProfileSource) -> None:
    found = inputs(sun, device("panel", Panel, each=3, enabled=False), "ghi_w_per_m2")
    counts = {name: (len(one.profiles), len(one.choice)) for (_, name), one in found.items()}
    assert counts == {"ghi_w_per_m2": (1, 0), "poa_w_per_m2": (1, 0)}


@pytest.mark.parametrize("step_s", [60.0, 600.0, 1800.0])
def test_energy_of_what_was_prepared_is_the_same_at_any_step(
    sun: ProfileSource, step_s: float
) -> None:
    roof = dataclasses.replace(
        device("panel", Roof, tilt_pu=2.0), profiles={"ghi_w_per_m2": ("sun.ghi_w_per_m2",)}
    )
    when = scenario(3600.0, step_s)
    drawn = dataclasses.replace(topology([roof]), profiles={"sun": sun})
    made = finished(cell([roof], when=when, driven=driven_inputs(drawn, when)))
    assert values(made, "panel.energy_kwh") == pytest.approx([0.5])


def test_a_device_without_profiles_is_not_driven() -> None:
    drawn: Topology = topology([device("a", Taker)])
    assert driven_inputs(drawn, HOUR) == {}


def test_what_is_prepared_takes_no_event_and_no_wire(sun: ProfileSource) -> None:
    panel = dataclasses.replace(
        device("panel", Panel), profiles={"ghi_w_per_m2": ("sun.ghi_w_per_m2",)}
    )
    wires = ["panel.x_w_per_m2 ~> panel.poa_w_per_m2"]
    drawn = dataclasses.replace(topology([panel], wires), profiles={"sun": sun})
    events = (Event(600.0, "panel", (0,), "poa_w_per_m2", 1.0),)
    with pytest.raises(Problems) as caught:
        driven_inputs(drawn, dataclasses.replace(HOUR, events=events))
    assert [problem.text for problem in caught.value.found] == [
        "is prepared before the run, so no wire can bring it",
        "is prepared before the run, so no event can set it",
    ]
