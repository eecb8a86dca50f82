"""The example beside pulumi-aws in the real engine, with a stand-in for pulumi-resource-aws against the sandbox."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from mfa_association.sandbox import Sandbox
from tests.support.programs import enable
from tests.support.stack import ACCOUNT, Stack, virtual

from .standin.project import aws_outputs, conflicts, deletions, done, lagging, use_standin, writes

EXAMPLE = (Path(__file__).parents[2] / "examples" / "pulumi-aws" / "__main__.py").read_text()
BY_HAND = EXAMPLE.replace("    seed=device.base32_string_seed,\n", "")
WITHOUT_ASSOCIATION = EXAMPLE.partition("association = ")[0]
WITHOUT_DEVICE = EXAMPLE.partition("device = ")[0]
SECRET = '    opts=pulumi.ResourceOptions(additional_secret_outputs=["base32StringSeed", "qrCodePng"]),\n'
NOT_SECRET = EXAMPLE.replace(SECRET, "")
ARN = "serial_number=device.arn,"
LINE, TOKEN, USER = "mfa/deployer-token", "deployer-token", "deployer"
SERIAL = virtual(TOKEN)


@pytest.fixture
def new_project(new_stack: Callable[[], Stack]) -> Callable[[str], Stack]:
    """Makes stacks that run a program with the stand-in."""

    def make(program: str) -> Stack:
        stack = new_stack()
        use_standin(stack)
        stack.program(program)
        return stack

    return make


@pytest.fixture
def example(new_project: Callable[[str], Stack]) -> Stack:
    """The example's program without a seed: its user registers the device by hand."""
    assert BY_HAND != EXAMPLE
    return new_project(BY_HAND)


def existing(box: Sandbox) -> set[str]:
    """Which of the example's user and device IAM has."""
    iam = box.client()
    users = {user["UserName"] for user in iam.list_users()["Users"]}
    serials = {device["SerialNumber"] for device in iam.list_virtual_mfa_devices()["VirtualMFADevices"]}
    return {USER} & users | {SERIAL} & serials


def held(stack: Stack, box: Sandbox) -> None:
    """Bring the example up, and let its user register the device."""
    done(stack.up())
    enable(box, USER, SERIAL)
    assert box.holders(ACCOUNT)[USER] == [SERIAL]
    box.reset_calls()


def seed(box: Sandbox) -> str:
    """The seed of the example's device, as the sandbox knows it."""
    authenticator = box.app.world.account(ACCOUNT).live.device(SERIAL).authenticator
    assert authenticator
    return authenticator.seed


def answers(call: dict[str, Any]) -> bool:
    """Whether a call is about the association and does not just hand back its inputs, as Check does."""
    return call["request"].get("urn", "").endswith(f"::{LINE}") and not call["method"].endswith("/Check")


def test_one_run_makes_user_and_device_and_records_who_may_hold_it(example: Stack, box: Sandbox) -> None:
    ran = done(example.up())
    assert existing(box) == {USER, SERIAL}
    assert example.outputs()[LINE]["active"] is False
    assert f"warning: {USER} does not hold" in ran.text
    assert aws_outputs(example)[TOKEN]["arn"] == SERIAL


def test_the_preview_of_a_new_project_changes_nothing(example: Stack, box: Sandbox) -> None:
    shown = done(example.preview())
    assert "4 to create" in shown.text
    assert not existing(box)


def test_a_refresh_adopts_what_the_user_registered(example: Stack, box: Sandbox) -> None:
    held(example, box)
    done(example.refresh())
    assert example.outputs()[LINE]["active"] is True
    assert example.outputs()[LINE]["user_id"] == aws_outputs(example)[USER]["uniqueId"]
    assert "Update" not in done(example.up()).methods()


def test_the_association_alone_goes_and_the_device_stays(example: Stack, box: Sandbox) -> None:
    held(example, box)
    example.program(WITHOUT_ASSOCIATION)
    assert deletions(done(example.up())) == [LINE]
    assert not box.holders(ACCOUNT).get(USER)
    assert existing(box) == {USER, SERIAL}


def test_the_device_goes_after_its_association(example: Stack, box: Sandbox) -> None:
    held(example, box)
    example.program(WITHOUT_DEVICE)
    assert deletions(done(example.up())) == [LINE, TOKEN]
    assert existing(box) == {USER}
    assert not conflicts(box)


def test_the_user_goes_last(example: Stack, box: Sandbox) -> None:
    held(example, box)
    gone = deletions(done(example.destroy()))
    assert gone[0] == LINE
    assert sorted(gone) == sorted([LINE, TOKEN, USER])
    assert writes(box)[0] == "DeactivateMFADevice"
    assert sorted(writes(box)[1:]) == ["DeleteUser", "DeleteVirtualMFADevice"]
    assert not existing(box)
    assert not conflicts(box)


