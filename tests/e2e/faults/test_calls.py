"""The list of calls is the real one: a call that is added to the lifecycle must be added to the faults."""

from __future__ import annotations

import json
from typing import Any

import pytest

from mfa_association.aws.session import open_session
from mfa_association.lifecycle import Ledger
from mfa_association.pulumi import runtime
from mfa_association.pulumi.provider import Provider
from mfa_association.sandbox import Call, Sandbox
from tests.support.programs import deactivate
from tests.support.stack import ADMIN

from .operations import OPERATIONS, Operation, Subject
from .scene import plant


@pytest.mark.parametrize("operation", OPERATIONS, ids=[operation.name for operation in OPERATIONS])
def test_an_undisturbed_operation_makes_exactly_the_calls_that_are_disturbed(
    operation: Operation, box: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", ADMIN)
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "secret")
    subject = Subject(operation, 0)
    plant(box, [subject])
    saved = _created(box, subject, monkeypatch) if operation.before != "nobody" else {}
    if operation.lost:
        deactivate(box, subject.user("holder"), subject.serial)
    _new_process(box, monkeypatch)
    _operate(box, subject, saved)
    assert tuple(_told(call, subject) for call in box.log()) == operation.calls


def _new_process(box: Sandbox, monkeypatch: pytest.MonkeyPatch) -> None:
    """The provider as it is when the engine has just started it."""
    open_session.cache_clear()
    endpoints = json.dumps([{"iam": box.url, "sts": box.url}])
    runtime.configure({"aws:region": "us-east-1", "aws:endpoints": endpoints, "mfa:propagationTime": "1"})
    monkeypatch.setattr(runtime, "_ledger", Ledger())
    box.reset_calls()


def _created(box: Sandbox, subject: Subject, monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    _new_process(box, monkeypatch)
    return dict(Provider().create(_inputs(box, subject, subject.operation.before)).outs or {})


def _operate(box: Sandbox, subject: Subject, saved: dict[str, Any]) -> None:
    """What the engine asks the provider for when the line changes."""
    operation, provider = subject.operation, Provider()
    if operation.command == "refresh":
        provider.read(subject.serial, saved)
    elif operation.after == "nobody":
        provider.delete(subject.serial, saved)
    elif operation.before == "nobody":
        provider.create(_inputs(box, subject, operation.after))
    else:
        provider.update(subject.serial, saved, _inputs(box, subject, operation.after))


def _inputs(box: Sandbox, subject: Subject, who: str) -> dict[str, Any]:
    given = dict(zip(("authentication_code_1", "authentication_code_2"), box.codes(subject.serial), strict=True))
    line = {"user_name": subject.user(who), "serial_number": subject.serial}
    return line | given if subject.operation.codes else line


def _told(call: Call, subject: Subject) -> str:
    whose = {subject.user(who): f" {who}" for who in ("holder", "heir")}
    assert call.serial in (None, subject.serial)
    return f"{call.action}{whose[call.user] if call.user else ''}"
