"""Two ways to hold a bus within a second, alike for engines and converters that form.

Together with others (`apart` false): one frequency, which the bus gives. A former offers its power
at nominal frequency p0, its inertia M and its damping D, and with what the bus settled gives

    P = p0 - D df - M df'

Apart (`apart` true; one site islanded, steps up to 2 ms): an EMF E at an angle delta behind a
reactance, y = S / X. The bus solves its voltage V at theta from the sum of y and of y E; then

    P = y E V sin(delta - theta)                Q = y (E V cos(delta - theta) - V V)

with all angles in a frame that turns at nominal frequency. The angle stands half a step ahead
while the bus is solved (drift, kick, drift), which is of second order in the step.

No angle is carried together: it is computed at the moment of separation from the last power at the
last voltage of the bus, E at delta = V + j X (P - j Q) / V at theta. In a dip the voltage says
nothing of the EMF: the angle is taken, the size is not.
"""

from __future__ import annotations

import math

from twin.component import Component, inp, out, state

HALF_TURN = math.pi
DIP_PU = 0.9  # a voltage below is not the one at which a former was left to itself
LEAST_PU = 0.1  # no current is reckoned from a voltage below


class Forming(Component):
    """What a former hears from its bus and shows it, in the fine regime."""

    f_hz: float = inp(50.0, "frequency of the bus; 0 when dead", ge=0)
    v_pu: float = inp(1.0, "voltage of the bus", ge=0)
    apart: bool = inp(False, "fine: its bus is islanded and solves angles")
    v_settled_pu: float = inp(1.0, "fine: voltage of the bus in this step", ge=0)
    theta_settled_rad: float = inp(0.0, "fine: angle of that voltage")
    df_settled_hz: float = inp(0.0, "fine: deviation of its frequency, mean over this step")
    slope_settled_hz_per_s: float = inp(0.0, "fine: slope of that")

    angled: bool = state(False, "it holds its bus apart, by its angle", record=False)
    delta_rad: float = state(0.0, "angle of its EMF", record=False)

    e_pu: float = out(0.0, "EMF behind its reactance, shown to the bus apart", ge=0)
    q_kvar: float = out(0.0, "reactive power delivered; negative when taken")
    inertia_kws_per_hz: float = out(0.0, "inertia M, together", ge=0, record=False)
    y_kva: float = out(0.0, "rating over reactance, apart", ge=0, record=False)
    ex_kva: float = out(0.0, "EMF times that, in phase", record=False)
    ey_kva: float = out(0.0, "EMF times that, a quarter ahead", record=False)


def hide(unit: Forming) -> None:
    """Show the bus nothing."""
    unit.inertia_kws_per_hz = 0.0
    unit.e_pu = 0.0
    unit.y_kva = 0.0
    unit.ex_kva = 0.0
    unit.ey_kva = 0.0


def parted(unit: Forming, v_pu: float, p_pu: float, q_pu: float, x_pu: float) -> float:
    """Begin with the angle that these powers at this voltage have; the EMF that goes with it."""
    v = max(v_pu, LEAST_PU)
    along = v + x_pu * q_pu / v
    across = x_pu * p_pu / v
    unit.delta_rad = unit.theta_settled_rad + math.atan2(across, along)
    unit.angled = True
    return math.sqrt(along * along + across * across)


def show(
    unit: Forming, along_pu: float, across_pu: float, y_kva: float, df_hz: float, dt_s: float
) -> None:
    """Turn by half a step, and show the EMF in the middle of it: in phase, a quarter ahead."""
    unit.delta_rad += HALF_TURN * df_hz * dt_s
    x, y = math.cos(unit.delta_rad), math.sin(unit.delta_rad)
    unit.e_pu = math.sqrt(along_pu * along_pu + across_pu * across_pu)
    unit.y_kva = y_kva
    unit.ex_kva = y_kva * (along_pu * x - across_pu * y)
    unit.ey_kva = y_kva * (along_pu * y + across_pu * x)


def given(unit: Forming) -> tuple[float, float]:
    """Active and reactive power at the voltage that the bus solved."""
    v = unit.v_settled_pu
    x, y = math.cos(unit.theta_settled_rad), math.sin(unit.theta_settled_rad)
    p_kw = v * (unit.ey_kva * x - unit.ex_kva * y)
    return p_kw, v * (unit.ex_kva * x + unit.ey_kva * y) - unit.y_kva * v * v


def turn_on(unit: Forming, df_hz: float, dt_s: float) -> None:
    """Turn by the other half of the step, at the new speed."""
    unit.delta_rad += HALF_TURN * df_hz * dt_s


def parting_hz(unit: Forming, dt_s: float) -> float:
    """Deviation of the frequency at the end of the step that the bus settled last."""
    return unit.df_settled_hz + 0.5 * dt_s * unit.slope_settled_hz_per_s
