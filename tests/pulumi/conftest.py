"""A provider process of one's own: fresh module state, a sandbox, and an engine that listens."""

from __future__ import annotations

import sys
from collections.abc import Iterator

import pytest

from mfa_association.engine import contexts
from mfa_association.engine.repeats import Repeats
from mfa_association.lifecycle import Ledger
from mfa_association.pulumi import runtime
from mfa_association.sandbox import Sandbox
from tests.pulumi.engine import Log, log_service, plugin_module
from tests.support.stage import Stage, one_sandbox, staged


@pytest.fixture(scope="module")
def box() -> Iterator[Sandbox]:
    yield from one_sandbox()


@pytest.fixture
def stage(box: Sandbox) -> Iterator[Stage]:
    yield from staged(box)


@pytest.fixture(scope="module")
def service() -> Iterator[tuple[str, Log]]:
    with log_service() as address_and_log:
        yield address_and_log


@pytest.fixture
def log(service: tuple[str, Log], monkeypatch: pytest.MonkeyPatch) -> Iterator[Log]:
    """The engine's log, empty, at the address that a plugin finds as its last argument."""
    address, log = service
    log.said.clear()
    monkeypatch.setattr(sys, "argv", ["plugin", address])
    monkeypatch.setattr(runtime, "_ledger", Ledger())
    monkeypatch.setattr(runtime, "_repeats", Repeats())
    monkeypatch.setattr(contexts, "_announced", set())
    monkeypatch.setitem(sys.modules, "__main__", plugin_module())
    runtime._engine.cache_clear()
    yield log
    runtime._engine.cache_clear()
