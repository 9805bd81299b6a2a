"""Computing or telecom room: IT power from utilisation, its cooling, its power path and its gaps.

    P_it = rated (idle + (1 - idle) w)          w = u, the utilisation, 0 to 1, or 2 u - u^1.4
    PUE  = pue + slope min(max(T - cool, 0), most)          T: air temperature
    P    = P_it PUE / eta + no_load rated       taken from the bus

The straight line is the usual server model, the curve that of Fan et al. (2007, ISCA), read in two
open implementations; an idle share of 0.40 to 0.55 is typical of two-socket servers, 0.15 to 0.30
of the best in SPECpower. PUE 1.2 to 1.5 is a design range; a box cooled by free air has 1.10 to
1.12 up to 12 degC and 0.010 more per kelvin for 25 K above (an assumption). The power path has one
efficiency: double conversion passes 0.94 to 0.96, eco mode 0.99, a rectifier 0.96. To follow the
load, give it a loss at no load, and an efficiency that leaves that out: where 4 % of the rating are
lost at no load and 5 % of the load, as Rasmussen (APC white paper 113) has it for double conversion
(from memory, unverified), `no_load_pu` is 0.04 and the efficiency 0.952. Idle 0, PUE 1 and
efficiency 1 make it P = rated u.

Coarse, a room on mains asks for its power whether or not the bus can serve it; what was not served
is counted by the bus. Voltage and frequency are judged in the fine regime alone; what begins there
goes on in the coarse one until the room is back on mains.

Fine, P is constant power, and below 0.8 pu of voltage that of an impedance, (v / 0.8)^2 P, as in
`load`; what is lacking is taken from what is stored. There is no voltage on a dead bus (frequency
0). What follows depends on the kind:

* `psu`: power supplies straight on the bus. They bear a voltage beyond each level of `curve` for
  its time at a stretch; below its deepest level they draw nothing and live on what they hold, for
  hold_up / load at most. A longer excursion drops the room.
* `ups`: a supply outside the window of voltage and frequency moves the room to its battery, and
  the bus loses it. When the supply has been fit for `retransfer_s` it walks in along a straight
  line. Each excursion is a dip; `dips_count` of them within `dips_window_s` hold the room off until
  `return_cmd`. An empty battery drops it.
* `dc_plant`: rectifiers with a battery behind them, as -48 V telecom has. The same, without
  counting dips.

A dropped room computes nothing; its IT energy is counted until, after `restart_s` of fit supply, it
has walked in again. The input takes `input_max_pu` of its rated current at most, the battery gives
the rest. What is stored is counted ahead of the power path, and is filled again at `recharge_pu`
once the room is back on mains:

    recharge = bridged + loss - missing

Three dips within a minute, and a return by hand, is what NERC's incident review of January 2025
says of 1,500 MW of data centres on 10 July 2024 (read in quotations). Waiting and walk-in of 10 s
are a maker's defaults (Mitsubishi 9800AE); a tenth of the rating to recharge, and 1.3 times the
current meanwhile, are of a specification of APC, whose limit is 1.5. Telecom rectifiers work from
80 to 320 V and walk in within 5 s (Alpha Cordex): set their window. Curves and their sources are in
data/ride_through_*.csv; that of ITIC is meant for 120 V.

Valid from 1 s coarse, up to 0.01 s fine; voltage and frequency arrive up to one step late, and are
held within it. Leaves out: cooling with heat capacity or a supply of its own, inrush, harmonics,
reactive power, ageing of batteries and their discharge at high current, bypass, redundant feeds, a
generator behind the UPS (a long `autonomy_s` may stand for it).
"""

from __future__ import annotations

from typing import ClassVar

from components._supply.curves import LEVELS, NAMES
from components._supply.drawn import (
    MAINS,
    MODES,
    SERVERS,
    STRAIGHT,
    at_bus_kw,
    machines_kw,
    unmoved,
)
from components._supply.modes import live
from components._supply.seen import (
    DIPS,
    KINDS,
    NOTHING_SEEN,
    PSU,
    VERDICTS,
    fit,
    note_worst,
    seen_pu,
)
from twin.component import AcDevice, Vector, inp, out, param, state, vector


