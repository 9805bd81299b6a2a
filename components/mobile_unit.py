"""A truck or trailer with a generating set or a battery: how it comes to its bus, and goes again.

The payload is an ordinary device of the bus, `genset` (diesel or gas), or `pcs_fast` with `bess`;
this is what is around it, from decision to return, and the two together are the truck:

    run_cmd -> genset.run_cmd      connected -> pcs.online      refuelled_l -> genset.refuelled_l

so engine, start, synchronising, ramp, droop and protection are those of the fixed device, and begin
when the cable is in. Between depot and bus it passes the stages of `mode`:

    call - decision - crew and truck - mobilising - open road - drive - connecting - payload starts

Each length but the drive is drawn from a triangular distribution (least, most likely, most; fixed
where all are equal), the drive is distance over a mean speed times a lognormal traffic factor. No
table of minutes of any authority was found: decision 5/15/30 min, mobilising 10/20/45 min, speed
30 to 60 km/h are assumptions. Placing and connecting takes "just minutes" at a docking station and
"several hours" hard-wired (DDC resilience database): 5/12/30 and 60/180/360 min.

It comes when `call` wants it to run or `stand_by` wants it connected and stopped; one that stands
by from the start is there already. With `spins` it runs whenever it is connected. When neither
wants it any more it stops, is packed up and goes home, and is filled there. Orders that are taken
back before it left are cancelled; what has left arrives. How it is called is a policy:

* none: nothing. After an event: wire a `dispatcher` to `call`.
* By forecast: an [[outage]] of the scenario that sets `stand_by` (or `call`) to true, listed in a
  file or drawn; it opens no fine window.
* Rotating: a device hangs on one bus, so units at several buses share the trucks of a depot, each
  with its own calendar. What passes from one to the other goes home and is filled between.

Trucks of a depot, tankers and crews are shared by name, and never in two places. A truck stays
with its crew (so one that stands by from the start holds both); a trailer is left: crew and tractor
drive home at once, and others fetch it. Who asks first goes first. Where it needs more crews or a
truck than there are, it `never_arrives`: a reported outcome, told with `never_cause`.

When the payload's tank calls (`fuel_low`), a tanker of the depot comes if one is free, or it goes
home for fuel and comes again. What is brought is what the tank gains, as long as `tank_l` is that
of the set. If the tank runs dry before, the set says so (`out_of_fuel`), and starts again after.

A battery that is at the depot is charged with `recharge_kw` (0: it comes back as it left) until it
takes no more or leaves, with what is in by then, and topped up once a day; what the depot takes for
it is `depot_kwh`, and as a load of the grid `charging_kw`:

    bess.e_charge_kwh ~> room_kwh           recharged_kwh -> bess.recharged_kwh
    charging_kw -> yard.p_set_kw

At its bus it is charged as a fixed one is, by the set point of its converter.

Cost is hours of crews, kilometres, trips and rent: a trip as it begins, a year's rent by the day,
each as it begins, idle ones too, and hours and kilometres as they pass, so that a run that ends on
the way counts them until then. The crew of a truck that stands by is paid. Fuel of driving is
counted apart (`drive_fuel_l`); in a carbon ledger the kilometres carry it (TRUCK-KM). Hours of the
stages are KPIs, from the events of `mode`.

Event-driven: instants do not depend on the step, nothing happens between them, and milliseconds are
not disturbed. Leaves out: whether a battery is worth sending before it is full, tests of a set at
the depot (put them into the rent: `exercise_every_h` would test it at its bus, there or not), wear
of roads and trucks, shifts, tours over several buses, permits, failures on the way.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from components._mobile.charger import Charger
from components._mobile.stages import STAGES, Stages
from components._mobile.team import CAUSES, Team
from components._mobile.tour import (
    TANKER,
    TRAILER,
    TRUCK,
    fetched,
    go_home,
    left_there,
    sent,
    serve,
    set_up,
)
from twin.component import inp, param, state

DAY_S = 86400.0
YEAR_D = 365.0


class MobileUnit(Stages):
    """Truck or trailer around a genset or battery: dispatch, drive, connecting, fuel, return."""

    role = "logistics"

    kind: int = param(TRUCK, "stays with its crew, or is left", labels=("truck", "trailer"))
    depot: str = param("", "where its trucks and tankers stand; all that name it share them")
    trucks_count: int = param(1, "trucks or tractors of the depot; who asks first tells", ge=0)
    crews_needed_count: int = param(1, "crews that it takes", ge=1)
    distance_km: float = param(50.0, "from the depot to its bus; an assumption", gt=0)
    speed_km_per_h: float = param(45.0, "mean speed; 30 to 60, an assumption", gt=0)
    travel_sigma_pu: float = param(0.2, "of the traffic factor; 31 to 68 km/h, assumed", ge=0)
    trip_usd: float = param(0.0, "a trip there and back, beside kilometres and hours", ge=0)
    drive_usd_per_km: float = param(1.5, "each kilometre; an assumption", ge=0)
    labour_usd_per_h: float = param(60.0, "each hour of a crew away; an assumption", ge=0)
    rent_usd_per_y: float = param(0.0, "rent or yearly cost of having it, used or not", ge=0)
    drive_l_per_km: float = param(0.35, "diesel of the truck; an assumption", ge=0)
    spins: bool = param(False, "it runs whenever it is connected")
    refuel: int = param(TANKER, "what `fuel_low` leads to", labels=("tanker", "return"))
    tank_l: float = param(0.0, "tank of its set; 0: it burns nothing", ge=0)
    fill_s: float = param(900.0, "filling at the depot; an assumption", ge=0)
    tankers_count: int = param(1, "tankers of the depot; who asks first tells", ge=0)
    tanker_l: float = param(2000.0, "most that a tanker brings", gt=0)
    tanker_lead_h: float = param(1.0, "until it can leave; an assumption", ge=0)
    tanker_pump_s: float = param(1800.0, "its time on site; an assumption", ge=0)

    recharge_kw: float = param(0.0, "charger of the depot, at its battery; 0: none", ge=0)
    recharge_efficiency_pu: float = param(0.95, "of it; an assumption", gt=0, le=1)

    call: bool = inp(False, "it shall run at its bus")
    stand_by: bool = inp(False, "it shall stand connected; if from the start, it is there")
    fuel_low: bool = inp(False, "the tank of its set asks for fuel")
    tank_left_l: float = inp(0.0, "what it holds", ge=0)
    room_kwh: float = inp(0.0, "what the terminals of its battery still take", ge=0)
    engine_mode: int = inp(0, "mode of its set: it is not packed up before that is 0", ge=0)

    connected: bool = state(False, "its cable is in")
    run_cmd: bool = state(False, "its set shall run")
    fuelling: bool = state(False, "a tanker is on order")
    called_s: float = state(0.0, "when the order came", ge=0, record=False)
    teams_out_count: int = state(0, "teams away from the depot", ge=0)
    never_cause: int = state(0, "why it never arrives", ge=0, le=2, labels=CAUSES)
    never_count: int = state(0, "orders that nobody could ever follow", ge=0)
    call_count: int = state(0, "orders to come", ge=0)
    visit_count: int = state(0, "arrivals at its bus", ge=0)
    tanker_count: int = state(0, "deliveries of tankers", ge=0)
    refuelled_l: float = state(0.0, "counter of litres filled in, on site and at the depot", ge=0)
    drive_fuel_l: float = state(0.0, "diesel of driving, tankers included", ge=0)
    charging_kw: float = state(0.0, "power that the depot takes for its battery", ge=0)
    depot_kwh: float = state(0.0, "energy that the depot took for its battery", ge=0)
    recharged_kwh: float = state(0.0, "counter of what its battery was given there", ge=0)

    @classmethod
    def check_given(cls, texts: Mapping[str, str], values: Mapping[str, NDArray[Any]]) -> None:
        """Raise ValueError where it has no depot, or a stage has no order of lengths."""
        if not texts.get("depot"):
            raise ValueError("needs a depot, the name of the place that its truck comes from")
        for stage in STAGES:
            names = [f"{stage}_{end}_s" for end in ("low", "mode", "high")]
            low, mode, high = (values.get(name, cls.fields[name].default) for name in names)
            if not np.all((np.asarray(low) <= mode) & (np.asarray(mode) <= high)):
                raise ValueError(f"{', '.join(names)} should ascend")

    def process(self, env: Any) -> Any:
        """Come when wanted, serve, go home."""
        stream, team, charger = env.stream(self), Team(self, env), Charger(self, env)
        if self.rent_usd_per_y > 0.0:
            env.process(pay_rent(self, env))
        self.connected = self.stand_by and stands(self, team)
        while True:
            if not self.connected:
                charger.plug_in()
                if not (yield from sent(self, env, stream, team)):
                    continue
                charger.unplug()
                yield from set_up(self, env, stream, team)
                if self.kind == TRAILER:
                    env.process(left_there(self, env, stream, team))
                    team = Team(self, env)
            yield from serve(self, env, stream)
            if self.kind == TRAILER:
                yield from fetched(self, env, stream, team)
            yield from go_home(self, env, stream, team)


def stands(unit: MobileUnit, team: Team) -> bool:
    """Whether it is at its bus from the start: a trailer alone, a truck if a team is free."""
    if unit.kind == TRUCK and not team.lacking():
        team.ask()
        if team.there():
            team.leave()
        else:
            team.part()
    return unit.kind == TRAILER or unit.teams_out_count > 0


def pay_rent(unit: MobileUnit, env: Any) -> Any:
    """The rent of each day that begins."""
    while True:
        unit.cost_usd += unit.rent_usd_per_y / YEAR_D
        yield env.timeout(DAY_S)
