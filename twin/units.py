"""Units are suffixes of names: ``p_kw`` is in kW, ``price_usd_per_kwh`` in USD per kWh.

Conventions that hold everywhere:

* Generator sign: positive power is delivered to the bus, negative power is taken from it.
* Time is seconds from the start of the scenario; a value holds on [t, t + dt).
* ``_pu`` is a fraction of a rating named beside it (SOC of energy, voltage of nominal).
"""

from __future__ import annotations

from dataclasses import dataclass

# suffix -> (dimension, factor to the first unit of that dimension)
ATOMS: dict[str, tuple[str, float]] = {
    "w": ("power", 1.0),
    "kw": ("power", 1e3),
    "mw": ("power", 1e6),
    "var": ("reactive", 1.0),
    "kvar": ("reactive", 1e3),
    "mvar": ("reactive", 1e6),
    "va": ("apparent", 1.0),
    "kva": ("apparent", 1e3),
    "mva": ("apparent", 1e6),
    "wh": ("energy", 1.0),
    "kwh": ("energy", 1e3),
    "mwh": ("energy", 1e6),
    "kws": ("energy", 1000.0 / 3600.0),
    "v": ("voltage", 1.0),
    "kv": ("voltage", 1e3),
    "a": ("current", 1.0),
    "ka": ("current", 1e3),
    "ohm": ("resistance", 1.0),
    "mohm": ("resistance", 1e-3),
    "hz": ("frequency", 1.0),
    "mhz": ("frequency", 1e-3),
    "rad": ("angle", 1.0),
    "deg": ("angle", 0.017453292519943295),
    "ms": ("time", 1e-3),
    "s": ("time", 1.0),
    "h": ("time", 3600.0),
    "d": ("time", 86400.0),
    "y": ("time", 31_536_000.0),  # 365 days
    "l": ("volume", 1.0),
    "m3": ("volume", 1e3),
    "g": ("mass", 1e-3),
    "kg": ("mass", 1.0),
    "t": ("mass", 1e3),
    "degc": ("temperature", 1.0),
    "k": ("temperature difference", 1.0),
    "m": ("length", 1.0),
    "km": ("length", 1e3),
    "m2": ("area", 1.0),
    "pa": ("pressure", 1.0),
    "usd": ("money", 1.0),
    "pu": ("fraction", 1.0),
    "pct": ("fraction", 0.01),
    "count": ("count", 1.0),
}

POWERS: dict[str, tuple[str, float]] = {  # units whose name holds an underscore
    "m_per_s": ("speed", 1.0),
}


@dataclass(frozen=True, slots=True)
class Unit:
    """A unit as it is written in a name, its dimension, and its size in base units."""

    text: str
    dimension: str
    factor: float

    def __str__(self) -> str:
        return self.text


def _atom(word: str) -> tuple[str, float] | None:
    return POWERS.get(word) or ATOMS.get(word)


def _compound(words: list[str]) -> tuple[str, float] | None:
    """Read ``kwh``, ``m_per_s`` or ``usd_per_kwh`` from the words of a suffix."""
    text = "_".join(words)
    if found := _atom(text):
        return found
    if "per" not in words:
        return None
    cut = len(words) - 1 - words[::-1].index("per")
    over, under = _compound(words[:cut]), _atom("_".join(words[cut + 1 :]))
    if over is None or under is None:
        return None
    return f"{over[0]} per {under[0]}", over[1] / under[1]


def unit_of(name: str) -> Unit | None:
    """The unit a name carries as its longest readable suffix, or None."""
    words = name.split("_")
    for start in range(1, len(words)):
        tail = words[start:]
        if "per" in (words[start - 1], tail[0]):  # half of a unit is none: starts_per_h
            continue
        if found := _compound(tail):
            return Unit("_".join(tail), *found)
    return None


def conversion(source: Unit, target: Unit) -> float | None:
    """The factor that turns numbers in ``source`` into numbers in ``target``; None if it cannot."""
    if source.dimension != target.dimension:
        return None
    return source.factor / target.factor
