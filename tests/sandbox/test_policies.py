"""Who may do what: identity policies by action, resource and condition, as AWS evaluates them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import pytest

from mfa_association.sandbox import Sandbox, SeedFault
from tests.sandbox.lab import ACCOUNT, ADMIN, OTHER, ROOT, ROOT_PHONE, Lab, refusal, sandbox_lab

CI = "ASIAEXAMPLECI0000000"
ALICES = "AKIAEXAMPLEALICE0001"
ALICES_SESSION = "ASIAEXAMPLEALICE0001"
VERSION = "2012-10-17"
Statement = dict[str, Any]


def arn(resource: str, service: str = "iam") -> str:
    return f"arn:aws:{service}::{ACCOUNT}:{resource}"


ALICE = arn("user/alice")


def allow(action: Any = "iam:ListMFADevices", resource: Any = ALICE, **more: Any) -> Statement:
    return {"Effect": "Allow", "Action": action, "Resource": resource, **more}


def deny(action: Any, resource: Any = "*", **more: Any) -> Statement:
    return allow(action, resource, **more) | {"Effect": "Deny"}


def when(operator: str, key: str, value: Any, **more: Any) -> Statement:
    """The listing of alice's devices, under one condition."""
    return allow(Condition={operator: {key: value}}, **more)


def policy(*statements: Statement) -> dict[str, Any]:
    return {"Version": VERSION, "Statement": list(statements)}


@pytest.fixture(scope="module")
def shared() -> Any:
    """One sandbox for all rows: each gives the keys new policies."""
    with sandbox_lab() as lab:
        assert lab.sandbox
        lab.sandbox.add({"accounts": {ACCOUNT: {"users": {"eve": {"path": "/staff/"}}}}})
        lab.iam.create_group(GroupName="dev", Path="/team/")
        yield lab


def let(lab: Lab, *statements: Statement, key: str = CI, **principal: Any) -> Any:
    """A client whose principal has one policy a statement."""
    assert lab.sandbox
    who = principal or ({"role": "team/ci"} if key == CI else {"user": "alice"})
    policies = [policy(one) for one in statements]
    lab.sandbox.add({"keys": {key: {"account": ACCOUNT, **who, "policies": policies}}})
    return lab.client(key)


def lists(iam: Any, user: str = "alice") -> str:
    """What a list of a user's devices ends in: yes, explicit, implicit, or the code of another refusal."""
    code, _, message = refusal(iam.list_mfa_devices, UserName=user)
    if code != "AccessDenied":
        return {"Success": "yes"}.get(code, code)
    return "explicit" if "with an explicit deny" in message else "implicit"


class Case(NamedTuple):
    """`who` is the key that lists the devices of `user`."""

    reason: str
    expected: str
    statements: list[Statement]
    user: str = "alice"
    who: str = CI


