"""Which column of a one-line diagram a device stands in.

Power hangs from bars, one column a device. Devices on no bus stand in a row below the power of
their group, so that between the two there is a free zone for wires. A column has a channel on
either side in which wires run down; nothing else ever stands there.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from twin.component import Bus, type_name
from twin.draw.svg import text_width
from twin.draw.symbols import SIZE, symbol_width
from twin.draw.texts import frame_title, name_and_count, second_line
from twin.topology import Device, Topology

GAP = 18.0  # between columns
LEAST_HALF = 36.0  # of a column, so that neighbours stand evenly
TRACK = 7.0  # between two wires that run down
PORT = 8.0  # between two wires that meet a bar
FRAME_PAD = 12.0
LOWEST = 99  # depth of a device in the row below
NAME = 12.0  # sizes of text
SMALL = 11.0


@dataclass(eq=False)
class Column:
    """A strip of the picture: content on both sides of an axis, and wires beside it."""

    left: float
    right: float
    takes_row: bool = True  # whether a device of the row below may stand in it
    lead: float = 0.0  # edges of frames before and after it
    trail: float = 0.0
    tracks_left: int = 0
    tracks_right: int = 0
    x: float = 0.0

    def widen(self, half: float) -> None:
        """Make room for something centred on the axis."""
        self.left, self.right = max(self.left, half), max(self.right, half)

    def left_track(self, number: int) -> float:
        """Where the wire of that number runs down on the left."""
        return self.x - self.left - GAP / 2 - TRACK * number

    def right_track(self, number: int) -> float:
        """Where the wire of that number runs down on the right."""
        return self.x + self.right + GAP / 2 + TRACK * number


@dataclass(eq=False)
class Frame:
    """The members of a group that stand together; the sheet itself is a frame without a group."""

    group: str
    title: str
    outer: Frame | None
    first: int
    last: int = 0
    row: list[Node] = field(default_factory=list)  # its devices on no bus
    top: float = 0.0
    zone: float = 0.0  # upper edge of its zone for wires
    bottom: float = 0.0


@dataclass(eq=False)
class Node:
    """A device in the picture; `x`, `y` is the centre of its symbol."""

    device: Device
    frame: Frame
    depth: int = 0
    children: list[Node] = field(default_factory=list)
    in_row: bool = False
    first: int = 0  # columns it spans
    last: int = 0
    ports: int = -1  # the column in which wires meet a bar from below
    x: float = 0.0
    y: float = 0.0
    drop_x: float = 0.0  # where the line from the outer bus comes down

    @property
    def is_bar(self) -> bool:
        """Whether it is drawn as a bar; a converter with its store is not."""
        return issubclass(self.device.cls, Bus) or self.device.cls.holds == "ac"

    @property
    def is_control(self) -> bool:
        """Whether it is drawn as a box with its name inside."""
        return self.device.cls.role == "control" and not self.is_bar

    @property
    def label(self) -> list[str]:
        """The lines written beside its symbol."""
        lines = [name_and_count(self.device), second_line(self.device)]
        return [line for line in lines if line]

    @property
    def width(self) -> float:
        """Width of its symbol."""
        if self.is_control:
            return max(64.0, self.label_width + 18)
        return symbol_width(self.device.cls.role, type_name(self.device.cls))

    @property
    def height(self) -> float:
        """Height of its symbol."""
        return 36.0 if self.is_control else SIZE

    @property
    def label_width(self) -> float:
        """Width of the lines beside its symbol."""
        name, *rest = self.label
        widths = [text_width(name, NAME, True), *(text_width(line, SMALL) for line in rest)]
        return sum(widths) + NAME * len(rest) if self.is_bar else max(widths)

    @property
    def half(self) -> float:
        """Half of what symbol and label need around their axis."""
        return max(self.width, 0.0 if self.is_control else self.label_width) / 2

    @property
    def title_width(self) -> float:
        """What it has to leave free on its left for the title of the frame it begins."""
        begins = self.frame.outer is not None and self.frame.first == self.first
        return text_width(self.frame.title, NAME, True) if begins else 0.0


@dataclass(eq=False)
class Layout:
    """All columns, devices and frames of a picture."""

    columns: list[Column]
    nodes: dict[str, Node]
    roots: list[Node]
    frames: list[Frame]  # a frame comes after those around it
    width: float = 0.0

    def span(self, node: Node) -> tuple[float, float]:
        """Left and right end of what a device and its children fill."""
        first, last = self.columns[node.first], self.columns[node.last]
        return first.x - first.left, last.x + last.right


def plan(topology: Topology) -> Layout:
    """Give every device its columns, walking down the tree of buses from left to right."""
    return _Planner(topology).layout


class _Planner:
    def __init__(self, topology: Topology) -> None:
        self.sheet = Frame("", "", None, 0)
        nodes = {name: Node(device, self.sheet) for name, device in topology.devices.items()}
        self.layout = Layout([], nodes, [], [self.sheet])
        self.peers: dict[str, list[Node]] = {name: [] for name in nodes}
        for wire in topology.wires:
            self.peers[wire.source].append(nodes[wire.target])
            self.peers[wire.target].append(nodes[wire.source])
        self._grow_tree()
        self._stand(self.layout.roots, self.sheet, 0)
        for node in nodes.values():
            if node.in_row and node.device.group and node.frame is self.sheet:
                self._close(self._open(node.device, self.sheet))
        self._close(self.sheet)

    def _grow_tree(self) -> None:
        for node in self.layout.nodes.values():
            if outer := self.layout.nodes.get(node.device.bus):
                outer.children.append(node)
            elif node.device.cls.holds or node.device.cls.joins:
                self.layout.roots.append(node)
            else:
                node.in_row = True

    def _stand(self, nodes: Iterable[Node], frame: Frame, depth: int) -> None:
        clusters: dict[str, list[Node]] = {}
        for node in nodes:
            clusters.setdefault(node.device.group, []).append(node)
        for group, members in clusters.items():
            own = self._open(members[0].device, frame) if group not in ("", frame.group) else frame
            for node in members:
                self._hang(node, own, depth)
            if own is not frame:
                self._close(own)

    def _hang(self, node: Node, frame: Frame, depth: int) -> None:
        columns = self.layout.columns
        node.frame, node.depth, node.first = frame, depth, len(columns)
        self._stand(node.children, frame, depth + 1)
        if node.first == len(columns):
            columns.append(Column(LEAST_HALF, LEAST_HALF))
            columns[-1].widen(0.0 if node.is_bar else node.half)
        if node.is_bar and self.peers[node.device.name]:
            node.ports = len(columns)
            columns.append(Column(PORT / 2, PORT / 2, takes_row=False))
        node.last = len(columns) - 1
        if node.children and not node.is_bar:  # its label stands right of the line to its store
            columns[node.first].widen(node.width / 2)
            columns[node.last].right = max(columns[node.last].right, node.label_width + 8)

    def _open(self, device: Device, outer: Frame) -> Frame:
        frame = Frame(device.group, frame_title(device), outer, len(self.layout.columns))
        self.layout.frames.append(frame)
        return frame

    def _close(self, frame: Frame) -> None:
        columns = self.layout.columns
        frame.row = [
            node
            for node in self.layout.nodes.values()
            if node.in_row and node.frame is self.sheet and node.device.group == frame.group
        ]
        seats = [at for at in range(frame.first, len(columns)) if columns[at].takes_row]
        while len(seats) < len(frame.row) or not columns:
            seats.append(len(columns))
            columns.append(Column(LEAST_HALF, LEAST_HALF))
        frame.last = len(columns) - 1
        if frame.outer:
            columns[frame.first].lead += FRAME_PAD
            columns[frame.last].trail += FRAME_PAD
        for node in frame.row:
            node.frame, node.depth = frame, LOWEST
        self._seat(frame.row, seats)

    def _seat(self, row: list[Node], seats: list[int]) -> None:
        """Put the devices of a row below those they are wired to."""
        wishes = {}
        for node in row:
            near = [(p.first + p.last) / 2 for p in self.peers[node.device.name] if p not in row]
            wishes[node] = sum(near) / len(near) if near else (seats[0] + seats[-1]) / 2
        for node in sorted(row, key=lambda node: wishes[node]):
            seat = min(seats, key=lambda at: abs(at - wishes[node]))
            seats.remove(seat)
            node.first = node.last = seat
            self.layout.columns[seat].widen(node.half)
