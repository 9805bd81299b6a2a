"""How wires run: down beside their devices, across in a lane below the power of their group.

Every piece that runs down has a track of its own and every lane is shared only by wires that do
not meet, so wires cross one another at right angles and never touch a symbol.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import pairwise

from twin.draw.layout import PORT, Frame, Layout, Node
from twin.draw.place import LANE
from twin.draw.svg import Point, text_width
from twin.topology import Wire

SINGLE_UP_TO = 12  # wires; with more of them a pair of devices shares one arrow
TEXT = 10.0


@dataclass(eq=False)
class End:
    """Where a wire meets a device: at a bar from below, at a side, or at the top."""

    node: Node
    peer: Node
    leaves: bool
    way: str  # "bar", "side" or "top"
    track: int = 0
    x: float = 0.0  # where it runs down
    offset: float = 0.0  # along the edge of the symbol

    def points(self) -> list[Point]:
        """From the device to where the wire begins to run down."""
        node = self.node
        if self.way == "bar":
            return [(self.x, node.y + 2.5)]
        if self.way == "top":
            return [(self.x, node.y - node.height / 2)]
        edge = node.x + (node.width / 2 if self.leaves else -node.width / 2)
        return [(edge, node.y + self.offset), (self.x, node.y + self.offset)]


@dataclass(eq=False)
class Route:
    """One arrow: its ends, the frame in whose zone it runs across, and its lane there."""

    start: End
    end: End
    late: bool
    text: str
    frame: Frame
    lane: int = 0

    @property
    def ends(self) -> tuple[End, End]:
        """Both ends."""
        return self.start, self.end

    @property
    def reach(self) -> tuple[float, float]:
        """From where to where it runs across."""
        return min(self.start.x, self.end.x), max(self.start.x, self.end.x)

    @property
    def lane_y(self) -> float:
        """The height at which it runs across."""
        return self.frame.zone + LANE * (self.lane + 1)

    def points(self) -> list[Point]:
        """The whole way of the arrow."""
        down, up = (self.start.x, self.lane_y), (self.end.x, self.lane_y)
        return [*self.start.points(), down, up, *reversed(self.end.points())]


def routes(wires: Iterable[Wire], layout: Layout) -> list[Route]:
    """The arrows to draw, each with its tracks taken in the columns of the layout."""
    found = []
    sheet = layout.frames[0]
    for source, target, late, text in _bundles(list(wires)):
        a, b = layout.nodes[source], layout.nodes[target]
        frame = a.frame if a.frame is b.frame else sheet
        start = End(a, b, True, _way(a, frame))
        end = End(b, a, False, _way(b, frame))
        found.append(Route(start, end, late, text, frame))
    ends = [end for route in found for end in route.ends]
    _take_tracks([end for end in ends if end.way == "side"], layout)
    _widen_ports([end for end in ends if end.way == "bar"], layout)
    return found


def _bundles(wires: list[Wire]) -> list[tuple[str, str, bool, str]]:
    if len(wires) <= SINGLE_UP_TO:
        return [(wire.source, wire.target, wire.late, wire.out) for wire in wires]
    pairs: dict[tuple[str, str], list[Wire]] = {}
    for wire in wires:
        pairs.setdefault((wire.source, wire.target), []).append(wire)
    return [
        (source, target, all(wire.late for wire in shared), _names(shared))
        for (source, target), shared in pairs.items()
    ]


def _names(wires: list[Wire]) -> str:
    return wires[0].out if len(wires) == 1 else f"{wires[0].out} +{len(wires) - 1}"


def _way(node: Node, frame: Frame) -> str:
    if node.in_row:
        return "top" if node.frame is frame else "side"
    return "bar" if node.is_bar else "side"


def _take_tracks(ends: list[End], layout: Layout) -> None:
    """The lower a device, the nearer its wires run to it, so that they leave without crossing."""
    by_side: dict[tuple[Node, bool], list[End]] = {}
    for end in sorted(ends, key=lambda end: -end.node.depth):
        node = end.node
        if end.leaves:
            column = layout.columns[node.last]
            end.track, column.tracks_right = column.tracks_right, column.tracks_right + 1
        else:
            column = layout.columns[node.first]
            end.track, column.tracks_left = column.tracks_left, column.tracks_left + 1
        by_side.setdefault((node, end.leaves), []).append(end)
    for (node, _), shared in by_side.items():
        pitch = min(PORT, (node.height - 8) / len(shared))
        for number, end in enumerate(shared):
            end.offset = pitch * ((len(shared) - 1) / 2 - number)


def _widen_ports(ends: list[End], layout: Layout) -> None:
    for end in ends:
        count = sum(other.node is end.node for other in ends)
        column = layout.columns[end.node.ports]
        column.left = column.right = PORT * count / 2


def run_across(found: list[Route], layout: Layout) -> dict[Frame, int]:
    """Give every end its x and every wire its lane; returns how many lanes each frame needs."""
    for end in (end for route in found for end in route.ends if end.way == "side"):
        column = layout.columns[end.node.last if end.leaves else end.node.first]
        end.x = column.right_track(end.track) if end.leaves else column.left_track(end.track)
    shared: dict[Node, list[End]] = {}
    for end in (end for route in found for end in route.ends if end.way != "side"):
        shared.setdefault(end.node, []).append(end)
    for node, ends in shared.items():
        ends.sort(key=lambda end: (end.peer.x, end.leaves))
        middle = node.x if node.in_row else layout.columns[node.ports].x
        pitch = min(PORT, (node.width - 14) / len(ends)) if node.in_row else PORT
        for number, end in enumerate(ends):
            end.x = middle + pitch * (number - (len(ends) - 1) / 2)
    return _take_lanes(found)


def _take_lanes(found: list[Route]) -> dict[Frame, int]:
    lanes: dict[Frame, list[list[tuple[float, float]]]] = {}
    for route in sorted(found, key=lambda route: route.reach[1] - route.reach[0]):
        left, right = route.reach
        rows = lanes.setdefault(route.frame, [])
        for row in rows:
            if all(right + 8 < a or left - 8 > b for a, b in row):
                break
        else:
            row = []
            rows.append(row)
        row.append((left, right))
        route.lane = rows.index(row)
    return {frame: len(rows) for frame, rows in lanes.items()}


def label_spots(found: list[Route]) -> list[tuple[Route, Point]]:
    """Where names of quantities fit above their lane without touching a wire."""
    spots = []
    for route in found:
        left, right = route.reach
        level = route.lane_y
        stops = sorted({left, right, *(x for x in _crossings(found, level) if left < x < right)})
        gaps = [(b - a, (a + b) / 2) for a, b in pairwise(stops)]
        width, middle = max(gaps, default=(0.0, 0.0))
        if width >= text_width(route.text, TEXT) + 8:
            spots.append((route, (middle, level - 3.5)))
    return spots


def _crossings(found: list[Route], level: float) -> list[float]:
    return [
        end.x
        for route in found
        for end in route.ends
        if min(end.points()[-1][1], route.lane_y) <= level
        and max(end.points()[-1][1], route.lane_y) >= level - LANE + 2
    ]
