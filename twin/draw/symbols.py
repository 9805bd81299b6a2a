"""The symbols of a one-line diagram, by the role a component has in an energy balance."""

from __future__ import annotations

from collections.abc import Callable

from twin.draw.svg import INK, OFF, Canvas, text_width

SIZE = 44.0
TYPE_SIZE = 10.0
TINTS = {
    "solar": "#fff4d1",
    "storage": "#e0f3e5",
    "converter": "#e5eefb",
    "fuel": "#fbe6dc",
    "load": "#eceff3",
    "grid": "#ffffff",
    "control": "#f4effb",
}


def symbol_width(role: str, type_name: str) -> float:
    """How wide a symbol is; a type without one of its own is written in a box."""
    return SIZE if role in SYMBOLS else max(SIZE, text_width(type_name, TYPE_SIZE) + 12)


def draw_symbol(
    canvas: Canvas,
    role: str,
    type_name: str,
    x: float,
    y: float,
    *,
    size: float = SIZE,
    enabled: bool = True,
) -> None:
    """The symbol of a role, centred on a point; pale when switched off."""
    ink = INK if enabled else OFF
    fill = TINTS.get(role, "white") if enabled else "white"
    if draw := SYMBOLS.get(role):
        draw(canvas, x, y, size, ink, fill)
        return
    width = symbol_width(role, type_name)
    canvas.box(x - width / 2, y - size / 2, width, size, stroke=ink, fill=fill)
    canvas.text(x, y + 3.5, type_name, size=TYPE_SIZE, fill=ink)


def _square(canvas: Canvas, x: float, y: float, size: float, ink: str, fill: str) -> None:
    canvas.box(x - size / 2, y - size / 2, size, size, stroke=ink, fill=fill)


def _solar(canvas: Canvas, x: float, y: float, size: float, ink: str, fill: str) -> None:
    _square(canvas, x, y, size, ink, fill)
    half = size / 2
    for part in (-1, 1):
        across = x + part * size / 6
        canvas.line([(across, y - half), (across, y + half)], ink, 0.9)
    for part in (-1, 0, 1):
        down = y + part * size / 4
        canvas.line([(x - half, down), (x + half, down)], ink, 0.9)


def _storage(canvas: Canvas, x: float, y: float, size: float, ink: str, fill: str) -> None:
    _square(canvas, x, y, size, ink, fill)
    gap = size / 8
    for row, (half, width) in enumerate([(0.34, 1.4), (0.17, 3.2)] * 2):
        level = y + (row - 1.5) * gap
        canvas.line([(x - half * size, level), (x + half * size, level)], ink, width * size / SIZE)
    for side in (-1, 1):
        canvas.line([(x, y + side * size / 2), (x, y + side * 1.5 * gap)], ink)


def _converter(canvas: Canvas, x: float, y: float, size: float, ink: str, fill: str) -> None:
    _square(canvas, x, y, size, ink, fill)
    half, unit = size / 2, size / 44
    canvas.line([(x - half, y + half), (x + half, y - half)], ink)
    left, top = x - 10 * unit, y - 10 * unit
    wave = f"M{left - 7 * unit:.1f} {top:.1f} q{3.5 * unit:.1f} {-9 * unit:.1f} {7 * unit:.1f} 0"
    wave += f" t{7 * unit:.1f} 0"
    canvas.shape("path", d=wave, fill="none", stroke=ink, stroke_width=1.5)
    for level in (8, 13):
        down = y + level * unit
        canvas.line([(x + 4 * unit, down), (x + 17 * unit, down)], ink, 1.5)


def _fuel(canvas: Canvas, x: float, y: float, size: float, ink: str, fill: str) -> None:
    canvas.shape("circle", cx=x, cy=y, r=size / 2, fill=fill, stroke=ink, stroke_width=1.4)
    canvas.text(x, y + size * 0.16, "G", size=size * 0.45, fill=ink, bold=True)


def _load(canvas: Canvas, x: float, y: float, size: float, ink: str, fill: str) -> None:
    _square(canvas, x, y, size, ink, fill)
    reach, head = size * 0.32, size * 0.14
    canvas.line([(x, y - reach), (x, y + reach - head)], ink, 1.8)
    tip = y + reach
    points = f"{x:.1f},{tip:.1f} {x - head:.1f},{tip - 1.6 * head:.1f}"
    canvas.shape("polygon", points=f"{points} {x + head:.1f},{tip - 1.6 * head:.1f}", fill=ink)


def _grid(canvas: Canvas, x: float, y: float, size: float, ink: str, fill: str) -> None:
    _square(canvas, x, y, size, ink, fill)
    half = size / 2
    for shift in (-half, 0.0, half):
        start, end = max(-half, -half - shift), min(half, half - shift)
        for slope in (-1, 1):
            ends = [(x + at, y + slope * (at + shift)) for at in (start, end)]
            canvas.line(ends, ink, 0.8)


def _control(canvas: Canvas, x: float, y: float, size: float, ink: str, fill: str) -> None:
    canvas.box(
        x - size / 2, y - size / 2, size, size, stroke=ink, fill=fill, radius=size / 5, dash="4 3"
    )


Draw = Callable[[Canvas, float, float, float, str, str], None]
SYMBOLS: dict[str, Draw] = {
    "solar": _solar,
    "storage": _storage,
    "converter": _converter,
    "fuel": _fuel,
    "load": _load,
    "grid": _grid,
    "control": _control,
}
