"""Writes the text of the one loop that advances all compiled devices of a cell.

The text follows from what is wired to what, never from counts or values, so variants of a topology
share one compiled loop. Within a step: late wires; then each action of the order with its own
wires first; then the records.
"""

from __future__ import annotations

from collections.abc import Iterator

from twin.cellshape import CellShape
from twin.component import Component, methods_of
from twin.linetext import indented, kernel_name
from twin.steptext import StepText

CALLED = "@njit(cache=True, nogil=True, _nrt=False)"
JIT = CALLED.replace(")", ", forceinline=True)")
ARGUMENTS = (
    "clock",
    "until",
    "segments",
    "step_s",
    "rows",
    "floats",
    "wholes",
    "targets",
    "sources",
    "modes",
    "curves",
    "driven",
    "choices",
    "only",
    "periods",
    "periods_s",
    "due",
    "members",
    "even",
    "plain",
    "offers",
    "firsts",
    "meters",
    "sums",
    "least",
    "most",
    "picked",
    "picked_sums",
    "lines",
    "stamps",
    "log",
    "room",
    "seen",
)


def loop_text(shape: CellShape, modules: dict[type[Component], str], loops_mark: str) -> str:
    """The whole generated module; `modules` names the compiled module of each component."""
    head = [
        f"# loops {loops_mark}",
        "from numba import njit",
        "from twin.loops import (",
        "    accumulate, accumulate_units, carry, changed, collect, drive,",
        "    log_event, next_due, write_flows, write_states, write_units,",
        ")",
        "from twin.balance import follow, gather, settle",
    ]
    for cls, module in modules.items():
        for method in ("offer", "step", "fine_begin", "fine_offer", "fine", "enter_fine"):
            if method in methods_of(cls):
                head.append(f"from {module} import {method} as {kernel_name(cls, method)}")
    head += ["", "", JIT, f"def run({', '.join(ARGUMENTS)}):"]
    body = indented([*_unpacking(shape), *StepText(shape).text()])
    return "\n".join([*head, *body]) + "\n"


def _unpacking(shape: CellShape) -> Iterator[str]:
    """Take the tuples apart once: an item taken inside the loop is taken at every step."""
    parts, links = len(shape.parts), len(shape.links)
    counts = {"c": ("curves", 7), "t": ("targets", links), "s": ("sources", links)}
    counts |= {"choice": ("choices", len(shape.bindings)), "seen": ("seen", len(shape.watched))}
    counts |= {"m": ("members", shape.members), "meter": ("meters", shape.members)}
    counts |= {"first": ("firsts", len(shape.buses))}
    counts |= {"r": ("rows", parts), "f": ("floats", parts), "w": ("wholes", parts)}
    for name in ("sums", "least", "most", "picked", "picked_sums"):
        counts[name] = (name, parts)
    for short, (name, count) in counts.items():
        for k in range(count):
            yield f"{short}{k} = {name}[{k}]"
    for part in shape.parts:
        yield f"n{part.index} = f{part.index}.shape[0]"
    for link in shape.links:
        yield f"direct{link.index} = modes[{link.index}] == 0"
    for k in range(len(shape.bindings)):
        yield f"only{k} = only[{k}]"
    for k in range(shape.members):
        yield f"plain{k} = plain[{k}]"
    for bus in shape.buses:
        yield f"even{bus.index} = even[{bus.index}]"
        for row in range(6):
            yield f"o{bus.index}_{row} = offers[{bus.index}][{row}]"
