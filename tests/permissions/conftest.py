"""One sandbox a module, and a stage under policies for each test."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from mfa_association.sandbox import Sandbox
from tests.support.stage import one_sandbox, staged

from .policies import load, without
from .stage import Policed


@pytest.fixture(scope="module")
def box() -> Iterator[Sandbox]:
    yield from one_sandbox()


@pytest.fixture
def under(box: Sandbox) -> Iterator[Callable[..., Policed]]:
    """Makes stages under policies by name, less one action."""

    def make(*policies: str, less: str | None = None) -> Policed:
        stage = Policed(box)
        stage.documents = [without(load(name, stage.account), less) for name in policies]
        return stage

    for _ in staged(box):
        yield make