NOT_LIST = {"Effect": "Allow", "NotAction": "iam:ListMFADevices", "Resource": "*"}
NOT_ALICE = {"Effect": "Allow", "Action": "iam:*", "NotResource": arn("user/alice")}
ROLE = arn("role/team/ci")
CASES = [
    Case("nothing is said", "implicit", []),
    Case("the action on the user", "yes", [allow()]),
    Case("another action", "implicit", [allow("iam:GetUser")]),
    Case("one action of several", "yes", [allow(["iam:GetUser", "iam:ListMFADevices"])]),
    Case("an action in another case", "yes", [allow("IAM:listmfadevices")]),
    Case("an action with a star", "yes", [allow("iam:List*")]),
    Case("an action with a question mark", "yes", [allow("iam:ListMFADevice?")]),
    Case("a star alone", "yes", [allow("*", "*")]),
    Case("an action of another service", "implicit", [allow("sts:*", "*")]),
    Case("NotAction leaves it out", "implicit", [NOT_LIST]),
    Case("NotAction names another", "yes", [{**NOT_LIST, "NotAction": ["iam:GetUser", "s3:*"]}]),
    Case("another user", "implicit", [allow(resource=arn("user/bob"))]),
    Case("one resource of several", "yes", [allow(resource=[arn("user/bob"), arn("user/alice")])]),
    Case("all users", "yes", [allow(resource=arn("user/*"))]),
    Case("a resource with a question mark", "yes", [allow(resource=arn("user/a?ice"))]),
    Case("a beginning is not the whole", "implicit", [allow(resource=arn("user/ali"))]),
    Case("a point is no pattern", "implicit", [allow(resource=arn("user/a.ice"))]),
    Case("another account's user", "implicit", [allow(resource=arn("user/alice").replace(ACCOUNT, OTHER))]),
    Case("any account's user", "yes", [allow(resource="arn:aws:iam::*:user/alice")]),
    Case("another partition's user", "implicit", [allow(resource=arn("user/alice").replace("aws", "aws-cn"))]),
    Case("resources have a case", "implicit", [allow(resource=arn("user/ALICE"))]),
    Case("the stored spelling counts, not the caller's", "yes", [allow()], user="ALICE"),
    Case("a user with a path, named without it", "implicit", [allow(resource=arn("user/eve"))], user="eve"),
    Case("a user with a path", "yes", [allow(resource=arn("user/staff/eve"))], user="eve"),
    Case("all users of a path", "yes", [allow(resource=arn("user/staff/*"))], user="eve"),
    Case("a user nobody has is judged too", "implicit", [allow()], user="nobody"),
    Case("a user nobody has, allowed", "NoSuchEntity", [allow(resource=arn("user/*"))], user="nobody"),
    Case("NotResource leaves the user out", "implicit", [NOT_ALICE]),
    Case("NotResource names another", "yes", [{**NOT_ALICE, "NotResource": [arn("user/bob")]}]),
    Case("two policies add up", "yes", [allow("iam:GetUser"), allow()]),
    Case("a deny wins", "explicit", [allow("*", "*"), deny("iam:List*", arn("user/alice"))]),
    Case("a deny wins wherever it stands", "explicit", [deny("iam:List*", arn("user/alice")), allow("*", "*")]),
    Case("a deny of another user", "yes", [allow(), deny("*", arn("user/break-glass-*"))]),
    Case("a deny alone", "explicit", [deny("*")]),
    Case("a deny under a condition that fails", "yes",
        [allow(), deny("*", Condition={"StringEquals": {"aws:RequestedRegion": "eu-west-1"}})]),
    Case("StringEquals", "yes", [when("StringEquals", "aws:PrincipalAccount", ACCOUNT)]),
    Case("StringEquals, another value", "implicit", [when("StringEquals", "aws:PrincipalAccount", OTHER)]),
    Case("StringEquals, one of several", "yes", [when("StringEquals", "aws:PrincipalAccount", [OTHER, ACCOUNT])]),
    Case("StringEquals takes a star for a star", "implicit", [when("StringEquals", "aws:PrincipalAccount", "1*")]),
    Case("a condition key in any case", "yes", [when("StringEquals", "AWS:PRINCIPALACCOUNT", ACCOUNT)]),
    Case("StringNotEquals", "yes", [when("StringNotEquals", "aws:PrincipalAccount", OTHER)]),
    Case("StringNotEquals of several: none may fit", "implicit",
        [when("StringNotEquals", "aws:PrincipalAccount", [OTHER, ACCOUNT])]),
    Case("StringLike", "yes", [when("StringLike", "aws:RequestedRegion", "us-*")]),
    Case("StringNotLike", "implicit", [when("StringNotLike", "aws:RequestedRegion", "us-*")]),
    Case("ArnLike: the role, not its session", "yes", [when("ArnLike", "aws:PrincipalArn", arn("role/team/*"))]),
    Case("ArnEquals has stars too", "yes", [when("ArnEquals", "aws:PrincipalArn", arn("role/*/ci"))]),
    Case("ArnNotEquals", "implicit", [when("ArnNotEquals", "aws:PrincipalArn", ROLE)]),
    Case("a star crosses no colon of an ARN", "implicit", [when("ArnLike", "aws:PrincipalArn", "arn:*:role/team/ci")]),
    Case("an ARN that is none", "implicit", [when("ArnLike", "aws:PrincipalArn", "*")]),
    Case("two keys must both hold", "implicit",
        [allow(Condition={"StringEquals": {"aws:PrincipalAccount": ACCOUNT, "aws:RequestedRegion": "x"}})]),
    Case("two operators must both hold", "implicit",
        [allow(Condition={"StringEquals": {"aws:PrincipalAccount": ACCOUNT}, "ArnLike": {"aws:PrincipalArn": "x"}})]),
    Case("a key that the call has not", "implicit", [when("StringEquals", "aws:username", "alice")]),
    Case("a negated operator holds without the key", "yes", [when("StringNotEquals", "aws:username", "bob")]),
    Case("IfExists holds without the key", "yes", [when("StringEqualsIfExists", "aws:username", "bob")]),
    Case("IfExists with the key", "implicit", [when("StringEqualsIfExists", "aws:username", "bob")], who=ALICES),
    Case("the user's name", "yes", [when("StringEquals", "aws:username", "alice")], who=ALICES),
    Case("a long-term key says nothing of MFA", "implicit",
        [when("Bool", "aws:MultiFactorAuthPresent", "false")], who=ALICES),
    Case("a session with MFA", "yes", [when("Bool", "aws:MultiFactorAuthPresent", "true")], who=ALICES_SESSION),
    Case("a role's session carries no MFA", "yes", [when("Bool", "aws:MultiFactorAuthPresent", False)]),
    Case("the usual deny without MFA stops a long-term key", "explicit",
        [allow(), deny("*", Condition={"BoolIfExists": {"aws:MultiFactorAuthPresent": "false"}})], who=ALICES),
    Case("and a role of a pipeline", "explicit",
        [allow(), deny("*", Condition={"BoolIfExists": {"aws:MultiFactorAuthPresent": "false"}})]),
    Case("but no session with MFA", "yes",
        [allow(), deny("*", Condition={"BoolIfExists": {"aws:MultiFactorAuthPresent": "false"}})], who=ALICES_SESSION),
    Case("a variable in a resource", "yes", [allow(resource=arn("user/${aws:username}"))], who=ALICES),
    Case("a variable, another user", "implicit", [allow(resource=arn("user/${aws:username}"))], "bob", ALICES),
    Case("a variable without a value fits nothing", "implicit", [allow(resource=arn("user/${aws:username}"))]),
    Case("nor does NotResource let everything in then", "implicit",
        [{**NOT_ALICE, "NotResource": arn("user/${aws:username}")}]),
    Case("NotResource with a variable that has a value", "yes",
        [{**NOT_ALICE, "NotResource": arn("user/${aws:username}")}], "bob", ALICES),
    Case("a star that is meant", "implicit", [allow(resource=arn("user/${*}"))]),
]  # fmt: skip


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.reason)
def test_policies_are_evaluated_as_aws_does(case: Case, shared: Lab) -> None:
    assert lists(let(shared, *case.statements, key=case.who), case.user) == case.expected


