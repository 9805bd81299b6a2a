"""What every model of a battery rack holds: its size, its window, its limits and its books."""

from __future__ import annotations

from typing import ClassVar

from twin.component import Store, param, state


class Rack(Store):
    """Size, window of charge, limits and books of a rack."""

    role = "storage"
    balance: ClassVar = {"e_in_kwh": 1, "e_out_kwh": -1, "loss_kwh": -1, "stored_kwh": -1}

    energy_kwh: float = param(50.0, "usable energy when new", gt=0)
    soc_min_pu: float = param(0.1, "discharged no further", ge=0, le=1)
    soc_max_pu: float = param(1.0, "charged no further", ge=0, le=1)
    soc_start_pu: float = param(0.5, "state of charge at the start", ge=0, le=1)
    charge_max_kw: float = param(25.0, "most charging power at the terminals; 0.5C", ge=0)
    discharge_max_kw: float = param(25.0, "most discharging power at the terminals; 0.5C", ge=0)
    self_discharge_pu_per_d: float = param(0.0005, "of what is stored; 1.5 % a month", ge=0, le=1)

    soc_pu: float = state(0.5, "state of charge", ge=0, le=1)
    stored_kwh: float = state(25.0, "energy in the cells", ge=0)
    e_in_kwh: float = state(0.0, "energy taken at the terminals", ge=0)
    e_out_kwh: float = state(0.0, "energy given at the terminals", ge=0)
    loss_kwh: float = state(0.0, "all that was lost inside, and what was rounded")
    efc_count: float = state(0.0, "equivalent full cycles: energy through the cells / 2", ge=0)
