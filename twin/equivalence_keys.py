"""The keys of the `[equivalence.NAME]` tables of a scenario."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, Field

from twin.schema import STRICT

Values = Annotated[list[float], Field(min_length=2)]
Factor = Annotated[float, Field(gt=0)]


class AxisKeys(BaseModel):
    """What changes along an axis of a map."""

    model_config = STRICT

    set: str = Field(description="device.field, or horizon_s")
    values: Values = Field(description="values along the axis, rising")
    times: Factor | Literal["nadir_s"] = Field(
        default=1.0,
        description="what a value is multiplied by; nadir_s: the time to the nadir in `bare`",
    )
    label: str = Field(default="", description="what stands at the axis")
    log: bool = Field(default=False, description="draw it logarithmic")


class EquivalenceKeys(BaseModel):
    """A map of how much of one resource does what another does."""

    model_config = STRICT

    title: str = Field(min_length=1, description="what the map answers")
    of: str = Field(description="the variant of the resource whose size is sought")
    vary: str = Field(description="its size, device.field")
    between: Annotated[list[float], Field(min_length=2, max_length=2)] = Field(
        description="the least and the most of it"
    )
    match: str = Field(description="device.field that both end with")
    against: str = Field(description="the variant of the other resource")
    to: str = Field(default="", description="what `match` is compared with there; default the same")
    bare: str = Field(default="", description="the variant without either")
    set: dict[str, Any] = Field(default={}, description="what the map sets for all")
    per: Factor | Literal["x", "y"] = Field(
        default=1.0, description="what the size is divided by: a number, or what an axis sets"
    )
    label: str = Field(default="", description="what the size is then called")
    crossover: float = Field(default=1.0, description="the size at which the two are alike")
    x: AxisKeys = Field(description="the axis to the right")
    y: AxisKeys = Field(description="the axis upwards")
    lines: AxisKeys | None = Field(
        default=None, description="a map each, of which the crossover is drawn"
    )
