"""A fresh sandbox for every test: starting one takes two milliseconds."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.sandbox.lab import Lab, sandbox_lab


@pytest.fixture
def lab() -> Iterator[Lab]:
    with sandbox_lab() as running:
        yield running
