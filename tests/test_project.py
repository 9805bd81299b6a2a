"""What is published names no machine and agrees with itself."""

from __future__ import annotations

import re
import subprocess
import tomllib
from pathlib import Path

import twin

ROOT = Path(__file__).parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]

CONSTRAINTS = (ROOT / "constraints.txt").read_text("utf-8").splitlines()

EXACT = re.compile(r"[\w.-]+==[\w.]+")
MACHINE = re.compile(rb"(?<![\w.~-])/(?:home|Users|root|tmp|work)/|index[-_]url|/simple[/]")


def tracked() -> list[Path]:
    listed = subprocess.run(
        ["git", "ls-files", "-z"], cwd=ROOT, check=True, capture_output=True, text=True
    )
    paths = [ROOT / name for name in listed.stdout.split("\0") if name]
    return [path for path in paths if path.is_file()]


def test_no_file_names_a_machine_or_an_index() -> None:
    found = [
        f"{path.relative_to(ROOT)}: {line.decode(errors='replace').strip()[:120]}"
        for path in tracked()
        for line in path.read_bytes().splitlines()
        if MACHINE.search(line)
    ]
    assert found == []


def test_package_citation_and_project_have_one_version() -> None:
    cited = re.search(r"^version: (.+)$", (ROOT / "CITATION.cff").read_text("utf-8"), re.MULTILINE)
    assert cited is not None
    assert {twin.__version__, cited[1]} == {PROJECT["version"]}


def test_the_version_has_an_entry_in_the_changelog() -> None:
    headings = re.findall(r"^## (\S+)", (ROOT / "CHANGELOG.md").read_text("utf-8"), re.MULTILINE)
    assert PROJECT["version"] in headings


def test_constraints_are_plain_exact_versions() -> None:
    assert [line for line in CONSTRAINTS if not EXACT.fullmatch(line)] == []


def test_every_requirement_is_pinned() -> None:
    pinned = {line.partition("==")[0] for line in CONSTRAINTS}
    extras = PROJECT["optional-dependencies"].values()
    wanted = [*PROJECT["dependencies"], *(name for extra in extras for name in extra)]
    assert {re.split(r"[<>=\[]", name)[0] for name in wanted} - pinned == set()
