"""Secondary control of an area: brings the frequency back, plant by plant, a few seconds a cycle.

For one area without ties, with the bias K, the gain b and the time constant T (the form of the
UCTE Operation Handbook, appendix 1 to policy 1):

    G = K (f - f0)        area control error [kW], 0 within the deadband
    P = share (- b G - (1 / T) integral of G)

One unit speaks to one plant, through `p_agc_kw` of `tgov1`, `ieeeg1`, `gast` or `hygov`; `share_pu`
is its part of the whole, so that the shares of all should add up to 1. What it asks for keeps to
`reserve_kw` up and down (the integral stops there and does not wind up) and moves no faster than
`ramp_pu_per_s` of that; the plant has a ramp of its own behind it. Wire, with a cycle of 4 s:

    period_s = 4.0    wires = ["area.f_end_hz ~> f_hz", "p_agc_kw -> plant.p_agc_kw"]

What has no such input is told its whole set point, p_set = base + P: `"p_set_kw -> pcs.p_set_kw"`.
One unit may speak to a fleet: each of its units is then asked for the same, so that `share_pu`,
`reserve_kw` and `base_kw` are those of one of them.

K is best what the area itself has, D S / f0 and the droops of all plants together; then an integral
alone (b = 0) takes over a loss of power as 1 - exp(-t / T). The handbook is said to name 0 to 0.5
for b, 50 to 200 s for T and cycles of 1 to 5 s: unverified, as are deadband and ramp (assumptions).
Valid at cycles far below T. Leaves out: exchange with other areas, filters, dispatch of reserves
by price, commands in steps and the least time between them (rules of North China), time control.
"""

from __future__ import annotations

from twin.component import Component, inp, out, param, state
from twin.lags import beyond, clipped, toward


class Agc(Component):
    """Secondary control: PI on the area control error, one unit a plant."""

    role = "control"

    bias_kw_per_hz: float = param(40e3, "K: power that a hertz stands for", gt=0)
    gain_pu: float = param(0.1, "b: proportional part; 0 to 0.5, unverified", ge=0)
    integral_s: float = param(120.0, "T: time constant; 50 to 200 s, unverified", gt=0)
    share_pu: float = param(1.0, "part of this plant", ge=0, le=1)
    reserve_kw: float = param(20e3, "most it asks of this plant, up and down", ge=0)
    ramp_pu_per_s: float = param(0.01, "of the reserve, how fast; an assumption", gt=0)
    deadband_hz: float = param(0.0, "deviation without a command", ge=0)
    base_kw: float = param(0.0, "set point that its command is added to")
    f_nominal_hz: float = param(50.0, "nominal frequency", gt=0)

    f_hz: float = inp(50.0, "frequency of the area", ge=0)
    online: bool = inp(True, "it controls; otherwise it takes its command back")

    integral_kw: float = state(0.0, "integral part of this plant", record=False)
    moved_kwh: float = state(0.0, "energy asked for, up or down", ge=0)
    ace_kw: float = out(0.0, "area control error")
    p_agc_kw: float = out(0.0, "change of its set point that it asks the plant for")
    p_set_kw: float = out(0.0, "base and command together")

    def step(self, dt_s: float) -> None:
        """One cycle."""
        self.ace_kw = self.bias_kw_per_hz * beyond(self.f_hz - self.f_nominal_hz, self.deadband_hz)
        wanted_kw = 0.0
        if self.online:
            own_kw = self.share_pu * self.ace_kw
            self.integral_kw -= own_kw * dt_s / self.integral_s
            self.integral_kw = clipped(self.integral_kw, -self.reserve_kw, self.reserve_kw)
            wanted_kw = self.integral_kw - self.gain_pu * own_kw
            wanted_kw = clipped(wanted_kw, -self.reserve_kw, self.reserve_kw)
        else:
            self.integral_kw = 0.0
        most_kw = self.ramp_pu_per_s * self.reserve_kw * dt_s
        self.p_agc_kw = toward(self.p_agc_kw, wanted_kw, most_kw)
        self.p_set_kw = self.base_kw + self.p_agc_kw
        self.moved_kwh += abs(self.p_agc_kw) * dt_s / 3600.0
