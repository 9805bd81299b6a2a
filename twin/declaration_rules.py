"""What the declarations of a component must say; each rule yields its problems as sentences."""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterator
from pathlib import Path

from twin.catalog import DEVICE_KEYS, tells_units
from twin.component import Component, Field, Former, Kind, methods_of, module_doc, type_name, way_of
from twin.kernels import METHODS, TIMED

BALANCED = ("storage", "converter", "fuel")

Problems = Iterator[str]


def check_names_carry_units(cls: type[Component]) -> Problems:
    """Names are snake_case and free for a topology, and the name of a float ends in its unit."""
    for field in (*cls.fields.values(), *cls.setup.values()):
        if not re.fullmatch(r"[a-z][a-z0-9]*(_[a-z0-9]+)*", field.name):
            yield f"{_at(cls, field)} is not snake_case; rename it"
        if field.name in DEVICE_KEYS:
            yield f"{_at(cls, field)} is a word of the topology file; rename it"
        if field.type is float and field.unit is None:
            yield f"{_at(cls, field)} is a float without a unit; rename it, say {field.name}_kw"


def check_documented(cls: type[Component]) -> Problems:
    """The file says where it is valid and what it leaves out, and every field what it is."""
    if not module_doc(cls).strip():
        yield f"{cls.__module__} has no docstring; say where it is valid and what it leaves out"
    if not (cls.__doc__ or "").strip():
        yield f"{cls.__name__} has no docstring; say what the device is"
    for field in (*cls.fields.values(), *cls.setup.values()):
        if not field.doc.strip():
            yield f"{_at(cls, field)} has an empty description; say what it is"


def check_defaults_within_bounds(cls: type[Component]) -> Problems:
    """A default has the declared type and lies within the declared bounds."""
    for field in (*cls.fields.values(), *cls.setup.values()):
        fits = (int, float) if field.type is float else (field.type,)
        if field.type is list:
            continue
        if type(field.default) not in fits:
            kind = field.type.__name__
            yield f"{_at(cls, field)}: {kind} defaults to {field.default!r}; give a value of {kind}"
        elif field.type is not str and not within(field, field.default):
            yield (
                f"{_at(cls, field)} defaults to {field.default!r}, outside {bounds_text(field)}; "
                "change the default or the bounds"
            )


def check_labels_name_whole_numbers(cls: type[Component]) -> Problems:
    """Only a whole number has labels."""
    for field in cls.fields.values():
        if field.labels and field.type is not int:
            yield f"{_at(cls, field)} is a {field.type.__name__} with labels; declare it as int"


def check_dice_have_bounds(cls: type[Component]) -> Problems:
    """What is drawn for each unit is a whole number between two bounds."""
    for field in cls.fields.values():
        if field.drawn and (field.type is not int or field.ge is None or field.le is None):
            yield f"{_at(cls, field)} is drawn; declare it as int, with ge and le"


def check_file_is_named_after_class(cls: type[Component]) -> Problems:
    """The file is the class in snake case: that is its type in a topology."""
    stem = Path(inspect.getfile(cls)).stem
    if stem != type_name(cls):
        yield f"{cls.__name__} lives in {stem}.py; rename one: the file is {type_name(cls)}.py"


def check_advances_in_one_way(cls: type[Component]) -> Problems:
    """There is one way to advance, `step`, `fleet_step` or `process`; a former has an `offer`."""
    found = methods_of(cls)
    ways = [way for way in ("step", "fleet_step", "process") if way in found]
    if len(ways) != 1:
        named = " and ".join(ways) or "none"
        yield f"{cls.__name__} has {named}; write one of step, fleet_step, process"
    if issubclass(cls, Former) and "offer" not in found:
        yield f"{cls.__name__} is a Former without an offer; write offer(self, dt_s)"
    for name in METHODS:
        given = "self, dt_s" if name in TIMED else "self"
        if name in found and ", ".join(inspect.signature(found[name]).parameters) != given:
            yield f"{cls.__name__}.{name} takes other arguments; write {name}({given})"


def check_text_stays_outside(cls: type[Component]) -> Problems:
    """Text is a parameter of a component outside the cell, or one that tells its own units."""
    inside = way_of(cls) == "step" and not tells_units(cls)
    for field in cls.fields.values():
        if field.type is str and (inside or field.kind is not Kind.PARAM):
            yield f"{_at(cls, field)} is text, which no row holds; use an int with labels"


def check_vectors_have_a_size(cls: type[Component]) -> Problems:
    """A vector has a length, or the parameter that holds its delay in seconds, never negative."""
    for field in cls.fields.values():
        if (field.type is list) != bool(field.size):
            yield f"{_at(cls, field)} is a vector by half; write {field.name}: Vector = vector(...)"
        if isinstance(field.size, str):
            delay = cls.fields.get(field.size)
            seconds = delay is not None and str(delay.unit) == "s" and delay.kind is Kind.PARAM
            if delay is None or not seconds or within(delay, -1.0):
                yield (
                    f"{_at(cls, field)} is sized by {field.size}; "
                    "name a parameter in seconds that is declared with ge=0"
                )


def check_balance_is_declared(cls: type[Component]) -> Problems:
    """A store, converter or fuel declares its energy balance over its own states and outputs."""
    if cls.role in BALANCED and not cls.balance:
        yield f"{cls.__name__} is a {cls.role} without a balance; declare balance = {{field: 1.0}}"
    for name in cls.balance:
        field = cls.fields.get(name)
        if field is None or field.kind not in (Kind.STATE, Kind.OUT) or field.type is not float:
            yield f"{cls.__name__}.balance names {name}, not a float state or output; name one"


def within(field: Field, value: float) -> bool:
    """Whether a value respects the declared bounds, or is one of the labels."""
    return field.within(value) and (not field.labels or 0 <= value < len(field.labels))


def bounds_text(field: Field) -> str:
    """The declared bounds in words."""
    said = [f"{name} {bound:g}" for name, bound in field.bounds.items()]
    if field.labels:
        said.append(f"its {len(field.labels)} labels")
    return " and ".join(said) or "the finite numbers"


def _at(cls: type[Component], field: Field) -> str:
    return f"{type_name(cls)}.{field.name}"


DECLARATIONS = (
    check_names_carry_units,
    check_documented,
    check_defaults_within_bounds,
    check_labels_name_whole_numbers,
    check_dice_have_bounds,
    check_file_is_named_after_class,
    check_advances_in_one_way,
    check_text_stays_outside,
    check_vectors_have_a_size,
    check_balance_is_declared,
)
