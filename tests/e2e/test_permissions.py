"""The policy for applying, through the real engine: enough for a whole life, and a denial loses nothing."""

from __future__ import annotations

import pytest

from mfa_association.sandbox import Sandbox
from tests.permissions.policies import load, without
from tests.support.programs import PHONE, TOKEN, codes
from tests.support.stack import ACCOUNT, ADMIN, Stack

POLICIES = ("apply", "delete-devices")
ALICE = f"  alice: [{{serial_number: '{PHONE}', on_destroy: delete-virtual-device}}]\n"
BOB = f"users:\n  bob: [{TOKEN}]\n"
DEACTIVATE = "iam:DeactivateMFADevice"


def allow(box: Sandbox, less: str | None = None) -> None:
    """Give the pipeline's role exactly the documented policies, less one action."""
    policies = [without(load(name, ACCOUNT), less) for name in POLICIES]
    box.add({"keys": {ADMIN: {"account": ACCOUNT, "role": "infra", "policies": policies}}})


def denied(box: Sandbox) -> list[str]:
    return [call.action for call in box.log() if call.error == "AccessDenied"]


@pytest.mark.deep
def test_a_whole_life_under_the_documented_policies(stack: Stack, box: Sandbox) -> None:
    allow(box)
    stack.roster(BOB + ALICE)
    done = stack.up(**codes(box, PHONE))
    assert done.code == 0, done.text
    assert stack.refresh().code == 0
    allow(box, less=DEACTIVATE)
    stack.roster(BOB)
    failed = stack.up()
    assert failed.code != 0
    assert "no identity-based policy allows the iam:DeactivateMFADevice action" in failed.text
    assert "mfa/alice-phone" in stack.state()
    assert box.holders(ACCOUNT)["alice"] == [PHONE]
    assert set(denied(box)) == {"DeactivateMFADevice"}
    allow(box)
    box.reset_calls()
    assert stack.up().code == 0
    assert not stack.state().keys() & {"mfa/alice-phone"}
    assert "alice" not in box.holders(ACCOUNT)
    assert PHONE not in str(box.client().list_virtual_mfa_devices())
    assert denied(box) == []
