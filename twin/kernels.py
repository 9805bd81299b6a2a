"""Compiles the methods of a component.

The text of the methods and of everything they can reach is gathered into one generated module,
whose name carries a hash of that text and of the versions of numba and Python. numba's own cache
does not notice a changed callee; a module that holds all its callees cannot go stale.
"""

from __future__ import annotations

import ast
import builtins
import hashlib
import importlib.util
import inspect
import os
import pickle
import re
import stat
import sys
import tempfile
import textwrap
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from types import FunctionType, ModuleType
from typing import Any

import numpy as np

from twin.celltext import CALLED, JIT
from twin.component import Component, methods_of, type_name

try:
    import fcntl
except ImportError:  # elsewhere each process compiles for itself
    fcntl = None  # type: ignore[assignment]

METHODS = ("start", "offer", "step", "fine_begin", "fine_offer", "fine", "enter_fine")
TIMED = ("offer", "step", "fine_begin", "fine_offer", "fine")
# Forced inline, the long methods of the fine regime make a loop that takes a minute to compile; a
# call costs a few ns. Compiled apart, they are also cached for all loops that call them.
CALLED_METHODS = ("fine_begin", "fine_offer", "fine", "enter_fine")
HEADER = "import math\n\nimport numpy as np\nfrom numba import njit\n"

_compiled: dict[type[Component], ModuleType] = {}


class KernelError(Exception):
    """A component reaches for something that cannot be compiled."""


def cache_folder() -> Path:
    """Where generated modules and their machine code are kept: TWIN_CACHE, or the user's cache."""
    if given := os.environ.get("TWIN_CACHE"):
        folder = Path(given)
    else:
        base = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
        folder = Path(base) / "gridtwin"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            return folder
    except OSError:
        return _own_folder()


def _own_folder() -> Path:
    """A folder below that for temporary files, which nobody else can have put anything into."""
    folder = Path(tempfile.gettempdir()) / f"gridtwin-{os.getuid()}"
    folder.mkdir(mode=0o700, exist_ok=True)
    about = folder.lstat()
    safe = about.st_uid == os.getuid() and not about.st_mode & 0o022
    if safe and stat.S_ISDIR(about.st_mode):
        return folder
    return Path(tempfile.mkdtemp(prefix="gridtwin-"))


def load_generated(stem: str, text: str) -> ModuleType:
    """Write `text` as a module named by its content, once, and import it by that name."""
    import numba

    versions = f"{numba.__version__} {sys.version_info[:2]} {np.__version__}"
    mark = hashlib.sha256(f"{versions}\n{text}".encode()).hexdigest()[:20]
    name = f"twin_{stem}_{mark}"
    if name in sys.modules:
        return sys.modules[name]
    path = cache_folder() / f"{name}.py"
    if not path.exists() or path.read_text() != text:  # cut short when the machine went down
        handle, draft = tempfile.mkstemp(dir=path.parent, suffix=".draft")
        with os.fdopen(handle, "w") as file:
            file.write(text)
        Path(draft).replace(path)  # another process may have been first; the text is the same
    spec = importlib.util.spec_from_file_location(name, path)
    if spec is None or spec.loader is None:
        raise KernelError(f"cannot import the generated module {path}")
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    spec.loader.exec_module(module)
    return module


def compiled(cls: type[Component]) -> ModuleType:
    """The generated module of a component: its methods, and `each_<method>` over all rows."""
    if cls not in _compiled:
        _compiled[cls] = load_generated(type_name(cls), source_of(cls))
    return _compiled[cls]


def first_call(function: Any, *arguments: Any, beside: Any = None) -> None:
    """Call a compiled function; where machine code on disk is damaged, all of it is made anew.

    Numba refuses an index or code that was cut short. `beside` is another compiled function, whose
    folder may be at fault as well.
    """
    with _alone(function):
        try:
            function(*arguments)
        except (EOFError, pickle.UnpicklingError):
            for found in filter(None, (function, beside)):
                for index in Path(found.stats.cache_path).glob("*.nbi"):
                    index.unlink(missing_ok=True)
            function(*arguments)


@contextmanager
def _alone(function: Any) -> Iterator[None]:
    """Let one process compile a function; others wait, and take its machine code."""
    text, machine = Path(function.py_func.__code__.co_filename), Path(function.stats.cache_path)
    known = function.signatures or any(machine.glob(f"{text.stem}.*.nbi"))
    if fcntl is None or known:
        yield
        return
    with text.open("r+") as held:  # a network's file system locks what can be written alone
        with suppress(OSError):  # or nothing at all: then each compiles for itself
            fcntl.flock(held, fcntl.LOCK_EX)  # until it is closed
        yield


