"""The cabinet of a rack: one node that losses, its own consumption and a heater warm.

    C dT/dt = losses + own + heater - UA (T - air)

solved exactly over a span with all of it held. The heater's thermostat is taken by its mean: it
runs for the share of the next span that ends it at the set point, as far as its power goes.

The cabinet lives on its own cells, behind the terminals, on the reserve below soc_min too; when
they are empty it stands still and cools. Heat capacity 1000 J/(kg K). Leaves out: sun on the walls,
fans and air conditioning, differences between cells, the heat of reaction.
"""

from __future__ import annotations

import math

from components._bess.rack import Rack
from twin.component import inp, param, state

KWH_PER_KG_K = 1000.0 / 3.6e6


class Cabinet(Rack):
    """Thermal node, heater and own consumption."""

    thermal: bool = param(True, "the cells warm and cool; else they stay at start_degc")
    start_degc: float = param(25.0, "temperature of the cells at the start", ge=-50, le=60)
    mass_kg_per_kwh: float = param(10.0, "of what is warmed; an assumption", gt=0)
    ua_w_per_k_per_kwh: float = param(0.3, "to the air; 15 W/K at 50 kWh, an assumption", gt=0)
    heater_w_per_kwh: float = param(6.0, "300 W at 50 kWh, an assumption", ge=0)
    heater_degc: float = param(10.0, "the heater keeps the cells here; an assumption", le=50)
    own_w_per_kwh: float = param(1.5, "own consumption; 75 W at 50 kWh, an assumption", ge=0)

    air_degc: float = inp(25.0, "air temperature", ge=-90, le=70)

    cell_degc: float = state(25.0, "temperature of the cells")
    heater_kw: float = state(0.0, "heater", ge=0)
    heater_kwh: float = state(0.0, "energy of the heater", ge=0)
    own_kwh: float = state(0.0, "energy of the cabinet, heater included", ge=0)
    warmed_kwh: float = state(0.0, "losses when the node was last solved", record=False)


def draw_own(unit: Cabinet, dt_s: float) -> None:
    """Feed the cabinet from the cells, as far as they hold energy."""
    steady_kw = 0.001 * unit.own_w_per_kwh * unit.energy_kwh
    wanted_kwh = (steady_kw + unit.heater_kw) * (dt_s / 3600.0)
    if wanted_kwh <= 0.0:
        return
    fed_kwh = min(wanted_kwh, unit.stored_kwh)
    unit.stored_kwh -= fed_kwh
    unit.loss_kwh += fed_kwh
    unit.own_kwh += fed_kwh
    unit.heater_kwh += fed_kwh * (unit.heater_kw / (steady_kw + unit.heater_kw))


def warm(unit: Cabinet, span_s: float) -> None:
    """Where the temperature stands after a span, and how much the heater runs in the next."""
    lost_kw = (unit.loss_kwh - unit.warmed_kwh) * (3600.0 / span_s)
    unit.warmed_kwh = unit.loss_kwh
    if not unit.thermal:
        return
    ua_kw_per_k = 0.001 * unit.ua_w_per_k_per_kwh * unit.energy_kwh
    held_kwh_per_k = unit.mass_kg_per_kwh * unit.energy_kwh * KWH_PER_KG_K
    kept = math.exp(-ua_kw_per_k / held_kwh_per_k * (span_s / 3600.0))
    end_degc = unit.air_degc + lost_kw / ua_kw_per_k
    unit.cell_degc = end_degc + (unit.cell_degc - end_degc) * kept
    # the same span once more, without the heater: how far below the set point would it end?
    end_degc -= unit.heater_kw / ua_kw_per_k
    cold_degc = end_degc + (unit.cell_degc - end_degc) * kept
    needed_kw = (unit.heater_degc - cold_degc) * ua_kw_per_k / (1.0 - kept)
    most_kw = 0.001 * unit.heater_w_per_kwh * unit.energy_kwh
    unit.heater_kw = min(max(needed_kw, 0.0), most_kw)
