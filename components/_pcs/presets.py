"""Trip settings of IEEE 1547, read once from the file that names their source."""

from __future__ import annotations

import csv
from pathlib import Path

SETTINGS = Path(__file__).parents[1] / "data" / "ieee1547_trip.csv"
STANDARD_HZ = 60.0  # elsewhere frequencies are scaled with the nominal one


def _read() -> dict[str, tuple[float, ...]]:
    with SETTINGS.open(encoding="utf-8") as file:
        next(file)  # the source
        rows = csv.reader(file)
        next(rows)
        return {name: tuple(map(float, values)) for name, *values in rows}


def _pu(name: str) -> tuple[float, ...]:
    return tuple(f_hz / STANDARD_HZ for f_hz in TRIP[name])


TRIP = _read()
UV1_PU, UV1_S = TRIP["uv1_pu"], TRIP["uv1_s"]
UV2_PU, UV2_S = TRIP["uv2_pu"], TRIP["uv2_s"]
OV1_PU, OV1_S = TRIP["ov1_pu"], TRIP["ov1_s"]
OV2_PU, OV2_S = TRIP["ov2_pu"], TRIP["ov2_s"]
UF1_PU, UF1_S = _pu("uf1_hz"), TRIP["uf1_s"]
UF2_PU, UF2_S = _pu("uf2_hz"), TRIP["uf2_s"]
OF1_PU, OF1_S = _pu("of1_hz"), TRIP["of1_s"]
OF2_PU, OF2_S = _pu("of2_hz"), TRIP["of2_s"]
CEASE_BELOW_PU, CEASE_ABOVE_PU = TRIP["cease_below_pu"], TRIP["cease_above_pu"]
ENTER_V_MIN_PU, ENTER_V_MAX_PU = TRIP["enter_v_min_pu"], TRIP["enter_v_max_pu"]
ENTER_F_MIN_PU, ENTER_F_MAX_PU = _pu("enter_f_min_hz"), _pu("enter_f_max_hz")
