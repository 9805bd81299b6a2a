from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator
from pydantic import ValidationError

from twin.catalog import add_folder, find, names
from twin.component import Component, inp, out, param, state, vector
from twin.file_schema import topology_schema
from twin.scenario_schema import scenario_schema
from twin.schema import column_adapter, component_schema, unit_model

HERE = Path(__file__).parent
SITE = HERE / "sample_topologies" / "small_site"
TYPES = ("lamp", "hub", "sun_panel", "bridge", "crate", "brain", "depot")


class Kettle(Component):
    """A kettle."""

    rated_kw: float = param(2.0, "power", gt=0, le=3)
    rounds: int = param(1, "how often", ge=1)
    mode: int = param(1, "how", labels=("slow", "fast"))
    on: bool = inp(False, "switch")
    water_degc: float = state(20.0, "water")
    past = vector(4, "past")
    p_kw: float = out(0.0, "power")


def test_a_unit_has_its_defaults_with_labels_as_words() -> None:
    assert unit_model(Kettle)().model_dump() == {
        "rated_kw": 2.0,
        "rounds": 1,
        "mode": "fast",
        "on": False,
        "water_degc": 20.0,
    }


def test_a_whole_number_will_do_for_a_float() -> None:
    assert unit_model(Kettle)(rated_kw=3).model_dump()["rated_kw"] == 3.0


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("rated_kw", 0),
        ("rated_kw", 3.5),
        ("rated_kw", True),
        ("rated_kw", "2"),
        ("rated_kw", float("nan")),
        ("rounds", 1.0),
        ("rounds", 2**60),
        ("mode", 1),
        ("mode", "quick"),
        ("on", 1),
        ("p_kw", 1.0),
        ("past", [0.0]),
        ("colour_kw", 1.0),
    ],
)
def test_a_unit_refuses_what_was_not_declared(key: str, value: Any) -> None:
    with pytest.raises(ValidationError):
        unit_model(Kettle)(**{key: value})


def test_a_column_names_the_first_unit_that_is_wrong() -> None:
    values = [1.0] * 100_000
    values[70_000] = -1.0
    with pytest.raises(ValidationError) as caught:
        column_adapter(Kettle.fields["rated_kw"]).validate_python(values)
    assert caught.value.errors()[0]["loc"] == (70_000,)


def test_the_schema_of_a_component_carries_bounds_units_and_words() -> None:
    properties = component_schema(Kettle)["properties"]
    assert properties["rated_kw"]["description"] == "power [kw]"
    assert (properties["rated_kw"]["exclusiveMinimum"], properties["rated_kw"]["maximum"]) == (0, 3)
    assert properties["mode"]["enum"] == ["slow", "fast"]


def site_schema() -> dict[str, Any]:
    add_folder(HERE / "sample_components")
    return topology_schema(find(name) for name in TYPES)


def test_the_schema_of_a_topology_has_each_type_with_its_fields() -> None:
    lamp = site_schema()["$defs"]["lamp"]
    assert lamp["properties"]["type"] == {"const": "lamp"}
    assert {"bulbs", "count", "bus", "lit"} <= lamp["properties"].keys()
    assert "p_kw" not in lamp["properties"]


def test_there_is_a_schema_of_every_component() -> None:
    for name in names():
        assert component_schema(find(name))["title"] == name


def errors(schema: dict[str, Any], document: dict[str, Any]) -> list[str]:
    validator = Draft202012Validator
    validator.check_schema(schema)
    return [error.json_path for error in validator(schema).iter_errors(document)]


def document(file: str, *change: str) -> dict[str, Any]:
    text = (SITE / file).read_text("utf-8")
    return tomllib.loads(text.replace(*change) if change else text)


def test_valid_files_are_valid_by_their_schemas() -> None:
    assert errors(site_schema(), document("topology.toml")) == []
    assert errors(scenario_schema(), document("day.toml")) == []


@pytest.mark.parametrize(
    ("old", "new", "path"),
    [
        ('type = "depot"', 'type = "dept"', "$.device.depot.type"),
        ("soc_pu = 0.8", "soc_pu = 1.8", "$.group.site.crate.soc_pu"),
        ("soc_pu = 0.8", "soc = 0.8", "$.group.site.crate"),
        ("normal = [20, 3]", "normal = [20]", "$.group.site.crate.energy_kwh"),
        ("format = 1", "format = 2", "$.format"),
        ('between = "linear"', "", "$.profile.sun"),
        ('"crate.soc_pu ~> soc_pu"', '"crate.soc_pu"', "$.group.site.brain.wires[1]"),
    ],
)
def test_an_editor_shows_a_mistake_at_its_place(old: str, new: str, path: str) -> None:
    assert errors(site_schema(), document("topology.toml", old, new)) == [path]


def test_an_editor_shows_a_mistake_in_a_scenario() -> None:
    assert errors(scenario_schema(), document("day.toml", "step_s = 300", "step_s = 0")) == [
        "$.step_s"
    ]
