"""The text of one step of a loop: what is done to which rows, in which order.

A row is touched as seldom as it can be: wires from unit to unit, profiles, metering and the running
means stand in the loop that advances the device, not in loops of their own.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from twin.cellshape import BusPart, CellShape, Link, Part
from twin.linetext import (
    OFFER,
    SIDES,
    bound,
    carried,
    cell_of,
    cleared,
    each_unit,
    indented,
    kernel_name,
    slow_clock,
    solved,
    when_due,
    written,
)

RUNNING = {"a": "sums", "l": "least", "h": "most"}  # locals of the running mean and extremes


class StepText:
    """The text of one step."""

    def __init__(self, shape: CellShape) -> None:
        """Find out who acts first and last, and what can be done inside whose loop."""
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
        if place == self.first[part.index]:
            wires, before = self._inputs(part)
            yield from when_due(part, wires)
        after = self._running(part) if place == self.last[part.index] else ([], [], [])
        yield from after[0]
        if action == "settle":
            bus = next(bus for bus in self.shape.buses if bus.part is part)
            yield from self._settle(bus, before, after[1])
        elif action == "step":
            inside = [*self._power(part), *after[1]]
            yield from when_due(part, list(each_unit(part, before, "step", inside)))
        else:
            yield from self._former(action, part, before, after[1])
        yield from after[2]

    def _inputs(self, part: Part) -> tuple[list[str], list[str]]:
        """What arrives before a part acts: loops of their own, and lines inside its loop."""
        wires, inside = [], []
        for binding in self.shape.bindings:
            if binding.target is part:
                inside.append(bound(binding))
        for link in self.shape.links:
            if link.target is part and self._late_enough(link):
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
            yield from each_unit(part, before + slot, "offer", (offered if here else []) + after)
            return
        settled = [*slot, f"u.p_settled_kw = o{bus.index}_5[s]"] if here else []
        metered = [
            "e = u.p_kw * hours",
            f"meter{member}[i, 0] += e",
            f"meter{member}[i, 1] += abs(e)",
        ]
        yield from each_unit(part, before + settled, "step", metered + after)

    def _settle(self, bus: BusPart, inputs: list[str], running: list[str]) -> Iterator[str]:
        b = bus.index
        if not self.collecting[b]:
            yield from cleared(bus)
            source, demand = (bus.part.layout.column[f"p_{side}_kw"] for side in SIDES)
            for member, part in bus.devices:
                power = f"{cell_of(part, 'p_kw')}, m{member}, f{bus.part.index}, {source}, {demand}"
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
            lines = each_unit(bus.part, inputs + solved(bus, even), "step", metered + running)
            yield from indented(lines)
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
            yield from indented(written(part))
