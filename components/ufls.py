"""Under-frequency load shedding: one relay, its breaker, and the load behind it.

A fleet of units is a stage set, and shares of one demand are its powers:

    threshold_hz = [48.8, 48.75, 48.7, ...]     p_set_kw = [20e3, 20e3, 40e3, ...]

Published sets are in data/ufls_*.csv. The relay picks up when the frequency falls below the
threshold and falls back if it recovers within `delay_s`; from then on the breaker opens after
`breaker_s`. The instant of the crossing is found within the step, and in the step in which the
breaker opens the load is taken for the part before, so that what is shed does not depend on the
step. The load stays off until `close_cmd` finds the frequency above the threshold.

    P = p_set (1 + kpf (f - f0) / f0)           while closed

More may hang behind the breaker than this load: wired `ufls.feeds ~> main.upstream_closed`, the bus
of a site loses the feeder one step after the breaker has opened. What the area is relieved of is
then net of what the site took or gave.

Valid at any step. Leaves out: voltage (a relay is blocked in a deep dip), the rate of change as a
second criterion.
"""

from __future__ import annotations

from twin.component import AcDevice, inp, out, param, state

CLOSED, PICKED_UP, OPENING, OPEN = 0, 1, 2, 3
MODES = ("closed", "picked_up", "opening", "open")


class Ufls(AcDevice):
    """One stage of load shedding: relay with delay, breaker, and its load."""

    role = "load"

    threshold_hz: float = param(49.0, "frequency at which the relay picks up", gt=0)
    delay_s: float = param(0.1, "from the crossing to the command, measurement included", ge=0)
    breaker_s: float = param(0.05, "from the command to the open breaker", ge=0)
    kpf_pu: float = param(0.0, "relative change of power per relative change of frequency")
    f_nominal_hz: float = param(50.0, "nominal frequency", gt=0)

    p_set_kw: float = inp(0.0, "demand behind the breaker at nominal frequency", ge=0)
    f_hz: float = inp(50.0, "frequency of the bus", ge=0)
    close_cmd: bool = inp(False, "close again, once the frequency is above the threshold")

    mode: int = state(CLOSED, "relay and breaker", ge=0, le=3, labels=MODES)
    since_s: float = state(0.0, "time since the frequency crossed the threshold", ge=0)
    f_last_hz: float = state(50.0, "frequency of the step before", record=False)
    trip_count: int = state(0, "how often it opened", ge=0)
    energy_kwh: float = state(0.0, "energy taken", ge=0)
    shed_kwh: float = state(0.0, "energy not taken because it was open", ge=0)
    shed_kw: float = out(0.0, "power not taken because it is open", ge=0)
    feeds: bool = out(True, "its breaker is closed, for what hangs behind it")

    def start(self) -> None:
        self.f_last_hz = self.f_nominal_hz

    def step(self, dt_s: float) -> None:
        # no frequency is measured on a dead bus
        low = 0.0 < self.f_hz < self.threshold_hz
        if self.mode == OPEN and self.close_cmd and self.f_hz >= self.threshold_hz:
            self.mode = CLOSED
        elif self.mode == CLOSED and low:
            self.mode = PICKED_UP
            self.since_s = dt_s * crossed(self.f_last_hz, self.f_hz, self.threshold_hz)
        elif self.mode == PICKED_UP or self.mode == OPENING:
            self.since_s += dt_s
        if self.mode == CLOSED or (self.mode == PICKED_UP and not low):
            self.mode = CLOSED
            self.since_s = 0.0
        if self.mode == PICKED_UP and self.since_s >= self.delay_s:
            self.mode = OPENING
        open_pu = 1.0 if self.mode == OPEN else 0.0
        over_s = self.since_s - self.delay_s - self.breaker_s
        if self.mode == OPENING and over_s >= 0.0:
            self.mode = OPEN
            self.trip_count += 1
            open_pu = min(over_s / dt_s, 1.0)
        df_pu = self.f_hz / self.f_nominal_hz - 1.0 if self.f_hz > 0.0 else 0.0
        demand_kw = self.p_set_kw * max(1.0 + self.kpf_pu * df_pu, 0.0)
        self.shed_kw = demand_kw * open_pu
        self.p_kw = self.shed_kw - demand_kw
        self.energy_kwh -= self.p_kw * dt_s / 3600.0
        self.shed_kwh += self.shed_kw * dt_s / 3600.0
        self.f_last_hz = self.f_hz
        self.feeds = self.mode != OPEN


def crossed(before_hz: float, now_hz: float, threshold_hz: float) -> float:
    """Steps since a threshold was crossed, at the end of this one; both are means of steps."""
    if before_hz <= threshold_hz:
        return 1.0
    return 1.5 - (before_hz - threshold_hz) / (before_hz - now_hz)
