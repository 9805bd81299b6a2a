"""Counts how often and how long what is critical on a bus was not served: the record of an SLA.

    critical = load - deferrable,   lost = max(unserved - deferrable, 0)

Loads that can wait give way first (`batch_load`), so only a shortage beyond them is critical. An
interruption lasts while more than a millionth of the critical load is lost; gaps that follow each
other without a served step are one. From its counters

    availability in time   = 1 - interrupted_s / time observed
    availability in energy = 1 - lost_kwh / critical_kwh

Wire it within the step, to the bus and to all loads that can wait (their powers are added):

    main.p_load_kw -> p_load_kw    main.unserved_kw -> unserved_kw    batch.p_kw -> p_wait_kw

Valid at any step; at coarse ones a shortage within a step counts with all of the step in time, with
its mean in energy. Leaves out: what a room bridges by a battery of its own or notices of a dip
(`it_load` counts that itself), maintenance that a contract exempts.
"""

from __future__ import annotations

from twin.component import Component, inp, state

ROUNDING = 1e-6  # of the critical load; less is rounding


class UptimeMeter(Component):
    """Interruptions of the critical load of a bus: how many, how long, how much energy."""

    role = "meter"

    p_load_kw: float = inp(0.0, "demand of the bus", ge=0)
    unserved_kw: float = inp(0.0, "of it, not served", ge=0)
    p_wait_kw: float = inp(0.0, "power of loads that can wait; negative when taken", le=0)

    interrupted: bool = state(False, "the critical load is not served")
    interruption_count: int = state(0, "how often that began", ge=0)
    running_s: float = state(0.0, "how long it lasts", ge=0, record=False)
    interrupted_s: float = state(0.0, "time interrupted", ge=0)
    longest_s: float = state(0.0, "longest interruption", ge=0)
    observed_s: float = state(0.0, "time observed", ge=0)
    critical_kwh: float = state(0.0, "energy that the critical load asked for", ge=0)
    lost_kwh: float = state(0.0, "of it, not served", ge=0)

    def step(self, dt_s: float) -> None:
        """Read the bus."""
        hours = dt_s / 3600.0
        critical_kw = max(self.p_load_kw + self.p_wait_kw, 0.0)
        lost_kw = min(max(self.unserved_kw + self.p_wait_kw, 0.0), critical_kw)
        interrupted = lost_kw > ROUNDING * critical_kw
        self.interruption_count += int(interrupted and not self.interrupted)
        self.interrupted = interrupted
        self.running_s = self.running_s + dt_s if interrupted else 0.0
        if interrupted:
            self.interrupted_s += dt_s
            self.longest_s = max(self.longest_s, self.running_s)
        self.observed_s += dt_s
        self.critical_kwh += critical_kw * hours
        self.lost_kwh += lost_kw * hours
