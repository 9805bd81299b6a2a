"""The one-line diagram of a topology."""

from __future__ import annotations

from twin.component import type_name
from twin.draw.layout import NAME, SMALL, Frame, Layout, Node, plan
from twin.draw.place import LINE, MARGIN, SOURCE, frame_edges, place_across, place_down
from twin.draw.svg import (
    FRAME_FILL,
    FRAME_LINE,
    INK,
    MUTED,
    OFF,
    SIGNAL,
    Canvas,
    shortened,
    text_width,
)
from twin.draw.symbols import SYMBOLS, draw_symbol
from twin.draw.texts import hint
from twin.draw.wires import TEXT, Route, label_spots, routes, run_across
from twin.topology import Topology

BAR = 5.0
LEAST_WIDTH = 520.0
WIDEST_QUESTION = 1000.0  # beyond which the question is cut
HEAD = 68.0  # room for the name and the question above the diagram


def draw_topology(topology: Topology) -> str:
    """The one-line diagram of a topology as SVG text: buses, devices, groups and wires."""
    layout = plan(topology)
    found = routes(topology.wires, layout)
    place_across(layout)
    bottom = place_down(layout, HEAD, run_across(found, layout))
    canvas = Canvas()
    asked = min(text_width(topology.title, NAME) + 2 * MARGIN, WIDEST_QUESTION)
    width = max(layout.width, LEAST_WIDTH, asked)
    _heading(canvas, topology, width)
    for frame in layout.frames[1:]:
        _frame(canvas, layout, frame)
    _wires(canvas, found)
    for node in layout.nodes.values():
        _lines(canvas, node)
    for node in layout.nodes.values():
        _device(canvas, layout, node)
    bottom = _legend(canvas, layout, found, width, bottom + 34)
    return canvas.document(width, bottom + 22)


def _heading(canvas: Canvas, topology: Topology, width: float) -> None:
    canvas.text(MARGIN, 30, topology.name, size=16, anchor="start", bold=True)
    question = shortened(" ".join(topology.title.split()), NAME, width - 2 * MARGIN)
    canvas.text(MARGIN, 48, question, size=NAME, anchor="start", fill=MUTED)


def _frame(canvas: Canvas, layout: Layout, frame: Frame) -> None:
    left, right = frame_edges(layout, frame)
    canvas.box(
        left,
        frame.top,
        right - left,
        frame.bottom - frame.top,
        stroke=FRAME_LINE,
        fill=FRAME_FILL,
        radius=10,
        thick=1.2,
    )
    canvas.text(
        left + 10, frame.top + 17, frame.title, size=NAME, anchor="start", fill=MUTED, bold=True
    )


def _wires(canvas: Canvas, found: list[Route]) -> None:
    for route in found:
        source, target = (end.node.device for end in route.ends)
        color = SIGNAL if source.enabled and target.enabled else OFF
        with canvas.group(route.text, data_from=source.name, data_to=target.name):
            canvas.arrow(route.points(), color, route.late)
    for route, (x, y) in label_spots(found):
        on = all(end.node.device.enabled for end in route.ends)
        canvas.text(x, y, route.text, size=TEXT, fill=MUTED if on else OFF)


def _lines(canvas: Canvas, node: Node) -> None:
    """The lines from a bus or a converter to what hangs on it."""
    start = node.y if node.is_bar else node.y + node.height / 2
    for child in node.children:
        end = child.y if child.is_bar else child.y - child.height / 2
        color = INK if child.device.enabled and node.device.enabled else OFF
        bend = [(node.x, start), (node.x, end - 9), (child.drop_x, end - 9)]
        if node.is_bar or len(node.children) == 1:
            bend = [(child.drop_x, start)]
        canvas.line([*bend, (child.drop_x, end)], color)


def _device(canvas: Canvas, layout: Layout, node: Node) -> None:
    with canvas.group(hint(node.device), data_device=node.device.name):
        if node.is_bar:
            _bar(canvas, layout, node)
        elif node.is_control:
            _control(canvas, node)
        else:
            _symbol(canvas, node)


