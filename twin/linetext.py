"""Lines of a loop: one wire, one part, one bus, each as text."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from twin.cellshape import Binding, BusPart, Link, Part
from twin.component import Component, Node, turns_of
from twin.topology import told

INSIDE = (("p0", "kw"), ("k", "kw_per_hz"), ("p_min", "kw"), ("p_max", "kw"))
TURNING = ("inertia_inside_kws_per_hz", "damping_inside_kw_per_hz", "y_inside_kva")
OFFER = ("p0_kw", "k_kw_per_hz", "p_min_kw", "p_max_kw")
SIDES = ("source", "demand")


def kernel_name(cls: type[Component], method: str) -> str:
    """The name of a compiled method in the loop."""
    return f"{method}_{cls.__name__}"


def indented(lines: Iterable[str]) -> list[str]:
    """Lines one level deeper."""
    return ["    " + line for line in lines]


def cell_of(part: Part, field: str) -> str:
    """A table and the column of a field in it: whole numbers have a table of their own."""
    table = "f" if part.cls.fields[field].type is float else "w"
    return f"{table}{part.index}, {part.layout.column[field]}"


def when_due(part: Part, lines: Sequence[str]) -> list[str]:
    """Lines that are run when a part is due."""
    if not part.slow or not lines:
        return list(lines)
    return [f"if is_due{part.index}:", *indented(lines)]


def slow_clock(part: Part) -> Iterator[str]:
    """Whether a part with a period is due, and how long its step is."""
    k = part.index
    yield f"is_due{k} = due[{k}] <= now"
    yield f"if is_due{k}:"
    yield f"    due[{k}] = next_due(now, step, periods[{k}])"
    yield f"    dt{k} = float(periods_s[{k}]) if due[{k}] - now == periods[{k}] else dt"
    yield f"    if due[{k}] - now != step and due[{k}] - now != periods[{k}]:"
    yield f"        dt{k} = float(periods_s[{k}] * (due[{k}] - now) / periods[{k}])"


def carried(link: Link) -> str:
    """A loop that carries one wire."""
    w = link.index
    ends = f"{cell_of(link.target, link.inp)}, {cell_of(link.source, link.out)}"
    return f"carry({ends}, t{w}, s{w}, modes[{w}])  # {link.source.name}.{link.out}"


def bound(binding: Binding) -> str:
    """A profile-driven input: whole numbers and truths take whole values."""
    k = binding.index
    value = f"driven[only{k} if only{k} >= 0 else choice{k}[i]]"
    real = binding.target.cls.fields[binding.inp].type is float
    return f"u.{binding.inp} = {value if real else f'int({value})'}"


def cleared(bus: BusPart) -> Iterator[str]:
    """Loop that sets the sums of a bus to zero."""
    yield f"for i in range(n{bus.part.index}):"
    for side in SIDES:
        yield f"    r{bus.part.index}[i].p_{side}_kw = 0.0"


def each_unit(part: Part, before: list[str], method: str, after: list[str]) -> Iterator[str]:
    """One loop over the units of a part, around one method, changes of mode noted."""
    k = part.index
    yield f"for i in range(n{k}):"
    yield f"    u = r{k}[i]"
    yield from indented(before)
    for position, name in enumerate(part.logged):
        yield f"    was{position} = u.{name}"
    span = f"dt{k}" if part.slow else "dt"
    if method == "begin":
        coarse, fine = "", "fine_begin"
    else:
        turn = ("offer", "step").index(method)
        coarse, fine = (turns_of(part.cls, regime)[turn] for regime in (False, True))
    calls = [
        f"{kernel_name(part.cls, name)}(u, {span})" if name else "pass" for name in (fine, coarse)
    ]
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
    yield from indented(after)


def span_of(bus: BusPart, even: bool) -> str:
    """Where the offers of one unit of a bus lie: evenly, or where `first` says."""
    b, count = bus.index, len(bus.formers) + (bus.own is not None)
    return f"{count} * i, {count} * i + {count}" if even else f"first{b}[i], first{b}[i + 1]"


def gathered(bus: BusPart) -> str:
    """What the formers of one unit of a bus offer together."""
    names = ", ".join(f"u.{side}_inside_{unit}" for side, unit in INSIDE)
    offer = ", ".join(f"o{bus.index}_{row}" for row in range(4))
    return f"{names} = gather({span_of(bus, False)}, {offer})"


def told_lines(former: Part, bus: Part, unit: str) -> list[str]:
    """What a former hears of its bus beside its power, in the fine regime."""
    pairs = told(former.cls, bus.cls)
    lines = [f"    u.{inp} = r{bus.index}[{unit}].{out}" for out, inp in pairs]
    return ["if fine:", *lines] if lines else []


def solved(bus: BusPart, hung: bool) -> list[str]:
    """The settlement of one unit of a bus, which may hang on another.

    Where the count of offers is known, the compiler unrolls the sums.
    """
    b = bus.index
    offer = ", ".join(f"o{b}_{row}" for row in range(6))
    found = "u.p_formers_kw, u.short_kw, u.surplus_kw, formed, u.df_hz"
    own = "-1" if bus.own is None else "s"
    is_node = issubclass(bus.part.cls, Node)
    outside = f"{getattr(bus.part.cls, 'sourced', False)}, "
    outside += "u.own_kw" if is_node else "0.0"
    if hung:
        outside = "u.exchanging != 0, (u.p_settled_kw if u.exchanging else 0.0) + u.own_kw"
    powers = f"{outside}, u.p_source_kw, u.p_demand_kw"
    calls = [
        f"    {found} = settle({span_of(bus, even)}, {own}, {powers}, {offer})"
        for even in (True, False)
    ]
    lines = [f"if even{b}:", calls[0], "else:", calls[1]]
    silent: list[str] = []
    if bus.own is not None:
        offered = [f"o{b}_{row}[s] = u.{name}" for row, name in enumerate(OFFER)]
        call = f"{kernel_name(bus.part.cls, 'offer')}(u, dt)"
        lines = [call, *offered, *lines, f"u.p_settled_kw = o{b}_5[s]"]
        silent = [f"o{b}_{row}[s] = 0.0" for row in range(len(OFFER))]
    turns = []
    if is_node:  # an island of formers without dynamics stays algebraic
        brings = [f"u.{name} > 0.0" for name in TURNING if name in bus.part.cls.fields]
        turns = [f"({' or '.join(['u.exchanging', *brings])})"]
    if bus.part.has("fine"):
        follow = f"follow({span_of(bus, False)}, o{b}_0, o{b}_1, o{b}_2, o{b}_3, o{b}_5)"
        fine = [*indented(silent), f"    u.p_formers_kw, formed = {follow}"]
        fine += ["    u.short_kw = 0.0", "    u.surplus_kw = 0.0"]
        regime = " and ".join(["fine", *turns])
        lines = [f"if {regime}:", *fine, "else:", *indented(lines)]
    slot = [] if bus.own is None else [f"s = m{bus.own}[i]"]
    return [*slot, *lines, "u.formed = 1 if formed else 0"]


def written(part: Part) -> Iterator[str]:
    """A part's share of a line of records."""
    k = part.index
    first_whole, first_float, first_flow, end = part.blocks
    if part.recorded:
        yield f"if n{k} > 0:"
        if first_float > first_whole:
            yield f"    at = write_states(line, at, w{k}, {first_whole}, {first_float})"
        if first_flow > first_float:
            yield f"    at = write_states(line, at, f{k}, {first_float}, {first_flow})"
        if end > first_flow:
            yield f"    at = write_flows(line, at, n{k}, sums{k}, least{k}, most{k})"
    if part.picked and end > first_whole:
        run = f"line, at, w{k}, f{k}, picked{k}, {part.blocks}, picked_sums{k}"
        yield f"at = write_units({run})"
