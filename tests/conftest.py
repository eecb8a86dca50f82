"""Which tests `make test` leaves to `make test-deep`."""

from __future__ import annotations

from pathlib import Path

import pytest

DEEP = {"faults", "stateful"}
"""Folders of tests that try every fault at every call, or thousands of random steps."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark them ``deep``."""
    for item in items:
        if not DEEP.isdisjoint(item.path.relative_to(Path(__file__).parent).parts):
            item.add_marker(pytest.mark.deep)
