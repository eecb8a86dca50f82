"""Containment and revocation: each step once, whatever became of the others, and never weaker than before."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import datetime, timezone
from typing import Any

import pytest

from mfa_association.aws.codes import CODES
from mfa_association.aws.errors import AwsError
from mfa_association.engine.contexts import Override
from mfa_association.inventory.contain import POLICY, StepResult, older_sessions_denied
from mfa_association.inventory.revoke import (
    NotRevoked,
    Revocation,
    RevocationRequest,
    RevocationTarget,
    choose,
    warning_of,
)
from mfa_association.lifecycle import AccountContext
from mfa_association.roster import parse
from mfa_association.sandbox import Sandbox
from mfa_association.validation import parse_serial_number
from tests.inventory.stages import verbs
from tests.support.stage import Stage, failure, hardware, one_sandbox, staged, user, virtual

TOKEN = "GAHT12345678"


@pytest.fixture(scope="module")
def box() -> Iterator[Sandbox]:
    yield from one_sandbox()


@pytest.fixture
def stage(box: Sandbox) -> Iterator[Stage]:
    for stage in staged(box):
        stage.plant(users={"alice": user(virtual(), password=True), "bob": user(virtual("bobs"))})
        yield stage


def keys(stage: Stage) -> dict[str, str]:
    listed = stage.admin().list_access_keys(UserName="alice")["AccessKeyMetadata"]
    return {key["AccessKeyId"]: key["Status"] for key in listed}


def revoke(stage: Stage, *targets: RevocationTarget, contain: bool = True, **order: Any) -> list[StepResult]:
    notes: list[str] = []
    run = AccountContext(stage.iam(), clock=stage.time.clock(), warn=notes.append, note=notes.append)
    wanted = RevocationRequest(
        "alice", None, targets or (RevocationTarget(parse_serial_number(stage.arn()), True),), contain, **order
    )
    return list(Revocation(run, verbs(stage), wanted, notes).carry_out())


def outcomes(done: list[StepResult]) -> list[tuple[str, str]]:
    return [(step.name.partition(" AKIA")[0], step.outcome) for step in done]


def has_password(stage: Stage) -> bool:
    return stage.iam().has_password("alice")


def test_everything_goes_and_the_factor_last(stage: Stage) -> None:
    stage.admin().create_access_key(UserName="alice")
    key = stage.admin().create_access_key(UserName="alice")["AccessKey"]["AccessKeyId"]
    stage.admin().update_access_key(UserName="alice", AccessKeyId=key, Status="Inactive")
    stage.start_counting()
    done = revoke(stage)
    assert outcomes(done) == [
        ("console password", "done"),
        ("access key", "done"),
        ("sessions", "done"),
        (stage.arn(), "done"),
    ]
    writes = [call.action for call in stage.box.log() if not call.action.startswith(("Get", "List"))]
    assert writes == ["DeleteLoginProfile", "UpdateAccessKey", "PutUserPolicy", "DeactivateMFADevice"]
    assert set(keys(stage).values()) == {"Inactive"}
    assert not has_password(stage)
    assert stage.holders() == {"bob": [stage.arn("bobs")]}


def test_a_second_run_finds_everything_done(stage: Stage) -> None:
    revoke(stage)
    done = revoke(stage, RevocationTarget(parse_serial_number(stage.arn()), False))
    assert outcomes(done) == [
        ("console password", "nothing to do"),
        ("access keys", "nothing to do"),
        ("sessions", "done"),
        (stage.arn(), "nothing to do"),
    ]


def test_older_sessions_are_denied_everything(stage: Stage) -> None:
    revoke(stage)
    found = stage.admin().get_user_policy(UserName="alice", PolicyName=POLICY)["PolicyDocument"]
    (statement,) = found["Statement"]
    since = datetime.fromisoformat(
        statement["Condition"]["DateLessThan"].pop("aws:TokenIssueTime").replace("Z", "+00:00")
    )
    assert abs((datetime.now(timezone.utc) - since).total_seconds()) < 30
    assert statement == {"Effect": "Deny", "Action": "*", "Resource": "*", "Condition": {"DateLessThan": {}}}


def test_the_policy_names_the_moment_by_awss_clock() -> None:
    document = json.loads(older_sessions_denied(datetime(2026, 1, 31, 12, tzinfo=timezone.utc)))
    assert document["Version"] == "2012-10-17"
    assert document["Statement"][0]["Condition"] == {"DateLessThan": {"aws:TokenIssueTime": "2026-01-31T12:00:00Z"}}


@pytest.mark.parametrize(
    ("action", "step"),
    [
        ("DeleteLoginProfile", "console password"),
        ("ListAccessKeys", "access keys"),
        ("UpdateAccessKey", "access key"),
        ("PutUserPolicy", "sessions"),
    ],
)
def test_a_denied_step_is_told_and_holds_up_no_other(stage: Stage, action: str, step: str) -> None:
    stage.plant(users={"alice": user(hardware())})
    stage.admin().create_access_key(UserName="alice")
    stage.fault(action, times=None, error="AccessDenied", message="no")
    done = dict(outcomes(revoke(stage)))
    assert done.pop(step) == "NOT DONE"
    assert set(done.values()) == {"done"}
    assert len(done) == 3


def test_a_last_factor_stays_while_the_password_does(stage: Stage) -> None:
    stage.fault("DeleteLoginProfile", times=None, error="AccessDenied")
    done = revoke(stage)
    assert outcomes(done)[-1] == (stage.arn(), "NOT DONE")
    assert "it is the last MFA device, alice has a console password, and on_last_device is 'refuse'" in done[-1].text
    assert stage.holders()["alice"] == [stage.arn()]


def test_a_last_factor_goes_all_the_same_where_that_is_said(stage: Stage) -> None:
    stage.fault("DeleteLoginProfile", times=None, error="AccessDenied")
    assert outcomes(revoke(stage, override=Override("allow")))[-1] == (stage.arn(), "done")


def test_the_rosters_guard_holds_without_containment(stage: Stage) -> None:
    (done,) = revoke(
        stage, RevocationTarget(parse_serial_number(stage.arn()), True, on_last_device="refuse"), contain=False
    )
    assert done.outcome == "NOT DONE"
    assert has_password(stage)
    (done,) = revoke(stage, RevocationTarget(parse_serial_number(stage.arn()), True), contain=False)
    assert (done.outcome, "alice could sign in with a password alone" in done.text) == ("done", True)


def test_a_device_that_its_line_says_to_delete_is_deleted(stage: Stage) -> None:
    revoke(
        stage,
        RevocationTarget(parse_serial_number(stage.arn()), True, on_destroy="delete-virtual-device"),
        contain=False,
    )
    listed = stage.admin().list_virtual_mfa_devices()["VirtualMFADevices"]
    assert [device["SerialNumber"] for device in listed] == [stage.arn("bobs")]


@pytest.mark.parametrize("action", ["DeleteLoginProfile", "UpdateAccessKey", "PutUserPolicy", "DeactivateMFADevice"])
@pytest.mark.parametrize("when", ["before", "after"])
def test_a_lost_answer_is_settled(stage: Stage, action: str, when: Any) -> None:
    stage.admin().create_access_key(UserName="alice")
    stage.fault(action, drop=True, when=when)
    assert {outcome for _, outcome in outcomes(revoke(stage))} == {"done"}
    assert not has_password(stage) and set(keys(stage).values()) == {"Inactive"}


def test_throttling_is_waited_out(stage: Stage) -> None:
    stage.fault("DeleteLoginProfile", times=2, error="Throttling")
    assert outcomes(revoke(stage))[0] == ("console password", "done")
    assert stage.time.slept == [0.5, 1.0]


OPERATIONS = ("CreateVirtualMFADevice", "DeleteLoginProfile", "ListAccessKeys", "UpdateAccessKey", "PutUserPolicy")


@pytest.mark.parametrize("operation", OPERATIONS)
def test_every_modelled_error_is_a_type_of_its_own(stage: Stage, operation: str) -> None:
    model = stage.admin().meta.service_model.operation_model(operation)
    codes = {shape.metadata["error"]["code"] for shape in model.error_shapes}
    assert codes
    for code in codes:
        assert issubclass(CODES[code], AwsError), code


# --- Which device is meant --------------------------------------------------------------------------------------------


def chosen(stage: Stage, asked: str | None = None, every: bool = False, roster: str = "") -> list[tuple[str, bool]]:
    lines = parse(roster, may_be_empty=True).lines
    return [(t.serial_number.text, t.held) for t in choose(stage.run(), "alice", asked, every, lines)]


@pytest.mark.parametrize("asked", ["{arn}", "alice-phone", "Alice-Phone", "mfa/alice-phone", None])
def test_a_device_is_named_in_full_or_in_short(stage: Stage, asked: str | None) -> None:
    asked = asked and asked.format(arn=stage.arn())
    assert chosen(stage, asked) == [(stage.arn(), True)]


def test_all_is_what_is_held_and_what_is_declared(stage: Stage) -> None:
    roster = f"users:\n  Alice: [{TOKEN}, '{stage.arn('Alice-phone')}']\n  bob: ['{stage.arn('bobs')}']\n"
    assert chosen(stage, every=True, roster=roster) == [(stage.arn(), True), (TOKEN, False)]


def test_one_of_several_must_be_named(stage: Stage) -> None:
    told = failure(lambda: chosen(stage, roster=f"users: {{alice: [{TOKEN}]}}"), NotRevoked)
    assert told == (
        f"revoking MFA devices of user (alice): alice has 2 devices: {stage.arn()}, {TOKEN}; nothing was changed, "
        "name one of them, or give --all"
    )


def test_the_line_says_how(stage: Stage) -> None:
    text = f"users:\n  alice:\n  - serial_number: {stage.arn()}\n    on_last_device: refuse\n    on_destroy: delete-virtual-device\n"
    (target,) = choose(stage.run(), "alice", None, False, parse(text).lines)
    assert (target.on_last_device, target.on_destroy) == ("refuse", "delete-virtual-device")


def test_a_device_of_nobody_is_inactive_already(stage: Stage) -> None:
    stage.plant(devices=[virtual("spare", held=False)])
    assert chosen(stage, stage.arn("spare")) == [(stage.arn("spare"), False)]


@pytest.mark.parametrize(
    ("reason", "asked", "cause"),
    [
        ("another's", "bobs", "bob holds '{bobs}', not alice; nothing was changed, name its holder"),
        (
            "nobody's",
            "nobodys",
            "alice has {alices}, not '{nobodys}'; nothing was changed, check the name",
        ),
    ],
)
def test_a_wrong_serial_number_changes_nothing(stage: Stage, reason: str, asked: str, cause: str) -> None:
    told = failure(lambda: chosen(stage, stage.arn(asked)), NotRevoked)
    names = {"bobs": stage.arn("bobs"), "nobodys": stage.arn("nobodys"), "alices": stage.arn()}
    assert told == f"revoking MFA devices of user (alice): {cause.format(**names)}", reason


def test_who_would_sign_in_with_a_password_alone_is_told_before(stage: Stage) -> None:
    order = RevocationRequest("alice", None, (RevocationTarget(parse_serial_number(stage.arn()), True),))
    assert warning_of(stage.run(), order) == (
        "No device is left then: alice could sign in with the password alone. --contain deletes the password first."
    )
    stage.plant(users={"alice": user(hardware())})
    assert warning_of(stage.run(), order) is None
