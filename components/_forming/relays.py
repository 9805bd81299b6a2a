"""Protection of a forming converter: four relays on voltage and frequency, and one on its store.

Each counts while its quantity is beyond its level and falls back at once; its time up, the
converter trips. It stays so for `reset_s`, or until it is switched off and on again. Levels and
times are the fast ones of IEEE 1547 (in pu of frequency: 56.5 and 62 Hz of 60). Cessation, which a
converter that follows has (`_pcs/protection.py`), is no use to one that holds the voltage.
"""

from __future__ import annotations

from twin.component import Component, param, state

UNDER_VOLTAGE, OVER_VOLTAGE, UNDER_FREQUENCY, OVER_FREQUENCY, STORE = 1, 2, 3, 4, 5
CAUSES = ("none", "under_voltage", "over_voltage", "under_frequency", "over_frequency", "store")

EARLY_S = 1e-9  # times are sums of steps


class Relays(Component):
    """Trips on voltage, frequency and what the store cannot give or take."""

    uv_pu: float = param(0.5, "under-voltage; IEEE 1547", ge=0)
    uv_s: float = param(2.0, "its time; IEEE 1547", ge=0)
    ov_pu: float = param(1.2, "over-voltage; IEEE 1547", gt=0)
    ov_s: float = param(0.16, "its time; IEEE 1547", ge=0)
    uf_pu: float = param(56.5 / 60.0, "under-frequency; IEEE 1547", ge=0)
    uf_s: float = param(0.16, "its time; IEEE 1547", ge=0)
    of_pu: float = param(62.0 / 60.0, "over-frequency; IEEE 1547", gt=0)
    of_s: float = param(0.16, "its time; IEEE 1547", ge=0)
    store_s: float = param(2.0, "how long the store bears more than its limits; unverified", ge=0)

    reset_s: float = param(300.0, "a trip clears after it; IEEE 1547, to enter service", gt=0)

    tripped_s: float = state(0.0, "time since it tripped", ge=0, record=False)
    counting: bool = state(False, "a relay counts", record=False)
    trip_cause: int = state(0, "why it tripped last", ge=0, le=5, labels=CAUSES)
    trip_count: int = state(0, "trips", ge=0)
    uv_for_s: float = state(0.0, "time with too low a voltage", ge=0, record=False)
    ov_for_s: float = state(0.0, "time with too high a voltage", ge=0, record=False)
    uf_for_s: float = state(0.0, "time with too low a frequency", ge=0, record=False)
    of_for_s: float = state(0.0, "time with too high a frequency", ge=0, record=False)
    store_for_s: float = state(0.0, "time beyond what the store bears", ge=0, record=False)


def reset(unit: Relays) -> None:
    """Let all relays fall back."""
    unit.uv_for_s = 0.0
    unit.ov_for_s = 0.0
    unit.uf_for_s = 0.0
    unit.of_for_s = 0.0
    unit.store_for_s = 0.0
    unit.counting = False


def trips(unit: Relays, v_pu: float, f_pu: float, overdrawn: bool, dt_s: float) -> bool:
    """Let the relays count; whether one trips now. No frequency is seen on a dead bus."""
    calm = unit.uv_pu <= v_pu <= unit.ov_pu and unit.uf_pu <= f_pu <= unit.of_pu
    if calm and not overdrawn and not unit.counting:
        return False
    unit.counting = not calm or overdrawn
    unit.uv_for_s = unit.uv_for_s + dt_s if v_pu < unit.uv_pu else 0.0
    unit.ov_for_s = unit.ov_for_s + dt_s if v_pu > unit.ov_pu else 0.0
    unit.uf_for_s = unit.uf_for_s + dt_s if 0.0 < f_pu < unit.uf_pu else 0.0
    unit.of_for_s = unit.of_for_s + dt_s if f_pu > unit.of_pu else 0.0
    unit.store_for_s = unit.store_for_s + dt_s if overdrawn else 0.0
    cause = 0
    if up(unit.store_for_s, unit.store_s):
        cause = STORE
    if up(unit.of_for_s, unit.of_s):
        cause = OVER_FREQUENCY
    if up(unit.uf_for_s, unit.uf_s):
        cause = UNDER_FREQUENCY
    if up(unit.ov_for_s, unit.ov_s):
        cause = OVER_VOLTAGE
    if up(unit.uv_for_s, unit.uv_s):
        cause = UNDER_VOLTAGE
    if cause == 0:
        return False
    unit.trip_cause = cause
    unit.trip_count += 1
    unit.tripped_s = 0.0
    reset(unit)
    return True


def cleared(unit: Relays, dt_s: float) -> bool:
    """Whether a trip has lasted for its time."""
    unit.tripped_s += dt_s
    return unit.tripped_s >= unit.reset_s - EARLY_S


def up(for_s: float, limit_s: float) -> bool:
    """Whether something lasts, and for its time."""
    return for_s > 0.0 and for_s >= limit_s - EARLY_S