def test_the_policies_of_a_user_hold_for_all_keys_of_the_user(shared: Lab) -> None:
    let(shared, deny("*"), key="AKIAEXAMPLEBOB000000", user="bob")
    made = shared.iam.create_access_key(UserName="bob")["AccessKey"]["AccessKeyId"]
    assert lists(shared.client(made)) == "explicit"
    assert lists(shared.iam) == "yes"


def test_the_policies_of_a_role_hold_for_its_sessions(shared: Lab) -> None:
    let(shared, deny("*"))
    assert shared.sandbox
    shared.sandbox.add({"accounts": {ACCOUNT: {"roles": {"team/ci": {}, "team/other": {}}}}})
    sts = shared.client(ADMIN, "sts")
    for role, expected in (("team/ci", "explicit"), ("team/other", "yes")):
        told = sts.assume_role(RoleArn=arn(f"role/{role}"), RoleSessionName="run")
        assert lists(shared.client(told["Credentials"]["AccessKeyId"])) == expected


@pytest.mark.parametrize("service", ["iam", "sts"])
def test_a_denial_names_caller_action_resource_and_reason(service: str, shared: Lab) -> None:
    iam = let(shared, deny("s3:*"))
    who = f"User: {arn('assumed-role/ci/sandbox', 'sts')} is not authorized to perform: "
    if service == "iam":
        words = "iam:ListMFADevices on resource: user alice because no identity-based policy allows the "
        assert refusal(iam.list_mfa_devices, UserName="alice") == (
            "AccessDenied", 403, f"{who}{words}iam:ListMFADevices action"
        )  # fmt: skip
    else:
        told = refusal(shared.client(CI, "sts").assume_role, RoleArn=arn("role/ops"), RoleSessionName="run")
        assert told == ("AccessDenied", 403, f"{who}sts:AssumeRole on resource: {arn('role/ops')}")


