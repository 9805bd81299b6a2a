"""A run beside the least that would have done, as a table."""

from __future__ import annotations

from pathlib import Path

from twin.check import format_table, table
from twin.problems import Problem, Problems


def foresight_text(folder: Path) -> str:
    """Litres of a run, the least litres, and how far apart; Problems where it cannot tell."""
    from twin.kpis.foresight import judged
    from twin.run import open_run

    try:
        found = judged(open_run(folder))
        told = {"fuel_l": found.spent, "least_fuel_l": found.least, "ems_gap_pu": found.gap_pu}
    except ValueError as error:
        raise Problems([Problem(str(folder), 0, "", str(error))]) from None
    return format_table(table(told, []))
