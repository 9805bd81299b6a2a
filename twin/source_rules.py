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

from twin.component import Component, Kind, methods_of
from twin.kernels import METHODS
from twin.source_names import Scope, is_constant, is_name

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
    "gamma": "tabulate it",
    "lgamma": "tabulate it",
}

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

Job = tuple[Any, tuple[int, ...]]  # a function, and which of its arguments are the device


def source_problems(cls: type[Component]) -> list[str]:
    """Every place where the text of a component breaks a rule, as `file:line: sentence`."""
    todo: list[Job] = [
        (method, (0,)) for name, method in methods_of(cls).items() if name in METHODS
    ]
    found: list[str] = []
    for job in todo:
        problems, reached = _read(cls, *job)
        found += problems
        todo += [other for other in reached if other not in todo]
    return list(dict.fromkeys(found))


def _read(
    cls: type[Component], function: Any, devices: tuple[int, ...]
) -> tuple[list[str], list[Job]]:
    """The problems of one function, and the functions it reaches."""
    named = getattr(function, "__qualname__", repr(function))
    refused = [f"{named} is not a plain function; write it with `def`"]
    if not isinstance(function, FunctionType):
        return refused, []
    lines, first = inspect.getsourcelines(function)
    node = ast.parse(textwrap.dedent("".join(lines))).body[0]
    if not isinstance(node, ast.FunctionDef):
        return refused, []
    ast.increment_lineno(node, first - 1)
    file = Path(function.__code__.co_filename).name
    reader = _Reader(f"{file}:{{}}: {named}: ", Scope(cls, function, node, devices))
    reader.signature(node, function.__code__.co_freevars)
    for statement in node.body[1:] if ast.get_docstring(node) is not None else node.body:
        reader.visit(statement)
    return reader.problems, reader.reached


