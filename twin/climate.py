"""The climate of a place: what a year of weather is drawn from, as a topology writes it."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field

DAY_S = 86400


def _twelve(value: Any) -> Any:
    if isinstance(value, list) and len(value) != 12:
        raise ValueError(f"should be twelve values, January first, not {len(value)}")
    return value


def _divides_day(value: Any) -> Any:
    if isinstance(value, int | float) and value > 0 and DAY_S % value:
        raise ValueError("should divide a day")
    return value


Twelve = Annotated[list[float], BeforeValidator(_twelve), Field(min_length=12, max_length=12)]


def _between(least: float, most: float) -> AfterValidator:
    """Bounds for each of twelve values."""

    def check(values: list[float]) -> list[float]:
        for month, value in enumerate(values, start=1):
            if not least <= value <= most:
                raise ValueError(
                    f"should be {least:g} to {most:g}, but is {value:g} in month {month}"
                )
        return values

    return AfterValidator(check)


class Climate(BaseModel):
    """Where a place is, and its weather month by month; `twin.sky` draws a year from it."""

    model_config = ConfigDict(extra="forbid", strict=True, allow_inf_nan=False)

    latitude_deg: float = Field(ge=-90, le=90, description="north")
    longitude_deg: float = Field(ge=-180, le=180, description="east")
    altitude_m: float = Field(ge=-500, le=9000, description="above the sea")
    ghi_kwh_per_m2_per_d: Annotated[Twelve, _between(0.0, 15.0)] = Field(
        description="irradiation of level ground, daily mean of each month; kept exactly"
    )
    air_degc: Annotated[Twelve, _between(-90.0, 60.0)] = Field(
        description="air temperature, mean of each month; kept exactly"
    )
    kc_sd: float = Field(
        ge=0, le=0.5, description="spread of the daily clear-sky index through a year"
    )
    kc_rho: float = Field(ge=0, lt=1, description="its correlation from one day to the next")
    air_range_k: float = Field(
        default=8.0, ge=0, le=40, description="from night to day; the default is an assumption"
    )
    air_sd_k: float = Field(
        default=2.0, ge=0, le=15, description="spread of daily means; the default is an assumption"
    )
    air_rho: float = Field(
        default=0.7, ge=0, lt=1, description="their correlation; the default is an assumption"
    )
    wind_m_per_s: float | None = Field(
        default=None, gt=0, le=30, description="mean of a year; without it there is no wind"
    )
    wind_height_m: float = Field(default=10.0, gt=0, le=300, description="height of that mean")
    wind_k: float = Field(default=2.0, ge=1, le=10, description="shape of Weibull; HOMER")
    wind_rho: float = Field(
        default=0.85, ge=0, lt=1, description="correlation from one hour to the next; HOMER"
    )
    wind_swing_pu: float = Field(
        default=0.25, ge=0, le=0.4, description="swing through a day over the mean; HOMER"
    )
    wind_peak_h: float = Field(default=15.0, ge=0, le=24, description="hour of most wind; HOMER")
    step_s: Annotated[float, BeforeValidator(_divides_day)] = Field(
        default=3600.0, ge=60, le=3600, description="interval of the weather; divides a day"
    )
    seed: Annotated[int, Field(ge=0, le=2**53)] | None = Field(
        default=None, description="of what is drawn; default that of the scenario"
    )

    @property
    def place(self) -> dict[str, float]:
        """Where it is."""
        return {
            name: getattr(self, name) for name in ("latitude_deg", "longitude_deg", "altitude_m")
        }

    @property
    def offset_h(self) -> int:
        """Hours from UTC to the local time in which it has days and months."""
        return round(self.longitude_deg / 15.0)