def test_who_one_is_cannot_be_denied(shared: Lab) -> None:
    let(shared, deny("*"))
    assert shared.client(CI, "sts").get_caller_identity()["Account"] == ACCOUNT


PHONE = arn("mfa/phone")
READ_ONLY = "arn:aws:iam::aws:policy/ReadOnlyAccess"
CODES = {"AuthenticationCode1": "123456", "AuthenticationCode2": "654321"}


class Target(NamedTuple):
    """An action, the one resource that a policy has to name for it, and a call."""

    action: str
    resource: str
    call: Callable[[Any], object]


TARGETS = [
    Target("iam:EnableMFADevice", arn("user/alice"),
        lambda iam: iam.enable_mfa_device(UserName="alice", SerialNumber=PHONE, **CODES)),
    Target("iam:DeactivateMFADevice", arn("user/alice"),
        lambda iam: iam.deactivate_mfa_device(UserName="alice", SerialNumber=PHONE)),
    Target("iam:ResyncMFADevice", arn("user/alice"),
        lambda iam: iam.resync_mfa_device(UserName="alice", SerialNumber=PHONE, **CODES)),
    Target("iam:ListMFADevices", arn("user/alice"), lambda iam: iam.list_mfa_devices(UserName="alice")),
    Target("iam:GetMFADevice", arn("user/alice"),
        lambda iam: iam.get_mfa_device(UserName="alice", SerialNumber=PHONE)),
    Target("iam:GetUser", arn("user/alice"), lambda iam: iam.get_user(UserName="alice")),
    Target("iam:GetLoginProfile", arn("user/alice"), lambda iam: iam.get_login_profile(UserName="alice")),
    Target("iam:DeleteLoginProfile", arn("user/alice"), lambda iam: iam.delete_login_profile(UserName="alice")),
    Target("iam:ListAccessKeys", arn("user/alice"), lambda iam: iam.list_access_keys(UserName="alice")),
    Target("iam:UpdateAccessKey", arn("user/alice"),
        lambda iam: iam.update_access_key(UserName="alice", AccessKeyId=ALICES, Status="Inactive")),
    Target("iam:PutUserPolicy", arn("user/alice"),
        lambda iam: iam.put_user_policy(UserName="alice", PolicyName="x", PolicyDocument="{}")),
    Target("iam:ListAttachedUserPolicies", arn("user/alice"),
        lambda iam: iam.list_attached_user_policies(UserName="alice")),
    Target("iam:ListUserPolicies", arn("user/alice"), lambda iam: iam.list_user_policies(UserName="alice")),
    Target("iam:GetUserPolicy", arn("user/alice"),
        lambda iam: iam.get_user_policy(UserName="alice", PolicyName="x")),
    Target("iam:ListGroupsForUser", arn("user/alice"), lambda iam: iam.list_groups_for_user(UserName="alice")),
    Target("iam:PutUserPermissionsBoundary", arn("user/alice"),
        lambda iam: iam.put_user_permissions_boundary(UserName="alice", PermissionsBoundary=READ_ONLY)),
    Target("iam:ListAttachedGroupPolicies", arn("group/team/dev"),
        lambda iam: iam.list_attached_group_policies(GroupName="dev")),
    Target("iam:ListGroupPolicies", arn("group/team/dev"), lambda iam: iam.list_group_policies(GroupName="dev")),
    Target("iam:GetGroupPolicy", arn("group/team/dev"),
        lambda iam: iam.get_group_policy(GroupName="dev", PolicyName="x")),
    Target("iam:GetPolicy", READ_ONLY, lambda iam: iam.get_policy(PolicyArn=READ_ONLY)),
    Target("iam:GetPolicyVersion", READ_ONLY,
        lambda iam: iam.get_policy_version(PolicyArn=READ_ONLY, VersionId="v1")),
    Target("iam:SimulatePrincipalPolicy", arn("role/team/ci"),
        lambda iam: iam.simulate_principal_policy(PolicySourceArn=arn("role/team/ci"), ActionNames=["iam:GetUser"])),
    Target("iam:CreateVirtualMFADevice", arn("mfa/team/tablet"),
        lambda iam: iam.create_virtual_mfa_device(VirtualMFADeviceName="tablet", Path="/team/")),
    Target("iam:DeleteVirtualMFADevice", PHONE, lambda iam: iam.delete_virtual_mfa_device(SerialNumber=PHONE)),
    Target("iam:TagMFADevice", PHONE,
        lambda iam: iam.tag_mfa_device(SerialNumber=PHONE, Tags=[{"Key": "a", "Value": "b"}])),
    Target("iam:CreateUser", arn("user/staff/new"), lambda iam: iam.create_user(UserName="new", Path="/staff/")),
]  # fmt: skip


