"""A changed line through the real engine: moved, replaced, renamed, declared again."""

from __future__ import annotations

import pytest

from mfa_association.sandbox import Sandbox
from tests.support.applied import up_once
from tests.support.programs import DAVES, KEY, PHONE, deactivate, enable, program, with_codes
from tests.support.stack import ACCOUNT, Stack, virtual


def test_moved_by_hand_then_by_code_is_adopted_without_a_write(stack: Stack, box: Sandbox) -> None:
    stack.program(program())
    up_once(stack, box)
    deactivate(box, "dave", DAVES)
    enable(box, "erin", DAVES)
    refreshed = stack.refresh()
    assert f"warning: {DAVES} is declared for dave but held by erin" in refreshed.text
    assert stack.outputs()["phone"]["active"] is False
    box.reset_calls()
    stack.program(program(user="erin"))
    preview = stack.preview()
    assert "1 to update" in preview.text
    done = stack.up()
    assert done.code == 0, done.text
    assert done.methods("phone") == ["Check", "Diff", "Update"]
    assert (stack.outputs()["phone"]["user_name"], stack.outputs()["phone"]["active"]) == ("erin", True)
    assert not {"EnableMFADevice", "DeactivateMFADevice"} & box.calls().keys()


def test_moved_by_hand_then_removed_is_left_alone(stack: Stack, box: Sandbox) -> None:
    stack.program(program())
    up_once(stack, box)
    deactivate(box, "dave", DAVES)
    enable(box, "erin", DAVES)
    stack.program("")
    done = stack.up()
    assert done.code == 0, done.text
    assert f"warning: {DAVES} is now assigned to erin and was not changed" in done.text
    assert box.holders(ACCOUNT)["erin"] == [DAVES]


def test_moved_by_code_with_codes(stack: Stack, box: Sandbox) -> None:
    stack.program(program())
    up_once(stack, box)
    stack.program(program(user="erin", extra=with_codes(box, DAVES)))
    done = stack.up()
    assert done.code == 0, done.text
    assert box.holders(ACCOUNT)["erin"] == [DAVES]
    assert not box.holders(ACCOUNT).get("dave")
    assert stack.state()["phone"]["id"] == DAVES


def test_moved_by_code_without_codes_changes_nothing(stack: Stack, box: Sandbox) -> None:
    stack.program(program())
    up_once(stack, box)
    before = stack.outputs()
    stack.program(program(user="erin"))
    done = stack.up()
    assert done.code != 0
    assert f"error: mfa-association: moving MFA device ({DAVES}) from user (dave) to user (erin)" in done.text
    assert "nothing was changed, give two consecutive codes" in done.text
    assert box.holders(ACCOUNT)["dave"] == [DAVES]
    assert stack.outputs() == before


def test_a_new_serial_number_replaces_the_new_one_first(stack: Stack, box: Sandbox) -> None:
    box.add(
        {"accounts": {ACCOUNT: {"users": {"dave": {"devices": [{"kind": "virtual", "name": "new", "held": True}]}}}}}
    )
    stack.program(program())
    up_once(stack, box)
    stack.program(program(serial=virtual("new")))
    assert "1 to replace" in stack.preview().text
    done = stack.up()
    assert done.code == 0, done.text
    assert [method for method in done.methods("phone") if method in ("Create", "Delete")] == ["Create", "Delete"]
    assert box.holders(ACCOUNT)["dave"] == [virtual("new")]
    assert "last MFA device" not in done.text


@pytest.mark.parametrize(
    ("options", "methods", "reason"),
    [
        ("", ["Create", "Delete"], "a resource renamed in code is created and deleted by one process"),
        ("aliases=[pulumi.Alias(name='phone')]", [], "an alias keeps the resource"),
    ],
)
def test_renamed_in_code_stays_active(
    stack: Stack, box: Sandbox, options: str, methods: list[str], reason: str
) -> None:
    stack.program(program())
    up_once(stack, box)
    stack.program(program(options, name="renamed"))
    done = stack.up()
    assert done.code == 0, done.text
    assert [method for method in done.methods() if method in ("Create", "Delete")] == methods, reason
    assert box.holders(ACCOUNT)["dave"] == [DAVES]
    assert box.calls()["DeactivateMFADevice"] == 0
    assert list(stack.state()) == ["renamed"]
    assert ("stays active: another resource declares it" in done.text) == bool(methods)


def test_a_replacement_asked_for_keeps_the_device_active(stack: Stack, box: Sandbox) -> None:
    stack.program(program())
    up_once(stack, box)
    urn = stack.state()["phone"]["urn"]
    done = stack.up("--replace", urn)
    assert done.code == 0, done.text
    assert box.calls()["DeactivateMFADevice"] == 0
    assert box.holders(ACCOUNT)["dave"] == [DAVES]


def test_a_tainted_association_keeps_its_device_active(stack: Stack, box: Sandbox) -> None:
    stack.program(program())
    up_once(stack, box)
    stack.must("state", "taint", stack.state()["phone"]["urn"], "--yes", "--non-interactive")
    done = stack.up()
    assert done.code == 0, done.text
    assert "Create" in done.methods("phone")
    assert box.calls()["DeactivateMFADevice"] == 0
    assert box.holders(ACCOUNT)["dave"] == [DAVES]


def test_a_rename_that_fails_keeps_device_and_state(stack: Stack, box: Sandbox) -> None:
    stack.program(program())
    up_once(stack, box)
    for action in ("ListVirtualMFADevices", "ListMFADevices"):
        box.fault(action, error="AccessDenied", times=None)
    stack.program(program(name="renamed"))
    done = stack.up("--continue-on-error")
    assert done.code != 0
    assert "another resource declares the same device and failed in this run" in done.text
    assert list(stack.state()) == ["phone"]
    assert box.holders(ACCOUNT)["dave"] == [DAVES]


def test_one_failing_create_does_not_hold_up_a_removal(stack: Stack, box: Sandbox) -> None:
    stack.program(program())
    up_once(stack, box)
    stack.program(program(name="nobody", user="nobody", serial="GAHT99999999"))
    done = stack.up("--continue-on-error")
    assert done.code != 0
    assert "account 111122223333 has no such user" in done.text
    assert not box.holders(ACCOUNT).get("dave")
    assert stack.state() == {}


def test_a_moved_key_is_refused_before_anything_is_written(stack: Stack, box: Sandbox) -> None:
    stack.program(program(user="carol", serial=KEY))
    stack.up()
    stack.program(program(user="erin", serial=KEY))
    done = stack.up()
    assert done.code != 0
    assert "a FIDO key or passkey is registered by its own user only" in done.text
    assert box.calls()["DeactivateMFADevice"] == 0


def test_an_unknown_serial_number_is_tolerated_in_a_preview(stack: Stack, box: Sandbox) -> None:
    stack.program(f"""
import pulumi
from mfa_association.pulumi import MfaDeviceAssociation
first = MfaDeviceAssociation("first", user_name="dave", serial_number={DAVES!r})
MfaDeviceAssociation("second", user_name="alice", serial_number=first.id.apply(lambda _: {PHONE!r}))
""")
    preview = stack.preview()
    assert preview.code == 0, preview.text
    assert stack.up().code == 0
    assert stack.outputs()["second"]["serial_number"] == PHONE
