"""One sandbox a module, and an account of its own for each test."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from mfa_association.sandbox import Sandbox
from tests.support.stage import one_sandbox, staged

from .stage import Account


@pytest.fixture(scope="module")
def box() -> Iterator[Sandbox]:
    yield from one_sandbox()


@pytest.fixture
def account(box: Sandbox) -> Iterator[Account]:
    for _ in staged(box):
        yield Account(box)
