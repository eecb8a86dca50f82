"""What tells an administrator: AWS's own policies, boundaries, the last sign-in, and simulations."""

from __future__ import annotations

import json
from typing import Any, NamedTuple
from urllib.request import ProxyHandler, Request, build_opener

import pytest

from tests.sandbox.lab import ACCOUNT, ADMIN, Lab, refusal

ADMINISTRATOR = "arn:aws:iam::aws:policy/AdministratorAccess"
ALICE, BOB = f"arn:aws:iam::{ACCOUNT}:user/alice", f"arn:aws:iam::{ACCOUNT}:user/bob"
APPLY = f"arn:aws:iam::{ACCOUNT}:role/team/mfa-apply"
LIST, DEACTIVATE = "iam:ListMFADevices", "iam:DeactivateMFADevice"
IF_MFA = {"Bool": {"aws:MultiFactorAuthPresent": "true"}}


def test_policies_of_aws_can_be_attached_and_read(lab: Lab) -> None:
    lab.iam.attach_user_policy(UserName="alice", PolicyArn=ADMINISTRATOR)
    (attached,) = lab.iam.list_attached_user_policies(UserName="alice")["AttachedPolicies"]
    assert attached == {"PolicyName": "AdministratorAccess", "PolicyArn": ADMINISTRATOR}
    version = lab.iam.get_policy(PolicyArn=ADMINISTRATOR)["Policy"]["DefaultVersionId"]
    read = lab.iam.get_policy_version(PolicyArn=ADMINISTRATOR, VersionId=version)["PolicyVersion"]
    assert (read["IsDefaultVersion"], read["Document"]["Statement"][0]["Action"]) == (True, "*")


def test_documents_are_url_encoded_as_all_of_iams(lab: Lab) -> None:
    assert lab.sandbox
    form = f"Action=GetPolicyVersion&Version=2010-05-08&PolicyArn={ADMINISTRATOR}&VersionId=v1".encode()
    scope = f"AWS4-HMAC-SHA256 Credential={ADMIN}/20260101/us-east-1/iam/aws4_request, SignedHeaders=x, Signature=x"
    headers = {"Authorization": scope, "Content-Type": "application/x-www-form-urlencoded"}
    with build_opener(ProxyHandler({})).open(Request(lab.sandbox.url, form, headers)) as answer:
        assert b"<Document>%7B%22" in answer.read()


NOT_THERE = [
    ("a policy of AWS that is none", {"PolicyArn": "arn:aws:iam::aws:policy/NoSuchAccess"}),
    ("a policy of AWS under another path", {"PolicyArn": "arn:aws:iam::aws:policy/x/AdministratorAccess"}),
    ("a policy of another partition", {"PolicyArn": ADMINISTRATOR.replace("aws", "aws-cn", 1)}),
    ("an own policy", {"PolicyArn": f"arn:aws:iam::{ACCOUNT}:policy/none"}),
]


@pytest.mark.parametrize(("reason", "arn"), NOT_THERE, ids=[row[0] for row in NOT_THERE])
def test_a_policy_that_is_not_there(reason: str, arn: dict[str, str], lab: Lab) -> None:
    assert refusal(lab.iam.get_policy, **arn)[:2] == ("NoSuchEntity", 404)
    assert refusal(lab.iam.get_policy_version, VersionId="v1", **arn)[:2] == ("NoSuchEntity", 404)
    assert refusal(lab.iam.attach_user_policy, UserName="alice", **arn)[:2] == ("NoSuchEntity", 404)


def test_a_version_that_is_not_there(lab: Lab) -> None:
    read = lab.iam.get_policy_version
    assert refusal(read, PolicyArn=ADMINISTRATOR, VersionId="v99")[:2] == ("NoSuchEntity", 404)