class ItLoad(AcDevice):
    """IT room as a load: idle share, utilisation, PUE, power path, voltage gaps."""

    role = "load"
    fine_step_max_s: ClassVar[float] = 0.01
    balance: ClassVar = {
        "recharge_kwh": 1,
        "bridged_kwh": -1,
        "recharge_loss_kwh": -1,
        "missing_kwh": 1,
    }

    kind: int = param(PSU, "power path", labels=KINDS)
    curve: int = param(0, "psu: what it bears; ITIC at 120 V, IEC at 230", labels=NAMES)
    hold_up_s: float = param(0.02, "psu: at no voltage, full load; ITIC; makers from 0.01", ge=0)
    v_min_pu: float = param(0.85, "ups, dc_plant: window; -15 % is usual, unverified", ge=0)
    v_max_pu: float = param(1.1, "the same; +10 % is usual, unverified", gt=0)
    f_min_hz: float = param(45.0, "the same; usual, unverified", ge=0)
    f_max_hz: float = param(65.0, "the same; usual, unverified", gt=0)
    autonomy_s: float = param(600.0, "its battery at rated power; an assumption", ge=0)
    battery_efficiency_pu: float = param(0.9, "given over recharged; an assumption", gt=0, le=1)
    recharge_pu: float = param(0.1, "most power to recharge, of rated; APC", ge=0)
    input_max_pu: float = param(1.3, "most current of the input, of rated; APC", gt=0)
    retransfer_s: float = param(10.0, "fit supply before it returns; Mitsubishi", ge=0)
    walk_in_s: float = param(10.0, "from nothing to all; the same", ge=0)
    dips_count: int = param(
        3, "ups: dips that hold it off; NERC, unverified; 0: none", ge=0, le=DIPS + 1
    )
    dips_window_s: float = param(60.0, "within which they count; the same", ge=0)
    restart_s: float = param(300.0, "fit supply before it restarts; an assumption", ge=1)

    return_cmd: bool = inp(False, "ups: return in spite of dips")

    ramp_pu: float = state(1.0, "how far it has walked in", ge=0, le=1, record=False)
    unfit: bool = state(False, "the supply cannot stay as it is", record=False)
    unusable: bool = state(False, "its input takes nothing", record=False)
    held_off: bool = state(False, "it waits for a command to return", record=False)
    fit_s: float = state(0.0, "how long the supply has been fit", ge=0, record=False)
    gap_s: float = state(0.0, "how long the supply has not been usable", ge=0, record=False)
    beyond_s: Vector = vector(LEVELS, "how long the voltage has been beyond each level")
    dip_left_s: Vector = vector(DIPS, "how much longer each dip is remembered")
    bridged_kwh: float = state(0.0, "energy from what is stored", ge=0, record=False)
    recharge_kwh: float = state(0.0, "energy taken to fill that again", ge=0, record=False)
    recharge_loss_kwh: float = state(0.0, "of it, lost", ge=0, record=False)

    # what is touched in every coarse step stands together, next to what is recorded
    rated_kw: float = param(10.0, "IT power at full utilisation", ge=0)
    idle_pu: float = param(0.45, "IT power when idle, of rated", ge=0, le=1)
    servers: int = param(STRAIGHT, "power by utilisation", labels=SERVERS)
    pue_pu: float = param(1.3, "power of the facility over IT power, in cool air", ge=1, le=5)
    pue_pu_per_k: float = param(0.0, "more in warmer air; free air 0.01, assumed", ge=0, le=0.1)
    cool_degc: float = param(12.0, "air up to this is cool; an assumption", ge=-60, le=60)
    warmer_max_k: float = param(25.0, "air warmer by more costs no more; an assumption", ge=0)
    ups_efficiency_pu: float = param(0.96, "of the power path ahead of the room", gt=0, le=1)
    no_load_pu: float = param(0.0, "loss of the power path at no load, of rated", ge=0, le=0.5)
    air_degc: float = inp(12.0, "air temperature", ge=-90, le=70)
    v_pu: float = inp(1.0, "voltage of the bus", ge=0)
    f_hz: float = inp(50.0, "frequency of the bus; 0 when dead", ge=0)
    utilisation_pu: float = inp(1.0, "how busy the machines are", ge=0, le=1)
    awake: bool = state(False, "something other than utilisation goes on", record=False)

    mode: int = state(MAINS, "what carries it", ge=0, le=5, labels=MODES)
    verdict: int = state(NOTHING_SEEN, "worst so far", ge=0, le=3, labels=VERDICTS)
    drop_count: int = state(0, "how often it was dropped", ge=0)
    transfer_count: int = state(0, "how often it went to its battery", ge=0)
    dropped_s: float = state(0.0, "time dropped", ge=0)
    dropped_kwh: float = state(0.0, "IT energy that was not computed", ge=0)
    missing_kwh: float = state(0.0, "what its battery lacks", ge=0)
    longest_gap_s: float = state(0.0, "longest time without usable supply", ge=0)
    worst_v_pu: float = state(1.0, "voltage farthest from nominal", ge=0)
    energy_kwh: float = state(0.0, "energy demanded of the bus", ge=0)
    it_kw: float = out(0.0, "power demanded by the machines", ge=0)

    def step(self, dt_s: float) -> None:
        """Turn utilisation into demand; go on with what the fine regime left."""
        if self.awake:
            judged = self.mode != MAINS
            live(self, seen_pu(self) if judged else 1.0, judged, dt_s)
        else:
            demand(self, dt_s)

    def fine(self, dt_s: float) -> None:
        """The same with an eye on the supply."""
        v_pu = seen_pu(self)
        note_worst(self, v_pu)
        if self.awake or not (fit(self, v_pu) and unmoved(self, v_pu, machines_kw(self))):
            live(self, v_pu, True, dt_s)
        else:
            demand(self, dt_s)


def demand(room: ItLoad, dt_s: float) -> None:
    """All from the bus."""
    room.it_kw = machines_kw(room)
    room.p_kw = -at_bus_kw(room, room.it_kw)
    room.energy_kwh -= room.p_kw * (dt_s / 3600.0)
