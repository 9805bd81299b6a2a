"""Imports flow one way: down the list of modules, and never from the framework to a device."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[1]

# A module of twin may import what stands before it, never what stands after it, not even inside a
# function. A folder stands as one module. A new module is put here where its imports allow.
ORDER = (
    "units",
    "declaration",
    "component",
    "delay",
    "lags",
    "curves",
    "climate",
    "topology",
    "economics",
    "carbon",
    "factorial_plan",
    "scenario",
    "problems",
    "order",
    "catalog",
    "schema",
    "cost_schema",
    "carbon_keys",
    "equivalence_keys",
    "factorial_keys",
    "file_schema",
    "scenario_schema",
    "tables",
    "sky",
    "weather_files",
    "sources",
    "profiles",
    "toml_lines",
    "outages",
    "load",
    "fleet",
    "cellshape",
    "linetext",
    "steptext",
    "celltext",
    "kernels",
    "source_names",
    "source_rules",
    "declaration_rules",
    "calendar",
    "loops",
    "balance",
    "columns",
    "busbars",
    "wiring",
    "cell",
    "samples",
    "failure",
    "record",
    "snapshot",
    "ramps",
    "drive",
    "expand",
    "worldplan",
    "cell_sim",
    "component_sim",
    "processes",
    "service_sims",
    "lockstep",
    "simulator",
    "outside",
    "firstflow",
    "worldrun",
    "worldcells",
    "world",
    "modes_step",
    "modes_spectrum",
    "modes",
    "run",
    "ledger",
    "kpis",
    "check",
    "runfile",
    "runner",
    "workers",
    "study",
    "savings",
    "claims",
    "comparison",
    "rerun",
    "equivalence",
    "factorial",
    "report",
    "draw",
    "trial",
    "testing",
    "progress",
    "describe",
    "new",
    "cli",
    "__main__",
)

LANGUAGE = {"__future__", "collections.abc", "math", "numpy", "numpy.typing", "typing"}
DECLARING = {"twin.component", "twin.curves", "twin.delay", "twin.lags"}
PHYSICS = {"lightsim2grid", "pandapower", "pvlib", "simpy"}  # where used, not for every reader

Found = tuple[str, str, bool]  # file and line, module, whether only when a function runs


def imports(folder: str) -> Iterator[Found]:
    """Every import below a folder of the checkout."""
    for path in sorted((ROOT / folder).rglob("*.py")):
        for node, late in nodes(ast.parse(path.read_text("utf-8")), late=False):
            for name in imported(node):
                yield f"{path.relative_to(ROOT)}:{node.lineno}", name, late


def nodes(tree: ast.AST, late: bool) -> Iterator[tuple[ast.AST, bool]]:
    for node in ast.iter_child_nodes(tree):
        yield node, late
        typing_only = isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test)
        inside = isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda)
        yield from nodes(node, late or inside or typing_only)


def imported(node: ast.AST) -> list[str]:
    if isinstance(node, ast.Import):
        return [alias.name for alias in node.names]
    if isinstance(node, ast.ImportFrom):
        if node.module == "twin":
            return [f"twin.{alias.name}" for alias in node.names]
        return [node.module or "."]
    if isinstance(node, ast.Call) and ast.unparse(node.func).endswith("import_module"):
        return [ast.unparse(node.args[0]).removeprefix("f").strip("'")]
    return []


def layer(where: str) -> str:
    """The module of twin that a file belongs to."""
    return Path(where.partition(":")[0]).parts[1].removesuffix(".py")


def test_every_module_has_its_place() -> None:
    found = {layer(str(path.relative_to(ROOT))) for path in (ROOT / "twin").rglob("*.py")}
    assert found - {"__init__"} - set(ORDER) == set()


def test_modules_import_only_what_stands_before_them() -> None:
    upward = [
        f"{where} imports {name}"
        for where, name, _ in imports("twin")
        if name.startswith("twin.") and layer(where) in ORDER
        if name.split(".")[1] in ORDER[ORDER.index(layer(where)) + 1 :]
    ]
    assert upward == []


def test_the_package_itself_imports_its_modules_only_when_asked() -> None:
    early = [
        name for where, name, late in imports("twin") if layer(where) == "__init__" and not late
    ]
    assert [name for name in early if name.startswith("twin")] == []


def test_the_framework_knows_no_device_by_name_and_only_the_catalog_asks_for_one() -> None:
    known = [
        f"{where} imports {name}"
        for where, name, _ in imports("twin")
        if name.split(".")[0] == "components"
        if layer(where) != "catalog" or name.partition(".")[2].isidentifier()
    ]
    assert known == []


def test_a_component_imports_language_declarations_and_late_its_physics() -> None:
    foreign = [
        f"{where} imports {name}"
        for where, name, late in imports("components")
        if not where.startswith("components/_") and not name.startswith("components._")
        if name not in LANGUAGE | DECLARING and not (late and name.split(".")[0] in PHYSICS)
    ]
    assert foreign == []


def test_what_components_share_knows_neither_mosaik_nor_the_framework() -> None:
    """Folders named with `_` are libraries of components that run outside the cell."""
    foreign = [
        f"{where} imports {name}"
        for where, name, _ in imports("components")
        if where.startswith("components/_")
        if name.split(".")[0] in ("mosaik", "mosaik_api_v3", "twin") and name not in DECLARING
    ]
    assert foreign == []


def test_a_kpi_sees_no_component() -> None:
    seen = [
        f"{where} imports {name}"
        for where, name, _ in imports("twin/kpis")
        if name.split(".")[0] == "components" or name == "twin.component"
    ]
    assert seen == []
