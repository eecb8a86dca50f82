"""Pulumi's bridge, a home with its plugin, and a sandbox for each test."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from mfa_association.sandbox import Sandbox
from tests.e2e.bridged import BridgedStack
from tests.support.seed import SEED


@pytest.fixture(scope="session", autouse=True)
def engine(bridge: Path) -> None:
    """Everything here drives the bridge."""


@pytest.fixture
def box() -> Iterator[Sandbox]:
    """A local AWS with alice (phone not yet enabled), bob, carol, dave and erin."""
    with Sandbox(SEED) as sandbox:
        yield sandbox


@pytest.fixture(scope="session")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home directory that is nobody's."""
    return tmp_path_factory.mktemp("home")


@pytest.fixture
def stack(box: Sandbox, home: Path, tmp_path: Path) -> BridgedStack:
    """An empty stack in YAML."""
    folder = tmp_path / "project"
    folder.mkdir()
    return BridgedStack(folder, home, box.url)
