"""What storage carries with its energy, by weighted average or first in, first out.

In each interval what is charged enters before anything leaves. The pool, what was stored before and
what enters, shrinks by the losses of the interval to what leaves and what is stored after:

    s = (stored + out) / (stored before + in)

Losses take energy out of every kWh alike and leave what it carries, so that the kWh delivered bear
it. Then, at the weighted average, what leaves carries the share  out / (stored + out)  of all that
the pool carries. First in, first out keeps the charges of every interval apart as layers, and what
leaves empties the oldest first. What a pool carries that has no energy left, the next kWh out bear.
Conventions of this ledger; both close: opening + entered = left + closing.
"""

from __future__ import annotations

from collections import deque

import numpy as np

from twin.carbon.flows import Floats, ratio
from twin.carbon.settings import Method

TINY = 1e-150  # layers are measured anew before their common scale runs out of digits


def carried_out(
    method: Method, in_kwh: Floats, out_kwh: Floats, stored_kwh: Floats, entered: Floats
) -> tuple[Floats, Floats]:
    """What leaves in each interval and what stays, a column for each thing that is carried.

    `stored_kwh` and `entered` begin with the opening, one row before the first interval.
    """
    if method == "fifo":
        return _first_in_first_out(in_kwh, out_kwh, stored_kwh, entered)
    kept = ratio(stored_kwh[1:], stored_kwh[1:] + out_kwh)
    kept[(stored_kwh[1:] <= 0.0) & (out_kwh <= 0.0)] = 1.0
    out, closing = np.empty_like(entered[1:]), np.empty_like(entered[1:])
    for column in range(entered.shape[1]):
        held = float(entered[0, column])
        stays = []
        for coming, share in zip(entered[1:, column].tolist(), kept.tolist(), strict=True):
            held = (held + coming) * share
            stays.append(held)
        closing[:, column] = stays
        before = np.concatenate([entered[:1, column], closing[:-1, column]])
        out[:, column] = (before + entered[1:, column]) * (1.0 - kept)
    return out, closing


def _first_in_first_out(
    in_kwh: Floats, out_kwh: Floats, stored_kwh: Floats, entered: Floats
) -> tuple[Floats, Floats]:
    rows = entered.tolist()
    opening_kwh = max(float(stored_kwh[0]), 0.0)
    layers = deque([[opening_kwh, *rows[0]]])
    held = np.array(rows[0])
    scale, before_kwh = 1.0, opening_kwh
    out = np.zeros((len(in_kwh), entered.shape[1]))
    energies = zip(in_kwh.tolist(), out_kwh.tolist(), stored_kwh[1:].tolist(), strict=True)
    for place, (coming_kwh, leaving_kwh, after_kwh) in enumerate(energies):
        if coming_kwh > 0.0 or any(rows[place + 1]):
            layers.append([coming_kwh / scale, *rows[place + 1]])
        pool_kwh = before_kwh + coming_kwh
        rest_kwh = max(after_kwh, 0.0) + leaving_kwh
        scale *= rest_kwh / pool_kwh if pool_kwh > 0.0 else 1.0
        if scale < TINY:
            for layer in layers:
                layer[0] *= scale
            scale = 1.0
        if leaving_kwh > 0.0:
            out[place] = _taken(layers, leaving_kwh / scale) or 0.0
        before_kwh = max(after_kwh, 0.0)
    closing = held + np.cumsum(entered[1:] - out, axis=0)
    return out, closing


def _taken(layers: deque[list[float]], kwh: float) -> list[float]:
    """Take energy from the oldest layers, with what it carries."""
    taken = [0.0] * (len(layers[0]) - 1) if layers else []
    while layers and layers[0][0] <= kwh:
        oldest = layers.popleft()
        kwh -= oldest[0]
        taken = [sum(pair) for pair in zip(taken, oldest[1:], strict=True)]
    if layers and kwh > 0.0:
        share = kwh / layers[0][0]
        taken = [so_far + share * held for so_far, held in zip(taken, layers[0][1:], strict=True)]
        layers[0] = [(1.0 - share) * held for held in layers[0]]
    return taken
