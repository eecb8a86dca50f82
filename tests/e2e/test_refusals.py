"""What stops a run: the sentence that the user reads, a non-zero exit, and a state that forgets nothing."""

from __future__ import annotations

import socket

import pytest

from mfa_association.sandbox import Sandbox
from tests.support.applied import up_once
from tests.support.programs import DAVES, PHONE, TOKEN, program
from tests.support.stack import ACCOUNT, Stack


@pytest.fixture
def bound(stack: Stack, box: Sandbox) -> Stack:
    """A stack in which dave's phone is bound."""
    stack.program(program())
    up_once(stack, box)
    return stack


@pytest.mark.parametrize(
    ("error", "message", "sentence"),
    [
        (
            "EntityTemporarilyUnmodifiable",
            None,
            "the user was deleted and created again moments ago, and IAM does not let it be changed yet, tried for",
        ),
        ("LimitExceeded", None, "a quota of the account is used up; raise the quota, or delete what you do not need"),
        ("ServiceFailure", None, "AWS had an internal failure, tried for"),
        ("ConcurrentModification", None, "somebody else is changing the same user or device, tried for"),
        ("AccessDenied", None, "the credentials in use are not allowed to do this; allow the action that AWS names"),
        ("Throttling", None, "AWS is throttling calls in this account, tried for"),
        ("NoSuchEntity", None, "the user does not hold the device, tried for"),
    ],
)
def test_a_deactivation_that_aws_refuses(
    bound: Stack, box: Sandbox, error: str, message: str | None, sentence: str
) -> None:
    box.fault("DeactivateMFADevice", error=error, times=None)
    before = bound.outputs()
    bound.program("")
    done = bound.up()
    assert done.code != 0
    assert f"error: mfa-association: deactivating MFA device ({DAVES}) of user (dave): {sentence}" in done.text
    assert f"(AWS: DeactivateMFADevice: {error}:" in done.text
    assert "Traceback" not in done.text
    assert bound.outputs() == before
    assert box.holders(ACCOUNT)["dave"] == [DAVES]


@pytest.mark.parametrize("error", ["EntityTemporarilyUnmodifiable", "ConcurrentModification", "Throttling"])
def test_a_refusal_that_clears_is_waited_for(bound: Stack, box: Sandbox, error: str) -> None:
    box.fault("DeactivateMFADevice", error=error)
    bound.program("")
    done = bound.up()
    assert done.code == 0, done.text
    assert not box.holders(ACCOUNT).get("dave")


@pytest.mark.parametrize("when", ["before", "after"])
def test_a_service_failure_is_settled_by_asking_again(bound: Stack, box: Sandbox, when: str) -> None:
    box.reset_calls()
    box.fault("DeactivateMFADevice", error="ServiceFailure", when="after" if when == "after" else "before")
    bound.program("")
    done = bound.up()
    assert done.code == 0, done.text
    assert box.calls()["DeactivateMFADevice"] == 2
    assert not box.holders(ACCOUNT).get("dave")


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