class _Reader(ast.NodeVisitor):
    """Reads the text of one function."""

    def __init__(self, place: str, scope: Scope) -> None:
        self.place = place
        self.scope = scope
        self.line = 1  # an operator has no line of its own
        self.problems: list[str] = []
        self.reached: list[Job] = []

    def refuse(self, node: ast.AST, sentence: str) -> None:
        """Note a problem at the line of a node."""
        self.problems.append(self.place.format(getattr(node, "lineno", self.line)) + sentence)

    def quote(self, node: ast.AST, sentence: str) -> None:
        """Note a problem and show the text of the node."""
        self.refuse(node, f"`{ast.unparse(node)}` {sentence}")

    def signature(self, node: ast.FunctionDef, free: tuple[str, ...]) -> None:
        """Note what is wrong before the body begins."""
        given = node.args
        if node.decorator_list:
            self.refuse(node, "is decorated; the framework compiles it, leave the decorator out")
        if given.defaults or given.kwonlyargs or given.vararg or given.kwarg:
            self.refuse(node, "takes default, keyword or starred arguments; make them positional")
        if free:
            self.refuse(node, f"closes over {', '.join(free)}; move it to the module")

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
        if self.scope.is_literal(base) or self.scope.is_literal(exponent):
            remedy = "write x*x, math.sqrt or math.exp"
            self.quote(node, f"is a power with a literal, rounded otherwise compiled; {remedy}")

    def visit_Assign(self, node: ast.Assign) -> None:
        self._assigned(node, node.targets, node.value, self.scope.is_float(node.value))

    def visit_AnnAssign(self, node: ast.AnnAssign) -> None:
        if node.value is not None:
            self._assigned(node, [node.target], node.value, self.scope.is_float(node.value))

    def visit_AugAssign(self, node: ast.AugAssign) -> None:
        if isinstance(node.op, ast.Pow):
            self._power(node, node.target, node.value)
        floating = isinstance(node.op, ast.Div) or self.scope.is_float(node.value)
        held = isinstance(node.target, ast.Name) and node.target.id in self.scope.floats
        self._assigned(node, [node.target], node.value, floating or held)

    def _assigned(
        self, node: ast.stmt, targets: list[ast.expr], value: ast.expr, floating: bool
    ) -> None:
        for target in targets:
            if isinstance(target, ast.Name):
                (self.scope.floats.add if floating else self.scope.floats.discard)(target.id)
            field = self.scope.field(target)
            if field is not None and field.type in (int, bool) and floating:
                self.quote(node, f"puts a float into {field.name}, a whole number; use int(...)")
            self.visit(target)
        self.visit(value)

    def visit_Attribute(self, node: ast.Attribute) -> None:
        if self.scope.is_device(node.value):
            self._own(node)
        elif not isinstance(node.ctx, ast.Load):
            self.quote(
                node, "changes something outside the row; what a device remembers is a state"
            )
        elif self.scope.value(node.value) is math:
            if remedy := UNEQUAL.get(node.attr):
                self.quote(node, f"is rounded otherwise when compiled; {remedy}")
        elif self.scope.value(node.value) is np:
            self.quote(node, "is a numpy function; use math, and a loop over a table")
        else:
            self.quote(node, "reaches into an object; use numbers, tuples and 1-D arrays")

    def _own(self, node: ast.Attribute) -> None:
        field = self.scope.cls.fields.get(node.attr)
        if field is None:
            self.quote(node, "is not a declared field; declare it, or make it a constant")
        elif field.type is str:
            self.quote(node, "is text, which no row holds; use a whole number with labels")
        elif not isinstance(node.ctx, ast.Load):
            if field.kind in (Kind.PARAM, Kind.INP):
                self.quote(
                    node, f"is set, yet it is {field.kind.value}; set states and outputs only"
                )
            elif field.type is list:
                self.quote(node, "replaces a vector; assign its elements")

    def visit_Subscript(self, node: ast.Subscript) -> None:
        own = self.scope.field(node.value) is not None
        local = isinstance(node.value, ast.Name) and node.value.id in self.scope.locals
        if not isinstance(node.ctx, ast.Load) and not own and not local:
            self.quote(node, "changes a module's state; what a device remembers is a state")
        self.generic_visit(node)

    def visit_Call(self, node: ast.Call) -> None:
        if node.keywords:
            self.quote(node, "gives arguments by keyword; give them by position")
        helper = self.scope.value(node.func)
        reaches = isinstance(helper, FunctionType)
        if reaches:
            at = tuple(i for i, given in enumerate(node.args) if self.scope.is_device(given))
            self.reached.append((helper, at))
        elif isinstance(node.func, ast.Attribute) and self.scope.is_device(node.func.value):
            self.quote(node, "calls a method; move it to a function of the module")
        else:
            self._plain_call(node)
        for given in node.args:
            if not (reaches and self.scope.is_device(given)):
                self.visit(given)

    def _plain_call(self, node: ast.Call) -> None:
        if is_name(node.func, "round") and len(node.args) > 1:
            self.quote(node, "rounds to digits, otherwise when compiled; round to whole numbers")
        if isinstance(node.func, ast.Attribute) and node.func.attr == "pow" and len(node.args) == 2:
            self._power(node, *node.args)
        if isinstance(node.func, ast.Name) and node.func.id in self.scope.locals:
            self.quote(node, "calls a local value; call functions of the module by name")
        self.visit(node.func)

    def visit_Name(self, node: ast.Name) -> None:
        if node.id in self.scope.devices:
            self.quote(node, "hands the device on; give it to a function of the module, or a field")
        elif node.id in self.scope.locals:
            return
        elif node.id not in self.scope.globals:
            if not hasattr(builtins, node.id):
                self.quote(node, "is not defined in the module")
            elif node.id not in BUILTINS:
                remedy = REMEDIES.get(node.id, f"use {', '.join(sorted(BUILTINS))}")
                self.quote(node, f"cannot be used here; {remedy}")
        elif callable(self.scope.value(node)):
            self.quote(node, "is a function in disguise; call a function of the module, or math.x")
        elif not is_constant(self.scope.value(node)):
            self.quote(node, "is not a constant; use numbers, tuples of numbers and 1-D arrays")
