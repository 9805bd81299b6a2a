"""The few shapes a picture is made of, and how wide a text will be."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from xml.sax.saxutils import escape, quoteattr

INK = "#1f2933"
MUTED = "#66727f"
SIGNAL = "#8d99a6"
OFF = "#a9b3bd"
FRAME_LINE = "#cfd7df"
FRAME_FILL = "#f7f9fb"
FONTS = "Arial, 'Liberation Sans', Helvetica, sans-serif"

Point = tuple[float, float]

# widths in units of the font size, of the sans-serif faces in FONTS
NARROW = frozenset("fijlrtI.,:;|!'()[]/ ")
WIDE = frozenset("mwMW@%…")


def text_width(text: str, size: float, bold: bool = False) -> float:
    """How wide a text will be, on the safe side."""
    total = 0.0
    for letter in text:
        if letter in NARROW:
            total += 0.34
        elif letter in WIDE or ord(letter) > 0x2E7F:
            total += 1.0
        else:
            total += 0.72 if letter.isupper() else 0.58
    return total * size * (1.06 if bold else 1.0)


def shortened(text: str, size: float, width: float) -> str:
    """The text, cut with an ellipsis where it would be wider than `width`."""
    if text_width(text, size) <= width:
        return text
    while text and text_width(text + "…", size) > width:
        text = text[:-1]
    return text.rstrip() + "…"


def _attributes(values: dict[str, str | float | None]) -> str:
    pairs = []
    for name, value in values.items():
        if value is not None:
            text = value if isinstance(value, str) else f"{value:.1f}".removesuffix(".0")
            pairs.append(f" {name.rstrip('_').replace('_', '-')}={quoteattr(text)}")
    return "".join(pairs)


class Canvas:
    """Shapes in the order in which they are painted."""

    def __init__(self) -> None:
        self.parts: list[str] = []

    def shape(self, tag: str, **values: str | float | None) -> None:
        """Any element without content."""
        self.parts.append(f"<{tag}{_attributes(values)}/>")

    def line(
        self,
        points: Sequence[Point],
        stroke: str = INK,
        width: float = 1.4,
        dash: str | None = None,
    ) -> None:
        """Straight pieces from point to point."""
        path = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
        self.shape(
            "polyline",
            points=path,
            fill="none",
            stroke=stroke,
            stroke_width=width,
            stroke_linejoin="round",
            stroke_dasharray=dash,
        )

    def box(
        self,
        x: float,
        y: float,
        width: float,
        height: float,
        *,
        stroke: str = INK,
        fill: str = "white",
        radius: float = 0.0,
        dash: str | None = None,
        thick: float = 1.4,
    ) -> None:
        """A rectangle by its upper left corner."""
        self.shape(
            "rect",
            x=x,
            y=y,
            width=width,
            height=height,
            rx=radius or None,
            fill=fill,
            stroke=stroke,
            stroke_width=thick,
            stroke_dasharray=dash,
        )

    def text(
        self,
        x: float,
        y: float,
        text: str,
        *,
        size: float = 12.0,
        anchor: str = "middle",
        fill: str = INK,
        bold: bool = False,
    ) -> None:
        """A line of text; `y` is its base line."""
        values = _attributes(
            {
                "x": x,
                "y": y,
                "font-size": size,
                "text-anchor": anchor,
                "fill": fill,
                "font-weight": "bold" if bold else None,
            }
        )
        self.parts.append(f"<text{values}>{escape(text)}</text>")

    def arrow(self, points: Sequence[Point], stroke: str = SIGNAL, dashed: bool = False) -> None:
        """A thin line that ends in a small head."""
        (x0, y0), (x1, y1) = points[-2:]
        dx, dy = _sign(x1 - x0), _sign(y1 - y0)
        base = (x1 - 6 * dx, y1 - 6 * dy)
        self.line([*points[:-1], base], stroke, 1.1, "4 3" if dashed else None)
        left = (base[0] - 3 * dy, base[1] + 3 * dx)
        right = (base[0] + 3 * dy, base[1] - 3 * dx)
        head = " ".join(f"{x:.1f},{y:.1f}" for x, y in ((x1, y1), left, right))
        self.shape("polygon", points=head, fill=stroke)

    @contextmanager
    def group(self, hint: str = "", **values: str) -> Iterator[None]:
        """What is painted inside belongs together; `hint` shows when the mouse rests on it."""
        self.parts.append(f"<g{_attributes({**values})}>")
        if hint:
            self.parts.append(f"<title>{escape(hint)}</title>")
        yield
        self.parts.append("</g>")

    def document(self, width: float, height: float) -> str:
        """The whole picture on a white ground."""
        size = f'width="{width:.0f}" height="{height:.0f}" viewBox="0 0 {width:.0f} {height:.0f}"'
        head = f'<svg xmlns="http://www.w3.org/2000/svg" {size} font-family="{FONTS}">'
        ground = '<rect width="100%" height="100%" fill="white"/>'
        return "\n".join([head, ground, *self.parts, "</svg>", ""])


def _sign(value: float) -> int:
    return (value > 0) - (value < 0)
