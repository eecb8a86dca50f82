"""What a program may not ask of an association, and what it is warned of."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pulumi
import pytest

from mfa_association.pulumi import MfaDeviceAssociation, program
from tests.pulumi.engine import declared_by

PHONE = "arn:aws:iam::111122223333:mfa/alice-phone"
BEFORE = pulumi.ResourceOptions(delete_before_replace=True)


def _declare(name: str, **more: Any) -> MfaDeviceAssociation:
    return MfaDeviceAssociation(name, **{"user_name": "alice", "serial_number": PHONE, **more})


def test_deleting_before_replacing_is_refused() -> None:
    with pytest.raises(pulumi.RunError) as caught:
        declared_by(lambda: _declare("mfa/alice-phone", opts=BEFORE))
    assert str(caught.value) == (
        "declaring MFA device association (mfa/alice-phone): delete_before_replace=True would deactivate the old device "
        "before the new one is registered; nothing was changed, remove the option: the new device comes first"
    )


@pytest.mark.parametrize(
    ("more", "reason"),
    [
        ({"opts": pulumi.ResourceOptions(delete_before_replace=False)}, "the default, written out"),
        (
            {"opts": BEFORE, "user_name": None, "root_account_id": "111122223333"},
            "root's devices are never enabled here",
        ),
    ],
)
def test_other_options_are_the_programs_own(more: dict[str, Any], reason: str) -> None:
    assert len(declared_by(lambda: _declare("mfa/alice-phone", **more))) == 1, reason


@pytest.fixture
def said(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    messages: list[str] = []
    monkeypatch.setattr(pulumi.log, "warn", messages.append)
    return messages


def _run(monkeypatch: pytest.MonkeyPatch, *declarations: Callable[[], object]) -> None:
    """One program, as the language host runs it: below a stack of its own."""
    stack = object.__new__(pulumi.ComponentResource)
    monkeypatch.setattr(program, "get_root_resource", lambda: stack)
    declared_by(lambda: [declare() for declare in declarations])


def test_a_device_that_is_declared_twice_is_warned_of_once(monkeypatch: pytest.MonkeyPatch, said: list[str]) -> None:
    spelled = PHONE.upper().replace("ARN:AWS:IAM", "arn:aws:iam")
    _run(monkeypatch, lambda: _declare("b", serial_number=spelled), lambda: _declare("a"), lambda: _declare("c"))
    assert said == [
        f"{PHONE} is declared twice in this program, as a and as b: "
        "the device stays active until both are removed; declare it once"
    ]


def test_the_next_program_of_one_process_begins_anew(monkeypatch: pytest.MonkeyPatch, said: list[str]) -> None:
    _run(monkeypatch, lambda: _declare("old name"))
    _run(monkeypatch, lambda: _declare("new name"))
    _run(monkeypatch, lambda: _declare("one"), lambda: _declare("two", serial_number="GAHT12345678"))
    assert not said
