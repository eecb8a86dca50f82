"""Accounts, partitions, keys and sessions."""

from __future__ import annotations

from typing import Any

import pytest

from mfa_association.sandbox import Sandbox
from tests.sandbox.lab import ACCOUNT, ADMIN, ALICE, ALICE_MFA, OTHER, ROOT, Lab, refusal, sandbox_lab


def identity(lab: Lab, key: str) -> tuple[str, str]:
    told = lab.client(key, "sts").get_caller_identity()
    return told["Account"], told["Arn"]


def test_who_is_behind_a_key(lab: Lab) -> None:
    assert identity(lab, ALICE) == (ACCOUNT, f"arn:aws:iam::{ACCOUNT}:user/alice")
    assert identity(lab, ROOT) == (ACCOUNT, f"arn:aws:iam::{ACCOUNT}:root")
    assert identity(lab, "ASIANOBODYKNOWSTHIS0") == (
        ACCOUNT,
        f"arn:aws:sts::{ACCOUNT}:assumed-role/Administrator/sandbox",
    )
    lab.iam.update_user(UserName="alice", NewUserName="alicia")
    assert identity(lab, ALICE)[1].endswith(":user/alicia")


def assumed(lab: Lab, arn: str) -> str:
    told = lab.client(ADMIN, "sts").assume_role(RoleArn=arn, RoleSessionName="run")
    return str(told["Credentials"]["AccessKeyId"])


def test_an_assumed_role_acts_in_its_own_account(lab: Lab) -> None:
    assert lab.sandbox
    key = assumed(lab, f"arn:aws:iam::{OTHER}:role/team/dev")
    assert identity(lab, key) == (OTHER, f"arn:aws:sts::{OTHER}:assumed-role/dev/run")
    iam = lab.client(key)
    assert [user["UserName"] for user in iam.list_users()["Users"]] == ["dora"]
    serial = iam.create_virtual_mfa_device(VirtualMFADeviceName="phone")["VirtualMFADevice"]["SerialNumber"]
    assert serial == f"arn:aws:iam::{OTHER}:mfa/phone"
    lab.enable("dora", serial, iam)
    assert lab.sandbox.holders(OTHER) == {"dora": [serial]}
    assert refusal(lab.iam.list_mfa_devices, UserName="dora")[0] == "NoSuchEntity"


@pytest.mark.parametrize("arn", ["arn:aws:iam::12:role/x" + "y" * 5, "arn:aws:iam::111122223333:user/alice", "x" * 20])
def test_a_role_that_is_none(arn: str, lab: Lab) -> None:
    sts = lab.client(ADMIN, "sts")
    assert refusal(sts.assume_role, RoleArn=arn, RoleSessionName="run")[:2] == ("ValidationError", 400)


def test_a_key_that_iam_made(lab: Lab) -> None:
    key = lab.iam.create_access_key(UserName="bob")["AccessKey"]["AccessKeyId"]
    assert identity(lab, key) == (ACCOUNT, f"arn:aws:iam::{ACCOUNT}:user/bob")
    assert lab.client(key).get_user()["User"]["UserName"] == "bob"


def test_strict_keys() -> None:
    seed: dict[str, Any] = {
        "strict_keys": True,
        "accounts": {ACCOUNT: {"users": {"alice": {}}}},
        "keys": {ALICE: {"account": ACCOUNT, "user": "alice"}, ADMIN: {"account": ACCOUNT, "role": "admin"}},
    }
    with sandbox_lab(seed) as lab:
        unknown = ("InvalidClientTokenId", 403, "The security token included in the request is invalid.")
        assert refusal(lab.client("AKIAUNKNOWN000000000").list_users) == unknown
        assert refusal(lab.client("AKIAUNKNOWN000000000", "sts").get_caller_identity) == unknown
        assert identity(lab, ALICE)[0] == ACCOUNT
        lab.iam.delete_user(UserName="alice")
        assert refusal(lab.client(ALICE, "sts").get_caller_identity) == unknown


def test_a_session_with_mfa_may_change_own_devices(lab: Lab) -> None:
    serial = lab.held()
    assert refusal(lab.deactivate, serial, client=lab.client(ALICE))[0] == "AccessDenied"
    lab.client(ALICE_MFA).deactivate_mfa_device(SerialNumber=serial)