def call(cls: type[Component], method: str, rows: Any, unit: int, *args: float) -> None:
    """Run a compiled method on one unit."""
    getattr(compiled(cls), f"each_{method}")(rows[unit : unit + 1], *args)


def source_of(cls: type[Component]) -> str:
    """The text of the generated module of a component."""
    gatherer = _Gatherer(type_name(cls))
    own = [name for name in METHODS if name in methods_of(cls)]
    methods = [gatherer.function(methods_of(cls)[name], name) for name in own]
    loops = [_each(name) for name in own]
    return "\n\n".join([HEADER, *gatherer.parts, *methods, *loops]) + "\n"


def _each(method: str) -> str:
    more = ", dt_s" if method in TIMED else ""
    return (
        f"{JIT}\ndef each_{method}(rows{more}):\n"
        f"    for i in range(rows.shape[0]):\n        {method}(rows[i]{more})"
    )


class _Gatherer:
    """Collects the functions and constants that a method can reach, each before its use."""

    def __init__(self, owner: str) -> None:
        self.owner = owner
        self.parts: list[str] = []
        self.names: dict[int, str] = {}  # id of a reached object -> its name in the module
        self.taken: set[str] = {*METHODS, "math", "np", "njit"}

    def function(self, function: FunctionType, name: str) -> str:
        """The text of a function under a new name, what it reaches gathered first."""
        tree = ast.parse(textwrap.dedent(inspect.getsource(function)))
        node = tree.body[0]
        if not isinstance(node, ast.FunctionDef):
            raise KernelError(f"{self.owner}: {function.__name__} is not a plain function")
        node.name = name
        node.decorator_list = []
        node.returns = None
        for argument in node.args.args:
            argument.annotation = None
        _Plain().visit(node)
        local = {argument.arg for argument in node.args.args} | {
            inner.id
            for inner in ast.walk(node)
            if isinstance(inner, ast.Name) and isinstance(inner.ctx, ast.Store)
        }
        for inner in ast.walk(node):
            if isinstance(inner, ast.Name) and inner.id not in local:
                inner.id = self._reach(function, inner.id)
        how = CALLED if name in CALLED_METHODS else JIT
        return f"{how}\n{ast.unparse(ast.fix_missing_locations(node))}"

    def _reach(self, function: FunctionType, name: str) -> str:
        if name not in function.__globals__:
            if hasattr(builtins, name):
                return name
            raise KernelError(f"{self.owner}: {function.__name__} uses the unknown name {name}")
        found = function.__globals__[name]
        if found is np or name == "math":
            return "np" if found is np else "math"
        if id(found) in self.names:
            return self.names[id(found)]
        new = self._free(name)
        self.names[id(found)] = new
        if isinstance(found, FunctionType):
            self.parts.append(self.function(found, new))
        else:
            self.parts.append(f"{new} = {self._constant(function, name, found)}")
        return new

    def _constant(self, function: FunctionType, name: str, found: Any) -> str:
        if isinstance(found, np.ndarray):
            return f"np.array({_literal(found.tolist())}, dtype=np.{found.dtype})"
        if isinstance(found, (bool, int, float, tuple)):
            return _literal(found)
        raise KernelError(
            f"{self.owner}: {function.__name__} reaches {name}, a {type(found).__name__}; "
            "a compiled method may reach numbers, tuples, arrays and functions of modules"
        )

    def _free(self, name: str) -> str:
        new, count = name, 1
        while new in self.taken:
            count += 1
            new = f"{name}_{count}"
        self.taken.add(new)
        return new


def _literal(value: Any) -> str:
    """Numbers as text that reads back to the same bits, infinities included."""
    return re.sub(r"\b(inf|nan)\b", r"math.\1", repr(value))


class _Plain(ast.NodeTransformer):
    """Drops docstrings and annotations, which mean nothing to the compiler."""

    def visit_AnnAssign(self, node: ast.AnnAssign) -> ast.AST | None:
        if node.value is None:
            return None
        return ast.copy_location(ast.Assign([node.target], node.value), node)

    def visit_FunctionDef(self, node: ast.FunctionDef) -> ast.AST:
        self.generic_visit(node)
        first = node.body[0]
        if isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant):
            node.body = node.body[1:] or [ast.Pass()]
        return node
