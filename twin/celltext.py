"""Writes the text of the one loop that advances all compiled devices of a cell.

The text follows from what is wired to what, never from counts or values, so variants of a topology
share one compiled loop. Within a step: late wires; then each action of the order with its own
wires first; then the records.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from twin.component import Component, Kind, methods_of, turns_of
from twin.fleet import Layout

JIT = "@njit(cache=True, nogil=True, _nrt=False)"
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
    "periods",
    "periods_s",
    "due",
    "members",
    "offers",
    "firsts",
    "meters",
    "recorded",
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


@dataclass(frozen=True)
class Part:
    """A device as the loop sees it: `index` into every tuple of arrays."""

    index: int
    name: str
    cls: type[Component]
    layout: Layout
    ghost: bool = False  # stepped elsewhere; only its row stands here
    slow: bool = False  # has a period of its own

    def has(self, method: str) -> bool:
        """Whether its component wrote a method."""
        return method in methods_of(self.cls)

    @property
    def logged(self) -> list[str]:
        """Modes and truths whose changes are events."""
        return [
            name
            for name, field in self.cls.fields.items()
            if field.kind is Kind.STATE and field.record and (field.labels or field.type is bool)
        ]


@dataclass(frozen=True)
class Link:
    """A wire between parts: `index` into targets, sources and modes."""

    index: int
    source: Part
    out: str
    target: Part
    inp: str
    late: bool


@dataclass(frozen=True)
class Binding:
    """A profile-driven input: `index` into choices."""

    index: int
    target: Part
    inp: str


@dataclass(frozen=True)
class BusPart:
    """A bus: `index` into offers and firsts, members by their index into members and meters.

    Where the bus is a ghost, its formers offer and book here and it settles elsewhere; where a
    former is a ghost, its offer arrived in its row and what is settled leaves by it.
    """

    index: int
    part: Part
    devices: tuple[tuple[int, Part], ...]
    formers: tuple[tuple[int, Part], ...]
    meter: int


@dataclass(frozen=True)
class CellShape:
    """Everything that decides the text of a loop."""

    parts: Sequence[Part]
    actions: Sequence[tuple[str, Part]]
    links: Sequence[Link]
    bindings: Sequence[Binding]
    buses: Sequence[BusPart]
    members: int = 0
    watched: Sequence[tuple[int, Part, str]] = ()


def loop_text(shape: CellShape, modules: dict[type[Component], str], loops_mark: str) -> str:
    """The whole generated module; `modules` names the compiled module of each component."""
    head = [
        f"# loops {loops_mark}",
        "from numba import njit",
        "from twin.loops import (",
        "    accumulate, accumulate_units, bind, carry, changed, collect, drive, follow,",
        "    log_event, next_due, settle, write_flows, write_states, write_units,",
        ")",
    ]
    for cls, module in modules.items():
        for method in ("offer", "step", "fine_offer", "fine", "enter_fine"):
            if method in methods_of(cls):
                head.append(f"from {module} import {method} as {_kernel(cls, method)}")
    head += ["", "", JIT, f"def run({', '.join(ARGUMENTS)}):"]
    body = list(_body(shape))
    return "\n".join(head + ["    " + line if line else "" for line in body]) + "\n"


def _kernel(cls: type[Component], method: str) -> str:
    return f"{method}_{cls.__name__}"


def _body(shape: CellShape) -> Iterator[str]:
    yield from _unpacking(shape)
    yield "while clock[0] < until and clock[4] < len(stamps) and clock[5] + room <= len(log):"
    yield from _indented(_step(shape))


def _unpacking(shape: CellShape) -> Iterator[str]:
    """Take the tuples apart once: an item taken inside the loop is counted and released there."""
    counts = {"c": ("curves", 7), "t": ("targets", len(shape.links))}
    counts |= {"s": ("sources", len(shape.links)), "choice": ("choices", len(shape.bindings))}
    counts |= {"m": ("members", shape.members), "meter": ("meters", shape.members)}
    counts |= {"seen": ("seen", len(shape.watched)), "first": ("firsts", len(shape.buses))}
    for short in ("rows", "floats", "wholes", "sums", "least", "most", "picked", "picked_sums"):
        counts[{"rows": "r", "floats": "f", "wholes": "w"}.get(short, short)] = (
            short,
            len(shape.parts),
        )
    for short, (name, count) in counts.items():
        for k in range(count):
            yield f"{short}{k} = {name}[{k}]"
    for part in shape.parts:
        yield f"n{part.index} = f{part.index}.shape[0]"
    for bus in shape.buses:
        for row in range(6):
            yield f"o{bus.index}_{row} = offers[{bus.index}][{row}]"


def _step(shape: CellShape) -> Iterator[str]:
    yield "now = clock[0]"
    yield "while now >= segments[clock[1], 1]:"
    yield "    clock[1] += 1"
    yield "segment = clock[1]"
    yield "step = segments[segment, 2]"
    yield "dt = float(step_s[segment])"  # not numpy's float, which divides by zero
    yield "fine = segments[segment, 5] == 1"
    live = [part for part in shape.parts if not part.ghost]
    entering = [part for part in live if part.has("enter_fine")]
    if entering:
        yield "if fine and clock[6] == 0:"
        for part in entering:
            yield f"    for i in range(n{part.index}):"
            yield f"        {_kernel(part.cls, 'enter_fine')}(r{part.index}[i])"
    yield "clock[6] = 1 if fine else 0"
    if shape.bindings:
        curves = ", ".join(f"c{place}" for place in range(7))
        yield f"drive(now, step, {curves}, driven)"
    for part in live:
        if part.slow:
            yield from _slow(part)
    for link in shape.links:
        if link.late and not link.target.ghost:
            yield from _when_due(link.target, [_carry(link)])
    done: set[int] = set()
    for action, part in shape.actions:
        if action != "book" and part.index not in done:
            done.add(part.index)
            yield from _when_due(part, _inputs(shape, part))
        yield from _action(shape, action, part)
    yield from _recording(live)
    yield "clock[0] = now + step"
    if shape.watched:
        yield "stop = False"
        for index, part, field in shape.watched:
            yield f"stop = changed({_cell(part, field)}, seen{index}) or stop"
        yield "if stop:"
        yield "    clock[7] = 1"
        yield "    break"


def _slow(part: Part) -> Iterator[str]:
    k = part.index
    yield f"is_due{k} = due[{k}] <= now"
    yield f"if is_due{k}:"
    yield f"    due[{k}] = next_due(now, step, periods[{k}])"
    yield f"    dt{k} = float(periods_s[{k}]) if due[{k}] - now == periods[{k}] else dt"
    yield f"    if due[{k}] - now != step and due[{k}] - now != periods[{k}]:"
    yield f"        dt{k} = float(periods_s[{k}] * (due[{k}] - now) / periods[{k}])"


def _when_due(part: Part, lines: list[str]) -> Iterator[str]:
    if not lines:
        return
    if part.slow:
        yield f"if is_due{part.index}:"
        yield from _indented(lines)
    else:
        yield from lines


def _cell(part: Part, field: str) -> str:
    """A table and the column of a field in it: whole numbers have a table of their own."""
    table = "f" if part.cls.fields[field].type is float else "w"
    return f"{table}{part.index}, {part.layout.column[field]}"


def _carry(link: Link) -> str:
    w = link.index
    ends = f"{_cell(link.target, link.inp)}, {_cell(link.source, link.out)}"
    return f"carry({ends}, t{w}, s{w}, modes[{w}])  # {link.source.name}.{link.out}"


def _inputs(shape: CellShape, part: Part) -> list[str]:
    lines = [
        f"bind({_cell(part, binding.inp)}, choice{binding.index}, driven)"
        for binding in shape.bindings
        if binding.target is part
    ]
    lines += [_carry(link) for link in shape.links if link.target is part and not link.late]
    return lines


def _action(shape: CellShape, action: str, part: Part) -> Iterator[str]:
    yield f"# {action} {part.name}"
    if action == "step":
        yield from _when_due(part, list(_each(part, [], "step", [])))
    elif action == "settle":
        yield from _settle(next(bus for bus in shape.buses if bus.part is part))
    else:
        yield from _former(shape, action, part)


OFFER = ("p0_kw", "k_kw_per_hz", "p_min_kw", "p_max_kw", "rank")


def _former(shape: CellShape, action: str, part: Part) -> Iterator[str]:
    bus, member = next(
        (bus, member) for bus in shape.buses for member, former in bus.formers if former is part
    )
    here = not bus.part.ghost
    slot = [f"s = m{member}[i]"] if here else []
    if action == "offer":
        after = [f"o{bus.index}_{row}[s] = u.{name}" for row, name in enumerate(OFFER)]
        yield from _each(part, slot, "offer", after if here else [])
        return
    before = [*slot, f"u.p_settled_kw = o{bus.index}_5[s]"] if here else []
    meter = f"meter{member}"
    after = [
        "e = u.p_kw * (dt / 3600.0)",
        f"{meter}[i, 0] += max(e, 0.0)",
        f"{meter}[i, 1] += max(-e, 0.0)",
    ]
    yield from _each(part, before, "step", after)


def _each(part: Part, before: list[str], method: str, after: list[str]) -> Iterator[str]:
    """One loop over the units of a part, around one method, changes of mode noted."""
    k = part.index
    yield f"for i in range(n{k}):"
    yield f"    u = r{k}[i]"
    yield from _indented(before)
    for position, name in enumerate(part.logged):
        yield f"    was{position} = u.{name}"
    span = f"dt{k}" if part.slow else "dt"
    turn = ("offer", "step").index(method)
    coarse, fine = (turns_of(part.cls, regime)[turn] for regime in (False, True))
    calls = [f"{_kernel(part.cls, name)}(u, {span})" if name else "pass" for name in (fine, coarse)]
    if fine == coarse:
        yield f"    {calls[0]}"
    else:
        yield "    if fine:"
        yield f"        {calls[0]}"
        yield "    else:"
        yield f"        {calls[1]}"
    for position, name in enumerate(part.logged):
        column = part.layout.column[name]
        yield f"    if u.{name} != was{position}:"
        yield f"        log_event(log, clock, {k}, i, {column}, u.{name})"
    yield from _indented(after)


def _settle(bus: BusPart) -> Iterator[str]:
    k, b = bus.part.index, bus.index
    source, demand = (bus.part.layout.column[name] for name in ("p_source_kw", "p_demand_kw"))
    yield f"for i in range(n{k}):"
    yield f"    f{k}[i, {source}] = 0.0"
    yield f"    f{k}[i, {demand}] = 0.0"
    for member, part in bus.devices:
        power = f"{_cell(part, 'p_kw')}, m{member}, f{k}, {source}, {demand}"
        yield f"collect({power}, meter{member}, dt)"
    away = [(member, part) for member, part in bus.formers if part.ghost]
    for member, part in away:
        yield f"for i in range(n{part.index}):"
        yield f"    s = m{member}[i]"
        for row, name in enumerate(OFFER):
            yield f"    o{b}_{row}[s] = r{part.index}[i].{name}"
    span = f"first{b}[i], first{b}[i + 1]"
    offer = ", ".join(f"o{b}_{row}" for row in range(6))
    solved = ("u.p_formers_kw", "u.short_kw", "u.surplus_kw", "formed", "u.df_hz")
    solve = [f"{', '.join(solved)} = settle("]
    solve[0] += f"{span}, u.p_source_kw, u.p_demand_kw, {offer})"
    before = solve
    if bus.part.has("fine"):
        follow = f"follow({span}, o{b}_0, o{b}_1, o{b}_2, o{b}_3, o{b}_5)"
        before = ["if fine:", f"    u.p_formers_kw, formed = {follow}"]
        before += ["    u.short_kw = 0.0", "    u.surplus_kw = 0.0"]
        before += ["else:", *_indented(solve)]
    before = [*before, "u.formed = 1 if formed else 0"]
    after = [
        f"meter{bus.meter}[i, 0] += u.short_kw * (dt / 3600.0)",
        f"meter{bus.meter}[i, 1] += u.surplus_kw * (dt / 3600.0)",
    ]
    yield from _each(bus.part, before, "step", after)
    for member, part in away:
        yield f"for i in range(n{part.index}):"
        yield f"    r{part.index}[i].p_settled_kw = o{b}_5[m{member}[i]]"


def _recording(live: Sequence[Part]) -> Iterator[str]:
    yield "if clock[3] <= now:"
    yield "    clock[2] = now"
    yield "    clock[3] = min(now + segments[segment, 4], segments[segment, 1])"
    yield "weight = step / (clock[3] - clock[2])"
    for part in live:
        k = part.index
        begin, end = _blocks(part)[2:]
        if end > begin:
            yield f"if recorded[{k}]:"
            yield f"    accumulate(f{k}, {begin}, {end}, weight, sums{k}, least{k}, most{k})"
            yield f"if len(picked{k}):"
            run = f"f{k}, picked{k}, {begin}, {end}, weight, picked_sums{k}"
            yield f"    accumulate_units({run})"
    yield "if now + step >= clock[3]:"
    yield "    line = lines[clock[4]]"
    yield "    stamps[clock[4]] = now + step"
    yield "    clock[4] += 1"
    yield "    at = 0"
    for part in live:
        k = part.index
        blocks = _blocks(part)
        first_whole, first_float, first_flow, end = blocks
        yield f"    if recorded[{k}]:"
        if first_float > first_whole:
            yield f"        at = write_states(line, at, w{k}, {first_whole}, {first_float})"
        if first_flow > first_float:
            yield f"        at = write_states(line, at, f{k}, {first_float}, {first_flow})"
        if end > first_flow:
            yield f"        at = write_flows(line, at, n{k}, sums{k}, least{k}, most{k})"
        if end > first_whole:
            yield f"    if len(picked{k}):"
            run = f"line, at, w{k}, f{k}, picked{k}, {blocks}, picked_sums{k}"
            yield f"        at = write_units({run})"


def _blocks(part: Part) -> tuple[int, int, int, int]:
    """Columns at which the recorded whole numbers, states and flows begin, and their end."""
    layout = part.layout
    end = layout.dtype.itemsize // 8
    first_flow = end - len(layout.flows)
    first_float = first_flow - len(layout.floats)
    return first_float - len(layout.wholes), first_float, first_flow, end


def _indented(lines: Iterator[str] | Sequence[str]) -> Iterator[str]:
    for line in lines:
        yield "    " + line
