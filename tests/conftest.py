from __future__ import annotations

import os
from collections.abc import Iterator

import pytest
from hypothesis import settings

from twin import catalog
from twin.kernels import cache_folder

# At a desk properties are tried on new inputs every time; in CI a red run means a change of ours.
settings.register_profile("ci", derandomize=True, deadline=None)
settings.register_profile("desk", deadline=None)
settings.load_profile("ci" if os.environ.get("CI") else "desk")


@pytest.fixture(scope="session", autouse=True)
def kernel_cache() -> None:
    """One cache of compiled kernels for all, also for processes that are given another home."""
    os.environ.setdefault("TWIN_CACHE", str(cache_folder()))


def kept_catalog() -> Iterator[None]:
    """The catalog as it was before, whatever happens in between."""
    kept = [(held, dict(held)) for held in (catalog._user_files, catalog._found)]
    yield
    for held, before in kept:
        held.clear()
        held.update(before)


@pytest.fixture(scope="module", autouse=True)
def own_components_of_a_file() -> Iterator[None]:
    """What a file of tests adds to the catalog does not outlive it."""
    yield from kept_catalog()


@pytest.fixture(autouse=True)
def own_components() -> Iterator[None]:
    """What a test adds to the catalog does not outlive it."""
    yield from kept_catalog()
