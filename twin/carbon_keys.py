"""The keys of the `[carbon]` table of a scenario."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, Field

from twin.schema import STRICT


class EmbodiedKeys(BaseModel):
    """The carbon of making the devices of a role."""

    model_config = STRICT

    factor: str = Field(description="id of a factor for their rated size")
    life_years: Annotated[float, Field(gt=0, le=100)] = Field(description="years they last")


class CarbonKeys(BaseModel):
    """How the carbon of a run is accounted."""

    model_config = STRICT

    method: Literal["weighted_average", "fifo"] = Field(
        default="weighted_average", description="what leaves storage carries"
    )
    interval_s: Annotated[float, Field(gt=0, le=3600)] = Field(
        default=3600.0, description="interval of the ledger [s]"
    )
    grid: str | None = Field(
        default=None, description="factor of import; default carbon_kg_per_kwh of each connection"
    )
    grid_market: str | None = Field(default=None, description="its market-based factor")
    grid_upstream: str | None = Field(
        default=None, description="upstream of import, losses of the grid above all"
    )
    fuel: str | None = Field(default=None, description="the fuel that gensets burn")
    transport: str | None = Field(default=None, description="factor of a kilometre of visits")
    factors: str | None = Field(default=None, description="CSV of more factors, beside this file")
    embodied: dict[Literal["solar", "wind", "fuel", "storage"], EmbodiedKeys] = Field(
        default={}, description="carbon of making what is there, by role"
    )
    certificates_sold: bool = Field(
        default=False, description="certificates of its own renewables are sold to others"
    )
    opening_g_per_kwh: Annotated[float, Field(ge=0)] = Field(
        default=0.0, description="carbon of what storage holds at the start"
    )
