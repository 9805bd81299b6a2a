"""A depot whose trucks drive outside the compiled loop."""

from __future__ import annotations

from typing import Any

from twin.component import Component, inp, out, param


class Depot(Component):
    """Sends a truck when called."""

    town: str = param("nowhere", "where it stands")
    drive_s: float = param(3600.0, "time on the road", ge=0)
    called: bool = inp(False, "call for a truck")
    arrived_l: float = out(0.0, "fuel brought so far", ge=0)

    def process(self, env: Any) -> Any:
        """Wait and drive."""
        while True:
            yield env.timeout(self.drive_s)
