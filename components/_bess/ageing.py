"""Ageing of LFP cells by calendar and by cycles: two published sets, kept up while it runs.

Each loss of capacity follows a power law, q = k x^p, of time or of full equivalent cycles x. Its
factor k changes with temperature, charge and use, so the law is continued from the loss that there
is (virtual time, virtual cycles):

    q := (q^(1/p) + k^(1/p) dx)^p

naumann: Sony US26650FTC1 of 3 Ah. Calendar: Naumann et al. (2018), Journal of Energy Storage 17,
153-169; cycles: Naumann et al. (2020), Journal of Power Sources 451, 227666; constants as SimSES
has them. Loss by calendar p = 0.5 of seconds, by cycles p = 0.5; resistance is linear in both.

blast_250ah: large prismatic cells of more than 250 Ah, BLAST-Lite Lfp_Gr_250AhPrismatic (NREL),
fitted to Journal of Energy Storage 71 (2023) 109042: cycles of 0.8 to 1 at 10 to 45 degC, charging
up to 0.65C. Loss by calendar p = 0.526 of days, by cycles p = 0.828. The potential of the anode is
that of Safari and Delacourt (2011). Its cycles age least in heat, because the calendar takes it
all there: outside those temperatures it says nothing. No growth of resistance.

The rate of a swing is its depth over its duration. For naumann pauses (below 0.01C) are left out of
it, for blast_250ah they count, as in the sources. Leaves out: plating in the cold, the knee at the
end of life, pressure.
"""

from __future__ import annotations

import math

from components._bess.swing import Swing, counted, is_closed, turned
from twin.component import param, state

NONE, NAUMANN, BLAST = 0, 1, 2
SETS = ("none", "naumann", "blast_250ah")
KELVIN = 273.15
REFERENCE_K = 298.15
GAS = 8.3144598  # J/(mol K)
PAUSE_PER_H = 0.01
LEAST_CAPACITY_PU = 0.1  # below it no source says anything

CALENDAR_POWER = (1.0, 0.5, 0.526)
CYCLE_POWER = (1.0, 0.5, 0.828)


class Ageing(Swing):
    """Loss of capacity and growth of resistance of a rack, and its replacement."""

    ageing: int = param(BLAST, "which published ageing", labels=SETS)
    ageing_pu: float = param(1.0, "what it is multiplied by", ge=0)
    eol_pu: float = param(0.8, "capacity at the end of life; the usual warranty", gt=0, lt=1)
    replace_at_eol: bool = param(False, "new cells are put in at the end of life")

    capacity_pu: float = state(1.0, "capacity left, of a new one", ge=0, le=1)
    calendar_loss_pu: float = state(0.0, "capacity lost to time", ge=0)
    cycle_loss_pu: float = state(0.0, "capacity lost to cycles", ge=0)
    resistance_growth_pu: float = state(0.0, "growth of resistance, of a new one", ge=0)
    eol_count: int = state(0, "times that the end of life was reached", ge=0)
    replaced_count: int = state(0, "times that new cells were put in", ge=0)


def continued(loss_pu: float, factor: float, power: float, more: float) -> float:
    """A loss that follows factor x^power, after x has grown from where the loss stands."""
    if factor <= 0.0:
        return loss_pu
    root = 1.0 / power
    return float((loss_pu**root + factor**root * more) ** power)


def anode_v(soc_pu: float) -> float:
    """Potential of the anode against lithium; the stoichiometry is that of Schimpe (2018)."""
    x = 0.0085 + soc_pu * (0.78 - 0.0085)
    return (
        0.6379
        + 0.5416 * math.exp(-305.5309 * x)
        + 0.044 * math.tanh((0.1958 - x) / 0.1088)
        - 0.1978 * math.tanh((x - 1.0571) / 0.0854)
        - 0.6875 * math.tanh((x + 0.0117) / 0.0529)
        - 0.0175 * math.tanh((x - 0.5692) / 0.0875)
    )


def age_by_time(unit: Ageing, soc_pu: float, degc: float, span_s: float) -> None:
    """What a span of time at this charge and temperature costs."""
    if unit.ageing == NONE:
        return
    kelvin = degc + KELVIN
    away = soc_pu - 0.5
    inverse = 1.0 / kelvin - 1.0 / REFERENCE_K
    if unit.ageing == NAUMANN:
        factor = 1.2571e-5 * math.exp(-17126.0 / GAS * inverse)
        factor *= 2.8575 * away * away * away + 0.60225
        growth = 3.4194e-10 * math.exp(-71827.0 / GAS * inverse)
        growth *= 1.5604 - 3.3903 * away * away
        unit.resistance_growth_pu += unit.ageing_pu * growth * span_s
        more = span_s
    else:
        factor = 8.37e4 * math.exp((-5.21e3 - 3.56e3 * anode_v(soc_pu)) / kelvin)
        more = span_s / 86400.0
    power = CALENDAR_POWER[unit.ageing]
    loss_pu = continued(unit.calendar_loss_pu, unit.ageing_pu * factor, power, more)
    unit.calendar_loss_pu = loss_pu


def age_by_swings(unit: Ageing, soc_pu: float, degc: float, dt_s: float) -> None:
    """Follow the state of charge over a step, and book every swing that it closed."""
    if unit.ageing == NONE:
        return
    moved_per_h = abs(soc_pu - unit.end_pu) * 3600.0 / dt_s
    if unit.ageing == BLAST or moved_per_h > PAUSE_PER_H:
        unit.clock_s += dt_s
    if turned(unit, soc_pu):
        while is_closed(unit):
            depth_pu, lasted_s, cycles = counted(unit)
            age_by_swing(unit, depth_pu, lasted_s, depth_pu * cycles, degc)


def age_by_swing(
    unit: Ageing, depth_pu: float, lasted_s: float, cycles: float, degc: float
) -> None:
    """What full equivalent cycles of one depth and duration cost."""
    rate_per_h = depth_pu * 3600.0 / lasted_s if lasted_s > 0.0 else 0.0
    if unit.ageing == NAUMANN:
        deep = depth_pu - 0.6
        factor = 0.01 * (0.0630 * rate_per_h + 0.0971) * (4.0253 * deep * deep * deep + 1.0923)
        deep = depth_pu - 0.5
        growth = 0.01 * max(0.0021 - 0.0020 * rate_per_h, 0.0)
        growth *= 6.8477 * deep * deep * deep + 0.9182
        unit.resistance_growth_pu += unit.ageing_pu * growth * cycles
    else:
        factor = 4.38e-8 + 1.55e-8 * depth_pu + 1.68e-7 * rate_per_h
        factor *= math.exp(2.19e3 / (degc + KELVIN))
    power = CYCLE_POWER[unit.ageing]
    loss_pu = continued(unit.cycle_loss_pu, unit.ageing_pu * factor, power, cycles)
    unit.cycle_loss_pu = loss_pu


def judge_life(unit: Ageing) -> None:
    """What capacity is left, and new cells where that is the end and they are wanted."""
    lost_pu = unit.calendar_loss_pu + unit.cycle_loss_pu
    unit.capacity_pu = max(1.0 - lost_pu, LEAST_CAPACITY_PU)
    if unit.capacity_pu > unit.eol_pu or unit.eol_count > unit.replaced_count:
        return
    unit.eol_count += 1
    if unit.replace_at_eol:
        unit.replaced_count += 1
        unit.calendar_loss_pu = 0.0
        unit.cycle_loss_pu = 0.0
        unit.resistance_growth_pu = 0.0
        unit.capacity_pu = 1.0
