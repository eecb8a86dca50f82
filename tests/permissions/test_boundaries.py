"""What the policies keep out: break-glass users, writes of a plan, other users, and other repositories."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import NamedTuple

import pytest

from mfa_association import lifecycle
from mfa_association.aws.errors import AccessDenied
from mfa_association.sandbox.policy import Decision, judge
from tests.support.stage import failure, user, virtual

from .associations import delete_the_device, enable, move, remove_root, remove_the_last, resync
from .commands import look_around
from .policies import DOCUMENTED_ACCOUNT, IDENTITY_POLICIES, NAMES, allowed, load
from .stage import Policed

Under = Callable[..., Policed]
LOOKS = ("List", "Get", "Generate", "Simulate")
USER, DEVICE = f"arn:aws:iam::{DOCUMENTED_ACCOUNT}:user/", f"arn:aws:iam::{DOCUMENTED_ACCOUNT}:mfa/"
WRITES = [(name, action) for name in IDENTITY_POLICIES for action in allowed(name) if action.startswith("iam:")]
WRITES = [(name, action) for name, action in WRITES if not action.partition(":")[2].startswith(LOOKS)]


@pytest.mark.parametrize("who", ["break-glass", "break-glass-1", "break-glass/jane"])
@pytest.mark.parametrize(("name", "action"), WRITES)
def test_no_policy_changes_anything_of_a_break_glass_user(name: str, action: str, who: str) -> None:
    for kind in (USER, DEVICE):
        if judge([load(name)], action, kind + "alice", {}) is Decision.ALLOWED:
            assert judge([load(name)], action, kind + who, {}) is Decision.DENIED


def test_a_break_glass_user_keeps_its_device_though_another_policy_allows_all(under: Under) -> None:
    stage = under("apply")
    stage.documents = [
        *stage.documents,
        {"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "*", "Resource": "*"}},
    ]
    stage.plant(users={"jane": user(virtual("jane-phone"), path="/break-glass/")})
    saved = stage.saved(stage.arn("jane-phone"), "jane")
    sentence = failure(lambda: lifecycle.delete(stage.run(), saved), AccessDenied)
    assert "with an explicit deny in an identity-based policy" in sentence
    assert stage.holders() == {"jane": [stage.arn("jane-phone")]}


class Refused(NamedTuple):
    """Work that a policy is not for, and what it must not change."""

    policy: str
    does: Callable[[Policed], bool]


REFUSED = [
    Refused("plan", enable),
    Refused("plan", resync),
    Refused("plan", move),
    Refused("plan", remove_the_last),
    Refused("adopt", remove_the_last),
    Refused("adopt", enable),
    Refused("revoke", enable),
    Refused("enroll", remove_the_last),
    Refused("root-plan", remove_root),
]


@pytest.mark.parametrize("case", REFUSED, ids=lambda case: f"{case.policy}: {case.does.__name__}")
def test_a_policy_does_not_do_the_work_of_another(case: Refused, under: Under) -> None:
    stage = under(case.policy)
    failure(lambda: case.does(stage), AccessDenied)
    assert all(call.error for call in stage.box.log() if not call.action.startswith(("List", "Get", "Assume")))


def test_without_its_own_policy_the_device_itself_is_kept(under: Under) -> None:
    stage = under("apply")
    failure(lambda: delete_the_device(stage), AccessDenied)
    assert stage.arn() in str(stage.admin().list_virtual_mfa_devices())


def test_a_plan_reads_no_passwords(under: Under) -> None:
    stage = under("plan")
    stage.plant(users={"alice": user(virtual(), password=True)})
    assert not look_around(stage, "alice", passwords=True)


def test_a_policy_narrowed_to_one_user_says_so_of_another(under: Under) -> None:
    stage = under("apply")
    stage.documents = json.loads(json.dumps(stage.documents).replace(":user/*", ":user/alice"))
    stage.plant(users={"alice": user(virtual(), virtual("spare")), "bob": user(virtual("bobs"))})
    lifecycle.delete(stage.run(), stage.saved())
    sentence = failure(lambda: lifecycle.delete(stage.run(), stage.saved(stage.arn("bobs"), "bob")), AccessDenied)
    assert "iam:DeactivateMFADevice on resource: user bob" in sentence


ON_THE_ACCOUNT = {
    "iam:ListOrganizationsFeatures",
    "iam:ListVirtualMFADevices",
    "iam:ListUsers",
    "iam:GetAccountSummary",
    "iam:GetAccountAuthorizationDetails",
    "iam:ListPolicies",
    "iam:GenerateCredentialReport",
    "iam:GetCredentialReport",
}
"""Actions that know no resource (service authorization reference)."""


@pytest.mark.parametrize("name", NAMES)
def test_actions_are_named_and_resources_too_where_iam_allows(name: str) -> None:
    for statement in load(name)["Statement"]:
        actions = statement["Action"] if isinstance(statement["Action"], list) else [statement["Action"]]
        assert not [action for action in actions if "*" in action]
        assert (statement.get("Resource") == "*") == (set(actions) <= ON_THE_ACCOUNT)


ISSUER = "token.actions.githubusercontent.com"


def workflow(name: str, at: str = "0" * 40) -> str:
    """How a token names the workflow that a job is part of."""
    return f"mfa-association/mfa-association/.github/workflows/{name}.yml@{at}"


def claims_of(name: str, **changes: str | None) -> dict[str, str]:
    """What GitHub says of a job of `main` in an environment; None leaves a claim out."""
    told = {
        "aud": "sts.amazonaws.com",
        "sub": f"repo:ORGANIZATION/REPOSITORY:environment:{name}",
        "repository_id": "123456789",
        "environment": name,
        "ref": "refs/heads/main",
        "job_workflow_ref": workflow("drift" if name == "mfa-drift" else "pulumi"),
        **changes,
    }
    return {f"{ISSUER}:{claim}": value for claim, value in told.items() if value is not None}


class Token(NamedTuple):
    """A job's token, and the roles that believe it."""

    reason: str
    claims: dict[str, str]
    trusted: frozenset[str] = frozenset()


