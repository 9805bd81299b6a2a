"""What the names in one function of a component stand for."""

from __future__ import annotations

import ast
from types import FunctionType
from typing import Any

import numpy as np

from twin.component import Component, Field

WHOLE_RESULTS = {"floor", "ceil", "trunc", "isfinite", "isnan", "isinf"}


class Scope:
    """The device, the local names and the globals of one function, as its text shows them."""

    def __init__(
        self,
        cls: type[Component],
        function: FunctionType,
        node: ast.FunctionDef,
        devices: tuple[int, ...],
    ) -> None:
        """Read the names off `node`; `devices` says which arguments are the device itself."""
        arguments = [*node.args.posonlyargs, *node.args.args]
        stored = {
            inner.id
            for inner in ast.walk(node)
            if isinstance(inner, ast.Name) and not isinstance(inner.ctx, ast.Load)
        }
        self.cls = cls
        self.globals = function.__globals__
        self.locals = stored | {argument.arg for argument in arguments}
        self.devices = {arguments[i].arg for i in devices if i < len(arguments)}
        self.floats = {  # local names that hold a float, as far as the text was read
            argument.arg
            for argument in arguments
            if argument.annotation and is_name(argument.annotation, "float")
        }

    def is_device(self, node: ast.AST) -> bool:
        """Whether a node is the device itself."""
        return isinstance(node, ast.Name) and node.id in self.devices

    def field(self, node: ast.AST) -> Field | None:
        """The declared field of the device that a node names, or None."""
        if isinstance(node, ast.Attribute) and self.is_device(node.value):
            return self.cls.fields.get(node.attr)
        return None

    def value(self, node: ast.AST) -> Any:
        """What the module calls by the name in a node, or None."""
        if isinstance(node, ast.Name) and node.id not in self.locals:
            return self.globals.get(node.id)
        return None

    def is_literal(self, node: ast.expr) -> bool:
        """Whether a node is a number that the compiler knows beforehand."""
        if isinstance(node, ast.UnaryOp):
            return self.is_literal(node.operand)
        if isinstance(node, ast.Attribute):
            return is_name(node.value, "math")
        return isinstance(node, ast.Constant) or isinstance(self.value(node), int | float)

    def is_float(self, node: ast.expr) -> bool:
        """Whether an expression is plainly a float; in doubt it is not."""
        match node:
            case ast.Constant():
                return isinstance(node.value, float)
            case ast.Name():
                return node.id in self.floats
            case ast.Attribute():
                field = self.field(node)
                return is_name(node.value, "math") or (field is not None and field.type is float)
            case ast.Subscript():
                field = self.field(node.value)
                return field is not None and field.type is list
            case ast.BinOp(left=left, right=right):
                return isinstance(node.op, ast.Div) or self.is_float(left) or self.is_float(right)
            case ast.UnaryOp(op=ast.USub() | ast.UAdd()):
                return self.is_float(node.operand)
            case ast.IfExp():
                return self.is_float(node.body) or self.is_float(node.orelse)
            case ast.Call(func=ast.Name(id="min" | "max" | "abs")):
                return any(map(self.is_float, node.args))
            case ast.Call(func=ast.Name(id="float")):
                return True
            case ast.Call(func=ast.Attribute(attr=name)):
                return name not in WHOLE_RESULTS
        return False


def is_name(node: ast.AST, name: str) -> bool:
    """Whether a node is this name."""
    return isinstance(node, ast.Name) and node.id == name


def is_constant(value: Any) -> bool:
    """Whether a global is a number, a tuple of numbers or a flat array of numbers."""
    if isinstance(value, np.ndarray):
        return value.ndim == 1 and value.dtype.kind in "fi"
    if isinstance(value, tuple):
        return len(value) > 0 and all(type(entry) in (bool, int, float) for entry in value)
    return type(value) in (bool, int, float)
