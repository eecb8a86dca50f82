"""A project that can be killed, and the table that each test has to agree with."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from mfa_association.sandbox import Sandbox
from tests.e2e.faults.table import Ends

from .changing import FaultyProject


@pytest.fixture
def new_project(box: Sandbox, home: Path, tmp_path: Path, terraform: Path) -> Iterator[Callable[[], FaultyProject]]:
    """Makes projects against the same AWS; whatever the fault was, none of them may have told a code."""
    made: list[FaultyProject] = []

    def make() -> FaultyProject:
        folder = tmp_path / f"project{len(list(tmp_path.iterdir()))}"
        folder.mkdir()
        made.append(FaultyProject(folder, terraform, home, box.url))
        return made[-1]

    yield make
    for project in made:
        project.secrecy.check()


@pytest.fixture
def project(new_project: Callable[[], FaultyProject]) -> FaultyProject:
    """An empty project."""
    return new_project()


@pytest.fixture
def ends() -> Ends:
    """How each case ended, held to docs/reliability.md."""
    return Ends()
