"""The keys of topology and scenario files: checked while loading, and shown to editors."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import AwareDatetime, BaseModel, BeforeValidator, ConfigDict, Field

from twin.carbon_keys import CarbonKeys
from twin.catalog import DEVICE_KEYS, tells_units
from twin.climate import Climate, Twelve
from twin.component import Component, Kind, type_name
from twin.component import Field as Declaration
from twin.cost_schema import EconomicsKeys
from twin.equivalence_keys import EquivalenceKeys
from twin.schema import DRAFT, STRICT, default_value, describe, in_files, unit_model

MOST_UNITS = 10_000_000

NAME_PATTERN = "^[a-z][a-z0-9_]*$"
REFERENCE_PATTERN = r"^[a-z][a-z0-9_]*\.[^.].*$"

Json = dict[str, Any]

KINDS: Any = [{"required": keys} for keys in (["file", "between"], ["weather_file"], ["climate"])]


def _moment(value: Any) -> Any:
    moment = datetime.fromisoformat(value) if isinstance(value, str) else value
    if isinstance(moment, datetime) and moment.tzinfo is None:
        raise ValueError("should say its offset from UTC, like +08:00")
    return moment


Name = Annotated[str, Field(pattern=NAME_PATTERN)]
Seconds = Annotated[float, Field(gt=0, le=1e10)]  # up to three centuries
Instant = Annotated[float, Field(ge=0)]
Rate = Annotated[float, Field(ge=0, le=1e6)]
Hours = Annotated[float, Field(gt=0, le=1e6)]
Sigma = Annotated[float, Field(ge=0, le=5)]
Moment = Annotated[AwareDatetime, BeforeValidator(_moment)]
Count = Annotated[int, Field(ge=1, le=MOST_UNITS)]
Times = Annotated[int, Field(ge=1, le=100_000)]
Anything = Annotated[Any, Field(json_schema_extra={"type": ["number", "boolean", "string"]})]


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


class EventKeys(Keys):
    """A change of one field: at an instant, along a ramp, or for a while."""

    at_s: Instant = Field(description="instant [s]")
    set: str = Field(description="device.field, plant[0].online, site[3].pcs.p_set_kw")
    to: Anything = Field(description="the new value")
    over_s: Seconds | None = Field(default=None, description="moves there along a line [s]")
    for_s: Seconds | None = Field(default=None, description="back to what it was after it [s]")
    times: Times | None = Field(default=None, description="how often, together with every_s")
    every_s: Seconds | None = Field(default=None, description="from one time to the next [s]")


class OutageKeys(Keys):
    """A calendar of outages, drawn from the seed or listed in a file."""

    set: str = Field(description="device.field, grid.available, site[3].grid.available")
    to: Anything = Field(default=False, description="its value during an outage")
    per_year: Rate | None = Field(default=None, description="mean number a year of 8,760 h")
    per_day: Rate | None = Field(default=None, description="mean number a day")
    mean_h: Hours | None = Field(default=None, description="mean length, before they merge [h]")
    sigma: Sigma | None = Field(default=None, description="sigma of the logarithm of the length")
    file: str = Field(default="", description="CSV with start and duration_h beside the scenario")
    zone: str = Field(default="UTC", description="time zone of starts written without an offset")
    each_unit: bool = Field(default=False, description="each unit of a fleet on its own")


class ZoomKeys(Keys):
    """A fine window without an event."""

    at_s: Instant = Field(description="instant [s]")
    for_s: Seconds | None = Field(default=None, description="how long [s]; default fine_for_s")


class ExpectKeys(Keys):
    """What a KPI must be."""

    value: float | None = None
    abs: Annotated[float, Field(ge=0)] | None = None
    rel: Annotated[float, Field(ge=0)] | None = None
    min: float | None = None
    max: float | None = None


class ClaimKeys(ExpectKeys):
    """What somebody said, held against the results of variants."""

    said: str = Field(min_length=1, description="the claim in its own words")
    result: str = Field(description="a KPI, or device.counter")
    of: Annotated[list[Name], Field(min_length=1)] = Field(
        description="variants it is held against"
    )
    against: Name | Annotated[list[Name], Field(min_length=1)] | None = Field(
        default=None, description="the variant they are compared with, or one for each of them"
    )
    measure: Literal["value", "cut", "saved", "share"] = Field(
        default="value",
        description="of x beside y of `against`: cut 1 - x / y, saved y - x, share x / y",
    )
    condition: str = Field(default="", description="under which it holds, where not in all")
    because: str = Field(default="", description="the reason; {variant.result} is a figure")


class RecordKeys(Keys):
    """What is kept of a run."""

    every_s: Seconds | None = Field(
        default=None, description="coarse interval [s]; default every step"
    )
    fine_every_s: Seconds | None = Field(
        default=None, description="the same in the fine regime [s]"
    )
    signals: list[str] = Field(default=["*"], description="patterns of device.field")
    units: list[str] = Field(default=[], description="patterns of units recorded one by one")
    samples: Annotated[int, Field(ge=1, le=10_000_000)] | None = Field(
        default=None, description="how often the spread of a fleet is sampled; default up to 6000"
    )


class ScenarioHead(Keys):
    """What stands at the top of a scenario."""

    topology: Name = Field(description="name of the topology")
    start: Moment = Field(description="instant of second 0, with its offset from UTC")
    horizon_s: Seconds = Field(description="length of the run [s]")
    step_s: Seconds = Field(description="step of the devices [s]")
    sync_s: Seconds | None = Field(
        default=None, description="exchange with others [s]; default one step"
    )
    fine_step_s: Seconds | None = Field(default=None, description="step around events [s]")
    fine_sync_s: Seconds | None = Field(default=None, description="exchange around events [s]")
    fine_for_s: Seconds | None = Field(
        default=None, description="how long an event is looked at [s]"
    )
    seed: Annotated[int, Field(ge=0, le=2**53)] = Field(
        default=0, description="of everything drawn"
    )
    snapshots_s: list[Seconds] = Field(
        default=[], description="instants at which the state is kept [s]"
    )


class ScenarioKeys(ScenarioHead):
    """A scenario file."""

    set: dict[str, Any] = Field(
        default={}, description='what it changes in the topology: "site.bess.energy_kwh" = 80'
    )
    record: RecordKeys = RecordKeys()
    event: list[EventKeys] = []
    outage: list[OutageKeys] = []
    zoom: list[ZoomKeys] = []
    variant: dict[Name, dict[str, Any]] = Field(
        default={}, description='"site.pcs.enabled" = false'
    )
    expect: dict[str, ExpectKeys] = {}
    claim: dict[Name, ClaimKeys] = {}
    economics: EconomicsKeys | None = Field(default=None, description="what a site costs")
    carbon: CarbonKeys | None = Field(default=None, description="keeps a ledger of carbon")
    equivalence: dict[Name, EquivalenceKeys] = Field(
        default={}, description="maps of how much of one resource does what another does"
    )


def scenario_schema() -> Json:
    """JSON Schema of a scenario file."""
    return {"$schema": DRAFT, **ScenarioKeys.model_json_schema()}


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