def _bar(canvas: Canvas, layout: Layout, node: Node) -> None:
    color = INK if node.device.enabled else OFF
    left, right = layout.span(node)
    canvas.box(left, node.y - BAR / 2, right - left, BAR, stroke="none", fill=color, radius=1)
    name, *rest = node.label
    canvas.text(left, node.y - 8, name, size=NAME, anchor="start", fill=color, bold=True)
    for line in rest:
        after = left + text_width(name, NAME, True) + NAME / 2
        shade = MUTED if node.device.enabled else OFF
        canvas.text(after, node.y - 8, line, size=SMALL, anchor="start", fill=shade)
    if node.device.cls.role == "grid":
        middle = node.y - 12 - SOURCE / 2
        canvas.line([(node.drop_x, middle), (node.drop_x, node.y)], color)
        draw_symbol(
            canvas, "grid", "", node.drop_x, middle, size=SOURCE, enabled=node.device.enabled
        )


def _control(canvas: Canvas, node: Node) -> None:
    enabled = node.device.enabled
    canvas.box(
        node.x - node.width / 2,
        node.y - node.height / 2,
        node.width,
        node.height,
        stroke=MUTED if enabled else OFF,
        fill="#f4effb" if enabled else "white",
        radius=9,
        dash="5 3",
    )
    first = node.y + 4 - (LINE / 2) * (len(node.label) - 1)
    _label(canvas, node, node.x, first, "middle")


def _symbol(canvas: Canvas, node: Node) -> None:
    cls = node.device.cls
    draw_symbol(canvas, cls.role, type_name(cls), node.x, node.y, enabled=node.device.enabled)
    first = node.y + node.height / 2 + LINE
    if node.children:
        _label(canvas, node, node.x + 7, first, "start")
    else:
        _label(canvas, node, node.x, first, "middle")


def _label(canvas: Canvas, node: Node, x: float, y: float, anchor: str) -> None:
    name, *rest = node.label
    on = node.device.enabled
    canvas.text(x, y, name, size=NAME, anchor=anchor, bold=True, fill=INK if on else OFF)
    for line in rest:
        y += LINE
        canvas.text(x, y, line, size=SMALL, anchor=anchor, fill=MUTED if on else OFF)


def _legend(
    canvas: Canvas, layout: Layout, found: list[Route], width: float, level: float
) -> float:
    """What the signs mean, those that occur; returns the last base line."""
    x = MARGIN
    for sign, text in _signs(layout, found):
        indent = 22 if sign in (*SYMBOLS, "off") else 30
        step = indent + text_width(text, SMALL) + 14
        if x > MARGIN and x + step > width:
            x, level = MARGIN, level + 24
        _sign(canvas, sign, x, level - 4)
        canvas.text(x + indent, level, text, size=SMALL, anchor="start", fill=MUTED)
        x += step
    return level


def _signs(layout: Layout, found: list[Route]) -> list[tuple[str, str]]:
    nodes = layout.nodes.values()
    roles = {node.device.cls.role for node in nodes if node.device.cls.role in SYMBOLS}
    signs = [("bus", "bus")] if any(node.is_bar for node in nodes) else []
    signs += [(role, role) for role in SYMBOLS if role in roles]
    if any(not route.late for route in found):
        signs.append(("now", "same step"))
    if any(route.late for route in found):
        signs.append(("late", "one step late"))
    if len(layout.frames) > 1:
        signs.append(("frame", "repeated as a whole"))
    if any(not node.device.enabled for node in nodes):
        signs.append(("off", "switched off"))
    return signs


def _sign(canvas: Canvas, sign: str, x: float, y: float) -> None:
    if sign in SYMBOLS:
        draw_symbol(canvas, sign, "", x + 8, y, size=16)
    elif sign in ("now", "late"):
        canvas.arrow([(x, y), (x + 24, y)], SIGNAL, sign == "late")
    elif sign == "frame":
        canvas.box(x + 2, y - 7, 22, 14, stroke=FRAME_LINE, fill=FRAME_FILL, radius=4)
    elif sign == "off":
        canvas.box(x + 1, y - 7, 14, 14, stroke=OFF)
    else:
        canvas.box(x, y - BAR / 2, 24, BAR, stroke="none", fill=INK)
