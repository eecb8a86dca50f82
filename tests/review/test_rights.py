"""Whether policies make an administrator."""

from __future__ import annotations

from typing import Any, NamedTuple

import pytest

from mfa_association.inventory.rights import KINDS, Policy, judge, parse
from mfa_association.review.facts import NotChecked
from mfa_association.sandbox.managed import aws_policies

from .live.stage import allow, document

ACCOUNT = "arn:aws:iam::111122223333"
ALICE = f"{ACCOUNT}:user/staff/alice"
SELF = "arn:aws:iam::*:user/*/${aws:username}"
SELF_HERE = f"{ACCOUNT}:user/staff/${{aws:username}}"
IF_MFA = {"Bool": {"aws:MultiFactorAuthPresent": "true"}}
NO_MFA = {"BoolIfExists": {"aws:MultiFactorAuthPresent": "false"}}
FROM_OFFICE = {"IpAddress": {"aws:SourceIp": "192.0.2.0/24"}}
YES, NO, MAYBE = "yes", "no", "not fully determined"


def deny(*actions: str, **more: Any) -> dict[str, Any]:
    return {**allow(*actions, **more), "Effect": "Deny"}


def but(*actions: str, effect: str = "Allow", **more: Any) -> dict[str, Any]:
    return {"Effect": effect, "NotAction": list(actions), "Resource": "*", **more}


class Case(NamedTuple):
    reason: str
    expected: str
    statements: list[dict[str, Any]]


CASES = [
    Case("nothing at all", NO, []),
    Case("everything", YES, [allow("*")]),
    Case("everything, spelled out", YES, [allow("*:*")]),
    Case("a single action as text, as AWS writes it", YES, [{"Effect": "Allow", "Action": "*", "Resource": "*"}]),
    Case("all of IAM", YES, [allow("iam:*")]),
    Case("all of IAM in another case", YES, [allow("IAM:*")]),
    Case("all of another service", NO, [allow("s3:*", "ec2:*")]),
    Case("IAM, reading", NO, [allow("iam:Get*", "iam:List*")]),
    *(Case(f"{action} alone", YES, [allow(action)]) for action in KINDS if action.startswith("iam:") and "pass" not in action),
    Case("a pattern that covers one", YES, [allow("iam:Attach*")]),
    Case("a question mark", YES, [allow("iam:PutUserPolic?")]),
    Case("everything on everything of the account", YES, [allow("*", resource=f"{ACCOUNT}:*")]),
    Case("IAM on all users", YES, [allow("iam:*", resource=f"{ACCOUNT}:user/*")]),
    Case("IAM on the users of a team", MAYBE, [allow("iam:*", resource=f"{ACCOUNT}:user/team/*")]),
    Case("policies of one group", MAYBE, [allow("iam:PutGroupPolicy", resource=f"{ACCOUNT}:group/dev")]),
    Case("everything on a bucket", NO, [allow("*", resource="arn:aws:s3:::bucket/*")]),
    Case("everything on MFA devices", NO, [allow("iam:*", resource=f"{ACCOUNT}:mfa/*")]),
    Case("the user's own policies", YES, [allow("iam:PutUserPolicy", resource=SELF)]),
    Case("the user's own policies, by its ARN", YES, [allow("iam:AttachUserPolicy", resource=ALICE)]),
    Case("the user's own keys and password", NO,
        [allow("iam:CreateAccessKey", "iam:UpdateLoginProfile", resource=SELF_HERE)]),
    Case("AWS's example for a user's own credentials", NO,
        [allow("iam:*LoginProfile", "iam:*AccessKey*", resource=f"{ACCOUNT}:user/staff/${{aws:username}}"),
         allow("iam:CreateVirtualMFADevice", resource=f"{ACCOUNT}:mfa/${{aws:username}}")]),
    Case("keys of users whose name begins alike", MAYBE,
        [allow("iam:CreateAccessKey", resource=f"{ACCOUNT}:user/staff/al*")]),
    Case("everything on users of another service", NO,
        [allow("*", resource="arn:aws:quicksight:us-east-1:111122223333:user/default/alice")]),
    Case("users of a team, in whatever account", MAYBE, [allow("iam:*", resource="*:user/team/*")]),
    Case("denied for one group of all", MAYBE,
        [allow("iam:PutGroupPolicy"), deny("iam:PutGroupPolicy", resource=f"{ACCOUNT}:group/admins")]),
    Case("other users' keys", MAYBE, [allow("iam:CreateAccessKey", resource=f"{ACCOUNT}:user/bots/*")]),
    Case("another variable", MAYBE, [allow("iam:CreateAccessKey", resource=f"{ACCOUNT}:user/${{aws:PrincipalTag/a}}")]),
    Case("everything but a service", YES, [but("s3:*")]),
    Case("everything but IAM can still assume roles", MAYBE, [but("iam:*", "organizations:*")]),
    Case("everything but IAM and roles", NO, [but("iam:*", "sts:*")]),
    Case("everything but on some resources", MAYBE,
        [{"Effect": "Allow", "Action": "*", "NotResource": f"{ACCOUNT}:user/break-glass"}]),
    Case("roles may be assumed", MAYBE, [allow("sts:AssumeRole", resource="arn:aws:iam::222233334444:role/ops")]),
    Case("any role may be passed on", MAYBE, [allow("iam:PassRole")]),
    Case("one role may be passed on", NO, [allow("iam:PassRole", resource=f"{ACCOUNT}:role/task")]),
    Case("a condition decides", MAYBE, [allow("*", Condition=FROM_OFFICE)]),
    Case("with MFA, which the user has", YES, [allow("*", Condition=IF_MFA)]),
    Case("MFA and more", MAYBE, [allow("*", Condition={**IF_MFA, **FROM_OFFICE})]),
    Case("denied without MFA", YES, [allow("*"), but("iam:ListMFADevices", effect="Deny", Condition=NO_MFA)]),
    Case("denied everything", NO, [allow("*"), deny("*")]),
    Case("denied all of IAM", MAYBE, [allow("*"), deny("iam:*")]),
    Case("denied all of IAM and of roles", NO, [allow("*"), deny("iam:*", "sts:*")]),
    Case("denied some of it", YES, [allow("*"), deny("iam:PutUserPolicy", "s3:*")]),
    Case("denied on others", YES, [allow("*"), deny("*", resource=f"{ACCOUNT}:user/break-glass*")]),
    Case("denied on all users", YES, [allow("*"), deny("*", resource=f"{ACCOUNT}:user/*")]),
    Case("denied outside the office", MAYBE, [allow("*"), deny("*", Condition=FROM_OFFICE)]),
    Case("denied but for some resources", MAYBE,
        [allow("*"), {"Effect": "Deny", "Action": "*", "NotResource": "arn:aws:s3:::bucket"}]),
]  # fmt: skip


