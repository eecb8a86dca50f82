"""AssumeRole: roles must exist and trust the caller. AWS tells neither apart, so that nobody can guess names."""

from __future__ import annotations

import json
from typing import Any, NamedTuple

import pytest

from tests.sandbox.lab import ACCOUNT, ADMIN, ALICE, OTHER, ROOT, Lab, refusal

OPS = f"arn:aws:iam::{ACCOUNT}:role/ops"


def assume(lab: Lab, key: str = ADMIN, role: str = OPS, **more: Any) -> tuple[str, int, str]:
    return refusal(lab.client(key, "sts").assume_role, RoleArn=role, RoleSessionName="run", **more)


def denied(who: str, role: str = OPS) -> tuple[str, int, str]:
    return "AccessDenied", 403, f"User: {who} is not authorized to perform: sts:AssumeRole on resource: {role}"


ADMINISTRATOR = f"arn:aws:sts::{ACCOUNT}:assumed-role/Administrator/sandbox"
SUCCESS = ("Success", 200, "")


class Case(NamedTuple):
    reason: str
    trusts: dict[str, Any] | str
    expected: bool
    key: str = ADMIN
    more: dict[str, str] = {}  # noqa: RUF012
    condition: dict[str, Any] = {}  # noqa: RUF012


CASES = [
    Case("everybody", "*", True),
    Case("everybody, in the long form", {"AWS": "*"}, True),
    Case("the account by its number", {"AWS": ACCOUNT}, True),
    Case("the account by its root", {"AWS": f"arn:aws:iam::{ACCOUNT}:root"}, True),
    Case("the role behind the session", {"AWS": [f"arn:aws:iam::{ACCOUNT}:role/Administrator"]}, True),
    Case("the user", {"AWS": [OTHER, f"arn:aws:iam::{ACCOUNT}:user/alice"]}, True, ALICE),
    Case("another user", {"AWS": f"arn:aws:iam::{ACCOUNT}:user/bob"}, False, ALICE),
    Case("another account", {"AWS": OTHER}, False),
    Case("a service", {"Service": "ec2.amazonaws.com"}, False),
    Case("only with a code", "*", False, ALICE, {}, {"Bool": {"aws:MultiFactorAuthPresent": "true"}}),
    Case("the right external id", "*", True, ADMIN, {"ExternalId": "xyz"}, {"StringEquals": {"sts:ExternalId": "xyz"}}),
    Case("no external id", "*", False, ADMIN, {}, {"StringEquals": {"sts:ExternalId": "xyz"}}),
]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.reason)
def test_a_role_trusts_whom_its_policy_names(case: Case, lab: Lab) -> None:
    statement = {"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": case.trusts, "Condition": case.condition}
    document = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    lab.iam.create_role(RoleName="ops", AssumeRolePolicyDocument=document)
    who = ADMINISTRATOR if case.key == ADMIN else f"arn:aws:iam::{ACCOUNT}:user/alice"
    assert assume(lab, case.key, **case.more) == (SUCCESS if case.expected else denied(who))


def test_a_denial_of_the_trust_policy_wins(lab: Lab) -> None:
    one = {"Action": "sts:AssumeRole", "Principal": "*"}
    both = [{**one, "Effect": "Allow"}, {**one, "Effect": "Deny", "Principal": {"AWS": ACCOUNT}}]
    document = json.dumps({"Version": "2012-10-17", "Statement": both})
    lab.iam.create_role(RoleName="ops", AssumeRolePolicyDocument=document)
    assert assume(lab) == denied(ADMINISTRATOR)


@pytest.mark.parametrize(
    "role", [OPS, f"arn:aws:iam::{OTHER}:role/none", "arn:aws:iam::999988887777:role/ops", f"{OPS}/ops"]
)
def test_a_role_that_does_not_exist(role: str, lab: Lab) -> None:
    assert assume(lab, role=role) == denied(ADMINISTRATOR, role)


