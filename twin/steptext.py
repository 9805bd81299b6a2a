"""The text of one step of a loop: what is done to which rows, in which order.

A row is touched as seldom as it can be: wires from unit to unit, profiles, metering and the running
means stand in the loop that advances the device, not in loops of their own.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from twin.cellshape import BusPart, CellShape, Link, Part
from twin.component import Node
from twin.linetext import (
    OFFER,
    SIDES,
    bound,
    carried,
    cell_of,
    cleared,
    each_unit,
    gathered,
    indented,
    kernel_name,
    slow_clock,
    solved,
    told_lines,
    when_due,
    written,
)

NOWHERE: tuple[None, int, int] = (None, 0, 0)
RUNNING = {"a": "sums", "l": "least", "h": "most"}  # locals of the running mean and extremes


class StepText:
    """The text of one step."""

    def __init__(self, shape: CellShape) -> None:
        """Find out who acts first and last, and what can be done inside whose loop."""
        self.shape = shape
        self.live = [part for part in shape.parts if not part.ghost]
        acts = [part.index for _, part in shape.actions]
        self.first = {part.index: acts.index(part.index) for part in self.live}
        told = [-1 if action == "begin" else part.index for action, part in shape.actions]
        self.sums = {k: told.index(k) if k in told else -1 for k in self.first}
        self.last = {k: len(acts) - 1 - acts[::-1].index(k) for k in self.first}
        self.ends = Counter((link.target.index, link.inp) for link in shape.links)
        self.collecting = {bus.index: self._collects_inside(bus) for bus in shape.buses}

    def text(self) -> Iterator[str]:
        """The loop over steps."""
        yield "while clock[0] < until and clock[4] < len(stamps) and clock[5] + room <= len(log):"
        yield from indented(self._one())

    def _one(self) -> Iterator[str]:
        shape = self.shape
        yield from self._clock()
        for part in self.live:
            if part.slow:
                yield from slow_clock(part)
        for link in shape.links:
            if not self._late_enough(link):
                yield from when_due(link.target, [carried(link)])
        for bus in shape.buses:
            if self.collecting[bus.index]:
                yield from cleared(bus)
        for place, (action, part) in enumerate(shape.actions):
            yield f"# {action} {part.name}"
            yield from self._action(place, action, part)
        yield from self._recording()
        yield "clock[0] = now + step"
        if shape.watched:
            yield "stop = False"
            for index, part, field in shape.watched:
                yield f"stop = changed({cell_of(part, field)}, seen{index}) or stop"
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
                yield f"        {kernel_name(part.cls, 'enter_fine')}(r{part.index}[i])"
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
        first, sums = place == self.first[part.index], place == self.sums[part.index]
        if first or sums:
            wires, before = self._inputs(part, first, sums)
            yield from when_due(part, wires)
        after = self._running(part) if place == self.last[part.index] else ([], [], [])
        yield from after[0]
        bus = self._bus_of(part)
        if action == "begin":
            yield from each_unit(part, before, "begin", after[1])
        elif action == "step":
            inside = [*self._power(part), *after[1]]
            yield from when_due(part, list(each_unit(part, before, "step", inside)))
        elif bus and action == "settle":
            yield from self._settle(bus, before, after[1])
        elif bus:
            yield from self._offer_of_bus(bus, before, after[1])
        else:
            yield from self._former(action, part, before, after[1])
        yield from after[2]

    def _inputs(self, part: Part, first: bool, sums: bool) -> tuple[list[str], list[str]]:
        """What arrives before a part acts: loops of their own, and lines inside its loop.

        What a bus hears from its devices arrives when it sums up, all else when it first acts.
        """
        wires, inside = [], []
        for binding in self.shape.bindings:
            if binding.target is part and first:
                inside.append(bound(binding))
        for link in self.shape.links:
            now = sums if link.inward else first
            if link.target is part and now and self._late_enough(link):
                wires += [f"if not direct{link.index}:", f"    {carried(link)}"]
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
                        f"b = i if plain{member} else m{member}[i]",
                        "if p > 0.0:",
                        f"    r{b}[b].p_source_kw += p",
                        "else:",
                        f"    r{b}[b].p_demand_kw -= p",
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

    def _bus_of(self, part: Part) -> BusPart | None:
        """The bus that a part is, if it is one."""
        return next((bus for bus in self.shape.buses if bus.part is part), None)

    def _place_of(self, part: Part) -> tuple[BusPart, int, int] | None:
        """The bus on which a former hangs, its member there, and that of its units."""
        for bus in self.shape.buses:
            for (member, former), on in zip(bus.formers, bus.units, strict=True):
                if former is part:
                    return bus, member, on
        return None

    def _offered(self, part: Part) -> tuple[list[str], list[str]]:
        """Where a former's offer goes: lines before its method and after."""
        bus, member, _ = self._place_of(part) or NOWHERE
        if bus is None or bus.part.ghost:
            return [], []
        rows = [f"o{bus.index}_{row}[s] = u.{name}" for row, name in enumerate(OFFER)]
        return [f"s = m{member}[i]"], rows

    def _settled(self, part: Part) -> tuple[list[str], list[str]]:
        """What a former's bus settled with it, before it books; and its meter, after."""
        bus, member, on = self._place_of(part) or NOWHERE
        if bus is None:
            return [], []
        here = not bus.part.ghost
        slot = [f"s = m{member}[i]", f"u.p_settled_kw = o{bus.index}_5[s]"] if here else []
        unit = f"i if plain{on} else m{on}[i]"
        heard = told_lines(part, bus.teller or bus.part, unit)
        meter = [
            "e = u.p_kw * hours",
            f"meter{member}[i, 0] += e",
            f"meter{member}[i, 1] += abs(e)",
        ]
        return slot + heard, meter

    def _former(
        self, action: str, part: Part, before: list[str], after: list[str]
    ) -> Iterator[str]:
        if action == "offer":
            slot, offered = self._offered(part)
            yield from each_unit(part, before + slot, "offer", offered + after)
            return
        settled, metered = self._settled(part)
        yield from each_unit(part, before + settled, "step", metered + after)

    def _collect(self, bus: BusPart) -> Iterator[str]:
        """Bring in the powers of devices and the offers of formers that were not put in place."""
        b = bus.index
        if not self.collecting[b]:
            yield from cleared(bus)
            source, demand = (bus.part.layout.column[f"p_{side}_kw"] for side in SIDES)
            for member, part in bus.devices:
                power = f"{cell_of(part, 'p_kw')}, m{member}, f{bus.part.index}, {source}, {demand}"
                yield f"collect({power}, meter{member}, hours)"
        for member, part in self._away(bus):
            yield f"for i in range(n{part.index}):"
            yield f"    s = m{member}[i]"
            for row, name in enumerate(OFFER):
                yield f"    o{b}_{row}[s] = r{part.index}[i].{name}"

    def _away(self, bus: BusPart) -> list[tuple[int, Part]]:
        """Formers that are stepped elsewhere."""
        return [(member, part) for member, part in bus.formers if part.ghost]

    def _offer_of_bus(self, bus: BusPart, inputs: list[str], running: list[str]) -> Iterator[str]:
        yield from self._collect(bus)
        slot, offered = self._offered(bus.part)
        before = [*inputs, gathered(bus), *slot]
        yield from each_unit(bus.part, before, "offer", offered + running)

    def _settle(self, bus: BusPart, inputs: list[str], running: list[str]) -> Iterator[str]:
        b = bus.index
        hung = ("offer", bus.part) in self.shape.actions
        if not hung:
            yield from self._collect(bus)
        settled, metered = self._settled(bus.part)
        left = ("u.short_kw", "u.surplus_kw")
        if issubclass(bus.part.cls, Node):
            left = (
                "(u.unmet_kw if fine else u.short_kw)",
                "(u.unused_kw if fine else u.surplus_kw)",
            )
        metered += [f"meter{bus.meter}[i, {j}] += {power} * hours" for j, power in enumerate(left)]
        before = [*inputs, *settled, *solved(bus, hung)]
        yield from each_unit(bus.part, before, "step", metered + running)
        for member, part in self._away(bus):
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
            yield from indented(written(part))
