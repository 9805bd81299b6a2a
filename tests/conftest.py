from __future__ import annotations

import os

import pytest

from twin.kernels import cache_folder


@pytest.fixture(scope="session", autouse=True)
def kernel_cache() -> None:
    """One cache of compiled kernels for all, also for processes that are given another home."""
    os.environ.setdefault("TWIN_CACHE", str(cache_folder()))
