"""What stops a run: the sentence that the user reads, a non-zero exit, and a state that forgets nothing."""

from __future__ import annotations

import socket
from collections import Counter
from typing import Literal

import pytest

from mfa_association.sandbox import Sandbox
from tests.support.applied import up_once
from tests.support.programs import DAVES, PHONE, TOKEN, program
from tests.support.stack import ACCOUNT, Stack, virtual


@pytest.fixture
def bound(stack: Stack, box: Sandbox) -> Stack:
    """A stack in which dave's phone is bound."""
    stack.program(program())
    up_once(stack, box)
    return stack


REFUSALS = {
    "EntityTemporarilyUnmodifiable": "the user was deleted and created again moments ago, and IAM does not let it be "
    "changed yet, tried for",
    "LimitExceeded": "a quota of the account is used up; raise the quota, or delete what you do not need",
    "ServiceFailure": "AWS had an internal failure, tried for",
    "ConcurrentModification": "somebody else is changing the same user or device, tried for",
    "AccessDenied": "the credentials in use are not allowed to do this; allow the action that AWS names",
    "Throttling": "AWS is throttling calls in this account, tried for",
    "NoSuchEntity": "the user does not hold the device, tried for",
}


def bind(stack: Stack, box: Sandbox, *names: str) -> None:
    """A stack in which a user of each of these names holds a device of that name."""
    users = {name: {"devices": [{"kind": "virtual", "name": name, "held": True}]} for name in names}
    box.add({"accounts": {ACCOUNT: {"users": users}}})
    stack.lines(**{name: [virtual(name)] for name in names})
    assert stack.up().code == 0
    stack.roster("allow_empty: true\n")
    box.reset_calls()


def test_a_deactivation_that_aws_refuses(stack: Stack, box: Sandbox) -> None:
    """Each refusal meets the device of a user of its own, so that one run meets them all."""
    bind(stack, box, *REFUSALS)
    for error in REFUSALS:
        box.fault("DeactivateMFADevice", error=error, times=None, user=error)
    before = stack.outputs()
    done = stack.up("--continue-on-error")
    assert done.code != 0
    said = {
        error: f"error: mfa-association: deactivating MFA device ({virtual(error)}) of user ({error}): {sentence}"
        for error, sentence in REFUSALS.items()
    }
    assert {error: line for error, line in said.items() if line not in done.text} == {}, done.text
    assert [error for error in REFUSALS if f"(AWS: DeactivateMFADevice: {error}:" not in done.text] == []
    assert "Traceback" not in done.text
    assert stack.outputs() == before
    assert [error for error in REFUSALS if box.holders(ACCOUNT)[error] != [virtual(error)]] == []


def test_a_refusal_that_passes_is_waited_for_and_a_failure_settled_by_asking_again(stack: Stack, box: Sandbox) -> None:
    """Each meets the device of a user of its own."""
    passing = ("EntityTemporarilyUnmodifiable", "ConcurrentModification", "Throttling")
    failures: dict[str, Literal["before", "after"]] = {"FailsBefore": "before", "FailsAfter": "after"}
    bind(stack, box, *passing, *failures)
    for error in passing:
        box.fault("DeactivateMFADevice", error=error, user=error)
    for name, when in failures.items():
        box.fault("DeactivateMFADevice", error="ServiceFailure", when=when, user=name)
    done = stack.up()
    assert done.code == 0, done.text
    asked = Counter(call.user for call in box.log() if call.action == "DeactivateMFADevice")
    assert asked == dict.fromkeys((*passing, *failures), 2)
    assert [name for name in asked if box.holders(ACCOUNT).get(str(name))] == []


def test_no_such_entity_for_a_device_that_nobody_holds_is_success(bound: Stack, box: Sandbox) -> None:
    box.client().deactivate_mfa_device(UserName="dave", SerialNumber=DAVES)
    bound.program("")
    done = bound.up()
    assert done.code == 0, done.text
    assert f"{DAVES} of dave was already inactive" in done.text


def test_no_such_entity_for_a_user_who_is_gone_is_success(bound: Stack, box: Sandbox) -> None:
    box.client().deactivate_mfa_device(UserName="dave", SerialNumber=DAVES)
    box.client().delete_user(UserName="dave")
    bound.program("")
    assert bound.up().code == 0
    assert bound.state() == {}


def test_the_wrong_account_changes_nothing(bound: Stack, box: Sandbox) -> None:
    bound.key = "ASIASANDBOXOTHER0000"
    for command in (bound.refresh, bound.destroy):
        before = bound.outputs()
        done = command()
        assert done.code != 0
        assert f"it belongs to AWS account {ACCOUNT}, but the credentials in use belong to 999988887777" in done.text
        assert bound.outputs() == before
    assert box.holders(ACCOUNT)["dave"] == [DAVES]


def test_an_account_that_is_not_allowed_changes_nothing(stack: Stack, box: Sandbox) -> None:
    stack.configure(aws_allowedAccountIds=["999988887777"])
    stack.program(program())
    done = stack.up()
    assert done.code != 0
    assert f"using the credentials of AWS account {ACCOUNT}: the configuration allows 999988887777" in done.text
    assert set(box.calls()) == {"GetCallerIdentity"}


