"""Where columns, bars, symbols and frames of a one-line diagram stand, in points."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from twin.draw.layout import FRAME_PAD, GAP, TRACK, Frame, Layout, Node

MARGIN = 24.0
DROP = 26.0  # from a bar to the symbol below
BAR_ROOM = 24.0  # for the label above a bar
FRAME_DROP = 18.0  # from a bar to the frame below
TITLE_ROOM = 14.0
LINE = 14.0  # from line to line of a label
STORE_DROP = 14.0
SOURCE = 30.0  # the network symbol above a bar that is fed by one
LANE = 16.0  # between two wires that run across


def place_across(layout: Layout) -> None:
    """Give every column and device its x; the wires have taken their tracks before."""
    for node in layout.nodes.values():
        _make_room(layout, node)
    x = MARGIN
    for column in layout.columns:
        x += column.lead + GAP / 2 + TRACK * column.tracks_left + column.left
        column.x = x
        x += column.right + TRACK * column.tracks_right + GAP / 2 + column.trail
    layout.width = x + MARGIN
    for node in layout.nodes.values():
        if node.in_row:
            node.x = layout.columns[node.first].x
    for root in layout.roots:
        _centre(layout, root)


def _make_room(layout: Layout, node: Node) -> None:
    """Widen columns so that labels and titles stay clear of the lines that come from above."""
    columns = layout.columns[node.first : node.last + 1]
    if node.is_bar:
        lack = max(node.label_width, node.title_width) + 44 - sum(c.left + c.right for c in columns)
        for column in columns if lack > 0 else ():
            column.left += lack / len(columns) / 2
            column.right += lack / len(columns) / 2
    elif node.title_width:
        columns[0].left = max(columns[0].left, node.title_width + 10)


def _centre(layout: Layout, node: Node) -> None:
    for child in node.children:
        _centre(layout, child)
    left, right = layout.span(node)
    if node.is_bar:
        node.x = (left + right) / 2
        node.drop_x = max(node.x, left + max(node.label_width + 14, node.title_width + 8))
    else:
        axes = [child.x for child in node.children] or [layout.columns[node.first].x]
        node.x = node.drop_x = (axes[0] + axes[-1]) / 2


def place_down(layout: Layout, top: float, lanes: Mapping[Frame, int]) -> float:
    """Give everything its y, with room for so many wires in each frame; returns the bottom."""
    for frame in layout.frames:
        frame.top = top
        frame.zone = top + (TITLE_ROOM + 4 if frame.outer else 0.0)
    _hang(layout.roots, top, layout.frames[0], root=True)
    for frame in reversed(layout.frames):
        count = lanes.get(frame, 0)
        row_top = frame.zone + (LANE * (count + 1) + 8 if count else 12.0)
        if not (frame.row or count):
            row_top = frame.zone
        for node in frame.row:
            node.y = row_top + node.height / 2
        row_bottom = max((_bottom(node) for node in frame.row), default=row_top)
        frame.bottom = row_bottom + (10.0 if frame.outer else 0.0)
        if frame.outer:
            frame.outer.zone = max(frame.outer.zone, frame.bottom)
    return layout.frames[0].bottom


def _hang(nodes: Iterable[Node], level: float, frame: Frame, *, root: bool = False) -> None:
    for node in nodes:
        start = level
        if node.frame is not frame:
            node.frame.top = level + (0.0 if root else FRAME_DROP)
            start = node.frame.top + (TITLE_ROOM + 16.0 if root else TITLE_ROOM)
        if node.is_bar:
            source = SOURCE + 8 if node.device.cls.role == "grid" else 0.0
            node.y = start + max(DROP * (not root) + BAR_ROOM, source + 16)
            below = node.y
        else:
            node.y = start + (8.0 if root else DROP) + node.height / 2
            below = _bottom(node) - STORE_DROP
        _hang(node.children, below, node.frame)
        node.frame.zone = max(node.frame.zone, _bottom(node))


def _bottom(node: Node) -> float:
    """The lower edge of symbol and label."""
    if node.is_bar:
        return node.y + 14
    lines = 0 if node.is_control else len(node.label)
    return node.y + node.height / 2 + LINE * lines + 8


def frame_edges(layout: Layout, frame: Frame) -> tuple[float, float]:
    """Left and right edge of a frame."""
    first, last = layout.columns[frame.first], layout.columns[frame.last]
    left = first.x - first.left - GAP / 2 - TRACK * first.tracks_left
    right = last.x + last.right + GAP / 2 + TRACK * last.tracks_right
    deeper = sum(other.first == frame.first and _inside(other, frame) for other in layout.frames)
    ends = sum(other.last == frame.last and _inside(other, frame) for other in layout.frames)
    return left - FRAME_PAD * deeper - 2, right + FRAME_PAD * ends + 2


def _inside(inner: Frame | None, outer: Frame) -> bool:
    """Whether a frame stands strictly inside another."""
    while inner is not None:
        inner = inner.outer
        if inner is outer:
            return True
    return False
