"""What the text of a component must not say, so that it gives the same bits compiled and not.

The rules are read off the syntax tree of the methods that run in the cell and of every function
they reach. Each problem is one sentence: file and line, the function, what was found, the remedy.
"""

from __future__ import annotations

import ast
import builtins
import inspect
import math
import textwrap
from pathlib import Path
from types import FunctionType
from typing import Any

import numpy as np

from twin.component import Component, Field, Kind, methods_of

METHODS = ("start", "offer", "step", "fine", "enter_fine")
BUILTINS = {"min", "max", "abs", "round", "int", "float", "bool", "range", "len"}
REMEDIES = {
    "sum": "add up in a loop, whose order is the same everywhere",
    "pow": "multiply, or use math.sqrt or `x**y` with two variables",
    "super": "write the method out, one level deep",
}
UNEQUAL = {  # these round differently when compiled
    "hypot": "write math.sqrt(x*x + y*y)",
    "dist": "write math.sqrt over the sum of the squares",
    "fsum": "add up in a loop",
    "prod": "multiply in a loop",
    "gamma": "tabulate it and use np.interp",
    "lgamma": "tabulate it and use np.interp",
}
WHOLE_RESULTS = {"floor", "ceil", "trunc", "isfinite", "isnan", "isinf"}

FORBIDDEN: dict[str, tuple[type[ast.AST], ...]] = {
    "`try`; guard the edge with `if` before it is reached": (ast.Try, ast.TryStar),
    "`with`; a device opens nothing": (ast.With,),
    "`async`; a step is one plain function": (ast.AsyncFunctionDef,),
    "`yield`; return the value": (ast.Yield, ast.YieldFrom),
    "`lambda`; write a function of the module": (ast.Lambda,),
    "a comprehension; write a loop": (ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp),
    "an f-string; text belongs in declarations": (ast.JoinedStr,),
    "a dict; use fields or a tuple of numbers": (ast.Dict,),
    "a set; use `or`, or a tuple of numbers": (ast.Set,),
    "a class; use fields": (ast.ClassDef,),
    "a function within a function; move it to the module": (ast.FunctionDef,),
    "`global`; what a device remembers is a state": (ast.Global,),
    "`import`; import at the head of the module": (ast.Import, ast.ImportFrom),
    "`match`; write `if` and `elif`": (ast.Match,),
    "`del`; a row keeps all of its fields": (ast.Delete,),
    "a slice, a copy in Python and a view when compiled; index one by one": (ast.Slice,),
    "`is`; compare with == or !=": (ast.Is, ast.IsNot),
    "`~`, which makes -2 of True; write `not`": (ast.Invert,),
    "a starred argument; pass values one by one": (ast.Starred,),
}
SENTENCES = {kind: sentence for sentence, kinds in FORBIDDEN.items() for kind in kinds}


def source_problems(cls: type[Component]) -> list[str]:
    """Every place where the text of a component breaks a rule, as `file:line: sentence`."""
    todo: list[tuple[Any, tuple[int, ...]]] = [
        (method, (0,)) for name, method in methods_of(cls).items() if name in METHODS
    ]
    seen: set[tuple[Any, tuple[int, ...]]] = set()
    found: list[str] = []
    while todo:
        job = todo.pop(0)
        if job not in seen:
            seen.add(job)
            reader = _Reader(cls, *job)
            reader.read()
            found += reader.problems
            todo += reader.reached
    return list(dict.fromkeys(found))