@pytest.mark.parametrize(
    ("env", "sentence"),
    [
        ({"AWS_ACCESS_KEY_ID": "", "AWS_SECRET_ACCESS_KEY": ""}, "no usable AWS credentials were found"),
        ({"AWS_ACCESS_KEY_ID": "ASIASANDBOXEXPIRED00"}, "the AWS session has expired; sign in again and rerun"),
        ({"AWS_PROFILE": "nobody"}, "no usable AWS credentials were found"),
    ],
)
def test_credentials_that_do_not_work(bound: Stack, box: Sandbox, env: dict[str, str], sentence: str) -> None:
    before = bound.outputs()
    done = bound.destroy(**env)
    assert done.code != 0
    assert sentence in done.text
    assert "Traceback" not in done.text
    assert bound.outputs() == before
    assert box.holders(ACCOUNT)["dave"] == [DAVES]


def test_an_endpoint_that_is_down(stack: Stack) -> None:
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{closed.getsockname()[1]}"
    stack.configure(aws_endpoints=[{"iam": url, "sts": url}], aws_maxRetries=1)
    stack.program(program())
    done = stack.up()
    assert done.code != 0
    assert "the AWS endpoint cannot be reached; check the network, the proxy and aws:endpoints" in done.text
    assert "Traceback" not in done.text


def test_more_removals_than_allowed(stack: Stack, box: Sandbox) -> None:
    stack.configure(mfa_maxRemovals=1)
    stack.lines(bob=[TOKEN], dave=[DAVES])
    up_once(stack, box)
    stack.roster("allow_empty: true\n")
    done = stack.up("--continue-on-error")
    assert done.code != 0
    assert "this run has already deactivated 1, as many as mfa:maxRemovals allows" in done.text
    assert len(stack.state()) == 1
    assert sum(map(len, box.holders(ACCOUNT).values())) == 2
    again = stack.up(MFA_ASSOCIATION_MAX_REMOVALS="5")
    assert again.code == 0, again.text
    assert "at most 5 removals in this run (MFA_ASSOCIATION_MAX_REMOVALS)" in again.text


def test_the_last_device_of_a_console_user_can_be_refused(stack: Stack, box: Sandbox) -> None:
    box.add({"accounts": {ACCOUNT: {"users": {"frank": {"password": True, "devices": [
        {"kind": "hardware", "serial": "GAHT00000001", "held": True}]}}}}})  # fmt: skip
    stack.program(program(user="frank", serial="GAHT00000001", extra="on_last_device='refuse',"))
    stack.up()
    stack.program("")
    done = stack.up()
    assert done.code != 0
    assert "it is the last MFA device, frank has a console password, and on_last_device is 'refuse'" in done.text
    assert list(stack.state()) == ["phone"]
    forced = stack.up(MFA_ASSOCIATION_ON_LAST_DEVICE="allow")
    assert forced.code == 0, forced.text
    assert not box.holders(ACCOUNT).get("frank")


def test_a_user_may_not_take_its_own_device(bound: Stack, box: Sandbox) -> None:
    bound.key = "AKIASANDBOXDAVE00000"
    bound.program("")
    done = bound.up()
    assert done.code != 0
    assert "AWS-2023-001" in done.text
    assert box.holders(ACCOUNT)["dave"] == [DAVES]


def test_all_faults_of_the_inputs_are_told_at_once_and_nothing_is_called(stack: Stack, box: Sandbox) -> None:
    extra = "authentication_code_1='12345', authentication_code_2='999999', role_arn='admin',"
    stack.program(program(user="a b", serial="arn:aws:iam::1:mfa/x", extra=extra))
    done = stack.preview()
    assert done.code != 0
    for told in (
        "user_name value {a b} has a problem: must hold only ASCII letters",
        "serial_number value {arn:aws:iam::1:mfa/x} has a problem: must be an MFA device",
        "role_arn value {admin} has a problem: must be 20 to 2048 characters long",
        "authentication_code_1 must be six digits",
    ):
        assert told in done.text, done.text
    assert "12345'" not in done.text
    assert "999999" not in done.text
    assert box.calls() == {}


def test_faults_of_the_roster_are_told_by_line_without_a_traceback(stack: Stack, box: Sandbox) -> None:
    stack.roster(f"users:\n  alice:\n    - {PHONE}\n  Alice:\n    - x\n")
    done = stack.preview()
    assert done.code != 0
    assert (
        "roster.yaml:4: users 'Alice': is 'alice' in another case; IAM holds them equal (first on line 2)" in done.text
    )
    assert "Traceback" not in done.text
    assert box.calls() == {}


def test_stack_config_that_cannot_be_read(stack: Stack, box: Sandbox) -> None:
    stack.configure(mfa_maxRemovals="many")
    stack.program(program())
    done = stack.up()
    assert done.code != 0
    assert "reading stack config mfa:maxRemovals: must be a whole number of at least 0" in done.text
    assert box.calls() == {}
