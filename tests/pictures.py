"""What an SVG picture shows: its texts, outlines and arrows, in points."""

from __future__ import annotations

from itertools import combinations
from xml.etree import ElementTree

from twin.draw.svg import text_width

SVG = "{http://www.w3.org/2000/svg}"
Box = tuple[float, float, float, float]  # left, top, right, bottom


def parsed(svg: str) -> ElementTree.Element:
    return ElementTree.fromstring(svg)


def texts(picture: ElementTree.Element) -> list[str]:
    return [element.text or "" for element in picture.iter(f"{SVG}text")]


def number(element: ElementTree.Element, name: str) -> float:
    return float(element.get(name, "0"))


def text_box(text: ElementTree.Element) -> Box:
    size = number(text, "font-size")
    width = text_width(text.text or "", size, text.get("font-weight") == "bold")
    x, y = number(text, "x"), number(text, "y")
    left = x - width / 2 if text.get("text-anchor") == "middle" else x
    return left, y - 0.75 * size, left + width, y + 0.2 * size


def overlapping(svg: str) -> list[tuple[str | None, str | None]]:
    boxes = [(text.text, text_box(text)) for text in parsed(svg).iter(f"{SVG}text")]
    return [
        (one, other)
        for (one, a), (other, b) in combinations(boxes, 2)
        if a[0] < b[2] and b[0] < a[2] and a[1] < b[3] and b[1] < a[3]
    ]


def outline(group: ElementTree.Element) -> Box:
    """The first shape of a device is its outline."""
    shape = next(child for child in group if child.tag in (f"{SVG}rect", f"{SVG}circle"))
    if shape.tag == f"{SVG}circle":
        x, y, r = (number(shape, name) for name in ("cx", "cy", "r"))
        return x - r, y - r, x + r, y + r
    x, y = number(shape, "x"), number(shape, "y")
    return x, y, x + number(shape, "width"), y + number(shape, "height")


def pieces(picture: ElementTree.Element) -> list[tuple[ElementTree.Element, list[list[float]]]]:
    """Every wire and its corners, the tip of its head last."""
    found = []
    for wire in picture.iterfind(f".//{SVG}g[@data-from]"):
        corners = []
        for shape, count in (("polyline", None), ("polygon", 1)):
            text = wire.find(f"{SVG}{shape}").get("points").split()  # type: ignore[union-attr]
            corners += [[float(value) for value in pair.split(",")] for pair in text[:count]]
        found.append((wire, corners))
    return found


def touches(point: list[float], box: Box, slack: float = 1.0) -> bool:
    x, y = point
    return box[0] - slack <= x <= box[2] + slack and box[1] - slack <= y <= box[3] + slack


def outlines(picture: ElementTree.Element, key: str = "data-device") -> dict[str, Box]:
    return {group.attrib[key]: outline(group) for group in picture.iterfind(f".//{SVG}g[@{key}]")}
