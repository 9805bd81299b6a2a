"""The charger of a depot: fills the battery of a mobile unit while that is at home."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from components._crews import HOUR_S

if TYPE_CHECKING:
    from components.mobile_unit import MobileUnit

PIECE_S = 300.0  # energy arrives in such pieces, so that its battery is seen to fill
TOP_UP_S = 86400.0  # what it lost by itself is made up for once a day
FULL_KWH = 1e-6


class Charger:
    """Charges with constant power from coming home until the battery is full or leaves."""

    def __init__(self, unit: MobileUnit, env: Any) -> None:
        self.unit, self.env = unit, env
        self.pulled: Any = None

    def plug_in(self) -> None:
        """Begin to charge, unless it does so already."""
        if self.unit.recharge_kw > 0.0 and self.pulled is None:
            self.pulled = self.env.event()
            self.env.process(self.charge(self.pulled))

    def unplug(self) -> None:
        """End, with what is in by now."""
        if self.pulled is not None:
            self.pulled.succeed()
            self.pulled = None

    def charge(self, pulled: Any) -> Any:
        """Fill what was empty on arrival, piece by piece; then what it lost, day by day."""
        unit, env = self.unit, self.env
        while not pulled.triggered:
            left_kwh = unit.room_kwh
            while left_kwh > FULL_KWH and not pulled.triggered:
                unit.charging_kw = unit.recharge_kw / unit.recharge_efficiency_pu
                began_s = env.now
                lasts_s = min(PIECE_S, HOUR_S * left_kwh / unit.recharge_kw)
                yield env.any_of([pulled, env.timeout(lasts_s)])
                given_kwh = unit.recharge_kw * (env.now - began_s) / HOUR_S
                left_kwh -= given_kwh
                unit.recharged_kwh += given_kwh
                unit.depot_kwh += given_kwh / unit.recharge_efficiency_pu
            unit.charging_kw = 0.0
            if not pulled.triggered:
                yield env.any_of([pulled, env.timeout(TOP_UP_S)])
