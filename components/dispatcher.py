"""Calls help when the frequency stays low or storage runs empty: a mobile unit after an event.

It calls when the frequency has been below `f_below_hz` for `below_s` without a break, or storage
holds no more than `soc_below_pu`; and takes the call back when both have been well again (at
`f_well_hz`, at `soc_well_pu`) for `well_s`, but not within `hold_s`. Help that was called raises
the frequency itself: with `bias_kw_per_hz`, what a hertz is worth in the area (droops and damping),
that is taken off, so that help does not send itself home and is called again:

    well:  f - help / bias >= f_well

Wire it to what it watches and to whom it calls, all of them at once:

    area.f_end_hz ~> f_hz    bess.soc_pu ~> soc_pu    genset.p_kw ~> help_kw    call ~> truck.call

A bound that is zero watches nothing. `cause` tells which of them called last. Thresholds are those
of whoever dispatches, no rule of a grid code: assumptions (0.2 Hz is the largest steady deviation
that continental Europe plans for, unverified). Valid at any step, which it sees the frequency at
the end of; a dip between two coarse steps it does not see. Leaves out: who decides, and how long
that takes (`mobile_unit` draws it).
"""

from __future__ import annotations

from twin.component import Component, inp, param, state

NOBODY, FREQUENCY, STORAGE = 0, 1, 2
CAUSES = ("none", "frequency", "storage")
ROUNDING_S = 1e-9  # a sum of steps that is short by this has lasted


class Dispatcher(Component):
    """Calls while frequency is low or storage empty, and for some time after."""

    role = "control"

    f_below_hz: float = param(49.8, "frequency that calls; 0: none; an assumption", ge=0)
    below_s: float = param(1.0, "without a break; an assumption", ge=0)
    f_well_hz: float = param(49.9, "frequency that is well again; an assumption", ge=0)
    bias_kw_per_hz: float = param(0.0, "power that a hertz stands for; 0: help counts", ge=0)
    soc_below_pu: float = param(0.0, "state of charge that calls; 0: none", ge=0, le=1)
    soc_well_pu: float = param(0.5, "that is well again; an assumption", ge=0, le=1)
    well_s: float = param(900.0, "how long all is well until it is taken back; assumed", ge=0)
    hold_s: float = param(3600.0, "least length of a call; an assumption", ge=0)

    f_hz: float = inp(50.0, "frequency that it watches", ge=0)
    soc_pu: float = inp(1.0, "state of charge that it watches")
    help_kw: float = inp(0.0, "power of those that it called")

    call: bool = state(False, "help is called")
    cause: int = state(NOBODY, "what called last", ge=0, le=2, labels=CAUSES)
    call_count: int = state(0, "calls", ge=0)
    called_h: float = state(0.0, "hours with a call", ge=0)
    low_for_s: float = state(0.0, "how long the frequency is low", ge=0, record=False)
    well_for_s: float = state(0.0, "how long all is well", ge=0, record=False)
    on_for_s: float = state(0.0, "how long the call stands", ge=0, record=False)

    def step(self, dt_s: float) -> None:
        """Look, and call or take back."""
        slow = self.f_below_hz > 0.0 and self.f_hz < self.f_below_hz
        self.low_for_s = self.low_for_s + dt_s if slow else 0.0
        lasting = slow and self.low_for_s >= self.below_s - ROUNDING_S
        empty = self.soc_below_pu > 0.0 and self.soc_pu <= self.soc_below_pu
        if self.call:
            self.on_for_s += dt_s
            self.called_h += dt_s / 3600.0
            self.well_for_s = self.well_for_s + dt_s if well(self) else 0.0
            held = self.on_for_s >= self.hold_s - ROUNDING_S
            if held and self.well_for_s > 0.0 and self.well_for_s >= self.well_s - ROUNDING_S:
                self.call = False
        elif lasting or empty:
            self.call = True
            self.call_count += 1
            self.cause = FREQUENCY if lasting else STORAGE
            self.on_for_s = 0.0
            self.well_for_s = 0.0


def well(one: Dispatcher) -> bool:
    """Whether all that it watches is well."""
    f_hz = one.f_hz
    if one.bias_kw_per_hz > 0.0:
        f_hz -= one.help_kw / one.bias_kw_per_hz
    fast = one.f_below_hz <= 0.0 or f_hz >= one.f_well_hz
    full = one.soc_below_pu <= 0.0 or one.soc_pu >= one.soc_well_pu
    return fast and full
