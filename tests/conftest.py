"""Which tests drive an engine, which are left to `make test-deep`, and lock files for each test alone."""

from __future__ import annotations

import gc
import itertools
import os
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings

from tests.support import engines
from tests.support.botocore_once import worked_out_once
from tests.support.examples import examples
from tests.support.late_grammars import compile_grammars_late
from tests.support.no_waiting import attempts_at_once

# How long an example takes is told by the benchmarks: on a busy machine a limit here would fail at random.
settings.register_profile("untimed", deadline=None, max_examples=examples(100))
settings.load_profile("untimed")

compile_grammars_late()

DEEP = {"bridge", "faults", "stateful"}
"""Folders of tests that try every fault at every call, or thousands of random steps, or need what takes minutes to make."""


SANDBOX = {"sandbox", "live"}
"""Folders of tests of the sandbox itself, which seldom changes."""


def pytest_xdist_auto_num_workers(config: pytest.Config) -> int:
    """A worker a core, and one more where engines are driven: each of these waits a tenth of its time."""
    return (os.cpu_count() or 1) + ("not engine" not in config.option.markexpr)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark them ``deep`` or ``long``, and those that drive an engine ``engine``."""
    for item in items:
        folders = item.path.relative_to(Path(__file__).parent).parts
        if not DEEP.isdisjoint(folders):
            item.add_marker(pytest.mark.deep)
        if folders[0] in SANDBOX:
            item.add_marker(pytest.mark.long)
        if engines.needed(item):
            item.add_marker(pytest.mark.engine)


def pytest_collection_finish(session: pytest.Session) -> None:
    """Make the engines that the chosen tests drive, and no other; what a build says is shown while it says it."""
    if session.config.option.collectonly:
        return
    let_garbage_lie()
    with session.config.pluginmanager.getplugin("capturemanager").global_and_fixture_disabled():
        engines.make(session.items)


def let_garbage_lie() -> None:
    """Modules and tests stay to the end: looking through them for garbage, again and again, was a quarter of a run."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 20)


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish() -> None:
    """Look through the garbage once more, and not three times until the process has ended."""
    gc.collect()
    gc.freeze()


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


@pytest.fixture(scope="session")
def tfplugindocs() -> Path:
    """Who makes and judges the provider's pages."""
    return engines.program("tfplugindocs")


@pytest.fixture(scope="session")
def chromium() -> Path:
    """The browser in which pages are tried."""
    return engines.program("chromium")


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
def botocore_once() -> Iterator[None]:
    """What is the same for all sessions of botocore is worked out once."""
    with worked_out_once(), attempts_at_once():
        yield


_folders = itertools.count()


@pytest.fixture(autouse=True)
def state_folder(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Lock files of each test's own: accounts, users and devices have the same names in many of them.

    Numbered here, because pytest looks through all folders of all tests before for each new one; made by who first needs it.
    """
    folder = tmp_path_factory.getbasetemp() / "states" / str(next(_folders))
    monkeypatch.setenv("XDG_STATE_HOME", str(folder))
    return folder
