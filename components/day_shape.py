"""How busy a room is through days and weeks, from a few parameters: a stand-in for a trace.

    u = mean w (1 + swing cos(2 pi (h - peak) / 24))

h is the local hour, w the working day over the mean day, or its `weekend_pu` on Saturdays and
Sundays, so that the mean over a week is `mean_pu` exactly. A cosine has one peak a day: traffic of
a base station, highest in the evening (0.12 at 20 h is the evening shape of the island case; the
hour is an assumption), or an office. Two peaks, holidays and noise need a trace.

It is worked out before the run, in the middle of each step of the scenario, and held over it, also
where an event is resolved at a millisecond; the mean over a day is exact at any step that divides
it. Local time is UTC and `utc_offset_h`, without daylight saving. Where the peak would pass 1 it is
cut off, and the mean is lower.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from twin.component import Component, inp, out, param

HOUR_S = 3600.0
THURSDAY = 3  # the day of the epoch, 0 is Monday
SATURDAY = 5
WORKING_DAYS, WEEKEND_DAYS = 5.0, 2.0


class DayShape(Component):
    """Utilisation through day and week: mean, evening peak, weekend."""

    role = "shape"

    mean_pu: float = param(0.75, "mean utilisation over a week", ge=0, le=1)
    swing_pu: float = param(0.12, "largest deviation through the day, of its mean", ge=0, le=1)
    peak_h: float = param(20.0, "local hour of the peak; an assumption", ge=0, le=24)
    weekend_pu: float = param(1.0, "a day of the weekend over a working day", ge=0, le=5)
    utc_offset_h: float = param(0.0, "local time less UTC", ge=-12, le=14)

    shape_pu: float = inp(0.0, "utilisation, worked out before the run", ge=0, le=1)

    utilisation_pu: float = out(0.0, "how busy the machines are", ge=0, le=1)

    @staticmethod
    def prepare(
        rows: NDArray[Any],
        times: NDArray[np.datetime64],
        inputs: Mapping[str, NDArray[np.float64]],
    ) -> dict[str, NDArray[np.float64]]:
        """The shape of each unit, one column each, at instants in UTC."""
        del inputs
        utc_s = (times - np.datetime64(0, "s")) / np.timedelta64(1, "s")
        local_h = utc_s[:, None] / HOUR_S + rows["utc_offset_h"]
        weekday = (local_h // 24.0 + THURSDAY) % 7.0
        of_week = (WORKING_DAYS + WEEKEND_DAYS) / (WORKING_DAYS + WEEKEND_DAYS * rows["weekend_pu"])
        of_day = np.where(weekday >= SATURDAY, rows["weekend_pu"], 1.0) * of_week
        turn = 2.0 * np.pi * (local_h - rows["peak_h"]) / 24.0
        shape = rows["mean_pu"] * of_day * (1.0 + rows["swing_pu"] * np.cos(turn))
        return {"shape_pu": np.clip(shape, 0.0, 1.0)}

    def step(self, dt_s: float) -> None:
        """Pass it on."""
        self.utilisation_pu = self.shape_pu
