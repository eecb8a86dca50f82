"""One sandbox a module: moto keeps its users once per process."""

from collections.abc import Iterator

import pytest

from mfa_association.sandbox import Sandbox
from tests.support.stage import Stage, one_sandbox, staged


@pytest.fixture(scope="module")
def box() -> Iterator[Sandbox]:
    yield from one_sandbox()


@pytest.fixture
def stage(box: Sandbox) -> Iterator[Stage]:
    yield from staged(box)