def test_without_an_association_iam_refuses_to_delete_either(new_project: Callable[[str], Stack], box: Sandbox) -> None:
    stack = new_project(WITHOUT_ASSOCIATION)
    held(stack, box)
    ran = stack.destroy("--continue-on-error")
    assert ran.code != 0
    assert "DeleteConflict: MFA VirtualDevice in use" in ran.text
    assert "DeleteConflict: Cannot delete entity, must delete MFA device first." in ran.text
    assert sorted(conflicts(box)) == ["DeleteUser", "DeleteVirtualMFADevice"]
    assert existing(box) == {USER, SERIAL}


def test_what_is_not_seen_yet_is_waited_for(example: Stack, box: Sandbox) -> None:
    example.configure(mfa_propagationTime=60)
    ran = lagging(example.up, box, lambda: any(call.error == "NoSuchEntity" for call in box.log()))
    assert f"warning: {USER} does not hold" in done(ran).text
    assert example.outputs()[LINE]["active"] is False


def test_everything_goes_while_reads_lag(example: Stack, box: Sandbox) -> None:
    held(example, box)
    box.lag(1)
    example.configure(mfa_propagationTime=20)
    done(example.destroy())
    box.lag(0)
    assert not existing(box)
    assert not conflicts(box)


def test_pulumi_aws_leaves_a_device_behind_that_a_refresh_saw_held(example: Stack, box: Sandbox) -> None:
    """Theirs, not ours: told that the device is not held, the provider takes it for deleted. IAM is safe, not tidy."""
    held(example, box)
    done(example.refresh())
    assert aws_outputs(example)[TOKEN]["userName"] == USER
    done(example.destroy())
    assert existing(box) == {SERIAL}
    assert not box.holders(ACCOUNT).get(USER)


def test_on_destroy_takes_along_the_device_that_pulumi_aws_would_leave(
    new_project: Callable[[str], Stack], box: Sandbox
) -> None:
    stack = new_project(BY_HAND.replace(ARN, f'{ARN}\n    on_destroy="delete-virtual-device",'))
    held(stack, box)
    done(stack.refresh())
    assert deletions(done(stack.destroy()))[0] == LINE
    assert not existing(box)


def test_with_the_seed_output_one_run_enables(new_project: Callable[[str], Stack], box: Sandbox) -> None:
    stack = new_project(EXAMPLE)
    stack.configure(mfa_propagationTime=20)
    box.lag(1)
    done(stack.up())
    assert stack.outputs()[LINE]["active"] is True
    assert box.holders(ACCOUNT)[USER] == [SERIAL]
    calls = [call.action for call in box.log()]
    assert calls[calls.index("EnableMFADevice") :].count("ListMFADevices") > 1, "the read-back met no lag"


def test_an_enabled_association_changes_no_more_and_goes_in_order(
    new_project: Callable[[str], Stack], box: Sandbox
) -> None:
    stack = new_project(EXAMPLE)
    done(stack.up())
    box.reset_calls()
    again = done(stack.up())
    assert not {"Create", "Update", "Delete"} & set(again.methods())
    assert deletions(done(stack.destroy()))[0] == LINE
    assert writes(box)[0] == "DeactivateMFADevice"
    assert not existing(box)
    assert not conflicts(box)


def test_the_seed_output_is_base32_text_and_plain_in_the_state_of_pulumi_aws(
    new_project: Callable[[str], Stack], box: Sandbox
) -> None:
    stack = new_project(NOT_SECRET)
    done(stack.up())
    assert aws_outputs(stack)[TOKEN]["base32StringSeed"] == seed(box)


@pytest.mark.deep
def test_the_seed_shows_nowhere_else(new_project: Callable[[str], Stack], box: Sandbox) -> None:
    stack = new_project(NOT_SECRET)
    runs = [stack.preview("--diff"), stack.up(), stack.preview("--diff"), stack.refresh("--diff")]
    secret = seed(box)
    shown = "".join(done(run).text for run in runs)
    told = json.dumps([call.get("response") for run in runs for call in run.calls if answers(call)])
    kept = json.dumps(stack.state()[LINE])
    assert '"seed": {' in kept  # an input, encrypted
    for form in (secret, base64.b64encode(secret.encode()).decode()):
        assert form not in shown + json.dumps(stack.outputs()) + kept
        assert form not in told
    assert stack.checkpoint().count(secret) == 1  # the device's own output


def test_declared_secret_the_seed_is_in_no_state(new_project: Callable[[str], Stack], box: Sandbox) -> None:
    assert NOT_SECRET != EXAMPLE
    stack = new_project(EXAMPLE)
    done(stack.up())
    done(stack.refresh())
    assert stack.outputs()[LINE]["active"] is True
    assert seed(box) not in stack.checkpoint()
