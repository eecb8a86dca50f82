"""The property for one removal, against the sandbox: real reads, a real delete, AWS's log, and rights by the sandbox's
own evaluator instead of the review's."""

from __future__ import annotations

import itertools
import json
from collections.abc import Iterator
from typing import Any, NamedTuple

import pytest

from mfa_association import lifecycle
from mfa_association.review.classify import Context, classify
from mfa_association.review.findings import RISKS, Risk
from mfa_association.sandbox import Sandbox
from mfa_association.sandbox.policy import Decision, judge
from tests.review.live.stage import ADMINISTRATOR, READ_ONLY, Account, allow, preview, removes, removes_secretly
from tests.support.stage import hardware, one_sandbox, staged, user, virtual

ESCALATE = ("iam:AttachUserPolicy", "iam:PutUserPolicy", "iam:AddUserToGroup", "iam:CreateAccessKey", "iam:*")
RIGHTS = ("none", "read only", "administrator", "through a group", "own policy")
NAMES = ("as saved", "renamed", "secret")


class Case(NamedTuple):
    """Alice before her phone's line goes."""

    password: bool
    other_device: bool
    access_key: bool
    rights: str
    name: str


CASES = [Case(*values) for values in itertools.product((True, False), (True, False), (True, False), RIGHTS, NAMES)]


@pytest.fixture(scope="module")
def box() -> Iterator[Sandbox]:
    yield from one_sandbox()


def plant(account: Account, case: Case) -> str:
    """The account; returns Alice's id."""
    devices = [virtual(), *([hardware(f"GAHT{account.account[-8:]}")] if case.other_device else [])]
    account.plant(users={"alice": user(*devices, password=case.password)})
    iam = account.admin()
    if case.access_key:
        iam.create_access_key(UserName="alice")
    if case.rights in ("read only", "administrator"):
        iam.attach_user_policy(UserName="alice", PolicyArn=READ_ONLY if case.rights == "read only" else ADMINISTRATOR)
    elif case.rights == "through a group":
        account.group("admins", "alice", inline=allow("iam:*"))
    elif case.rights == "own policy":
        account.give("alice", allow("iam:PutUserPolicy"))
    user_id = account.user_id()
    if case.name == "renamed":
        iam.update_user(UserName="alice", NewUserName="alicia")
    return user_id


def may_escalate(account: Account, user_id: str) -> bool:
    """By every policy that the sandbox has for the user, and the sandbox's evaluator."""
    backend: Any = account.box.app.world.account(account.account).backend
    (holder,) = [one for one in backend.users.values() if one.id == user_id]
    groups = [group for group in backend.groups.values() if holder in group.users]
    documents: list[Any] = [json.loads(text) for one in (holder, *groups) for text in one.policies.values()]
    documents += [
        json.loads(p.versions[0].document) for one in (holder, *groups) for p in one.managed_policies.values()
    ]
    return any(judge(documents, action, str(holder.arn), {}) is Decision.ALLOWED for action in ESCALATE)


def oracle(account: Account, case: Case, user_id: str) -> Risk:
    """The rule of the review's table, in few words."""
    if not case.password and not case.access_key:
        return "info"
    if case.other_device:
        return "low"
    powerful = may_escalate(account, user_id)
    return "critical" if case.password and powerful else "high" if case.password or powerful else "medium"


ONE_NAME_EACH = {number for number in range(len(CASES)) if number % len(NAMES) == number // len(NAMES) % len(NAMES)}
"""Of each account one of its names, in turn, so that every name meets every right; `make test-deep` has the others."""


@pytest.mark.long
@pytest.mark.parametrize(
    "case",
    [
        pytest.param(case, marks=[] if number in ONE_NAME_EACH else pytest.mark.deep)
        for number, case in enumerate(CASES)
    ],
    ids=lambda case: "-".join(str(value) for value in case),
)
def test_a_removal_is_named_for_whom_it_hits_as_badly_as_it_is(case: Case, box: Sandbox) -> None:
    for _ in staged(box):
        account = Account(box)
        user_id = plant(account, case)
        least = oracle(account, case, user_id)
        saved = {"user_id": user_id, "account_id": account.account}
        step = removes("alice", account.arn(), **saved)
        if case.name == "secret":
            step = removes_secretly(account.arn(), **saved)
        change = preview(step)
        report = classify(change, Context(account.look(step)))
        account.start_counting()
        lifecycle.delete(account.run(), account.saved(user_id=user_id))
        (taken,) = [call for call in box.log() if call.action == "DeactivateMFADevice" and not call.error]
        (finding,) = report.losses
        assert (str(finding.holder), finding.serial_number, finding.removal) == (taken.user, taken.serial, True)
        assert RISKS.index(finding.risk) <= RISKS.index(least), (finding.risk, least)
