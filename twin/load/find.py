"""Where scenarios lie: names like ``island_telecom/week``, or paths."""

from __future__ import annotations

from pathlib import Path

import twin
from twin.load.document import Document, is_name, read_document
from twin.problems import Problem, Problems, did_you_mean

TOPOLOGY_FILE = "topology.toml"


def roots() -> list[Path]:
    """The folders that hold topologies by name: those of the user first, then the shipped ones."""
    package = Path(twin.__file__).parent
    shipped = package / "topologies"
    folders = [
        Path.cwd() / "topologies",
        shipped if shipped.is_dir() else package.parent / "topologies",
    ]
    return [folder for folder in dict.fromkeys(folders) if folder.is_dir()]


def topologies() -> dict[str, Path]:
    """The topology files that can be named."""
    found = [file for root in roots() for file in sorted(root.glob(f"*/{TOPOLOGY_FILE}"))]
    return {file.parent.name: file for file in reversed(found)}


def scenarios() -> dict[str, Path]:
    """The scenario files that can be named."""
    return {
        f"{name}/{file.stem}": file
        for name, topology in topologies().items()
        for file in sorted(topology.parent.glob("*.toml"))
        if file.name != TOPOLOGY_FILE
    }


def find_topology(name: str | Path) -> Path:
    """The file of a topology, by its name, its folder or its path."""
    path = Path(name)
    if path.suffix == ".toml":
        return path
    if (path / TOPOLOGY_FILE).is_file():
        return path / TOPOLOGY_FILE
    known = topologies()
    if str(name) in known:
        return known[str(name)]
    raise _unknown(str(name), "topology", list(known))


def find_scenario(name: str | Path) -> Path:
    """The file of a scenario, by its name or its path; raises Problems with the nearest name."""
    if str(name).endswith(".toml"):
        return Path(name)
    if (here := Path(f"{name}.toml")).is_file():
        return here
    known = scenarios()
    if str(name) in known:
        return known[str(name)]
    own = [one for one in known if one.startswith(f"{name}/")]
    if own:
        text = f"is a topology; name one of its scenarios: {', '.join(own)}"
        raise Problems([Problem(str(name), 0, "", text)])
    raise _unknown(str(name), "scenario", list(known))


def topology_of(scenario: Document) -> Path:
    """The topology file that a scenario names: beside it, or in a folder of that name."""
    name, folder = scenario.data.get("topology"), scenario.folder
    if not is_name(name):
        text = f"should be the name of a topology, got {name!r}" if name else "is missing"
        scenario.report(("topology",), text)
        raise Problems(scenario.found)
    beside = folder / TOPOLOGY_FILE
    places = [folder / str(name), folder.parent / str(name)]
    if folder.resolve().name == name:
        places.insert(0, folder)
    for place in places:
        if (place / TOPOLOGY_FILE).is_file():
            return place / TOPOLOGY_FILE
    if beside.is_file() and read_document(beside, []).data.get("name") == name:
        return beside
    scenario.report(
        ("topology",), f"names no topology: {name}{did_you_mean(str(name), topologies())}"
    )
    raise Problems(scenario.found)


def _unknown(name: str, kind: str, known: list[str]) -> Problems:
    return Problems([Problem(name, 0, "", f"names no {kind}{did_you_mean(name, known)}")])
