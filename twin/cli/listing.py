"""What there is to run and to build with."""

from __future__ import annotations

from pathlib import Path

from twin.cli.text import columns, first_sentence
from twin.problems import ComponentError, Problems


def topologies() -> str:
    """Topologies with the question they ask, each above its scenarios."""
    from twin import load

    rows = []
    for name, file in sorted(load.topologies().items()):
        rows.append((name, _title(file)))
        rows += [
            (f"  {scenario}", _title(path))
            for scenario, path in load.scenarios().items()
            if scenario.startswith(f"{name}/")
        ]
    return columns(rows)


def components() -> str:
    """Components with their role in an energy balance and what they are."""
    from twin import catalog

    rows = []
    for name in catalog.names():
        try:
            cls = catalog.find(name)
        except ComponentError as error:
            rows.append((name, "", f"cannot be used: {'; '.join(str(error).splitlines())}"))
        else:
            rows.append((name, cls.role, first_sentence(cls.__doc__ or "")))
    return columns(rows)


def _title(file: Path) -> str:
    from twin.load.document import read_document

    try:
        return first_sentence(read_document(file, []).title)
    except Problems as problems:
        return f"cannot be read: {'; '.join(str(problems).splitlines())}"
