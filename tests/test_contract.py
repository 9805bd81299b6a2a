"""Every device that is shipped keeps the contract."""

from __future__ import annotations

import pytest

from twin import catalog
from twin.testing import Check, contract

CHECKS = [
    pytest.param(check, id=f"{name}-{check}")
    for name in catalog.names()
    for check in contract(catalog.find(name))
]


@pytest.mark.parametrize("check", CHECKS)
def test_contract(check: Check) -> None:
    check()
