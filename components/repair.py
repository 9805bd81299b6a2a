"""Repair of a device that says it has failed: spare parts, a crew, the way there, the work.

    down = parts + waiting for a crew and an open road + travel + work

Every length is lognormal, with a mean and the sigma of its logarithm (0: always the mean). The
device is told by the counter `repaired_count`, and takes `failed` back; where it still stands a
day after the crew came home, the crew is called again. With a mean time to failure F that counts
only while the device is up, availability tends to F / (F + down).

Time to repair: 8 h in towns, 72 h in mountains (converters; field memory, unverified); distance
and speed are assumptions. Event-driven: instants do not depend on the step, but the device hears
of them at its next one. Leaves out: working hours and closed roads, which events and outages of
`road_open` bring; a crew that left arrives.
"""

from __future__ import annotations

from typing import Any

from components._crews import HOUR_S, Crewed, crews_of, drive_home, heard, help_there, lasting_s
from twin.component import inp, param, state


class Repair(Crewed):
    """Crew that comes when a device has failed, and counts what it has repaired."""

    role = "logistics"

    parts_h: float = param(0.0, "mean time until spare parts are there", ge=0)
    parts_sigma_pu: float = param(0.0, "sigma of its logarithm", ge=0)
    work_h: float = param(8.0, "mean time of the work; in towns, unverified", ge=0)
    work_sigma_pu: float = param(0.0, "sigma of its logarithm", ge=0)

    failed: bool = inp(False, "whether the device has failed")

    repaired_count: int = state(0, "repairs done", ge=0)

    def process(self, env: Any) -> Any:
        """Wait for a failure, repair it, and be heard."""
        stream, crews = env.stream(self), crews_of(self, env)
        while True:
            while not self.failed:
                yield env.change_of(self, "failed")
            failed_s = env.now
            yield env.timeout(lasting_s(stream, self.parts_h, self.parts_sigma_pu))
            with crews.request() as free:
                yield free
                work_s = lasting_s(stream, self.work_h, self.work_sigma_pu)
                left_s = yield from help_there(self, env, stream, work_s)
                self.repaired_count += 1
                self.waited_h += (env.now - failed_s) / HOUR_S
                yield from drive_home(self, env, stream, left_s)
            yield from heard(self, env, ["failed"])
