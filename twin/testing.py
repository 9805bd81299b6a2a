"""The contract every component is held to, for authors inside and outside this repository.

@pytest.mark.parametrize("check", contract(HeatPump), ids=str)
def test_contract(check): check()
"""

from __future__ import annotations

import inspect
import math
import traceback
import warnings
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import partial
from itertools import pairwise
from pathlib import Path
from typing import Any

from twin.component import Component, Field, Former, Kind, type_name, way_of
from twin.declaration_rules import DECLARATIONS, Problems, bounds_text, within
from twin.fleet import make_rows
from twin.kernels import METHODS, call
from twin.source_rules import source_problems
from twin.trial import UNITS, Plan, Values, bits, live, plan

ENERGY_ERROR = 1e-9  # of the gross throughput, and in kWh


class ContractError(AssertionError):
    """A component breaks a rule: where, which rule, what was found, and the remedy."""


@dataclass(frozen=True)
class Check:
    """One rule, ready to be tried on one component."""

    rule: Callable[[type[Component]], Problems]
    cls: type[Component]

    def __str__(self) -> str:
        return self.rule.__name__

    def __call__(self) -> None:
        """Raise ContractError with every problem found."""
        if found := list(self.rule(self.cls)):
            rule = inspect.getdoc(self.rule) or ""
            raise ContractError("\n  ".join([f"{type_name(self.cls)}: {rule}", *found]))


def contract(cls: type[Component]) -> list[Check]:
    """All checks that apply to a component; each is called without arguments."""
    rules = [*DECLARATIONS]
    if way_of(cls) == "step":
        rules += IN_THE_CELL
        if issubclass(cls, Former):
            rules.append(check_offers_are_ranges)
        if cls.balance:
            rules.append(check_energy_is_conserved)
    return [Check(rule, cls) for rule in rules]


def check_source_compiles_alike(cls: type[Component]) -> Problems:
    """The source keeps to what gives the same bits in Python and compiled."""
    yield from source_problems(cls)


def check_repeats_itself(cls: type[Component]) -> Problems:
    """The same inputs give the same rows."""
    drawn = plan(cls)
    ways = ("the first time", "the second time", "keep what it remembers in states")
    yield from _differences(drawn, 0, _alone(drawn, 0), _alone(drawn, 0), ways)


def check_stays_within_bounds(cls: type[Component]) -> Problems:
    """Under inputs held at extremes, states and outputs keep their type and bounds."""
    drawn = plan(cls)
    kept = [field for field in cls.fields.values() if field.kind in (Kind.STATE, Kind.OUT)]
    for unit in range(UNITS):
        for step, row in enumerate(_alone(drawn, unit)):
            broken = [text for field in kept for text in _broken(cls, field, row[field.name])]
            if broken:
                yield from (f"{text}, {drawn.moment(step, unit)}" for text in broken)
                return


def check_offers_are_ranges(cls: type[Component]) -> Problems:
    """A former offers a range, p_min_kw <= p_max_kw, and a stiffness that is not negative."""
    drawn = plan(cls)
    for unit in range(UNITS):
        for step, row in enumerate(_alone(drawn, unit)):
            where = f"{type_name(cls)}.offer: {drawn.moment(step, unit)}"
            low, high, stiff = row["p_min_kw"], row["p_max_kw"], row["k_kw_per_hz"]
            if not low <= high:
                yield f"{where}: p_min_kw is {low:g} above p_max_kw {high:g}; order them"
            if not stiff >= 0.0:
                yield f"{where}: k_kw_per_hz is {stiff:g}; power falls as frequency rises"
            if not (low <= high and stiff >= 0.0):
                return


def check_units_are_apart(cls: type[Component]) -> Problems:
    """Units do not see each other: a unit among others lives as it would alone."""
    drawn = plan(cls)
    alone = [_alone(drawn, unit) for unit in range(UNITS)]
    lives = [live(drawn.device(unit), drawn, unit) for unit in range(UNITS)]
    together = _rows(drawn, 0, zip(*lives, strict=True))
    ways = ("alone", "among others", "keep nothing in the module or the class")
    for unit in range(UNITS):
        among = [rows[unit] for rows in together]
        yield from _differences(drawn, unit, alone[unit], among, ways)


def check_resumes(cls: type[Component]) -> Problems:
    """A device made of the fields of another, half way, lives on as that one does."""
    drawn = plan(cls)
    half = len(drawn.holds) // 2
    ways = ("straight on", "resumed", "declare everything it remembers as a state")
    for unit in range(UNITS):
        whole = _alone(drawn, unit)
        done = len(whole) // 2 + 1
        rest = _rows(drawn, unit, live(cls(**whole[done - 1]), drawn, unit, half))
        yield from _differences(drawn, unit, whole, whole[:done] + rest, ways)