def test_a_permissions_boundary_is_shown_and_can_be_taken_away(lab: Lab) -> None:
    assert "PermissionsBoundary" not in lab.iam.get_user(UserName="alice")["User"]
    lab.iam.put_user_permissions_boundary(UserName="ALICE", PermissionsBoundary=ADMINISTRATOR)
    shown = lab.iam.get_user(UserName="alice")["User"]["PermissionsBoundary"]
    assert shown == {"PermissionsBoundaryType": "PermissionsBoundaryPolicy", "PermissionsBoundaryArn": ADMINISTRATOR}
    lab.iam.delete_user_permissions_boundary(UserName="alice")
    assert "PermissionsBoundary" not in lab.iam.get_user(UserName="alice")["User"]
    assert refusal(lab.iam.delete_user_permissions_boundary, UserName="alice")[:2] == ("NoSuchEntity", 404)
    none = {"UserName": "alice", "PermissionsBoundary": f"arn:aws:iam::{ACCOUNT}:policy/none"}
    assert refusal(lab.iam.put_user_permissions_boundary, **none)[:2] == ("NoSuchEntity", 404)


def test_get_user_shows_tags_and_the_last_sign_in(lab: Lab) -> None:
    assert lab.sandbox
    eve = {"password": True, "password_last_used": "2026-01-31T12:00:00Z", "tags": {"team": "x"}, "path": "/staff/"}
    lab.sandbox.add({"accounts": {ACCOUNT: {"users": {"eve": eve}}}})
    shown = lab.iam.get_user(UserName="eve")["User"]
    assert shown["PasswordLastUsed"].isoformat().startswith("2026-01-31T12:00:00")
    assert (shown["Tags"], shown["Path"]) == ([{"Key": "team", "Value": "x"}], "/staff/")
    assert "PasswordLastUsed" not in lab.iam.get_user(UserName="alice")["User"]
    assert refusal(lab.iam.get_user, UserName="nobody")[:2] == ("NoSuchEntity", 404)


def allow(action: str, **more: Any) -> dict[str, Any]:
    return {"Effect": "Allow", "Action": action, "Resource": "*", **more}


class Case(NamedTuple):
    reason: str
    statements: list[dict[str, Any]]
    decision: str
    missing: list[str] = []  # noqa: RUF012
    context: dict[str, str] = {}  # noqa: RUF012


CASES = [
    Case("allowed", [allow(LIST)], "allowed"),
    Case("not mentioned", [allow("iam:GetUser")], "implicitDeny"),
    Case("denied", [allow("*"), {**allow(LIST), "Effect": "Deny"}], "explicitDeny"),
    Case("a condition that nobody answers", [allow(LIST, Condition=IF_MFA)], "implicitDeny",
        ["aws:MultiFactorAuthPresent"]),
    Case("a condition that is answered", [allow(LIST, Condition=IF_MFA)], "allowed", [],
        {"aws:MultiFactorAuthPresent": "true"}),
    Case("a condition of another action", [allow(LIST), allow(DEACTIVATE, Condition=IF_MFA)], "allowed"),
    Case("what the principal determines", [allow(LIST, Condition={"ArnEquals": {"aws:PrincipalArn": APPLY}})],
        "allowed"),
]  # fmt: skip


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.reason)
def test_simulations(case: Case, lab: Lab) -> None:
    assert lab.sandbox
    policies = [{"Version": "2012-10-17", "Statement": one} for one in case.statements]
    lab.sandbox.add({"keys": {"ASIAAPPLY": {"account": ACCOUNT, "role": "team/mfa-apply", "policies": policies}}})
    entries = [
        {"ContextKeyName": name, "ContextKeyValues": [value], "ContextKeyType": "boolean"}
        for name, value in case.context.items()
    ]
    answer = lab.iam.simulate_principal_policy(
        PolicySourceArn=APPLY, ActionNames=[LIST], ResourceArns=[ALICE], ContextEntries=entries
    )
    (result,) = answer["EvaluationResults"]
    (one,) = result["ResourceSpecificResults"]
    assert (one["EvalResourceDecision"], one["MissingContextValues"]) == (case.decision, case.missing)
    assert (result["EvalDecision"], answer["IsTruncated"]) == (case.decision, False)