def verdict(*statements: dict[str, Any], boundary: str | None = None, unread: NotChecked | None = None) -> Any:
    policies = [Policy(f"policy {number}", parse(document(one))) for number, one in enumerate(statements)]
    return judge(policies, ALICE, boundary, unread)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.reason)
def test_who_is_an_administrator(case: Case) -> None:
    assert verdict(*case.statements).administrator == case.expected


def test_a_verdict_names_the_policy() -> None:
    assert verdict(allow("s3:*"), allow("iam:*")).by == "policy 1"
    assert verdict(allow("s3:*")).by is None


UNREAD = NotChecked("denied: iam:GetPolicy")
DOUBTS = [
    ("a boundary decides", allow("*"), {"boundary": "arn"}, MAYBE),
    ("a boundary gives nothing", allow("s3:*"), {"boundary": "arn"}, NO),
    ("what was not read may deny", allow("*"), {"unread": UNREAD}, MAYBE),
    ("what was not read may add", allow("iam:*", resource=f"{ACCOUNT}:user/team/*"), {"unread": UNREAD}, MAYBE),
    ("what was not read may be all", allow("s3:*"), {"unread": UNREAD}, UNREAD),
]


@pytest.mark.parametrize(("reason", "statement", "doubt", "expected"), DOUBTS, ids=[row[0] for row in DOUBTS])
def test_doubts_never_become_a_no(reason: str, statement: dict[str, Any], doubt: dict[str, Any], expected: Any) -> None:
    assert verdict(statement, **doubt).administrator == expected


OF_AWS = [
    ("AdministratorAccess", YES),
    ("IAMFullAccess", YES),
    ("PowerUserAccess", MAYBE),
    ("ReadOnlyAccess", NO),
    ("SecurityAudit", NO),
    ("AmazonS3FullAccess", NO),
    ("IAMUserChangePassword", NO),
    ("SystemAdministrator", NO),
]


@pytest.mark.parametrize(("name", "expected"), OF_AWS)
def test_policies_of_aws(name: str, expected: str) -> None:
    (found,) = (one["Document"] for key, one in aws_policies().items() if key == name)
    assert judge([Policy(name, parse(found))], ALICE, None, None).administrator == expected
