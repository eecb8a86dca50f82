"""A stack that can be killed, and the table that each test has to agree with."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from mfa_association.sandbox import Sandbox

from .scene import FaultyStack
from .table import Ends


@pytest.fixture
def new_stack(box: Sandbox, home: Path, tmp_path: Path) -> Iterator[Callable[[], FaultyStack]]:
    """Makes stacks against the same AWS; whatever the fault was, none of them may have told a code."""
    made: list[FaultyStack] = []

    def make() -> FaultyStack:
        folder = tmp_path / f"project{len(list(tmp_path.iterdir()))}"
        folder.mkdir()
        made.append(FaultyStack(folder, home, box.url))
        return made[-1]

    yield make
    for stack in made:
        stack.secrecy.check()


@pytest.fixture
def stack(new_stack: Callable[[], FaultyStack]) -> FaultyStack:
    """An empty stack."""
    return new_stack()


@pytest.fixture
def ends() -> Ends:
    """How each case ended, held to docs/reliability.md."""
    return Ends()
