"""The keys of scenario files: checked while loading, and shown to editors."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import AwareDatetime, BeforeValidator, Field

from twin.carbon_keys import CarbonKeys
from twin.cost_schema import EconomicsKeys
from twin.equivalence_keys import EquivalenceKeys
from twin.factorial_keys import FactorialKeys
from twin.file_schema import Json, Keys, Name, Seconds
from twin.schema import DRAFT


def _moment(value: Any) -> Any:
    moment = datetime.fromisoformat(value) if isinstance(value, str) else value
    if isinstance(moment, datetime) and moment.tzinfo is None:
        raise ValueError("should say its offset from UTC, like +08:00")
    return moment


Instant = Annotated[float, Field(ge=0)]
Rate = Annotated[float, Field(ge=0, le=1e6)]
Hours = Annotated[float, Field(gt=0, le=1e6)]
Sigma = Annotated[float, Field(ge=0, le=5)]
Moment = Annotated[AwareDatetime, BeforeValidator(_moment)]
Times = Annotated[int, Field(ge=1, le=100_000)]
Anything = Annotated[Any, Field(json_schema_extra={"type": ["number", "boolean", "string"]})]


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
    event: list[EventKeys] = Field(default=[])
    outage: list[OutageKeys] = Field(default=[])
    zoom: list[ZoomKeys] = Field(default=[])
    variant: dict[Name, dict[str, Any]] = Field(
        default={}, description='"site.pcs.enabled" = false'
    )
    expect: dict[str, ExpectKeys] = Field(default={})
    claim: dict[Name, ClaimKeys] = Field(default={})
    economics: EconomicsKeys | None = Field(default=None, description="what a site costs")
    carbon: CarbonKeys | None = Field(default=None, description="keeps a ledger of carbon")
    equivalence: dict[Name, EquivalenceKeys] = Field(
        default={}, description="maps of how much of one resource does what another does"
    )
    factorial: FactorialKeys | None = Field(
        default=None, description="technologies, states and droops at equal MW, cost and firm MW"
    )


def scenario_schema() -> Json:
    """JSON Schema of a scenario file."""
    return {"$schema": DRAFT, **ScenarioKeys.model_json_schema()}
