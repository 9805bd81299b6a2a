"""Work that can wait: a load that gives way when its bus is short, and catches up later.

    asked   = new + caught up,   new = rated u,   caught up <= rated - new
    wanted  = served + given up + backlog + asked in this step        (kWh)

It runs unless a controller sheds it (`shed_cmd`, at once) or its bus was short in the step before:
then it is off for `hold_s` and tries again. What it cannot do meanwhile waits in the backlog, or
with `gives_up` is never done. The backlog is caught up as fast as the rating allows, `on_surplus`
only with what sources can give beyond all load of the bus (wire `p_gen_kw` and `p_load_kw` of it).
A shortage is the last moment to give way, when a battery is empty: to keep it for what cannot wait,
let a controller shed earlier.

In a step in which the bus is short, work that can wait is taken to give way within the step, ahead
of what cannot: as much of the shortage as it asked for was not served to it. It learns that one
step later (`bus.unserved_kw ~> short_kw`), when it moves that energy to the backlog; the last step
of a run stays in `asked_kwh`. What is short beyond it leaves as `short_left_kw`. That makes the
order of shedding: the first is wired to the bus, each other one to the one before it

    main.unserved_kw ~> batch.short_kw        batch.short_left_kw -> lights.short_kw

so that a later one gives way only when those before it were not enough. The bus counts what was
short as unserved, whoever gave way: `uptime_meter` tells what of it was critical.

Both regimes are alike: an order is followed within a step, a shortage within two. Leaves out: time
limits of the work, several jobs, the state that an interrupted job loses, idle machines (give them
to an `it_load`), voltage. `hold_s` is an assumption.
"""

from __future__ import annotations

from typing import ClassVar

from twin.component import AcDevice, inp, out, param, state

ROUNDING = 1e-6  # of the rating; a smaller shortage is none


class BatchLoad(AcDevice):
    """Deferrable load: shed by order or shortage, backlog caught up or given up."""

    role = "load"
    balance: ClassVar = {
        "wanted_kwh": 1,
        "served_kwh": -1,
        "given_up_kwh": -1,
        "backlog_kwh": -1,
        "asked_kwh": -1,
    }

    rated_kw: float = param(5.0, "most power that it takes", ge=0)
    gives_up: bool = param(False, "what is not done at once is given up; otherwise it waits")
    on_surplus: bool = param(False, "catches up on surplus of the sources alone")
    hold_s: float = param(900.0, "off for this long after a shortage; an assumption", ge=0)

    utilisation_pu: float = inp(1.0, "new work, of rated", ge=0, le=1)
    shed_cmd: bool = inp(False, "gives way, by order")
    short_kw: float = inp(0.0, "what was short in the step before, for it to give way to", ge=0)
    p_gen_kw: float = inp(0.0, "what the sources of the bus can deliver", ge=0)
    p_load_kw: float = inp(0.0, "demand of the bus", ge=0)

    hold_left_s: float = state(0.0, "how much longer it is off", ge=0, record=False)
    asked_kwh: float = state(0.0, "energy asked for in the last step", ge=0, record=False)
    off: bool = state(False, "it gives way")
    shed_count: int = state(0, "how often it began to give way", ge=0)
    backlog_kwh: float = state(0.0, "work that waits", ge=0)
    energy_kwh: float = state(0.0, "energy demanded of the bus", ge=0)
    wanted_kwh: float = state(0.0, "energy of all work that came", ge=0)
    served_kwh: float = state(0.0, "of it, done", ge=0)
    postponed_kwh: float = state(0.0, "energy that was put off, once or again", ge=0)
    given_up_kwh: float = state(0.0, "energy of work never done", ge=0)
    short_left_kw: float = out(0.0, "what was short beyond what it asked for", ge=0)

    def step(self, dt_s: float) -> None:
        """Book what the step before left unserved, then ask for what may run."""
        asked_kw = -self.p_kw
        settle(self, asked_kw)
        self.hold_left_s = max(self.hold_left_s - dt_s, 0.0)
        short = self.short_kw > ROUNDING * self.rated_kw
        if short:
            self.hold_left_s = self.hold_s
        off = self.shed_cmd or short or self.hold_left_s > 0.0
        self.shed_count += int(off and not self.off)
        self.off = off
        hours = dt_s / 3600.0
        new_kw = self.rated_kw * min(max(self.utilisation_pu, 0.0), 1.0)
        new_kwh = new_kw * hours
        self.wanted_kwh += new_kwh
        self.asked_kwh = 0.0
        if off:
            put_off(self, new_kwh)
        else:
            spare_kw = self.rated_kw - new_kw
            if self.on_surplus:
                others_kw = self.p_load_kw - asked_kw
                spare_kw = min(spare_kw, max(self.p_gen_kw - others_kw - new_kw, 0.0))
            caught_up_kwh = min(self.backlog_kwh, spare_kw * hours)
            self.backlog_kwh -= caught_up_kwh
            self.asked_kwh = new_kwh + caught_up_kwh
        self.p_kw = -self.asked_kwh / hours
        self.energy_kwh += self.asked_kwh


def settle(load: BatchLoad, asked_kw: float) -> None:
    """Take back what of the last step was not served."""
    unserved_kw = min(load.short_kw, asked_kw)
    load.short_left_kw = load.short_kw - unserved_kw
    unserved_kwh = 0.0
    if unserved_kw > 0.0:
        unserved_kwh = load.asked_kwh * (unserved_kw / asked_kw)
    load.served_kwh += load.asked_kwh - unserved_kwh
    put_off(load, unserved_kwh)


def put_off(load: BatchLoad, work_kwh: float) -> None:
    """Let work wait, or give it up."""
    if load.gives_up:
        load.given_up_kwh += work_kwh
    else:
        load.backlog_kwh += work_kwh
        load.postponed_kwh += work_kwh
