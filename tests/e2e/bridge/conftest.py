"""Pulumi's bridge, beside what all end-to-end tests have."""

from __future__ import annotations

from pathlib import Path

import pytest

from mfa_association.sandbox import Sandbox
from tests.e2e.bridged import BridgedStack


@pytest.fixture(scope="session", autouse=True)
def engine(bridge: Path) -> None:
    """Everything here drives the bridge."""


@pytest.fixture
def stack(box: Sandbox, home: Path, tmp_path: Path) -> BridgedStack:
    """An empty stack in YAML."""
    folder = tmp_path / "project"
    folder.mkdir()
    return BridgedStack(folder, home, box.url)