def foreign(environment: str) -> str:
    return f"repo:SOMEBODY/REPOSITORY:environment:{environment}"


TOKENS = [
    Token("a job of main in the environment", claims_of("mfa-apply"), frozenset({"apply"})),
    Token("the environment that plans, on main", claims_of("mfa-plan"), frozenset({"plan"})),
    Token("the environment that plans, of a pull request", claims_of("mfa-plan", ref="refs/pull/7/merge"), frozenset({"plan"})),
    Token("the morning's comparison", claims_of("mfa-drift"), frozenset({"drift"})),
    *(
        Token(
            f"a `sub` with ids, as of a repository made after June 2026: {mark}",
            claims_of("mfa-apply", sub=f"repo:ORGANIZATION{mark}1/REPOSITORY{mark}123456789:environment:mfa-apply"),
            frozenset({"apply"}),
        )
        for mark in "@-"
    ),
    Token("a branch that is not main", claims_of("mfa-apply", ref="refs/heads/feature")),
    Token("a tag that is called main", claims_of("mfa-apply", ref="refs/tags/main")),
    Token("a pull request", claims_of("mfa-apply", ref="refs/pull/7/merge")),
    Token("drift from a branch", claims_of("mfa-drift", ref="refs/heads/feature")),
    Token("the same names, another repository: one made after ours was deleted", claims_of("mfa-apply", repository_id="2")),
    Token("a fork", claims_of("mfa-apply", sub=foreign("mfa-apply"), repository_id="2")),
    Token("a fork that plans", claims_of("mfa-plan", sub=foreign("mfa-plan"), repository_id="2")),
    Token("an environment whose name begins alike", claims_of("mfa-apply-2")),
    Token(
        "a pull request without an environment",
        claims_of("", sub="repo:ORGANIZATION/REPOSITORY:pull_request", environment=None, ref="refs/pull/7/merge"),
    ),
    Token(
        "the main branch without the environment",
        claims_of("", sub="repo:ORGANIZATION/REPOSITORY:ref:refs/heads/main", environment=None),
    ),
    Token(
        "a workflow that a pull request wrote",
        claims_of(
            "mfa-plan", job_workflow_ref="ORGANIZATION/REPOSITORY/.github/workflows/mfa.yml@refs/pull/7/merge", ref="refs/pull/7/merge"
        ),
    ),
    Token("ours at another commit, such as one of a fork", claims_of("mfa-plan", job_workflow_ref=workflow("pulumi", "1" * 40))),
    Token("ours by a tag, which can be moved", claims_of("mfa-apply", job_workflow_ref=workflow("pulumi", "refs/tags/v0.1.0"))),
    Token("another of ours", claims_of("mfa-apply", job_workflow_ref=workflow("drift"))),
    Token("a token for somebody else", claims_of("mfa-apply", aud="https://github.com/ORGANIZATION")),
]  # fmt: skip
TRUSTS = [name.removeprefix("trust-") for name in NAMES if name.startswith("trust-")]


def believed(name: str, claims: Mapping[str, str]) -> bool:
    role = f"arn:aws:iam::{DOCUMENTED_ACCOUNT}:role/{name}"
    return judge([load(name)], "sts:AssumeRoleWithWebIdentity", role, claims) is Decision.ALLOWED


@pytest.mark.parametrize("token", TOKENS, ids=lambda token: token.reason)
def test_each_role_trusts_one_environment_of_one_repository(token: Token) -> None:
    assert {name for name in TRUSTS if believed(f"trust-{name}", token.claims)} == token.trusted


@pytest.mark.parametrize("name", TRUSTS)
def test_a_token_that_does_not_say_is_not_trusted(name: str) -> None:
    said = claims_of(f"mfa-{name}")
    conditions = load(f"trust-{name}")["Statement"][0]["Condition"]
    asked = {key for operator in conditions.values() for key in operator}
    assert believed(f"trust-{name}", said)
    for claim in asked:
        assert not believed(f"trust-{name}", {key: value for key, value in said.items() if key != claim}), claim


@pytest.mark.parametrize("name", TRUSTS)
def test_only_claims_are_asked_that_aws_knows(name: str) -> None:
    """AWS's list of keys for GitHub (IAM reference, condition keys of OIDC federation), January 2026; `sub` must be."""
    known = {"aud", "sub", "actor", "actor_id", "job_workflow_ref", "repository", "repository_id", "workflow", "ref"}
    known |= {"environment", "enterprise_id"}
    conditions = load(f"trust-{name}")["Statement"][0]["Condition"]
    asked = {key.removeprefix(f"{ISSUER}:") for operator in conditions.values() for key in operator}
    assert {"aud", "sub", "repository_id", "environment", "job_workflow_ref"} <= asked <= known
