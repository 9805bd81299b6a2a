"""A sound store for the contract to pass. Valid at any step. Leaves out: nearly everything."""

from __future__ import annotations

from typing import ClassVar

from twin.component import Store, param, state


class Tank(Store):
    """A store that loses nothing."""

    role = "storage"
    balance: ClassVar = {"held_kwh": 1.0, "drawn_kwh": 1.0}

    size_kwh: float = param(100.0, "energy when full", gt=0)
    rated_kw: float = param(50.0, "power either way", gt=0)
    held_kwh: float = state(0.0, "energy held", ge=0)
    drawn_kwh: float = state(0.0, "energy drawn, less energy filled in")
    full_pu: float = state(0.5, "energy held over size", ge=0, le=1)

    def start(self) -> None:
        self.held_kwh = 0.5 * self.size_kwh
        publish(self)

    def step(self, dt_s: float) -> None:
        before_kwh = self.held_kwh
        wanted_kwh = before_kwh - self.p_dc_kw * dt_s / 3600.0
        self.held_kwh = min(max(wanted_kwh, 0.0), self.size_kwh)
        self.drawn_kwh += before_kwh - self.held_kwh
        publish(self)


def publish(device: Tank) -> None:
    """What it can still give and take."""
    device.full_pu = device.held_kwh / device.size_kwh
    device.p_discharge_max_kw = device.rated_kw
    device.p_charge_max_kw = device.rated_kw
    device.e_discharge_kwh = device.held_kwh
    device.e_charge_kwh = device.size_kwh - device.held_kwh
