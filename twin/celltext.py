"""Writes the text of the one loop that advances all compiled devices of a cell.

The text follows from what is wired to what, never from counts or values, so variants of a topology
share one compiled loop. Within a step: late wires; then each action of the order with its own
wires first; then the records.

A row is touched as seldom as it can be: wires from unit to unit, profiles, metering and the running
means stand in the loop that advances the device, not in loops of their own.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence

from twin.cellshape import Binding, BusPart, CellShape, Link, Part
from twin.component import Component, methods_of, turns_of

JIT = "@njit(cache=True, nogil=True, _nrt=False, forceinline=True)"
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
    "even",
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
OFFER = ("p0_kw", "k_kw_per_hz", "p_min_kw", "p_max_kw")
RUNNING = {"a": "sums", "l": "least", "h": "most"}  # locals of the running mean and extremes


def loop_text(shape: CellShape, modules: dict[type[Component], str], loops_mark: str) -> str:
    """The whole generated module; `modules` names the compiled module of each component."""
    head = [
        f"# loops {loops_mark}",
        "from numba import njit",
        "from twin.loops import (",
        "    accumulate, accumulate_units, carry, changed, collect, drive, follow,",
        "    log_event, next_due, settle, write_flows, write_states, write_units,",
        ")",
    ]
    for cls, module in modules.items():
        for method in ("offer", "step", "fine_offer", "fine", "enter_fine"):
            if method in methods_of(cls):
                head.append(f"from {module} import {method} as {_kernel(cls, method)}")
    head += ["", "", JIT, f"def run({', '.join(ARGUMENTS)}):"]
    body = _indented([*_unpacking(shape), *_Step(shape).text()])
    return "\n".join([*head, *body]) + "\n"


def _kernel(cls: type[Component], method: str) -> str:
    return f"{method}_{cls.__name__}"


def _indented(lines: Iterable[str]) -> list[str]:
    return ["    " + line for line in lines]


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
    for bus in shape.buses:
        yield f"even{bus.index} = even[{bus.index}]"
        for row in range(6):
            yield f"o{bus.index}_{row} = offers[{bus.index}][{row}]"


def _cell(part: Part, field: str) -> str:
    """A table and the column of a field in it: whole numbers have a table of their own."""
    table = "f" if part.cls.fields[field].type is float else "w"
    return f"{table}{part.index}, {part.layout.column[field]}"


def _when_due(part: Part, lines: Sequence[str]) -> list[str]:
    if not part.slow or not lines:
        return list(lines)
    return [f"if is_due{part.index}:", *_indented(lines)]


class _Step:
    """The text of one step."""

    def __init__(self, shape: CellShape) -> None:
        self.shape = shape
        self.live = [part for part in shape.parts if not part.ghost]
        acts = [part.index for _, part in shape.actions]
        self.first = {part.index: acts.index(part.index) for part in self.live}
        self.last = {k: len(acts) - 1 - acts[::-1].index(k) for k in self.first}
        self.ends = Counter((link.target.index, link.inp) for link in shape.links)
        self.collecting = {bus.index: self._collects_inside(bus) for bus in shape.buses}

    def text(self) -> Iterator[str]:
        """The loop over steps."""
        yield "while clock[0] < until and clock[4] < len(stamps) and clock[5] + room <= len(log):"
        yield from _indented(self._one())

    def _one(self) -> Iterator[str]:
        shape = self.shape
        yield from self._clock()
        for part in self.live:
            if part.slow:
                yield from _slow(part)
        for link in shape.links:
            if not self._late_enough(link):
                yield from _when_due(link.target, [_carry(link)])
        for bus in shape.buses:
            if self.collecting[bus.index]:
                yield from _cleared(bus)
        for place, (action, part) in enumerate(shape.actions):
            yield f"# {action} {part.name}"
            yield from self._action(place, action, part)
        yield from self._recording()
        yield "clock[0] = now + step"
        if shape.watched:
            yield "stop = False"
            for index, part, field in shape.watched:
                yield f"stop = changed({_cell(part, field)}, seen{index}) or stop"
            yield from ("if stop:", "    clock[7] = 1", "    break")

    def _clock(self) -> Iterator[str]:
        yield "now = clock[0]"
        yield "while now >= segments[clock[1], 1]:"
        yield "    clock[1] += 1"
        yield "segment = clock[1]"
        yield "step = segments[segment, 2]"
        yield "dt = float(step_s[segment])"  # not numpy's float, which divides by zero
        yield "hours = dt / 3600.0"
        yield "fine = segments[segment, 5] == 1"
        entering = [part for part in self.live if part.has("enter_fine")]
        if entering:
            yield "if fine and clock[6] == 0:"
            for part in entering:
                yield f"    for i in range(n{part.index}):"
                yield f"        {_kernel(part.cls, 'enter_fine')}(r{part.index}[i])"
        yield "clock[6] = 1 if fine else 0"
        yield "if clock[3] <= now:"
        yield "    clock[2] = now"
        yield "    clock[3] = min(now + segments[segment, 4], segments[segment, 1])"
        yield "weight = step / (clock[3] - clock[2])"
        if self.shape.bindings:
            curves = ", ".join(f"c{place}" for place in range(7))
            yield f"drive(now, step, {curves}, driven)"

    def _late_enough(self, link: Link) -> bool:
        """Whether a wire can wait for its target: its source has not moved by then."""
        if not link.late:
            return True
        if self.ends[link.target.index, link.inp] > 1:
            return False  # wires that are summed keep their order: the late ones first
        if link.source.ghost:
            return True
        return self.first[link.target.index] <= self.first[link.source.index]

    def _collects_inside(self, bus: BusPart) -> bool:
        """Whether the powers of all devices on a bus are summed where they step, in their order."""
        devices = [part for _, part in bus.devices]
        if bus.part.ghost or any(part.ghost or part.slow for part in devices):
            return False
        acts = [("step", part) in self.shape.actions for part in devices]
        places = [self.first[part.index] for part in devices]
        return all(acts) and places == sorted(places)

    def _action(self, place: int, action: str, part: Part) -> Iterator[str]:
        before: list[str] = []
        if place == self.first[part.index]:
            wires, before = self._inputs(part)
            yield from _when_due(part, wires)
        after = self._running(part) if place == self.last[part.index] else ([], [], [])
        yield from after[0]
        if action == "settle":
            bus = next(bus for bus in self.shape.buses if bus.part is part)
            yield from self._settle(bus, before, after[1])
        elif action == "step":
            inside = [*self._power(part), *after[1]]
            yield from _when_due(part, list(_each(part, before, "step", inside)))
        else:
            yield from self._former(action, part, before, after[1])
        yield from after[2]

    def _inputs(self, part: Part) -> tuple[list[str], list[str]]:
        """What arrives before a part acts: loops of their own, and lines inside its loop."""
        wires, inside = [], []
        for binding in self.shape.bindings:
            if binding.target is part:
                inside.append(_bound(binding))
        for link in self.shape.links:
            if link.target is part and self._late_enough(link):
                wires += [f"if not direct{link.index}:", f"    {_carry(link)}"]
                inside.append(f"if direct{link.index}:")
                inside.append(f"    u.{link.inp} = r{link.source.index}[i].{link.out}")
        return wires, inside

    def _power(self, part: Part) -> list[str]:
        """Sum and meter what a device gives or takes, where its bus lets it."""
        for bus in self.shape.buses:
            for member, device in bus.devices:
                if device is part and self.collecting[bus.index]:
                    b = bus.part.index
                    return [
                        "p = u.p_kw",
                        "if p > 0.0:",
                        f"    r{b}[m{member}[i]].p_source_kw += p",
                        "else:",
                        f"    r{b}[m{member}[i]].p_demand_kw -= p",
                        f"meter{member}[i, 0] += p * hours",
                        f"meter{member}[i, 1] += abs(p * hours)",
                    ]
        return []

    def _running(self, part: Part) -> tuple[list[str], list[str], list[str]]:
        """The running means and extremes of a part's flows: before, inside and after its loop."""
        if not part.recorded or part.slow:
            return [], [], []
        before, inside, after = [], [], []
        for j, name in enumerate(part.layout.flows):
            for short, array in RUNNING.items():
                before.append(f"{short}{j} = {array}{part.index}[{j}]")
                after.append(f"{array}{part.index}[{j}] = {short}{j}")
            inside += [f"x = u.{name}", f"a{j} += weight * x"]
            inside += [f"l{j} = x if x < l{j} else l{j}", f"h{j} = x if x > h{j} else h{j}"]
        return before, inside, after

    def _former(
        self, action: str, part: Part, before: list[str], after: list[str]
    ) -> Iterator[str]:
        bus, member = next(
            (bus, member)
            for bus in self.shape.buses
            for member, former in bus.formers
            if former is part
        )
        here = not bus.part.ghost
        slot = [f"s = m{member}[i]"] if here else []
        if action == "offer":
            offered = [f"o{bus.index}_{row}[s] = u.{name}" for row, name in enumerate(OFFER)]
            yield from _each(part, before + slot, "offer", (offered if here else []) + after)
            return
        settled = [*slot, f"u.p_settled_kw = o{bus.index}_5[s]"] if here else []
        metered = [
            "e = u.p_kw * hours",
            f"meter{member}[i, 0] += e",
            f"meter{member}[i, 1] += abs(e)",
        ]
        yield from _each(part, before + settled, "step", metered + after)

    def _settle(self, bus: BusPart, inputs: list[str], running: list[str]) -> Iterator[str]:
        b = bus.index
        if not self.collecting[b]:
            yield from _cleared(bus)
            source, demand = (bus.part.layout.column[f"p_{side}_kw"] for side in SIDES)
            for member, part in bus.devices:
                power = f"{_cell(part, 'p_kw')}, m{member}, f{bus.part.index}, {source}, {demand}"
                yield f"collect({power}, meter{member}, hours)"
        away = [(member, part) for member, part in bus.formers if part.ghost]
        for member, part in away:
            yield f"for i in range(n{part.index}):"
            yield f"    s = m{member}[i]"
            for row, name in enumerate(OFFER):
                yield f"    o{b}_{row}[s] = r{part.index}[i].{name}"
        metered = [
            f"meter{bus.meter}[i, 0] += u.short_kw * hours",
            f"meter{bus.meter}[i, 1] += u.surplus_kw * hours",
        ]
        for even in (True, False):  # a count that is known lets the compiler unroll the sums
            yield f"if {'' if even else 'not '}even{b}:"
            lines = _each(bus.part, inputs + _solved(bus, even), "step", metered + running)
            yield from _indented(lines)
        for member, part in away:
            yield f"for i in range(n{part.index}):"
            yield f"    s = m{member}[i]"
            yield f"    r{part.index}[i].p_settled_kw = o{b}_5[s]"

    def _recording(self) -> Iterator[str]:
        for part in self.live:
            k = part.index
            begin, end = part.blocks[2:]
            if part.recorded and part.slow and end > begin:
                yield f"accumulate(f{k}, {begin}, {end}, weight, sums{k}, least{k}, most{k})"
            if part.picked and end > begin:
                run = f"f{k}, picked{k}, {begin}, {end}, weight, picked_sums{k}"
                yield f"accumulate_units({run})"
        yield "if now + step >= clock[3]:"
        yield "    line = lines[clock[4]]"
        yield "    stamps[clock[4]] = now + step"
        yield "    clock[4] += 1"
        yield "    at = 0"
        for part in self.live:
            yield from _indented(_written(part))


