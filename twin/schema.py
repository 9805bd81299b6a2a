"""Pydantic models and JSON Schema of components, made from their declarations."""

from __future__ import annotations

from functools import cache
from typing import Annotated, Any, Literal, cast

from pydantic import AllowInfNan, BaseModel, ConfigDict, Strict, TypeAdapter, create_model
from pydantic import Field as PydanticField

from twin.component import Component, Field, Kind, type_name

DRAFT = "https://json-schema.org/draft/2020-12/schema"
INT_LIMIT = 2**53  # whole numbers up to here survive every file format

STRICT = ConfigDict(extra="forbid", strict=True, allow_inf_nan=False, protected_namespaces=())


def settable(cls: type[Component]) -> dict[str, Field]:
    """The fields that a user may give: all but outputs and vectors."""
    return {
        name: field
        for name, field in cls.fields.items()
        if field.kind is not Kind.OUT and field.type is not list
    }


def in_files(cls: type[Component]) -> dict[str, Field]:
    """The fields that a topology may give: also those that only `prepare` sees."""
    return settable(cls) | cls.setup


def value_type(field: Field) -> Any:
    """The type of one value of a field, with its bounds, as pydantic reads it."""
    if field.labels:
        return Literal[field.labels]
    if field.type in (bool, str):
        return Annotated[field.type, Strict()]
    bounds: dict[str, Any] = dict(field.bounds)
    if field.type is int:
        bounds = {"ge": -INT_LIMIT, "le": INT_LIMIT} | bounds
        return Annotated[int, Strict(), PydanticField(**bounds)]
    return Annotated[float, Strict(), AllowInfNan(False), PydanticField(**bounds)]


@cache
def column_adapter(field: Field) -> TypeAdapter[list[Any]]:
    """Checks a list of values of one field, one for each unit, in one go."""
    return TypeAdapter(cast("type[list[Any]]", list.__class_getitem__(value_type(field))))


def unit_model(cls: type[Component]) -> type[BaseModel]:
    """The model of one unit: what may be given, its bounds, its defaults and its documentation."""
    members: dict[str, Any] = {
        name: (
            value_type(field),
            PydanticField(default=default_value(field), description=describe(field)),
        )
        for name, field in in_files(cls).items()
    }
    return create_model(type_name(cls), __config__=STRICT, __doc__=cls.__doc__, **members)


def default_value(field: Field) -> Any:
    """The default of a field as a file writes it: a word where there are labels."""
    return field.labels[field.default] if field.labels else field.default


def describe(field: Field) -> str:
    """The documentation of a field with its unit."""
    return f"{field.doc} [{field.unit}]" if field.unit else field.doc


def component_schema(cls: type[Component]) -> dict[str, Any]:
    """JSON Schema of one unit of a component."""
    return {"$schema": DRAFT, **unit_model(cls).model_json_schema()}