@pytest.mark.parametrize("target", TARGETS, ids=lambda target: target.action)
def test_each_action_has_the_resource_that_the_authorization_reference_names(target: Target, shared: Lab) -> None:
    def attempt(resource: str) -> str:
        return refusal(target.call, let(shared, allow(target.action, resource)))[0]

    assert attempt(target.resource + "x") == "AccessDenied"
    assert attempt(target.resource.replace("user/", "mfa/") if "user/" in target.resource else arn("user/*")) == (
        "AccessDenied"
    )
    assert attempt(target.resource) != "AccessDenied"


@pytest.mark.parametrize("action", ["ListVirtualMFADevices", "GetAccountSummary", "ListUsers"])
def test_actions_on_the_whole_account_need_a_star(action: str, shared: Lab) -> None:
    def attempt(resource: str) -> str:
        iam = let(shared, allow(f"iam:{action}", resource))
        method: Any = {"ListVirtualMFADevices": iam.list_virtual_mfa_devices, "ListUsers": iam.list_users}
        return refusal(method.get(action, iam.get_account_summary))[0]

    assert attempt(arn("user/*")) == attempt(arn("mfa/*")) == "AccessDenied"
    assert attempt("*") == "Success"


def test_an_action_without_a_user_means_the_caller(shared: Lab) -> None:
    iam = let(shared, allow(resource=arn("user/${aws:username}")), key=ALICES)
    assert refusal(iam.list_mfa_devices)[0] == "Success"
    assert refusal(iam.get_user)[0] == "AccessDenied"


def test_the_root_user_needs_no_policy(shared: Lab) -> None:
    shared.client(ROOT).deactivate_mfa_device(SerialNumber=ROOT_PHONE)


FAULTS = [
    ("no list", {}, "policies: must be a list of policies"),
    ("no version", [{"Statement": []}], "policies[0]: must be a policy of Version '2012-10-17' with a Statement"),
    ("no statement", [{"Version": VERSION}], "must be a policy of Version '2012-10-17' with a Statement"),
    ("no effect", [policy({"Action": "*", "Resource": "*"})], "every statement needs the Effect Allow or Deny"),
    ("no action", [policy({"Effect": "Allow", "Resource": "*"})], "needs either Action or NotAction"),
    ("both", [policy(allow() | {"NotAction": "x"})], "needs either Action or NotAction"),
    ("no resource", [policy({"Effect": "Allow", "Action": "*"})], "needs either Resource or NotResource"),
    ("an empty list", [policy(allow(resource=[]))], "needs either Resource or NotResource"),
    ("a number", [policy(allow(action=[1]))], "needs either Action or NotAction, as text or a list of it"),
    ("a principal", [policy(allow(Principal="*"))], "an identity policy has no element Principal"),
    ("a condition that is none", [policy(allow(Condition=[]))], "Condition must map operators to keys and values"),
    ("an unknown operator", [policy(when("NumericLessThan", "aws:MultiFactorAuthAge", "1"))],
        "the sandbox does not know the condition operator NumericLessThan"),
]  # fmt: skip


@pytest.mark.parametrize(("policies", "words"), [row[1:] for row in FAULTS], ids=[row[0] for row in FAULTS])
def test_what_the_sandbox_does_not_know_is_refused_never_ignored(policies: Any, words: str) -> None:
    with pytest.raises(SeedFault) as fault:
        Sandbox({"keys": {CI: {"account": ACCOUNT, "role": "ci", "policies": policies}}})
    assert words in str(fault.value)


def test_the_root_user_has_no_policies() -> None:
    with pytest.raises(SeedFault, match="policies: the root user has no identity policies"):
        Sandbox({"keys": {CI: {"account": ACCOUNT, "root": True, "policies": []}}})
