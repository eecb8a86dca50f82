"""Which tests drive an engine, which are left to `make test-deep`, and lock files for each test alone."""

from __future__ import annotations

import functools
import os
import sys
from collections.abc import Iterator
from pathlib import Path

import botocore.loaders
import botocore.session
import pytest
from hypothesis import settings

from tests.support import engines

# How long an example takes is told by the benchmarks: on a busy machine a limit here would fail at random.
settings.register_profile("untimed", deadline=None)
settings.load_profile("untimed")

DEEP = {"bridge", "faults", "stateful"}
"""Folders of tests that try every fault at every call, or thousands of random steps, or need what takes minutes to make."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark them ``deep``, and those that drive an engine ``engine``."""
    for item in items:
        if not DEEP.isdisjoint(item.path.relative_to(Path(__file__).parent).parts):
            item.add_marker(pytest.mark.deep)
        if engines.needed(item):
            item.add_marker(pytest.mark.engine)


def pytest_collection_finish(session: pytest.Session) -> None:
    """Make the engines that the chosen tests drive, and no other; what a build says is shown while it says it."""
    if session.config.option.collectonly:
        return
    with session.config.pluginmanager.getplugin("capturemanager").global_and_fixture_disabled():
        engines.make(session.items)


@pytest.fixture(scope="session")
def pulumi() -> Path:
    """The Pulumi CLI, which is on PATH too; before it this virtualenv, for a system's Pulumi may have a Python beside it."""
    found = engines.program("pulumi")
    places = [str(Path(sys.executable).parent), str(found.parent), os.environ["PATH"]]
    os.environ["PATH"] = os.pathsep.join(places)
    return found


@pytest.fixture(scope="session")
def bridge(pulumi: Path) -> Path:
    """Pulumi's bridge to Terraform providers and its host for YAML, on PATH beside the Pulumi CLI."""
    found = engines.program("bridge")
    os.environ["PATH"] = os.pathsep.join([str(found.parent), os.environ["PATH"]])
    return found


@pytest.fixture(scope="session")
def terraform() -> Path:
    """Terraform, where one of the engines that take its providers is enough."""
    return engines.program("terraform")


@pytest.fixture(scope="session", params=["terraform", "tofu"])
def program(request: pytest.FixtureRequest) -> Path:
    """One engine of each kind that takes Terraform's providers; another version where a test says so."""
    return engines.program(request.param)


@pytest.fixture(scope="session")
def h2spec() -> Path:
    """The judge of HTTP/2 servers."""
    return engines.program("h2spec")


@pytest.fixture(scope="session")
def actionlint() -> Path:
    """The judge of GitHub's workflows."""
    return engines.program("actionlint")


@pytest.fixture(autouse=True)
def no_other_engine(
    request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[None]:
    """Hold every other test to its word."""
    if request.node.get_closest_marker("engine"):
        yield
        return
    with engines.forbidden(tmp_path_factory.getbasetemp() / "no-engine", monkeypatch):
        yield


@pytest.fixture(scope="session", autouse=True)
def service_models() -> Iterator[None]:
    """AWS's service models are read once: tests have sessions of their own, and reading them was most of many a test."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(botocore.session, "create_loader", functools.lru_cache(botocore.loaders.create_loader))
        yield


@pytest.fixture(autouse=True)
def state_folder(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Lock files of each test's own: accounts, users and devices have the same names in many of them."""
    folder = tmp_path_factory.mktemp("state")
    monkeypatch.setenv("XDG_STATE_HOME", str(folder))
    return folder