SIDES = ("source", "demand")


def _slow(part: Part) -> Iterator[str]:
    k = part.index
    yield f"is_due{k} = due[{k}] <= now"
    yield f"if is_due{k}:"
    yield f"    due[{k}] = next_due(now, step, periods[{k}])"
    yield f"    dt{k} = float(periods_s[{k}]) if due[{k}] - now == periods[{k}] else dt"
    yield f"    if due[{k}] - now != step and due[{k}] - now != periods[{k}]:"
    yield f"        dt{k} = float(periods_s[{k}] * (due[{k}] - now) / periods[{k}])"


def _carry(link: Link) -> str:
    w = link.index
    ends = f"{_cell(link.target, link.inp)}, {_cell(link.source, link.out)}"
    return f"carry({ends}, t{w}, s{w}, modes[{w}])  # {link.source.name}.{link.out}"


def _bound(binding: Binding) -> str:
    """A profile-driven input: whole numbers and truths take whole values."""
    value = f"driven[choice{binding.index}[i]]"
    real = binding.target.cls.fields[binding.inp].type is float
    return f"u.{binding.inp} = {value if real else f'int({value})'}"


def _cleared(bus: BusPart) -> Iterator[str]:
    yield f"for i in range(n{bus.part.index}):"
    for side in SIDES:
        yield f"    r{bus.part.index}[i].p_{side}_kw = 0.0"


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


