"""The simulators a world is made of, and what they exchange.

The simulator with the most links stands above all others, as wide as they are together, so that
its links are straight arrows; links among the others run in lanes below them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from twin.draw.svg import FRAME_FILL, INK, MUTED, SIGNAL, Canvas, shortened, text_width

MARGIN = 24.0
PAD = 14.0
LINE = 15.0
NAME = 13.0  # sizes of text
SMALL = 11.0
HEAD = 46.0  # height of name and way in a box
LEAST_WIDTH = 170.0
GAP = 48.0  # between two boxes
LANE = 22.0  # between two links below the boxes
MOST_LINES = 10  # of devices or quantities
MOST_COLUMNS = 6  # of devices in a wide box


@dataclass(frozen=True)
class SimulatorBox:
    """One mosaik simulator: its way or address, its devices, and how often it exchanges data."""

    name: str
    kind: str
    holds: list[str]
    sync_s: float | None  # None: when something happens


@dataclass(frozen=True)
class Link:
    """Quantities that one simulator gives to another, in the same exchange or one later."""

    source: str
    target: str
    quantities: list[str]
    late: bool


@dataclass(eq=False)
class _Box:
    simulator: SimulatorBox
    straight: list[Link] = field(default_factory=list)  # to and from the hub
    around: list[Link] = field(default_factory=list)  # to and from the others
    x: float = 0.0
    y: float = 0.0
    width: float = LEAST_WIDTH
    height: float = 0.0

    @property
    def columns(self) -> int:
        """Columns in which its devices are listed."""
        widest = max((text_width(name, SMALL) for name in self.simulator.holds), default=0.0)
        return max(1, min(int((self.width - PAD) / (widest + PAD)), MOST_COLUMNS))

    @property
    def lines(self) -> list[str]:
        """Its devices, as many as there is room for."""
        return _excerpt(self.simulator.holds, MOST_LINES * self.columns)

    @property
    def natural_height(self) -> float:
        """The height its list of devices needs."""
        rows = -(-len(self.lines) // self.columns)
        return HEAD + (LINE * rows + 8 if rows else 2)


def draw_world(simulators: list[SimulatorBox], links: list[Link]) -> str:
    """The simulators of a world and what passes between any two of them, as SVG text."""
    canvas = Canvas()
    if not simulators:
        return canvas.document(2 * MARGIN + LEAST_WIDTH, 2 * MARGIN)
    boxes = {simulator.name: _Box(simulator) for simulator in simulators}
    hub, others = _sort(boxes, links)
    width, bottom = _place(boxes, hub, others)
    for box in boxes.values():
        _paint_box(canvas, box)
    for box in others:
        for link in box.straight:
            _paint_straight(canvas, boxes, hub, box, link)
    around = [link for link in links if link in boxes[link.source].around]
    _paint_around(canvas, boxes, around, bottom)
    bottom += LANE * len(around) + (10 if around else 0)
    if links:
        _paint_legend(canvas, bottom + 30)
        bottom += 26
    return canvas.document(width, bottom + MARGIN)


def _sort(boxes: dict[str, _Box], links: list[Link]) -> tuple[_Box, list[_Box]]:
    """Find the hub, and tell every other box which links are straight and which go around."""
    ends = [name for link in links for name in (link.source, link.target)]
    hub = max(boxes, key=ends.count)
    for link in links:
        for name in {link.source, link.target} - {hub}:
            straight = hub in (link.source, link.target)
            (boxes[name].straight if straight else boxes[name].around).append(link)
    return boxes[hub], [box for name, box in boxes.items() if name != hub]


def interval(source: SimulatorBox, target: SimulatorBox) -> str:
    """How often data pass between two: on events, or as often as the slower one asks if known."""
    if "process" in (source.kind, target.kind):
        return "on events"
    if source.sync_s is None or target.sync_s is None:
        return ""
    return seconds(max(source.sync_s, target.sync_s))


def seconds(value: float) -> str:
    """A time in the unit that reads best: ``100 ms``, ``1 s``, ``15 min``, ``1 h``."""
    for size, unit in ((3600.0, "h"), (60.0, "min")):
        if value >= size and (value / size).is_integer():
            return f"{value / size:,.0f} {unit}"
    return f"{value:g} s" if value >= 1 else f"{value * 1000:g} ms"


def _excerpt(words: Sequence[str], most: int) -> list[str]:
    if len(words) <= most:
        return list(words)
    return [*words[: most - 1], f"+{len(words) - most + 1} more"]


def _often(boxes: dict[str, _Box], link: Link) -> str:
    return interval(boxes[link.source].simulator, boxes[link.target].simulator)


def _caption(boxes: dict[str, _Box], link: Link) -> list[str]:
    often = [said] if (said := _often(boxes, link)) else []
    return [*often, *_excerpt(link.quantities, MOST_LINES)]


def _place(boxes: dict[str, _Box], hub: _Box, others: list[_Box]) -> tuple[float, float]:
    """The hub above, the others in a row below it; returns the width and the lower edge."""
    x, room = MARGIN, 0.0
    for box in others:
        captions = [_caption(boxes, link) for link in box.straight]
        slot = max((text_width(t, SMALL, True) for lines in captions for t in lines), default=0.0)
        titles = text_width(box.simulator.name, NAME, True), text_width(_way(box), SMALL)
        box.x = x
        box.width = max(LEAST_WIDTH, (slot + 24) * len(captions), max(titles) + 2 * PAD)
        x += box.width + GAP
        room = max([room, *(LINE * len(lines) for lines in captions)])
    titles = text_width(hub.simulator.name, NAME, True), text_width(_way(hub), SMALL)
    hub.x, hub.y = MARGIN, MARGIN
    hub.width = max(x - GAP - MARGIN, max(titles) + 2 * PAD, 2 * LEAST_WIDTH)
    hub.height = hub.natural_height
    row = hub.y + hub.height + (room + 40 if others else 0.0)
    height = max((box.natural_height for box in others), default=0.0)
    for box in others:
        box.y, box.height = row, height
    return hub.width + 2 * MARGIN, row + height


def _way(box: _Box) -> str:
    every, kind = box.simulator.sync_s, box.simulator.kind
    if kind == "process":
        return f"{kind} · on events"
    return kind if every is None else f"{kind} · every {seconds(every)}"


def _paint_box(canvas: Canvas, box: _Box) -> None:
    left, columns = box.x + PAD, box.columns
    with canvas.group(data_simulator=box.simulator.name):
        canvas.box(box.x, box.y, box.width, box.height, fill=FRAME_FILL, radius=8)
        name = box.simulator.name
        canvas.text(left, box.y + 20, name, size=NAME, anchor="start", bold=True)
        canvas.text(left, box.y + 36, _way(box), size=SMALL, anchor="start", fill=MUTED)
        step = (box.width - PAD) / columns
        for number, text in enumerate(box.lines):
            x, y = left + step * (number % columns), box.y + HEAD + 10 + LINE * (number // columns)
            canvas.text(x, y, shortened(text, SMALL, step - PAD), size=SMALL, anchor="start")


def _paint_straight(
    canvas: Canvas, boxes: dict[str, _Box], hub: _Box, box: _Box, link: Link
) -> None:
    """A vertical arrow between hub and box, what it carries on its right."""
    x = box.x + box.width * (box.straight.index(link) + 0.1) / len(box.straight)
    ends = [(x, hub.y + hub.height), (x, box.y)]
    if link.target == hub.simulator.name:
        ends.reverse()
    with canvas.group(data_from=link.source, data_to=link.target):
        canvas.arrow(ends, SIGNAL, link.late)
    lines = _caption(boxes, link)
    first = (hub.y + hub.height + box.y) / 2 - LINE * (len(lines) - 1) / 2 + 4
    for number, text in enumerate(lines):
        bold = number == 0 and bool(_often(boxes, link))  # how often stands out, where it is known
        ink = INK if bold else MUTED
        y = first + LINE * number
        canvas.text(x + 7, y, text, size=SMALL, anchor="start", fill=ink, bold=bold)


def _paint_around(
    canvas: Canvas, boxes: dict[str, _Box], around: list[Link], bottom: float
) -> None:
    """Links among the others, the shorter ones nearer to the boxes."""

    ways = []
    for link in around:
        feet = [_foot(boxes, boxes[name], link) for name in (link.source, link.target)]
        ways.append((link, feet))
    ways.sort(key=lambda way: abs(way[1][0] - way[1][1]))
    for number, (link, feet) in enumerate(ways):
        level = bottom + LANE * (number + 1)
        with canvas.group(data_from=link.source, data_to=link.target):
            path = [(feet[0], bottom), (feet[0], level), (feet[1], level), (feet[1], bottom)]
            canvas.arrow(path, SIGNAL, link.late)
        passing = [x for _, others in ways[number:] for x in others]
        stops = sorted(x for x in passing if min(feet) <= x <= max(feet))
        width, middle = max((b - a, (a + b) / 2) for a, b in pairwise(stops))
        every = f"{said} · " if (said := _often(boxes, link)) else ""
        names = ", ".join(_excerpt(link.quantities, MOST_LINES))
        text = every + shortened(names, SMALL, width - text_width(every, SMALL) - 10)
        canvas.text(middle, level - 5, text, size=SMALL, fill=MUTED)


def _foot(boxes: dict[str, _Box], box: _Box, link: Link) -> float:
    """Where a link meets the lower edge of a box: towards the side to which it goes."""

    def away(other: Link) -> tuple[float, bool]:
        names = {other.source, other.target} - {box.simulator.name}
        return boxes[names.pop()].x, other.source == box.simulator.name

    links = sorted(box.around, key=away)
    return box.x + box.width * (links.index(link) + 0.5) / len(links)


def _paint_legend(canvas: Canvas, level: float) -> None:
    x = MARGIN
    for late, text in ((False, "same exchange"), (True, "one exchange late")):
        canvas.arrow([(x, level - 4), (x + 24, level - 4)], SIGNAL, late)
        canvas.text(x + 30, level, text, size=SMALL, anchor="start", fill=MUTED)
        x += 30 + text_width(text, SMALL) + 14
