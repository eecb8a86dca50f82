"""Which tests `make test` leaves to `make test-deep`, and lock files for each test alone."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import settings

# How long an example takes is told by the benchmarks: on a busy machine a limit here would fail at random.
settings.register_profile("untimed", deadline=None)
settings.load_profile("untimed")


@pytest.fixture(autouse=True)
def state_folder(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Lock files of each test's own: accounts, users and devices have the same names in many of them."""
    folder = tmp_path_factory.mktemp("state")
    monkeypatch.setenv("XDG_STATE_HOME", str(folder))
    return folder


DEEP = {"faults", "stateful"}
"""Folders of tests that try every fault at every call, or thousands of random steps."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark them ``deep``."""
    for item in items:
        if not DEEP.isdisjoint(item.path.relative_to(Path(__file__).parent).parts):
            item.add_marker(pytest.mark.deep)
