"""A sandbox a module, an account a test, and the provider as calls and under an engine."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from mfa_association.aws.session import open_session
from mfa_association.sandbox import Sandbox
from tests.support.serving import attached
from tests.support.stage import Stage, one_sandbox, staged
from tests.terraform.calls import Caller
from tests.terraform.project import Project


@pytest.fixture(scope="module")
def box() -> Iterator[Sandbox]:
    yield from one_sandbox()


@pytest.fixture
def stage(box: Sandbox, monkeypatch: pytest.MonkeyPatch) -> Iterator[Stage]:
    """A stage whose key is in the environment, as an engine's user has it."""
    for stage in staged(box):
        monkeypatch.setenv("AWS_ACCESS_KEY_ID", stage.key)
        monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "secret")
        monkeypatch.setenv("AWS_SESSION_TOKEN", "token")
        open_session.cache_clear()
        yield stage


@pytest.fixture
def caller(stage: Stage) -> Caller:
    """The provider, configured for the stage."""
    return Caller.configured(stage)


@pytest.fixture(scope="module")
def engine() -> Iterator[dict[str, str]]:
    """What makes an engine use the provider of this process."""
    with attached() as environment:
        yield environment


@pytest.fixture
def project(stage: Stage, engine: dict[str, str], terraform: Path, tmp_path: Path) -> Project:
    """A folder with a configuration, which an engine drives."""
    return Project(tmp_path, stage, engine, terraform)