class _Reader(ast.NodeVisitor):
    """Reads one function; `devices` says which of its arguments are the device itself."""

    def __init__(self, cls: type[Component], function: Any, devices: tuple[int, ...]) -> None:
        self.cls = cls
        self.function = function
        self.at = devices
        self.devices: set[str] = set()
        self.locals: set[str] = set()
        self.floats: set[str] = set()  # local names that hold a float at this point
        self.problems: list[str] = []
        self.reached: list[tuple[Any, tuple[int, ...]]] = []
        self.first_line = 1
        self.line = 1  # an operator has no line of its own

    def read(self) -> None:
        """Collect the problems of this function and the functions it reaches."""
        if not isinstance(self.function, FunctionType):
            name = getattr(self.function, "__qualname__", repr(self.function))
            self.problems.append(f"{name} is not a plain function; write it with `def`")
            return
        lines, self.first_line = inspect.getsourcelines(self.function)
        node = ast.parse(textwrap.dedent("".join(lines))).body[0]
        if not isinstance(node, ast.FunctionDef):
            self.refuse(node, "is not a plain function; write it with `def`")
            return
        self._signature(node)
        self.locals |= {
            inner.id
            for inner in ast.walk(node)
            if isinstance(inner, ast.Name) and not isinstance(inner.ctx, ast.Load)
        }
        body = node.body[1:] if ast.get_docstring(node) is not None else node.body
        for statement in body:
            self.visit(statement)

    def refuse(self, node: ast.AST, sentence: str) -> None:
        """Note a problem at the line of a node."""
        line = self.first_line - 1 + getattr(node, "lineno", self.line)
        file = Path(self.function.__code__.co_filename).name
        self.problems.append(f"{file}:{line}: {self.function.__qualname__}: {sentence}")

    def quote(self, node: ast.AST, sentence: str) -> None:
        """Note a problem and show the text of the node."""
        self.refuse(node, f"`{ast.unparse(node)}` {sentence}")

    def _signature(self, node: ast.FunctionDef) -> None:
        given = node.args
        arguments = [*given.posonlyargs, *given.args]
        self.locals |= {argument.arg for argument in arguments}
        self.devices = {arguments[i].arg for i in self.at if i < len(arguments)}
        self.floats = {a.arg for a in arguments if a.annotation and _is_name(a.annotation, "float")}
        if node.decorator_list:
            self.refuse(node, "is decorated; the framework compiles it, leave the decorator out")
        if given.defaults or given.kwonlyargs or given.vararg or given.kwarg:
            self.refuse(node, "takes default, keyword or starred arguments; make them positional")
        if self.function.__code__.co_freevars:
            self.refuse(node, "closes over names of another function; move it to the module")

    def visit(self, node: ast.AST) -> None:
        """Refuse what is never allowed; look into the rest."""
        self.line = getattr(node, "lineno", self.line)
        if sentence := SENTENCES.get(type(node)):
            self.refuse(node, f"uses {sentence}")
        else:
            super().visit(node)

    def visit_Constant(self, node: ast.Constant) -> None:
        if isinstance(node.value, str | bytes | complex):
            self.quote(node, "is not a number; a row holds numbers only")

    def visit_BinOp(self, node: ast.BinOp) -> None:
        if isinstance(node.op, ast.Pow):
            self._power(node, node.left, node.right)
        self.generic_visit(node)

    def _power(self, node: ast.AST, base: ast.expr, exponent: ast.expr) -> None:
        if self._literal(base) or self._literal(exponent):
            remedy = "write x*x, math.sqrt or math.exp"
            self.quote(node, f"is a power with a literal, rounded otherwise compiled; {remedy}")

    def _literal(self, node: ast.expr) -> bool:
        if isinstance(node, ast.UnaryOp):
            return self._literal(node.operand)
        if isinstance(node, ast.Name) and node.id not in self.locals:
            return isinstance(self.function.__globals__.get(node.id), int | float)
        return isinstance(node, ast.Constant) or (
            isinstance(node, ast.Attribute) and _is_name(node.value, "math")
        )

    def visit_Assign(self, node: ast.Assign) -> None:
        self._assigned(node, node.targets, node.value, self._is_float(node.value))

    def visit_AnnAssign(self, node: ast.AnnAssign) -> None:
        if node.value is not None:
            self._assigned(node, [node.target], node.value, self._is_float(node.value))

    def visit_AugAssign(self, node: ast.AugAssign) -> None:
        if isinstance(node.op, ast.Pow):
            self._power(node, node.target, node.value)
        floating = isinstance(node.op, ast.Div) or self._is_float(node.value)
        held = isinstance(node.target, ast.Name) and node.target.id in self.floats
        self._assigned(node, [node.target], node.value, floating or held)

    def _assigned(
        self, node: ast.stmt, targets: list[ast.expr], value: ast.expr, floating: bool
    ) -> None:
        for target in targets:
            if isinstance(target, ast.Name):
                (self.floats.add if floating else self.floats.discard)(target.id)
            field = self._field(target)
            if field is not None and field.type in (int, bool) and floating:
                self.quote(node, f"puts a float into {field.name}, a whole number; use int(...)")
            self.visit(target)
        self.visit(value)

    def _field(self, node: ast.AST) -> Field | None:
        if isinstance(node, ast.Attribute) and self._is_device(node.value):
            return self.cls.fields.get(node.attr)
        return None

    def _is_device(self, node: ast.AST) -> bool:
        return isinstance(node, ast.Name) and node.id in self.devices

    def _is_float(self, node: ast.expr) -> bool:
        """Whether an expression is plainly a float; in doubt it is not."""
        match node:
            case ast.Constant():
                return isinstance(node.value, float)
            case ast.Name():
                return node.id in self.floats
            case ast.Attribute():
                field = self._field(node)
                return _is_name(node.value, "math") or (field is not None and field.type is float)
            case ast.Subscript():
                field = self._field(node.value)
                return field is not None and field.type is list
            case ast.BinOp():
                sides = (node.left, node.right)
                return isinstance(node.op, ast.Div) or any(map(self._is_float, sides))
            case ast.UnaryOp():
                return not isinstance(node.op, ast.Not) and self._is_float(node.operand)
            case ast.IfExp():
                return self._is_float(node.body) or self._is_float(node.orelse)
            case ast.Call(func=ast.Name(id=name)):
                mixed = name in ("min", "max", "abs") and any(map(self._is_float, node.args))
                return name == "float" or mixed
            case ast.Call(func=ast.Attribute(attr=name)):
                return name not in WHOLE_RESULTS
        return False

    def visit_Attribute(self, node: ast.Attribute) -> None:
        if self._is_device(node.value):
            self._own(node)
        elif not isinstance(node.ctx, ast.Load):
            self.quote(
                node, "changes something outside the row; what a device remembers is a state"
            )
        elif self._global(node.value) is math:
            if remedy := UNEQUAL.get(node.attr):
                self.quote(node, f"is rounded otherwise when compiled; {remedy}")
        elif self._global(node.value) is np:
            self.quote(node, "is a numpy function; use math, and a loop over a table")
        else:
            self.quote(node, "reaches into an object; use numbers, tuples and 1-D arrays")

    def _own(self, node: ast.Attribute) -> None:
        field = self.cls.fields.get(node.attr)
        if field is None:
            self.quote(node, "is not a declared field; declare it, or make it a constant")
        elif field.type is str:
            self.quote(node, "is text, which no row holds; use a whole number with labels")
        elif not isinstance(node.ctx, ast.Load):
            if field.kind in (Kind.PARAM, Kind.INP):
                self.quote(node, f"assigns a {field.kind.value}; assign states and outputs only")
            elif field.type is list:
                self.quote(node, "replaces a vector; assign its elements")

    def visit_Subscript(self, node: ast.Subscript) -> None:
        own = self._field(node.value) is not None
        local = isinstance(node.value, ast.Name) and node.value.id in self.locals
        if not isinstance(node.ctx, ast.Load) and not own and not local:
            self.quote(node, "changes a module's state; what a device remembers is a state")
        self.generic_visit(node)

    def visit_Call(self, node: ast.Call) -> None:
        if node.keywords:
            self.quote(node, "gives arguments by keyword; give them by position")
        helper = self._global(node.func)
        reaches = isinstance(helper, FunctionType)
        if reaches:
            at = tuple(i for i, given in enumerate(node.args) if self._is_device(given))
            self.reached.append((helper, at))
        elif isinstance(node.func, ast.Attribute) and self._is_device(node.func.value):
            self.quote(node, "calls a method; move it to a function of the module")
        else:
            self._plain_call(node)
        for given in node.args:
            if not (reaches and self._is_device(given)):
                self.visit(given)

    def _plain_call(self, node: ast.Call) -> None:
        if _is_name(node.func, "round") and len(node.args) > 1:
            self.quote(node, "rounds to digits, otherwise when compiled; round to whole numbers")
        if isinstance(node.func, ast.Attribute) and node.func.attr == "pow" and len(node.args) == 2:
            self._power(node, *node.args)
        if isinstance(node.func, ast.Name) and node.func.id in self.locals:
            self.quote(node, "calls a local value; call functions of the module by name")
        self.visit(node.func)

    def _global(self, node: ast.AST) -> Any:
        if isinstance(node, ast.Name) and node.id not in self.locals:
            return self.function.__globals__.get(node.id)
        return None

    def visit_Name(self, node: ast.Name) -> None:
        if node.id in self.devices:
            self.quote(node, "hands the device on; give it to a function of the module, or a field")
        elif node.id in self.locals:
            return
        elif node.id not in self.function.__globals__:
            if not hasattr(builtins, node.id):
                self.quote(node, "is not defined in the module")
            elif node.id not in BUILTINS:
                remedy = REMEDIES.get(node.id, f"use {', '.join(sorted(BUILTINS))}")
                self.quote(node, f"cannot be used here; {remedy}")
        elif callable(self._global(node)):
            self.quote(node, "is a function in disguise; call a function of the module, or math.x")
        elif not _is_constant(self._global(node)):
            self.quote(node, "is not a constant; use numbers, tuples of numbers and 1-D arrays")


def _is_name(node: ast.AST, name: str) -> bool:
    return isinstance(node, ast.Name) and node.id == name


def _is_constant(value: Any) -> bool:
    if isinstance(value, np.ndarray):
        return value.ndim == 1 and value.dtype.kind in "fi"
    if isinstance(value, tuple):
        return len(value) > 0 and all(type(entry) in (bool, int, float) for entry in value)
    return type(value) in (bool, int, float)
