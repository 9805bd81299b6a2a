"""Which components there are, found by the name that a topology writes as `type`.

A component is a file of the package `components`, a file below a folder the user names, or an
entry point of the group `twin.components`. Finding one imports that one and no other.
"""

from __future__ import annotations

import importlib
import importlib.util
import pkgutil
import re
import sys
from importlib.metadata import EntryPoint, entry_points
from pathlib import Path
from types import ModuleType

from twin.component import Component, Field, Former, Kind, methods_of, type_name, way_of
from twin.problems import ComponentError, did_you_mean
from twin.topology import TERMINALS

GROUP = "twin.components"
SNAKE = re.compile(r"[a-z][a-z0-9]*(_[a-z0-9]+)*", re.ASCII)

DEVICE_KEYS = ("type", "count", "bus", "at", "period_s", "enabled", "remote", "wires")
"""What a device says about itself besides the fields of its component."""

_user_files: dict[str, Path] = {}
_found: dict[str, type[Component]] = {}


class UnknownComponentError(LookupError):
    """No component has this name."""


def names() -> list[str]:
    """The names of all components, sorted."""
    return sorted({*_built_in(), *_user_files, *_entry_points()})


def find(name: str) -> type[Component]:
    """The component of this name; raises UnknownComponentError, or ComponentError if broken."""
    if name not in _found:
        cls = _load(name)
        if problems := declaration_problems(cls):
            raise ComponentError("\n".join(f"{name}: {problem}" for problem in problems))
        _found[name] = cls
    return _found[name]


def add_folder(folder: Path) -> None:
    """Let the files of a folder be components; each is executed when it is first asked for.

    The folder given last wins over another. Tests and names that begin with `_` are left out.
    """
    if not folder.is_dir():
        raise ComponentError(f"{folder} is not a folder")
    for file in sorted(folder.resolve().glob("*.py")):
        name = file.stem
        if not SNAKE.fullmatch(name) or name.startswith("test_") or name == "conftest":
            continue
        if "twin.component" not in file.read_text("utf-8", errors="replace"):
            continue  # some other script: it must not run because it lies here
        if name in _built_in():
            raise ComponentError(f"{file}: {name} is the name of a built-in component")
        if _user_files.get(name) != file:
            _found.pop(name, None)
            sys.modules.pop(f"twin_user_{name}", None)
        _user_files[name] = file


def declaration_problems(cls: type[Component]) -> list[str]:
    """The rules that a component breaks in what it declares."""
    declared = [*cls.fields.values(), *cls.setup.values()]
    found = [f"{f.name} {text}" for f in declared for text in _field_problems(cls, f)]
    if cls.setup and "prepare" not in methods_of(cls):
        found.append("declares set-up fields without `prepare`, which alone would see them")
    for word, kind in {"joins": cls.joins, "holds": cls.holds}.items():
        if kind not in ("", *TERMINALS):
            found.append(f"{word} {kind!r}; it can be {' or '.join(TERMINALS)}")
    ways = {"step", "fleet_step", "process"} & methods_of(cls).keys()
    if len(ways) != 1:
        found.append(f"has {len(ways)} of step, fleet_step and process; it needs exactly one")
    if issubclass(cls, Former) and "offer" not in methods_of(cls):
        found.append("is a former without `offer`")
    return found


def tells_units(cls: type[Component]) -> bool:
    """Whether a component tells by itself, from the texts it is given, how many units it has."""
    return hasattr(cls, "units_of")


def _field_problems(cls: type[Component], field: Field) -> list[str]:
    rules = {
        "is not in snake case": not SNAKE.fullmatch(field.name),
        "is a word of the topology file": field.name in DEVICE_KEYS,
        "is a float without a unit at the end of its name": field.type is float
        and field.unit is None,
        "has labels but is not an int": bool(field.labels) and field.type is not int,
        "is text, which only parameters may be": field.type is str and field.kind != Kind.PARAM,
        "is text, which compiled devices cannot hold": field.type is str
        and way_of(cls) == "step"
        and not tells_units(cls),
        f"has the default {field.default!r}, which is not its type": not _typed(field),
        f"has the default {field.default!r}, which is out of its bounds": _typed(field)
        and not _bounded(field),
        f"is a delay line of {field.size}, which is not a parameter": isinstance(field.size, str)
        and (field.size not in cls.fields or cls.fields[field.size].kind != Kind.PARAM),
    }
    rules["is for set-up, so it is a number with a unit"] = field.setup and field.type is not float
    return [text for text, broken in rules.items() if broken]


def _typed(field: Field) -> bool:
    given: type = type(field.default)
    return given in (int, float) if field.type in (float, list) else given is field.type


def _bounded(field: Field) -> bool:
    if field.type is str:
        return True
    if field.labels:
        return field.default in range(len(field.labels))
    return field.within(float(field.default))


def _load(name: str) -> type[Component]:
    if name in _user_files:
        return _only_component(_user_module(name), name)
    if name in _built_in():
        try:
            module = importlib.import_module(f"components.{name}")
        except Exception as error:
            raise ComponentError(f"components/{name}.py cannot be imported: {error}") from error
        return _only_component(module, name)
    if name in (points := _entry_points()):
        return _entry(points[name])
    raise UnknownComponentError(f"{name} is not a component{did_you_mean(name, names())}")


def _user_module(name: str) -> ModuleType:
    """A user's file under a stable name, so that it can be imported and its source be found."""
    module_name, file = f"twin_user_{name}", _user_files[name]
    if module_name in sys.modules:
        return sys.modules[module_name]
    spec = importlib.util.spec_from_file_location(module_name, file)
    if spec is None or spec.loader is None:
        raise ComponentError(f"{file} cannot be imported")
    module = sys.modules[module_name] = importlib.util.module_from_spec(spec)
    try:
        spec.loader.exec_module(module)
    except Exception as error:
        del sys.modules[module_name]
        raise ComponentError(f"{file} cannot be imported: {error}") from error
    return module


def _only_component(module: ModuleType, name: str) -> type[Component]:
    found = [
        thing
        for key, thing in vars(module).items()
        if isinstance(thing, type)
        and issubclass(thing, Component)
        and thing.__module__ == module.__name__
        and not key.startswith("_")
    ]
    if len(found) != 1:
        said = ", ".join(cls.__name__ for cls in found) or "none"
        raise ComponentError(f"{module.__file__} holds {said}; it needs exactly one component")
    if type_name(found[0]) != name:
        raise ComponentError(
            f"{module.__file__} holds {found[0].__name__}, which would be the type"
            f" {type_name(found[0])}; the class must be named after its file"
        )
    return found[0]


def _entry(point: EntryPoint) -> type[Component]:
    try:
        cls = point.load()
    except Exception as error:
        raise ComponentError(f"{point.value} cannot be imported: {error}") from error
    if not (isinstance(cls, type) and issubclass(cls, Component)):
        raise ComponentError(f"{point.value} is not a component")
    if type_name(cls) != point.name:
        raise ComponentError(f"{point.value} is registered as {point.name}, not {type_name(cls)}")
    return cls


def _built_in() -> set[str]:
    package = importlib.import_module("components")
    modules = pkgutil.iter_modules(package.__path__)
    return {m.name for m in modules if not m.ispkg and not m.name.startswith("_")}


def _entry_points() -> dict[str, EntryPoint]:
    return {point.name: point for point in entry_points(group=GROUP)}