def test_one_result_an_action_and_the_most_restrictive_above(lab: Lab) -> None:
    assert lab.sandbox
    policy = {"Version": "2012-10-17", "Statement": allow(DEACTIVATE, Resource=ALICE)}
    lab.sandbox.add({"keys": {"ASIAAPPLY": {"account": ACCOUNT, "role": "team/mfa-apply", "policies": [policy]}}})
    results = lab.iam.simulate_principal_policy(
        PolicySourceArn=APPLY, ActionNames=[DEACTIVATE, LIST], ResourceArns=[ALICE, BOB]
    )["EvaluationResults"]
    assert [(one["EvalActionName"], one["EvalDecision"]) for one in results] == [
        (DEACTIVATE, "implicitDeny"), (LIST, "implicitDeny")
    ]  # fmt: skip
    assert {one["EvalResourceName"] for one in results} == {"arn:${Partition}:iam::${Account}:user/${UserNameWithPath}"}
    each = {one["EvalResourceName"]: one["EvalResourceDecision"] for one in results[0]["ResourceSpecificResults"]}
    assert each == {ALICE: "allowed", BOB: "implicitDeny"}


def test_a_simulation_is_what_the_principal_then_may_do(lab: Lab) -> None:
    assert lab.sandbox
    lab.sandbox.add({"keys": {"AKIAALICE2": {"account": ACCOUNT, "user": "alice", "deny": [LIST]}}})
    (result,) = lab.iam.simulate_principal_policy(PolicySourceArn=ALICE, ActionNames=[LIST])["EvaluationResults"]
    assert result["EvalDecision"] == "explicitDeny"
    assert refusal(lab.client("AKIAALICE2").list_mfa_devices, UserName="alice")[0] == "AccessDenied"
    (result,) = lab.iam.simulate_principal_policy(PolicySourceArn=BOB, ActionNames=[LIST])["EvaluationResults"]
    assert result["EvalDecision"] == "allowed"


@pytest.mark.parametrize(
    "arn", [f"arn:aws:iam::{ACCOUNT}:role/mfa-apply", f"arn:aws:iam::{ACCOUNT}:user/nobody", f"{ALICE}x",
        f"arn:aws:iam::{ACCOUNT}:user/path/alice", "arn:aws:iam::222233334444:user/alice"]
)  # fmt: skip
def test_a_principal_that_is_not_there(arn: str, lab: Lab) -> None:
    assert lab.sandbox
    lab.sandbox.add({"keys": {"ASIAAPPLY": {"account": ACCOUNT, "role": "team/mfa-apply"}}})
    simulate = lab.iam.simulate_principal_policy
    assert refusal(simulate, PolicySourceArn=arn, ActionNames=[LIST])[:2] == ("NoSuchEntity", 404)


def test_a_role_that_iam_made_is_known_too(lab: Lab) -> None:
    trust = json.dumps({"Version": "2012-10-17", "Statement": []})
    made = lab.iam.create_role(RoleName="made", AssumeRolePolicyDocument=trust)["Role"]["Arn"]
    assert refusal(lab.iam.simulate_principal_policy, PolicySourceArn=made, ActionNames=[LIST])[0] == "Success"


DENIALS = [
    ("group dev", lambda iam: iam.list_group_policies(GroupName="dev")),
    ("role ops", lambda iam: iam.get_role(RoleName="ops")),
    (f"policy {ADMINISTRATOR}", lambda iam: iam.get_policy(PolicyArn=ADMINISTRATOR)),
    (APPLY, lambda iam: iam.simulate_principal_policy(PolicySourceArn=APPLY, ActionNames=[LIST])),
]


@pytest.mark.parametrize(("shown", "call"), DENIALS, ids=[row[0] for row in DENIALS])
def test_denials_show_the_resource_as_aws_does(shown: str, call: Any, lab: Lab) -> None:
    assert lab.sandbox
    lab.sandbox.add({"keys": {"ASIAX": {"account": ACCOUNT, "role": "x", "policies": []}}})
    code, status, words = refusal(lambda: call(lab.client("ASIAX")))
    assert (code, status) == ("AccessDenied", 403)
    assert f"on resource: {shown} because no identity-based policy allows" in words
