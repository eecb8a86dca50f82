"""The real engines, a home with the provider installed, and a sandbox for each test."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from mfa_association.sandbox import Sandbox
from mfa_association.terraform.install import implied_mirror, install, this_platform
from tests.support.seed import SEED
from tests.support.terraform_project import WITH_CODES, Project


@pytest.fixture(scope="session")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home directory that is nobody's, with the provider installed."""
    folder = tmp_path_factory.mktemp("home")
    install(implied_mirror(folder), [this_platform()])
    return folder


@pytest.fixture
def box() -> Iterator[Sandbox]:
    """A local AWS with alice (phone not yet enabled), bob, carol, dave and erin."""
    with Sandbox(SEED) as sandbox:
        yield sandbox


@pytest.fixture
def new_project(box: Sandbox, home: Path, tmp_path: Path) -> Callable[..., Project]:
    """Makes projects against the same AWS. ``attached``: see ``Project``."""

    def make(program: Path, main: str = WITH_CODES, attached: bool = True) -> Project:
        folder = tmp_path / f"project{len(list(tmp_path.iterdir()))}"
        folder.mkdir()
        return Project(folder, program, home, box.url, main=main, attached=attached)

    return make


@pytest.fixture
def project(new_project: Callable[..., Project], program: Path) -> Project:
    """An empty project."""
    return new_project(program)
