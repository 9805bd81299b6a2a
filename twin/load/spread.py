"""One value for every unit, from what a file gives: a number, a list, or a distribution."""

from __future__ import annotations

import math
import zlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from pydantic import ValidationError

from twin.component import Field
from twin.load.document import sentence
from twin.problems import did_you_mean, shown
from twin.schema import column_adapter
from twin.topology import Device

Draw = Callable[[np.random.Generator, int], NDArray[np.float64]]

PAIRS: Mapping[str, tuple[str, str]] = {
    "uniform": ("least", "most"),
    "normal": ("mean", "standard deviation"),
    "lognormal": ("median", "sigma of the logarithm"),
    "range": ("first", "last"),
}
WORDS = (*PAIRS, "choice", "spread")
ROUNDS = 1000  # of redrawing before a distribution is taken to miss its bounds


@dataclass(frozen=True)
class Spread:
    """Gives a field of a device its values; the same seed and names give the same values."""

    device: Device
    name: str
    seed: int

    @property
    def units(self) -> int:
        """How many values are wanted, also of a device that is switched off."""
        return self.device.groups * self.device.each

    def dice(self, declared: Field) -> NDArray[np.int64]:
        """A whole number for each unit, anywhere within the bounds."""
        bounds = declared.bounds
        return self.stream().integers(int(bounds["ge"]), int(bounds["le"]) + 1, self.units)

    def stream(self) -> np.random.Generator:
        """The random numbers of this field of this device."""
        return np.random.default_rng([self.seed, zlib.crc32(self.name.encode())])

    def values(self, raw: Any) -> list[Any]:
        """A single value for all units, or one for each. Raises ValueError with the reason."""
        if isinstance(raw, list):
            return self.listed(raw)
        return self.table(raw) if isinstance(raw, dict) else [raw]

    def listed(self, raw: list[Any]) -> list[Any]:
        """A list of one value for each unit, or one for each repetition of the group."""
        if len(raw) == self.units:
            return raw
        if len(raw) == self.device.groups:
            return [value for value in raw for _ in range(self.device.each)]
        wanted = sorted({self.units, self.device.groups} if self.device.group else {self.units})
        raise ValueError(f"has {len(raw)} values, not {' or '.join(map(str, wanted))}")

    def table(self, raw: Mapping[str, Any]) -> list[Any]:
        """The values of a distribution written as a table."""
        kinds = [key for key in raw if key in WORDS]
        if len(kinds) != 1:
            wrong = next((key for key in raw if key not in WORDS), "")
            raise ValueError(f"needs one of {', '.join(WORDS)}{did_you_mean(wrong, WORDS)}")
        kind = kinds[0]
        extra = {"spread": {"over"}, "range": set(), "choice": set()}.get(kind, {"min", "max"})
        if unknown := next((key for key in raw if key != kind and key not in extra), ""):
            raise ValueError(f"{unknown} does not go with {kind}{did_you_mean(unknown, extra)}")
        if kind == "spread":
            return self.evenly(raw)
        rng = self.stream()
        if kind == "choice":
            options = _options(raw["choice"], "choice")
            return [options[i] for i in rng.integers(0, len(options), self.units)]
        with np.errstate(all="ignore"):  # what overflows is refused as not finite
            return list(self.drawn(kind, raw, rng).tolist())

    def drawn(
        self, kind: str, raw: Mapping[str, Any], rng: np.random.Generator
    ) -> NDArray[np.float64]:
        """Numbers between or around the two that a distribution names."""
        a, b = _pair(kind, raw[kind])
        if kind == "range":
            return np.linspace(a, b, self.units)
        low = _number("min", raw.get("min", -math.inf))
        high = _number("max", raw.get("max", math.inf))
        return _truncated(_draw(kind, a, b), rng, self.units, low, high)

    def evenly(self, raw: Mapping[str, Any]) -> list[Any]:
        """The options in turn, so that each is taken equally often."""
        if raw["spread"] != "even":
            raise ValueError('spread should be "even"')
        options = _options(raw.get("over"), "over")
        return [options[i % len(options)] for i in range(self.units)]


def column(spread: Spread, field: Field, raw: Any) -> NDArray[Any]:
    """The checked values of a field, one a unit. Raises ValueError with the reason."""
    values = spread.values(raw)
    try:
        checked = column_adapter(field).validate_python(values)
    except ValidationError as error:
        raise ValueError(_said(error, spread.device, isinstance(raw, list | dict))) from None
    if field.labels:
        checked = [field.labels.index(word) for word in checked]
    dtype = {int: np.int64, bool: np.bool_}.get(field.type, np.float64)
    made: NDArray[Any] = np.asarray(checked, dtype)
    return np.broadcast_to(made, spread.units) if len(checked) == 1 else made


def _said(error: ValidationError, device: Device, by_unit: bool) -> str:
    first = error.errors(include_url=False)[0]
    text = sentence(first)
    if not by_unit:
        return text
    more = error.error_count() - 1
    unit = device.unit_name(int(first["loc"][0]))
    return f"of {unit} {text}" + (f" (and {more} more)" if more else "")


def _number(name: str, value: Any) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or math.isnan(value):
        raise ValueError(f"{name} should be a number, got {shown(value)}")
    try:
        return float(value)
    except OverflowError:
        raise ValueError(f"{name} is too large") from None


def _pair(kind: str, raw: Any) -> tuple[float, float]:
    names = PAIRS[kind]
    if not isinstance(raw, list) or len(raw) != 2:
        raise ValueError(f"{kind} should be [{names[0]}, {names[1]}], got {shown(raw)}")
    a, b = (_number(name, value) for name, value in zip(names, raw, strict=True))
    if not (math.isfinite(a) and math.isfinite(b)):
        raise ValueError(f"{kind} should be finite")
    rules = {
        "uniform": (a <= b, "least should not exceed most"),
        "normal": (b >= 0, "standard deviation should not be negative"),
        "lognormal": (a > 0 and b >= 0, "median should be positive, sigma not negative"),
    }
    holds, rule = rules.get(kind, (True, ""))
    if not holds:
        raise ValueError(f"{kind}: {rule}")
    return a, b


def _draw(kind: str, a: float, b: float) -> Draw:
    if kind == "normal":
        return lambda rng, n: rng.normal(a, b, n)
    if kind == "lognormal":
        return lambda rng, n: rng.lognormal(math.log(a), b, n)
    return lambda rng, n: a + (b - a) * rng.random(n)


def _truncated(
    draw: Draw, rng: np.random.Generator, units: int, low: float, high: float
) -> NDArray[np.float64]:
    values = draw(rng, units)
    for _ in range(ROUNDS):
        outside = np.flatnonzero((values < low) | (values > high))
        if not len(outside):
            return values
        values[outside] = draw(rng, len(outside))
    raise ValueError("almost nothing of it lies between min and max")


def _options(raw: Any, name: str) -> list[Any]:
    if not isinstance(raw, list) or not raw:
        raise ValueError(f"{name} should be a list of values, got {shown(raw)}")
    return raw