def test_roles_of_the_seed(lab: Lab) -> None:
    assert lab.sandbox
    roles = {"team/dev": {}, "audit": {"trusts": [ACCOUNT]}}
    lab.sandbox.add({"accounts": {OTHER: {"roles": roles}, ACCOUNT: {"roles": {"ops": {"trusts": ["*"]}}}}})
    assert assume(lab) == assume(lab, role=f"arn:aws:iam::{OTHER}:role/audit") == SUCCESS
    own = f"arn:aws:iam::{OTHER}:role/team/dev"
    assert assume(lab, role=own) == denied(ADMINISTRATOR, own)
    lab.sandbox.add({"keys": {"AKIADORA": {"account": OTHER, "user": "dora"}}})
    assert assume(lab, "AKIADORA", own) == SUCCESS
    lab.sandbox.add({"accounts": {OTHER: {"roles": {"team/dev": {"trusts": [ACCOUNT]}}}}})
    assert assume(lab, role=own) == SUCCESS


def test_a_role_that_is_deleted(lab: Lab) -> None:
    assert lab.sandbox
    lab.sandbox.add({"accounts": {ACCOUNT: {"roles": {"ops": {}}}}})
    assert assume(lab) == SUCCESS
    lab.iam.delete_role(RoleName="ops")
    assert assume(lab) == denied(ADMINISTRATOR)


def test_the_root_user_assumes_no_role(lab: Lab) -> None:
    assert lab.sandbox
    lab.sandbox.add({"accounts": {ACCOUNT: {"roles": {"ops": {}}}}})
    assert assume(lab, ROOT) == ("AccessDenied", 403, "Roles may not be assumed by root accounts.")


def code_of(lab: Lab, serial: str) -> str:
    assert lab.sandbox
    device = lab.sandbox.app.world.account(ACCOUNT).live.device(serial).authenticator
    assert device
    return device.code(device.last)


BAD_CODE = ("AccessDenied", 403, "MultiFactorAuthentication failed with invalid MFA one time pass code. ")


@pytest.mark.parametrize("first", ["session", "role"])
def test_a_code_is_taken_once(first: str, lab: Lab) -> None:
    """Neither call takes a code that the other one had; the next code is taken."""
    assert lab.sandbox
    lab.sandbox.add({"accounts": {ACCOUNT: {"roles": {"ops": {}}}}})
    serial = lab.held()
    sts, given = lab.client(ALICE, "sts"), {"SerialNumber": serial, "TokenCode": code_of(lab, serial)}
    told = {
        "session": lambda: refusal(sts.get_session_token, **given),
        "role": lambda: refusal(sts.assume_role, RoleArn=OPS, RoleSessionName="run", **given),
    }
    assert told[first]() == SUCCESS
    assert told["session"]() == told["role"]() == BAD_CODE
    lab.sandbox.skew(30)
    given["TokenCode"] = lab.sandbox.codes(serial)[0]
    assert told["role"]() == SUCCESS


def test_an_older_code_that_was_not_used_is_taken_still(lab: Lab) -> None:
    serial = lab.held()
    newer = code_of(lab, serial)
    sts = lab.client(ALICE, "sts")
    assert lab.sandbox
    device = lab.sandbox.app.world.account(ACCOUNT).live.device(serial).authenticator
    assert device
    assert refusal(sts.get_session_token, SerialNumber=serial, TokenCode=newer) == SUCCESS
    assert refusal(sts.get_session_token, SerialNumber=serial, TokenCode=device.code(device.last - 1)) == SUCCESS


def test_a_refused_role_says_nothing_of_the_code(lab: Lab) -> None:
    serial = lab.held()
    given = {"SerialNumber": serial, "TokenCode": code_of(lab, serial)}
    assert assume(lab, ALICE, **given) == denied(f"arn:aws:iam::{ACCOUNT}:user/alice")
    assert refusal(lab.client(ALICE, "sts").get_session_token, **given) == SUCCESS


def test_two_roles_of_one_name(lab: Lab) -> None:
    """Role names are unique in an account, whatever their paths (user guide)."""
    assert lab.sandbox
    with pytest.raises(ValueError, match=r"roles\.x/ops: there is a role ops already, under /"):
        lab.sandbox.add({"accounts": {OTHER: {"roles": {"x/ops": {}}}}})