def _solved(bus: BusPart, even: bool) -> list[str]:
    """The settlement of one unit of a bus; its offers lie evenly, or where `first` says."""
    b, count = bus.index, len(bus.formers) + (bus.own is not None)
    span = f"{count} * i, {count} * i + {count}" if even else f"first{b}[i], first{b}[i + 1]"
    offer = ", ".join(f"o{b}_{row}" for row in range(6))
    found = "u.p_formers_kw, u.short_kw, u.surplus_kw, formed, u.df_hz"
    own = "-1" if bus.own is None else "s"
    lines = [f"{found} = settle({span}, {own}, u.p_source_kw, u.p_demand_kw, {offer})"]
    silent: list[str] = []
    if bus.own is not None:
        offered = [f"o{b}_{row}[s] = u.{name}" for row, name in enumerate(OFFER)]
        call = f"{_kernel(bus.part.cls, 'offer')}(u, dt)"
        lines = [call, *offered, *lines, f"u.p_settled_kw = o{b}_5[s]"]
        silent = [f"o{b}_{row}[s] = 0.0" for row in range(len(OFFER))]
    if bus.part.has("fine"):
        follow = f"follow({span}, o{b}_0, o{b}_1, o{b}_2, o{b}_3, o{b}_5)"
        fine = [*_indented(silent), f"    u.p_formers_kw, formed = {follow}"]
        fine += ["    u.short_kw = 0.0", "    u.surplus_kw = 0.0"]
        lines = ["if fine:", *fine, "else:", *_indented(lines)]
    slot = [] if bus.own is None else [f"s = m{bus.own}[i]"]
    return [*slot, *lines, "u.formed = 1 if formed else 0"]


def _written(part: Part) -> Iterator[str]:
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
