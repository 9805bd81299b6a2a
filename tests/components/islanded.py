"""Feeder 1 of CIGRE MV as an island on two droop converters: the case of coupling 3."""

from __future__ import annotations

from tests.components.feeder import Feeder

F_HZ = 50.0
RATED_KW = {5: 3000.0, 10: 2000.0}
SET_POINT_PU = 0.8
DROOP = 0.02
LAG_S = {5: 0.020, 10: 0.050}


def damping(bus: int) -> float:
    return RATED_KW[bus] / (DROOP * F_HZ)


def inertia(bus: int) -> float:
    return LAG_S[bus] * damping(bus)


def feeder_of(rated_kva: dict[int, float], **values: float) -> Feeder:
    """CIGRE MV with formers that bring inertia in proportion to their rating."""
    feeder = Feeder(**values)
    for bus, kva in rated_kva.items():
        feeder.set("forming_kva", bus, kva).set("inertia_kws_per_hz", bus, kva * 1e-3)
    return feeder


def droop_island(mq_pu: float) -> Feeder:
    """Feeder 1 on converters of 3 and 2 MVA at buses 5 and 10, with the step of load at bus 8."""
    feeder = feeder_of(RATED_KW, mq_pu=mq_pu).set("line_out", 1, 1)
    for bus in RATED_KW:
        feeder.set("inertia_kws_per_hz", bus, inertia(bus))
    return feeder.set("p_demand_kw", 8, 800.0).set("q_kvar", 8, -200.0)


def settled(feeder: Feeder) -> tuple[float, dict[int, float]]:
    """Frequency and powers of the formers, by 3 s of one swing and a power flow every 10 ms."""
    dt_s, df_hz, slope = 0.001, 0.0, 0.0
    push_kw = {bus: SET_POINT_PU * kw for bus, kw in RATED_KW.items()}
    given_kw = dict(push_kw)
    own_kw = 0.0
    for step in range(3000):
        if step % 10 == 0:
            for bus, kw in given_kw.items():
                feeder.set("p_source_kw", bus, kw)
            feeder.step(10 * dt_s)
            own_kw = sum(given_kw.values()) + feeder.residual_kw.sum()  # load, losses: all it takes
        free_kw = sum(push_kw.values()) - own_kw - df_hz * sum(map(damping, RATED_KW))
        slope = free_kw / sum(map(inertia, RATED_KW))
        df_hz += slope * dt_s
        given_kw = {
            bus: kw - damping(bus) * df_hz - inertia(bus) * slope for bus, kw in push_kw.items()
        }
    return F_HZ + df_hz, given_kw
