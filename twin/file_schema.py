"""The keys of topology files: checked while loading, and shown to editors."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from twin.catalog import DEVICE_KEYS, tells_units
from twin.climate import Climate, Twelve
from twin.component import Component, Kind, type_name
from twin.component import Field as Declaration
from twin.schema import DRAFT, STRICT, default_value, describe, in_files, unit_model

MOST_UNITS = 10_000_000

NAME_PATTERN = "^[a-z][a-z0-9_]*$"
REFERENCE_PATTERN = r"^[a-z][a-z0-9_]*\.[^.].*$"

Json = dict[str, Any]

KINDS: Any = [{"required": keys} for keys in (["file", "between"], ["weather_file"], ["climate"])]


Name = Annotated[str, Field(pattern=NAME_PATTERN)]
Seconds = Annotated[float, Field(gt=0, le=1e10)]  # up to three centuries
Count = Annotated[int, Field(ge=1, le=MOST_UNITS)]


class Keys(BaseModel):
    """Keys of a table: typed strictly, no others allowed."""

    model_config = STRICT


class HeadKeys(Keys):
    """What stands at the top of a topology."""

    format: Literal[1] = Field(description="version of this file format")
    name: Name = Field(description="name of the topology, that of its folder")


class ProfileKeys(Keys):
    """Time series: of a file, of a weather file, or drawn from a climate."""

    model_config = ConfigDict(**STRICT, json_schema_extra={"oneOf": KINDS})

    file: str = Field(default="", description="CSV or Parquet below the topology's folder")
    weather_file: str = Field(default="", description="EPW, or CSV of TMY3, PVGIS or NSRDB")
    reader: Literal["", "epw", "tmy3", "pvgis", "nsrdb"] = Field(
        default="", description="what wrote the weather file, where it cannot be told"
    )
    climate: Climate | None = Field(default=None, description="what weather is drawn from")
    monthly: dict[str, Twelve] = Field(default={}, description="columns of one value a month")
    zone: str = Field(default="UTC", description="time zone of instants written without an offset")
    between: Literal["hold", "linear"] | None = Field(
        default=None, description="what holds between two instants of a file"
    )
    fill: Literal["", "hold", "linear", "zero"] = Field(
        default="", description="how gaps are filled; without it they are refused"
    )


class DeviceKeys(Keys):
    """What a device says besides the fields of its component."""

    type: str = Field(description="the component")
    count: Count = Field(default=1, description="units, in each repetition of its group")
    bus: str = Field(default="", description="the device on which it hangs")
    at: Any = Field(default=None, description="the unit of the bus on which each unit hangs")
    period_s: Seconds | None = Field(default=None, description="acts once in this time [s]")
    enabled: bool = Field(default=True, description="whether it is there at all")
    remote: str = Field(default="", description="host:port or command line of another process")
    wires: list[Any] = Field(default=[], description="wires, with names of its own group first")


def topology_schema(types: Iterable[type[Component]]) -> Json:
    """JSON Schema of a topology file that uses these components."""
    found = {type_name(cls): cls for cls in types}
    head = HeadKeys.model_json_schema()
    device = {"$ref": "#/$defs/-device"}  # no component can have a name with a hyphen
    count = DeviceKeys.model_json_schema()["properties"]["count"]
    sections = {
        "wires": {"type": "array", "items": WIRE, "description": "wires between devices"},
        "profile": _named({"$ref": "#/$defs/-profile"}),
        "device": _named(device),
        "group": _named(_named(device) | {"properties": {"count": count}}),
    }
    profile = ProfileKeys.model_json_schema(ref_template="#/$defs/-profile/$defs/{model}")
    shared = {"-profile": profile, "-device": _any_device(sorted(found))}
    shared |= {f"-{table['title']}": table for table in _distributions()}
    return {
        "$schema": DRAFT,
        "title": "Topology",
        "type": "object",
        "required": head["required"],
        "additionalProperties": False,
        "properties": head["properties"] | sections,
        "$defs": shared | {name: _device(cls) for name, cls in found.items()},
    }


def _any_device(names: list[str]) -> Json:
    """A device whose type says which keys it may have."""
    cases = [
        {
            "if": {"properties": {"type": {"const": name}}, "required": ["type"]},
            "then": {"$ref": f"#/$defs/{name}"},
        }
        for name in names
    ]
    return {
        "type": "object",
        "required": ["type"],
        "properties": {"type": {"enum": names, "description": "the component"}},
        "allOf": cases,
    }


WIRE: Json = {
    "oneOf": [
        {"type": "string", "pattern": "->|~>"},
        {
            "type": "object",
            "required": ["wire"],
            "additionalProperties": False,
            "properties": {
                "wire": {"type": "string", "pattern": "->|~>"},
                "at": {"type": "array", "items": {"type": "integer", "minimum": 0}},
            },
        },
    ]
}


def _named(table: Json) -> Json:
    return {
        "type": "object",
        "propertyNames": {"pattern": NAME_PATTERN},
        "additionalProperties": table,
    }


def _device(cls: type[Component]) -> Json:
    """The schema of a device of one type: its own keys and the fields of its component."""
    own = DeviceKeys.model_json_schema()["properties"]
    own["type"] = {"const": type_name(cls)}
    if tells_units(cls):
        del own["count"]
    own["at"] = {"description": own["at"]["description"], **_spread({"type": "integer"})}
    own["wires"] = {"type": "array", "items": WIRE, "description": own["wires"]["description"]}
    one = unit_model(cls).model_json_schema()["properties"]
    fields = {name: _field(field, one[name]) for name, field in in_files(cls).items()}
    return {
        "type": "object",
        "description": cls.__doc__ or "",
        "properties": {key: own[key] for key in DEVICE_KEYS if key in own} | fields,
        "additionalProperties": False,
    }


def _field(field: Declaration, one: Json) -> Json:
    value = {k: v for k, v in one.items() if k not in ("title", "description", "default")}
    said = {"description": describe(field), "default": default_value(field)}
    if field.type is str:
        return said | value
    found = _spread(value)
    if field.kind is Kind.INP:
        reference = {"type": "string", "pattern": REFERENCE_PATTERN}
        found["anyOf"] += [reference, {"type": "array", "items": reference}]
    return said | found


def _spread(value: Json) -> Json:
    """One value, one for each unit, or a distribution."""
    several = {"type": "array", "items": value, "minItems": 1}
    tables = [{"$ref": f"#/$defs/-{table['title']}"} for table in _distributions()]
    tables.append(_table("choice", {"choice": several}))
    tables.append(_table("spread", {"spread": {"const": "even"}, "over": several}))
    return {"anyOf": [value, several, *tables]}


def _distributions() -> list[Json]:
    """The tables that are the same for every field."""
    number = {"type": "number"}
    pair = {"type": "array", "items": number, "minItems": 2, "maxItems": 2}
    tables = [_table("range", {"range": pair})]
    for name in ("uniform", "normal", "lognormal"):
        tables.append(_table(name, {name: pair, "min": number, "max": number}))
    return tables


def _table(name: str, properties: Json) -> Json:
    required = [key for key in properties if key not in ("min", "max")]
    return {
        "title": name,
        "type": "object",
        "required": required,
        "properties": properties,
        "additionalProperties": False,
    }
