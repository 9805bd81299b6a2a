"""Writes the text of the one loop that advances all compiled devices of a cell.

The text follows from what is wired to what, never from counts or values, so variants of a topology
share one compiled loop. Within a step: late wires; then each action of the order with its own
wires first; then the records.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping

from twin.cellshape import CellShape
from twin.component import Component, methods_of
from twin.linetext import indented, kernel_name
from twin.steptext import CALL, StepText

CALLED = "@njit(cache=True, nogil=True, _nrt=False)"
JIT = CALLED.replace(")", ", forceinline=True)")
LONGEST = 700  # lines of one function: the compiler's time grows faster than they do
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
    unpacking = list(_unpacking(shape))
    lines = [*unpacking, *StepText(shape).text()]
    if len(lines) > LONGEST:
        apart = StepText(shape, apart=True)
        step = list(apart.text())
        pieces = dict(_functions(apart.pieces, [*unpacking, *step]))
        head += [line for function in pieces.values() for line in function]
        lines = [*unpacking, *(_called(line, pieces) for line in step)]
    head += ["", "", JIT, f"def run({', '.join(ARGUMENTS)}):"]
    return "\n".join([*head, *indented(lines)]) + "\n"


def _functions(
    pieces: Mapping[str, list[str]], around: Iterable[str]
) -> Iterator[tuple[str, list[str]]]:
    """Each piece as a function of what it uses of the text around it."""
    assigned = (re.match(r"\s*(\w+) = ", line) for line in around)
    known = {*ARGUMENTS, *(found[1] for found in assigned if found)}
    for name, lines in pieces.items():
        used = sorted(known & set(re.findall(r"[a-z_]\w*", "\n".join(lines))))
        head = f"def {name}({', '.join(used)}):"
        yield name, ["", "", CALLED, head, *indented(lines)]


def _called(line: str, pieces: Mapping[str, list[str]]) -> str:
    """A line of the step, with the arguments of the piece that it calls."""
    name = line.strip().removesuffix(CALL)
    return line.replace(f"{name}{CALL}", pieces[name][3][4:-1]) if name in pieces else line


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
