from __future__ import annotations

from dataclasses import dataclass
from itertools import groupby
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from twin.balance import follow, settle


@dataclass(frozen=True)
class Offer:
    """What a former states; `k` is how far it moves with frequency."""

    p0: float = 0.0
    k: float = 10.0
    low: float = -100.0
    high: float = 100.0
    rank: int = 1


@dataclass(frozen=True)
class Settled:
    p: list[float]
    formers: float
    short: float
    surplus: float
    formed: bool
    df_hz: float


def settled(demand: float, *offers: Offer, source: float = 0.0) -> Settled:
    table = np.array([[o.p0, o.k, o.low, o.high, o.rank, 0.0] for o in offers], np.float64)
    p0, k, low, high, rank, p = np.ascontiguousarray(table.reshape(-1, 6).T)
    found = settle(0, len(offers), -1, False, 0.0, source, demand, p0, k, low, high, rank, p)
    return Settled(p.tolist(), *found)


def test_one_former_takes_the_whole_imbalance() -> None:
    assert settled(70.0, Offer(), source=30.0).p == [40.0]


def test_frequency_falls_by_the_move_over_the_stiffness() -> None:
    assert settled(20.0, Offer(p0=5.0, k=30.0)).df_hz == -0.5


def test_equal_formers_share_in_proportion_to_their_stiffness() -> None:
    assert settled(40.0, Offer(k=10.0), Offer(k=30.0)).p == [10.0, 30.0]


def test_formers_of_one_rank_share_from_the_power_they_offered() -> None:
    assert settled(40.0, Offer(p0=20.0, k=10.0), Offer(p0=-20.0, k=30.0)).p == [30.0, 10.0]


def test_what_a_former_at_its_limit_cannot_give_the_others_of_its_rank_share() -> None:
    offers = Offer(k=50.0, high=5.0), Offer(k=10.0), Offer(k=30.0)
    assert settled(45.0, *offers).p == [5.0, 10.0, 30.0]


def test_limits_that_follow_from_limits_are_met_as_well() -> None:
    offers = Offer(k=10.0, high=2.0), Offer(k=10.0, high=12.0), Offer(k=10.0)
    assert settled(40.0, *offers).p == [2.0, 12.0, 26.0]


def test_the_next_rank_moves_only_when_the_one_before_has_no_room() -> None:
    offers = Offer(rank=1, high=30.0), Offer(rank=2), Offer(rank=3)
    assert settled(45.0, *offers).p == [30.0, 15.0, 0.0]


def test_the_next_rank_goes_down_only_when_the_one_before_has_no_room() -> None:
    offers = Offer(p0=10.0, rank=1, low=0.0), Offer(p0=10.0, rank=2)
    assert settled(5.0, *offers).p == [0.0, 5.0]


def test_what_no_former_can_give_is_short() -> None:
    assert settled(130.0, Offer(high=100.0)).short == 30.0


def test_what_no_former_can_take_is_surplus() -> None:
    assert settled(0.0, Offer(low=-10.0), source=25.0).surplus == 15.0


def test_a_former_at_least_load_makes_a_surplus() -> None:
    found = settled(10.0, Offer(p0=30.0, low=30.0))
    assert (found.p, found.surplus) == ([30.0], 20.0)


def test_an_offer_beyond_its_limits_counts_as_the_limit() -> None:
    assert settled(8.0, Offer(p0=50.0, low=0.0, high=6.0)).p == [6.0]


def test_without_a_former_nothing_is_served_and_nothing_delivered() -> None:
    found = settled(10.0, Offer(p0=4.0, k=0.0), source=25.0)
    assert found == Settled([0.0], 0.0, 10.0, 25.0, False, 0.0)


def test_a_bus_without_formers_is_not_formed() -> None:
    assert settled(10.0) == Settled([], 0.0, 10.0, 0.0, False, 0.0)


def test_one_that_holds_nothing_stays_at_its_offer() -> None:
    assert settled(50.0, Offer(p0=-20.0, k=0.0), Offer()).p == [-20.0, 70.0]


def test_chargers_give_way_before_a_load_goes_short() -> None:
    found = settled(95.0, Offer(), Offer(p0=-20.0, k=0.0))
    assert (found.p, found.short) == ([100.0, -5.0], 0.0)


def test_a_charger_gives_way_no_further_than_it_can() -> None:
    found = settled(110.0, Offer(), Offer(p0=-20.0, k=0.0, high=-8.0))
    assert (found.p, found.short) == ([100.0, -8.0], 18.0)


def test_a_follower_never_discharges_for_a_load() -> None:
    found = settled(150.0, Offer(), Offer(p0=-20.0, k=0.0))
    assert (found.p, found.short) == ([100.0, 0.0], 50.0)


