"""A fresh company for every test."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.support.company import Company, company


@pytest.fixture
def firm() -> Iterator[Company]:
    yield from company()