def check_compiled_equals_python(cls: type[Component]) -> Problems:
    """Compiled, over the rows of a fleet, it gives the bits that it gives in Python."""
    drawn = plan(cls)
    alone = [_alone(drawn, unit) for unit in range(UNITS)]
    try:
        lives = [live(row, drawn, unit) for unit, row in enumerate(_compiled_units(drawn))]
        together = list(zip(*lives, strict=True))
    except Exception as problem:
        said = f"{type(problem).__name__}: {' '.join(str(problem).split())[:600]}"
        yield f"{type_name(cls)} does not run compiled: {said}; give each name one type"
        return
    ways = ("in Python", "compiled", "write what both do alike")
    for unit in range(UNITS):
        rows = [row[unit] for row in together]
        yield from _differences(drawn, unit, alone[unit], rows, ways)


def check_energy_is_conserved(cls: type[Component]) -> Problems:
    """The declared balance closes: factors times changes of fields sum to nothing."""
    drawn = plan(cls)
    for unit in range(UNITS):
        changes = [
            factor * (after[name] - before[name])
            for before, after in pairwise(_alone(drawn, unit))
            for name, factor in cls.balance.items()
        ]
        error, gross = math.fsum(changes), math.fsum(map(abs, changes))
        if not abs(error) <= ENERGY_ERROR * gross + ENERGY_ERROR:
            yield (
                f"{type_name(cls)}: the sum over {', '.join(cls.balance)} is {error:.6g} kWh of "
                f"{gross:.6g} kWh; book every loss, {drawn.moment(0, unit)}"
            )
            return


def _alone(drawn: Plan, unit: int) -> list[Values]:
    return _rows(drawn, unit, live(drawn.device(unit), drawn, unit))


def _rows(drawn: Plan, unit: int, life: Iterable[Any]) -> list[Any]:
    """Live to the end; what is raised on the way breaks the contract, with the place and moment."""
    rows: list[Any] = []
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        try:
            for row in life:
                rows.append(row)
        except Exception as problem:
            place = traceback.extract_tb(problem.__traceback__)[-1]
            raise ContractError(
                f"{type_name(drawn.cls)}: {Path(place.filename).name}:{place.lineno} raised "
                f"{type(problem).__name__}: {problem}; guard it, {drawn.moment(len(rows), unit)}"
            ) from problem
    return rows


def _broken(cls: type[Component], field: Field, value: Any) -> Problems:
    at = f"{type_name(cls)}.{field.name}"
    if field.type is list:
        if not all(map(math.isfinite, value)):
            yield f"{at} holds a number that is not finite; guard it"
    elif field.type in (int, bool) and isinstance(value, float):
        yield f"{at} is {value!r}, a float in a whole number; use int(...)"
    elif field.type is int and abs(value) >= 2**63:
        yield f"{at} is {value!r}, more than a row holds; keep it below 2**63"
    elif not within(field, value):
        yield f"{at} is {value!r}, outside {bounds_text(field)}; hold it within"


def _differences(
    drawn: Plan, unit: int, here: list[Values], there: list[Values], ways: tuple[str, str, str]
) -> Problems:
    """The fields that differ at the first step where any does."""
    fields = drawn.cls.fields
    for step, (one, other) in enumerate(zip(here, there, strict=True)):
        found = [
            name for name in one if bits(fields[name], one[name]) != bits(fields[name], other[name])
        ]
        for name in found:
            told = "" if fields[name].type is list else f": {one[name]!r} and {other[name]!r}"
            yield (
                f"{type_name(drawn.cls)}.{name} differs {ways[0]} and {ways[1]}{told}; "
                f"{ways[2]}, {drawn.moment(step, unit)}"
            )
        if found:
            return


class _Row:
    """One unit of a fleet with the compiled methods, to be lived with like a plain device."""

    def __init__(self, cls: type[Component], rows: Any, unit: int) -> None:
        vars(self).update(_cls=cls, _rows=rows, _unit=unit)

    def __getattr__(self, name: str) -> Any:
        if name in METHODS:
            return partial(call, self._cls, name, self._rows, self._unit)
        return self._rows[name][self._unit].tolist()

    def __setattr__(self, name: str, value: float) -> None:
        self._rows[name][self._unit] = value


def _compiled_units(drawn: Plan) -> list[_Row]:
    values = {name: [unit[name] for unit in drawn.values] for name in drawn.values[0]}
    rows = make_rows(drawn.cls, UNITS, values, drawn.lengths)
    return [_Row(drawn.cls, rows, unit) for unit in range(UNITS)]


IN_THE_CELL = (
    check_source_compiles_alike,
    check_repeats_itself,
    check_stays_within_bounds,
    check_units_are_apart,
    check_resumes,
    check_compiled_equals_python,
)
