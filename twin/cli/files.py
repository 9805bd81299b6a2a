"""Files written for a user: told where they cannot be, and nothing overwritten unasked."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from twin.problems import Problem, Problems


def write_new(folder: Path, texts: Mapping[str, str], overwrite: bool = False) -> list[Path]:
    """Write files into a folder, all or, where one exists that may not be overwritten, none."""
    paths = {folder / name: text for name, text in texts.items()}
    there = [Problem(str(path), 0, "", "exists already") for path in paths if path.exists()]
    if there and not overwrite:
        raise Problems(there)
    for path, text in paths.items():
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
        except OSError as error:
            said = f"cannot be written: {error.strerror}"
            raise Problems([Problem(str(path), 0, "", said)]) from None
    return list(paths)
