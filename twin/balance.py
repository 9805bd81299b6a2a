"""The balance of one bus: what its formers give, what is short, what is too much."""

from __future__ import annotations

from twin.loops import JIT

ROUNDING = 1e-12


@JIT
def settle(  # type: ignore[no-untyped-def]
    first, last, own, held, given, source, demand, p0, k, low, high, rank, p
):
    """Settle one bus: fill p[first:last]; return (formers, short, surplus, formed, df_hz).

    A bus may have an offer of its own at `own` (else -1): what it gives or takes by itself, such
    as the damping of an area's load. It shares, but does not hold the bus. A bus may be `held` from
    outside, where it has `given` power that was settled there before.

    Solves sum clip(p0 - k df, low, high) + source - demand = 0 rank after rank. Within a rank the
    units that reach a limit are fixed and the rest is shared again; all move in one direction, so
    this is exact after at most as many passes as there are units. What is left is taken from
    formers that hold nothing and stand against it: chargers stop before a load goes short. The
    frequency is that of the stiffest former within its limits, so a grid that has room holds it.
    """
    formed = held
    need = demand - source + given
    for s in range(first, last):
        p[s] = min(max(p0[s], low[s]), high[s])
        need -= p[s]
        formed = formed or (k[s] > 0.0 and s != own)
    if held and abs(need) <= ROUNDING * (demand + source):
        need = 0.0  # the bus outside has taken what was offered
    if not formed:
        for s in range(first, last):
            p[s] = 0.0
        return 0.0, demand, source, False, 0.0
    df = 0.0
    moved = -1  # the last that stood alone in its rank and moved
    inside = False
    begin = first
    while begin < last and need != 0.0:
        end = begin + 1
        while end < last and rank[end] == rank[begin]:
            end += 1
        if end > begin + 1:
            before = need
            need, df = share(begin, end, need, df, k, low, high, p)
            moved = -1 if need != before else moved
        elif k[begin] > 0.0:
            room = (high[begin] if need > 0.0 else low[begin]) - p[begin]
            move = need if abs(need) <= abs(room) else room
            p[begin] += move
            need -= move
            moved = begin if move != 0.0 else moved
        begin = end
    formers = 0.0
    stiffest = moved
    for s in range(first, last):
        if need != 0.0 and k[s] == 0.0 and p[s] * need < 0.0:
            back = min(abs(need), abs(p[s]), high[s] - p[s] if need > 0.0 else p[s] - low[s])
            p[s] += back if need > 0.0 else -back
            need -= back if need > 0.0 else -back
        if s != own:
            formers += p[s]
        if low[s] < p[s] < high[s] and (not inside or k[s] > k[stiffest]):
            stiffest = s
            inside = True
    if stiffest >= 0 and k[stiffest] > 0.0:
        df = (min(max(p0[stiffest], low[stiffest]), high[stiffest]) - p[stiffest]) / k[stiffest]
    return formers, max(need, 0.0), max(-need, 0.0), True, df


@JIT
def share(begin, end, need, df, k, low, high, p):  # type: ignore[no-untyped-def]
    """Share `need` over one rank in proportion to k within limits; return what is left, and df."""
    farthest = 0.0  # deviation at which the last of those at a limit met it
    while need != 0.0:
        stiffness = 0.0
        for s in range(begin, end):
            room = high[s] - p[s] if need > 0.0 else p[s] - low[s]
            if k[s] > 0.0 and room > 0.0:
                stiffness += k[s]
        if stiffness == 0.0:
            return need, df
        deviation = -need / stiffness
        wanted = need
        limited = False
        for s in range(begin, end):
            room = high[s] - p[s] if wanted > 0.0 else p[s] - low[s]
            if k[s] > 0.0 and room > 0.0 and abs(k[s] * deviation) >= room:
                limited = True
                need -= room if wanted > 0.0 else -room
                p[s] = high[s] if wanted > 0.0 else low[s]
                farthest = max(farthest, room / k[s])
                df = -farthest if wanted > 0.0 else farthest
        if limited:
            if (need > 0.0) != (wanted > 0.0):
                need = 0.0  # what is left is rounding
            continue
        for s in range(begin, end):
            room = high[s] - p[s] if need > 0.0 else p[s] - low[s]
            if k[s] > 0.0 and room > 0.0:
                p[s] += need * (k[s] / stiffness)
        return 0.0, deviation
    return need, df


@JIT
def follow(first, last, p0, k, low, high, p):  # type: ignore[no-untyped-def]
    """Fine regime: formers are dynamic and give what they offer; return (formers, formed)."""
    formers = 0.0
    formed = False
    for s in range(first, last):
        p[s] = min(max(p0[s], low[s]), high[s])
        formers += p[s]
        formed = formed or k[s] > 0.0
    return formers, formed


@JIT
def gather(first, last, p0, k, low, high):  # type: ignore[no-untyped-def]
    """What the formers of a bus offer together: power, stiffness, least and most power."""
    power, stiffness, least, most = 0.0, 0.0, 0.0, 0.0
    for s in range(first, last):
        power += min(max(p0[s], low[s]), high[s])
        stiffness += k[s]
        least += low[s]
        most += high[s]
    return power, stiffness, least, most
