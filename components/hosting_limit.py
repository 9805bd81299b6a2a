"""Limits the set point of a set to what the network takes at its bus: voltage and line loading.

    room   = min((v_max - v) / 0.1, loading_max - loading)        > 0: there is room
    cap'   = room / T,   0 <= cap <= 1,   by no more than 0.2 room a step
    p_set  = min(p_wanted, cap rated)

It begins at nothing, as a crew loads a set that has just been connected, and stays below both
limits. It is the power flow that says what the bus takes: voltage and loading are those of its last
solution, one exchange late, which is why the cap moves a part of the way a step only (it settles
where a step of the rating changes the loading by less than 10 and the voltage by less than 1 pu).
For a truck at bus 11 whose power leaves by line 8:

    wires = [
        { wire = "feeder.v_pu ~> v_pu", at = [11] },
        { wire = "feeder.line_loading_pu ~> loading_pu", at = [8] },
        "p_set_kw -> genset.p_set_kw",
    ]

It watches one line. Where others may be full before, as one that several trucks share, limits in a
row do it, each with a line of its own and the set point of the one before as what it wants:

    "p_set_kw -> shared.p_wanted_kw" and in `shared` "p_set_kw -> genset.p_set_kw"

10 % of voltage are the band of EN 50160 (unverified), T is an assumption. `limited` says that the
bus does not take what is wanted. Valid at any step. Leaves out: reactive power, what droop adds to
the set point, the least load of a running set.
"""

from __future__ import annotations

from twin.component import Component, inp, out, param, state
from twin.lags import clipped

BAND_PU = 0.1  # of voltage, as much as all of a loading
MOST_PU = 0.2  # of the room, in a step
NEAR_PU = 1e-6  # of the rating: less is not limited


class HostingLimit(Component):
    """What a bus takes of a set point, and the energy that it does not take."""

    role = "control"

    rated_kw: float = param(100.0, "rating of what it limits", gt=0)
    v_max_pu: float = param(1.10, "highest voltage; EN 50160, unverified", gt=0)
    loading_max_pu: float = param(1.0, "highest loading of the line", gt=0)
    response_s: float = param(30.0, "T: how fast it moves; an assumption", gt=0)

    p_wanted_kw: float = inp(0.0, "power that is wanted")
    v_pu: float = inp(1.0, "voltage of its bus", ge=0)
    loading_pu: float = inp(0.0, "loading of the line that takes its power", ge=0)
    connected: bool = inp(True, "what it limits is there; otherwise it begins anew")

    cap_pu: float = state(0.0, "what the bus takes, of the rating", ge=0, le=1)
    limited: bool = state(False, "less is asked for than is wanted")
    limited_kwh: float = state(0.0, "energy not asked for", ge=0)

    p_set_kw: float = out(0.0, "set point within what the bus takes")

    def step(self, dt_s: float) -> None:
        """Move to what the last power flow leaves."""
        room_pu = (self.v_max_pu - self.v_pu) / BAND_PU
        room_pu = min(room_pu, self.loading_max_pu - self.loading_pu)
        share = min(dt_s / self.response_s, MOST_PU)
        self.cap_pu = clipped(self.cap_pu + share * room_pu, 0.0, 1.0)
        if not self.connected:
            self.cap_pu = 0.0
        self.p_set_kw = min(self.p_wanted_kw, self.cap_pu * self.rated_kw)
        left_kw = self.p_wanted_kw - self.p_set_kw
        self.limited = self.connected and left_kw > NEAR_PU * self.rated_kw
        if self.connected:
            self.limited_kwh += left_kw * dt_s / 3600.0
