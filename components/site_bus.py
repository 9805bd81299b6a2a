"""The AC bus of one site: where its devices meet, and the books of what did not balance.

The settlement has solved  source + formers + short = demand + surplus  before `step`:

* unserved:   short, at most the demand
* curtailed:  surplus up to what the sources deliver; the sun can be turned away
* dumped:     surplus beyond, which only a former at its least power can make; burnt in a load bank
* served:     demand less unserved

The bus is live when a former holds it and anything that is asked for gets through. Dead, its
frequency is 0 and all that its sources deliver is counted as curtailed.

Valid for 1 s and longer, with an algebraic island: the frequency is that of the droop, held over
the step. Leaves out: voltage, inertia, the breaker and its transfer, priorities among loads
(unserved is a power, not a choice of loads), the feeder outside.
"""

from __future__ import annotations

from twin.component import Bus, out, param, state

OUTAGE_PU = 1e-6  # a smaller share of the demand is rounding


class SiteBus(Bus):
    """Bus of one site: unserved, curtailed and dumped power, frequency, outage time."""

    role = "bus"

    f_nominal_hz: float = param(50.0, "frequency without deviation", gt=0)

    live: bool = state(False, "a former holds it and power gets through")
    served_kwh: float = state(0.0, "energy its loads were given", ge=0)
    unserved_kwh: float = state(0.0, "energy its loads were not given", ge=0)
    curtailed_kwh: float = state(0.0, "energy of sources turned away", ge=0)
    dumped_kwh: float = state(0.0, "energy of formers at least power burnt off", ge=0)
    outage_s: float = state(0.0, "time with any demand unserved", ge=0)

    p_load_kw: float = out(0.0, "demand of its loads", ge=0)
    p_gen_kw: float = out(0.0, "what its sources can deliver", ge=0)
    unserved_kw: float = out(0.0, "demand that was not served", ge=0)
    curtailed_kw: float = out(0.0, "power of sources turned away", ge=0)
    dumped_kw: float = out(0.0, "power of formers burnt off", ge=0)
    f_hz: float = out(0.0, "frequency; 0 when dead")

    def step(self, dt_s: float) -> None:
        """Book what the settlement left over."""
        hours = dt_s / 3600.0
        self.p_load_kw = self.p_demand_kw
        self.p_gen_kw = self.p_source_kw
        self.unserved_kw = min(self.short_kw, self.p_demand_kw)
        self.curtailed_kw = min(self.surplus_kw, self.p_source_kw)
        self.dumped_kw = self.surplus_kw - self.curtailed_kw
        dark = self.p_demand_kw > 0.0 and self.unserved_kw >= self.p_demand_kw
        if self.formed and not dark:
            self.live = True
            self.f_hz = self.f_nominal_hz + self.df_hz
        else:
            self.live = False
            self.f_hz = 0.0
        if self.unserved_kw > OUTAGE_PU * self.p_demand_kw:
            self.outage_s += dt_s
        self.served_kwh += (self.p_demand_kw - self.unserved_kw) * hours
        self.unserved_kwh += self.unserved_kw * hours
        self.curtailed_kwh += self.curtailed_kw * hours
        self.dumped_kwh += self.dumped_kw * hours