def test_a_code_buys_such_a_session(lab: Lab) -> None:
    assert lab.sandbox
    serial = lab.held()
    now = lab.sandbox.app.world.account(ACCOUNT).live.device(serial).authenticator
    assert now
    code = now.code(now.last)
    told = lab.client(ALICE, "sts").get_session_token(SerialNumber=serial, TokenCode=code)
    key = told["Credentials"]["AccessKeyId"]
    assert identity(lab, key)[1] == f"arn:aws:iam::{ACCOUNT}:user/alice"
    lab.client(key).deactivate_mfa_device(SerialNumber=serial)


@pytest.mark.parametrize(("partition", "region"), [("aws-us-gov", "us-gov-west-1"), ("aws-cn", "cn-north-1")])
def test_partitions(partition: str, region: str) -> None:
    account = {"partition": partition, "users": {"alice": {}}}
    seed = {"accounts": {ACCOUNT: account, OTHER: {"partition": partition, "roles": {"ops": {"trusts": [ACCOUNT]}}}}}
    with sandbox_lab(seed) as lab:
        assert lab.sandbox
        iam = lab.sandbox.client(region=region)
        assert lab.create().startswith(f"arn:{partition}:iam::{ACCOUNT}:mfa/")
        assert iam.get_user(UserName="alice")["User"]["Arn"] == f"arn:{partition}:iam::{ACCOUNT}:user/alice"
        assert identity(lab, ADMIN)[1].startswith(f"arn:{partition}:sts::")
        assert identity(lab, assumed(lab, f"arn:{partition}:iam::{OTHER}:role/ops"))[1].startswith(
            f"arn:{partition}:sts"
        )


def root_key(lab: Lab, task: str, target: str = ACCOUNT, caller: str = "") -> str:
    sts = lab.client(caller or assumed(lab, f"arn:aws:iam::{OTHER}:role/ops"), "sts")
    policy = {"arn": f"arn:aws:iam::aws:policy/root-task/{task}"}
    return str(sts.assume_root(TargetPrincipal=target, TaskPolicyArn=policy)["Credentials"]["AccessKeyId"])


def test_a_root_session_does_its_task_and_no_more(lab: Lab) -> None:
    iam = lab.client(root_key(lab, "IAMDeleteRootUserCredentials"))
    (device,) = iam.list_mfa_devices()["MFADevices"]
    assert refusal(iam.list_virtual_mfa_devices)[0] == "AccessDenied"
    iam.deactivate_mfa_device(SerialNumber=device["SerialNumber"])
    assert iam.list_mfa_devices()["MFADevices"] == []


def test_an_audit_of_root_changes_nothing(lab: Lab) -> None:
    iam = lab.client(root_key(lab, "IAMAuditRootUserCredentials"))
    (device,) = iam.list_mfa_devices()["MFADevices"]
    assert refusal(iam.deactivate_mfa_device, SerialNumber=device["SerialNumber"])[:2] == ("AccessDenied", 403)


@pytest.mark.parametrize(
    ("task", "target", "code", "message"),
    [
        ("Other", ACCOUNT, "ValidationError", "Request must contain valid AWS managed task policy ARN"),
        ("IAMAuditRootUserCredentials", "x" * 12, "ValidationError", "Request must contain a valid target principal"),
        ("IAMAuditRootUserCredentials", OTHER, "AccessDenied", "is not authorized to perform: sts:AssumeRoot"),
    ],
)
def test_root_sessions_that_are_refused(task: str, target: str, code: str, message: str, lab: Lab) -> None:
    told = refusal(root_key, lab, task, target)
    assert told[0] == code and message in told[2]


def test_one_sandbox_in_a_process(lab: Lab) -> None:
    with pytest.raises(RuntimeError, match="another sandbox"), Sandbox():
        pass


def test_a_sandbox_without_a_seed_is_empty() -> None:
    with sandbox_lab({}) as lab:
        assert lab.iam.list_users()["Users"] == []
        assert identity(lab, ADMIN)[0] == "123456789012"
