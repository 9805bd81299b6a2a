"""A component, a strategy or a topology to start from: files and a test that pass as they are."""

from __future__ import annotations

import importlib.util
import keyword
import os
import re
import shlex
import shutil
import sys
from collections.abc import Sequence
from importlib.resources import files
from pathlib import Path
from string import Template

from twin.cli.files import write_new
from twin.problems import Problem, Problems

NAME = re.compile(r"[a-z][a-z0-9]*(_[a-z][a-z0-9]*)*", re.ASCII)
LONGEST_NAME = 30
SITE = ("main", "grid", "load")  # the devices of the topology that is written

DEVICE = """
[device.$device]
type = "$type"
bus = "main"
"""


def component(name: str, folder: Path) -> str:
    """Write a component and its test; returns what was written and what to type next."""
    more = [f"new topology {name}_site", f"run {name}_site/day.toml"]
    return _written(name, folder, "component", [f"{one} --components {{where}}" for one in more])


def strategy(name: str, folder: Path) -> str:
    """Write an energy management in plain Python and its test; what was written and what next."""
    week = f"run island_telecom/week --components {{where}} --set ems.type={name}"
    return _written(name, folder, "strategy", [week])


def _written(name: str, folder: Path, kind: str, more: Sequence[str]) -> str:
    """Write a file and its test from templates; `more` is typed to twin after looking at it."""
    _refuse(name, _component_problems(name, folder))
    texts = {
        f"{name}.py": _filled(f"{kind}.py", name),
        f"test_{name}.py": _filled(f"test_{kind}.py", name),
    }
    code, test = write_new(folder, texts)
    twin, python = commands()
    where = shlex.quote(str(folder))
    typed = [f"describe {name} --components {{where}}", *more]
    return "\n  ".join(
        [
            f"wrote {code} and {test}; try",
            f"{python} -m pytest {shlex.quote(str(test))}",
            *(f"{twin} {one.replace('{where}', where)}" for one in typed),
        ]
    )


def topology(name: str, components: Path | None) -> str:
    """Write a topology with a scenario and its test; own components join its bus."""
    from twin.cli.schemas import schemas

    _refuse(name, _name_problems(name))
    own = _own_devices(components)
    test = "test_topology_own.py" if components else "test_topology.py"
    above = os.path.relpath(components, name) if components else ""
    texts = {
        "topology.toml": _filled("topology.toml", name) + own,
        "day.toml": _filled("day.toml", name),
        f"test_{name}.py": _filled(test, name, components=Path(above).as_posix()),
    }
    folder = Path(name)
    paths = write_new(folder, texts | schemas())
    twin, python = commands()
    using = f" --components {shlex.quote(str(components))}" if components else ""
    return "\n  ".join(
        [
            f"wrote {name}/ ({', '.join(path.name for path in paths)}); try",
            f"{twin} run {name}/day.toml{using}",
            f"{twin} describe {name}{using}",
            f"{twin} draw {name}{using}",
            f"{python} -m pytest {name}",
        ]
    )


def commands() -> tuple[str, str]:
    """How `twin` and this Python are called from here: by name where the shell finds them."""
    home = Path(sys.executable).parent
    found = {word: shutil.which(word) for word in ("python", "twin")}
    here = {word: path is not None and Path(path).parent == home for word, path in found.items()}
    python = "python" if here["python"] else shlex.quote(sys.executable)
    return "twin" if here["twin"] else f"{python} -m twin", python


def _filled(template: str, name: str, **more: str) -> str:
    words = name.replace("_", " ")
    text = (files("twin.cli") / "templates" / f"{template}.txt").read_text(encoding="utf-8")
    class_name = "".join(word.capitalize() for word in name.split("_"))
    return Template(text).substitute(
        name=name, words=words, Words=words.capitalize(), Class=class_name, **more
    )


def _own_devices(components: Path | None) -> str:
    """Devices of the components of a folder that can hang on a bus."""
    from twin import catalog

    if not components:
        return ""
    catalog.add_folder(components)
    stems = {file.stem for file in components.glob("*.py")}
    found = [name for name in catalog.names() if name in stems]
    joining = [name for name in found if catalog.find(name).joins == "ac"]
    return "".join(
        Template(DEVICE).substitute(device=f"{name}_1" if name in SITE else name, type=name)
        for name in joining
    )


def _refuse(name: str, found: list[str]) -> None:
    if found:
        raise Problems([Problem(name, 0, "", text) for text in found])


def _name_problems(name: str) -> list[str]:
    if len(name) > LONGEST_NAME:
        return [f"is longer than {LONGEST_NAME} letters"]
    if not NAME.fullmatch(name):
        return ["should be words of small letters and digits joined by _, like heat_pump"]
    return []


def _component_problems(name: str, folder: Path) -> list[str]:
    from twin import catalog

    if found := _name_problems(name):
        return found
    if name.startswith("test_") or name == "conftest":
        return ["is what pytest calls a test"]
    if keyword.iskeyword(name):
        return ["is a word of Python"]
    if (folder / f"{name}.py").exists():
        return []  # told when it is written
    if name in catalog.names():
        return ["is the name of a component that there is"]
    if importlib.util.find_spec(name):
        return ["is the name of a Python module, which it would hide"]
    return []
