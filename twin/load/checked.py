"""Tables checked against their models, so that one wrong key does not hide the others."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from twin.load.document import Document
from twin.toml_lines import KeyPath

M = TypeVar("M", bound=BaseModel)


def checked(
    document: Document,
    path: KeyPath,
    model: type[M],
    table: Mapping[str, Any],
    fallback: Mapping[str, Any] | None = None,
    words: Iterable[str] = (),
) -> tuple[M, set[str]]:
    """The table as its model, and the keys that are wrong or missing and were reported.

    Those keep their default or, where there is none, the fallback.
    """
    try:
        return model.model_validate(table), set()
    except ValidationError as error:
        errors = error.errors(include_url=False)
    known = [*model.model_fields, *words]
    for one in errors:
        document.report_error(path, one, known)
    bad = {str(one["loc"][0]) for one in errors}
    kept = {key: value for key, value in table.items() if key not in bad}
    spare = {key: value for key, value in (fallback or {}).items() if key in bad}
    return model.model_validate(kept | spare), bad
