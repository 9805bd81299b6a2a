"""KPIs of what storage offers to others for the length of a product, and of what it keeps back.

As it stands just before the first event, or at the first record where there is none, of all units
that tell it together: what they could hold for 1 h or 4 h from the energy above their reserve, and
how much more that would be if they kept none. The second is the price of the reserve in power.
"""

from __future__ import annotations

from collections.abc import Callable

from twin.kpis import Kpi
from twin.kpis.events import event_times_s
from twin.run import Run

PRODUCTS = ("1h", "4h")


def before_event(field: str) -> Callable[[Run], float | None]:
    """A KPI that is the sum over all devices of a field as it stood before the first event."""

    def value(run: Run) -> float | None:
        names = [f"{n}.{field}" for n, about in run.meta["devices"].items() if about["enabled"]]
        told = [name for name in names if name in run]
        if not told:
            return None
        lines = run.frame(*told).dropna()
        before = lines.loc[: min(event_times_s(run), default=0.0)]
        whole = before.iloc[-1] if len(before) else lines.iloc[0]
        return float(whole.sum())

    return value


def _pair(product: str) -> tuple[Kpi, Kpi]:
    length = f"{product[:-1]} h"
    return (
        Kpi(
            f"offered_{product}_kw",
            f"power that storage can hold for {length} from above its reserve",
            before_event(f"offered_{product}_kw"),
            "more",
        ),
        Kpi(
            f"not_offered_{product}_kw",
            f"how much more it would be for {length} without a reserve",
            before_event(f"not_offered_{product}_kw"),
            "less",
        ),
    )


KPIS = tuple(kpi for product in PRODUCTS for kpi in _pair(product))
