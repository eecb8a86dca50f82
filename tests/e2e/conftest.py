"""The real engine and a sandbox for each test."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from mfa_association.sandbox import Sandbox
from tests.support.seed import SEED
from tests.support.stack import Stack
from tests.support.wheel import build


@pytest.fixture(scope="session", autouse=True)
def engine(pulumi: Path) -> None:
    """Everything here drives the Pulumi CLI."""


@pytest.fixture
def box() -> Iterator[Sandbox]:
    """A local AWS with alice (phone not yet enabled), bob, carol, dave and erin."""
    with Sandbox(SEED) as sandbox:
        yield sandbox


@pytest.fixture(scope="session")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home directory that is nobody's."""
    return tmp_path_factory.mktemp("home")


@pytest.fixture(scope="session")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel of this checkout."""
    return build(tmp_path_factory.mktemp("wheel"))


@pytest.fixture
def new_stack(box: Sandbox, home: Path, tmp_path: Path) -> Callable[[], Stack]:
    """Makes stacks against the same AWS."""

    def make() -> Stack:
        folder = tmp_path / f"project{len(list(tmp_path.iterdir()))}"
        folder.mkdir()
        return Stack(folder, home, box.url)

    return make


@pytest.fixture
def stack(new_stack: Callable[[], Stack]) -> Stack:
    """An empty stack."""
    return new_stack()