def test_followers_that_deliver_give_way_before_a_source_is_turned_away() -> None:
    found = settled(0.0, Offer(low=-10.0), Offer(p0=20.0, k=0.0), source=5.0)
    assert (found.p, found.surplus) == ([-10.0, 5.0], 0.0)


def test_frequency_is_that_of_the_stiffest_former_with_room() -> None:
    offers = Offer(k=1e9, high=10.0, rank=1), Offer(k=20.0, rank=2), Offer(k=40.0, rank=2)
    assert settled(70.0, *offers).df_hz == -1.0


@pytest.mark.parametrize("count", [1, 2, 3])
def test_out_of_room_the_frequency_is_that_of_the_limit_however_many_share_it(count: int) -> None:
    offers = [Offer(k=30.0 / count, high=60.0 / count)] * count
    assert settled(100.0, *offers).df_hz == pytest.approx(-2.0)


def test_a_former_without_room_leaves_the_frequency_to_those_that_moved() -> None:
    offers = Offer(k=30.0, high=60.0, rank=1), Offer(p0=5.0, high=5.0, rank=2)
    assert settled(100.0, *offers).df_hz == -2.0


def test_in_the_fine_regime_formers_give_what_they_offer_within_limits() -> None:
    p = np.zeros(3)
    k = np.array([0.0, 5.0, 0.0])
    offers = np.array([7.0, -9.0, 2.0]), k, np.array([0.0, -4.0, 0.0]), np.array([6.0, 4.0, 8.0])
    assert (follow(0, 3, *offers, p), p.tolist()) == ((4.0, True), [6.0, -4.0, 2.0])


POWER = st.floats(-1e3, 1e3).map(lambda x: round(x, 6))


@st.composite
def an_offer(draw: Any) -> Offer:
    low, high = sorted((draw(POWER), draw(POWER)))
    stiffness = draw(st.one_of(st.just(0.0), st.floats(0.1, 1e3), st.just(1e9)))
    return Offer(draw(POWER), stiffness, low, high, draw(st.integers(1, 3)))


OFFERS = st.lists(an_offer(), max_size=6).map(lambda found: sorted(found, key=lambda o: o.rank))
DEMAND = st.floats(0, 3e3).map(lambda x: round(x, 6))


@settings(deadline=None, max_examples=300)
@given(DEMAND, DEMAND, OFFERS)
def test_every_step_balances(demand: float, source: float, offers: list[Offer]) -> None:
    found = settled(demand, *offers, source=source)
    left = source + found.formers + found.short - demand - found.surplus
    scale = demand + source + sum(abs(clipped(offer, 0.0)) for offer in offers)
    assert abs(left) <= 1e-15 * 4 * scale


@settings(deadline=None, max_examples=300)
@given(DEMAND, DEMAND, OFFERS)
def test_it_solves_what_a_bisection_solves(
    demand: float, source: float, offers: list[Offer]
) -> None:
    found = settled(demand, *offers, source=source)
    expected = bisected(demand - source, offers)
    scale = max(1.0, demand, source)
    assert found.p == pytest.approx(expected, rel=1e-9, abs=1e-9 * scale)


def bisected(need: float, offers: list[Offer]) -> list[float]:
    """The same settlement by halving the frequency of each rank, with nothing shared in code."""
    if not any(offer.k > 0.0 for offer in offers):
        return [0.0] * len(offers)
    start = [clipped(offer, 0.0) for offer in offers]
    need -= sum(start)
    found: list[float] = []
    for _, group in groupby(offers, key=lambda offer: offer.rank):
        rank = list(group)
        before = sum(clipped(offer, 0.0) for offer in rank)
        df = halved(before + need, rank)
        found += [clipped(offer, df) for offer in rank]
        need -= sum(found[-len(rank) :]) - before
    for place, offer in enumerate(offers):
        against = offer.k == 0.0 and found[place] * need < 0.0 and abs(need) > 1e-7
        if against:
            nearest = min(max(0.0, offer.low), offer.high)
            wanted = found[place] + need
            reached = min(wanted, nearest) if need > 0.0 else max(wanted, nearest)
            need -= reached - found[place]
            found[place] = reached
    return found


def clipped(offer: Offer, df: float) -> float:
    start = min(max(offer.p0, offer.low), offer.high)
    return min(max(start - offer.k * df, offer.low), offer.high)


def halved(total: float, rank: list[Offer]) -> float:
    low, high = -1e6, 1e6
    for _ in range(200):
        middle = 0.5 * (low + high)
        if sum(clipped(offer, middle) for offer in rank) > total:
            low = middle
        else:
            high = middle
    return 0.5 * (low + high)
