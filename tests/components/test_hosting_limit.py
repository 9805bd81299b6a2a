from __future__ import annotations

import pytest

from components.hosting_limit import HostingLimit


def settled(limit: HostingLimit, v_per_pu: float, loading_per_pu: float, dt_s: float) -> float:
    """Its set point beside a bus whose voltage and loading rise with it, one step late."""
    for _ in range(2000):
        limit.step(dt_s)
        share = limit.p_set_kw / limit.rated_kw
        limit.v_pu = 1.0 + v_per_pu * share
        limit.loading_pu = loading_per_pu * share
    return limit.p_set_kw


@pytest.mark.parametrize("dt_s", [0.1, 1.0, 60.0, 900.0])
@pytest.mark.parametrize(
    ("v_per_pu", "loading_per_pu", "p_kw"),
    [(0.05, 0.5, 80.0), (0.2, 0.0, 50.0), (0.0, 2.0, 50.0), (0.2, 5.0, 20.0)],
    ids=["room", "voltage", "loading", "both"],
)
def test_it_settles_at_the_nearer_limit(
    dt_s: float, v_per_pu: float, loading_per_pu: float, p_kw: float
) -> None:
    limit = HostingLimit(rated_kw=100.0, p_wanted_kw=80.0)
    assert settled(limit, v_per_pu, loading_per_pu, dt_s) == pytest.approx(p_kw, rel=1e-3)
    assert limit.limited == (p_kw < 80.0)


def test_it_begins_at_nothing_each_time_that_it_is_connected() -> None:
    limit = HostingLimit(p_wanted_kw=80.0)
    assert settled(limit, 0.0, 0.0, 1.0) == 80.0
    limit.connected = False
    limit.step(1.0)
    assert (limit.p_set_kw, limit.limited) == (0.0, False)


def test_what_the_bus_does_not_take_is_counted() -> None:
    limit = HostingLimit(p_wanted_kw=80.0, v_pu=1.2)
    for _ in range(60):
        limit.step(60.0)
    assert limit.limited_kwh == pytest.approx(80.0)
