"""Whether whoever applies may do it, by simulation."""

from __future__ import annotations

from typing import Any, NamedTuple

import pytest

from mfa_association.review.facts import NotChecked
from tests.support.stage import user, virtual

from .stage import Account, adds, allow, moves, removes

DEACTIVATE, ENABLE, DELETE = "iam:DeactivateMFADevice", "iam:EnableMFADevice", "iam:DeleteVirtualMFADevice"
IF_MFA = {"Bool": {"aws:MultiFactorAuthPresent": "true"}}


def company(account: Account) -> None:
    users = {"alice": user(virtual()), "bob": user(virtual("bobs"), path="/staff/"), "carol": {}}
    account.plant(users=users, devices=[virtual("free")])


class Case(NamedTuple):
    """``role`` applies under ``statements``; ``{role}`` is its ARN."""

    reason: str
    statements: list[dict[str, Any]]
    steps: list[tuple[Any, ...]]
    told: list[str]


REMOVE_BOTH = [(removes, "alice", "alice-phone"), (removes, "bob", "bobs")]
CASES = [
    Case("all is allowed", [allow(DEACTIVATE)], REMOVE_BOTH, []),
    Case("one user is out of reach", [allow(DEACTIVATE, resource="arn:aws:iam::*:user/staff/*")], REMOVE_BOTH,
        ["{role} is not allowed iam:DeactivateMFADevice on user alice"]),
    Case("nothing is allowed", [allow("iam:List*")], REMOVE_BOTH,
        ["{role} is not allowed iam:DeactivateMFADevice on user alice",
         "{role} is not allowed iam:DeactivateMFADevice on user bob"]),
    Case("a user's path counts", [allow(DEACTIVATE, resource="arn:aws:iam::*:user/bob")], [REMOVE_BOTH[1]],
        ["{role} is not allowed iam:DeactivateMFADevice on user bob"]),
    Case("enabling", [allow(DEACTIVATE)], [(adds, "carol", "free")],
        ["{role} is not allowed iam:EnableMFADevice on user carol"]),
    Case("recording enables nothing", [allow(DEACTIVATE)], [(adds, "carol", "free", False)], []),
    Case("adopting enables nothing", [allow(DEACTIVATE)], [(adds, "alice", "alice-phone")], []),
    Case("a move needs both", [allow("iam:List*")], [(moves, "alice", "carol", "alice-phone")],
        ["{role} is not allowed iam:DeactivateMFADevice on user alice",
         "{role} is not allowed iam:EnableMFADevice on user carol"]),
    Case("conditions decide", [allow(DEACTIVATE, Condition=IF_MFA)], [REMOVE_BOTH[0]],
        ["{role} may use iam:DeactivateMFADevice on user alice only under conditions of its policies "
         "(aws:MultiFactorAuthPresent), which were not checked"]),
    Case("a denial wins over conditions",
        [allow(DEACTIVATE, Condition=IF_MFA), {**allow(DEACTIVATE), "Effect": "Deny"}], [REMOVE_BOTH[0]],
        ["{role} is not allowed iam:DeactivateMFADevice on user alice"]),
]  # fmt: skip


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.reason)
def test_what_the_applier_may_not_do(case: Case, account: Account) -> None:
    company(account)
    role = account.role("mfa-apply", *case.statements)
    steps = [does(*names[:-1], account.arn(names[-1])) if isinstance(names[-1], str) else
             does(names[0], account.arn(names[1]), names[2]) for does, *names in case.steps]  # fmt: skip
    live = account.look(*steps, apply_as=role)
    assert [sentence for _, sentence in live.predicted_failures] == [text.format(role=role) for text in case.told]
    assert live.simulated_as == ((role,) if any(step.op != "create" for step in steps) or case.told else None)


def test_deleting_the_device_itself(account: Account) -> None:
    company(account)
    role = account.role("mfa-apply", allow(DEACTIVATE))
    live = account.look(removes("alice", account.arn(), also_deletes=True), apply_as=role)
    assert [text for _, text in live.predicted_failures] == [f"{role} is not allowed {DELETE} on {account.arn()}"]


def test_the_caller_applies_unless_another_is_named(account: Account) -> None:
    company(account)
    account.role("ci", allow("iam:*", resource="*"), {**allow(ENABLE), "Effect": "Deny"})
    live = account.look(removes("alice", account.arn()), adds("carol", account.arn("free")))
    role = f"arn:aws:iam::{account.account}:role/ci"
    assert live.simulated_as == (role,)
    assert live.predicted_failures == (
        (f"add carol {account.arn('free')}", f"{role} is not allowed {ENABLE} on user carol"),
    )


def test_a_caller_who_only_reads_is_not_taken_for_the_applier(account: Account) -> None:
    company(account)
    account.role("ci", allow("iam:Get*", "iam:List*", "iam:Simulate*", "iam:Generate*"))
    live = account.look(removes("alice", account.arn()))
    role = f"arn:aws:iam::{account.account}:role/ci"
    assert live.simulated_as == NotChecked(f"{role} may write nothing, so somebody else applies")
    assert live.predicted_failures == ()


def test_a_resources_own_role_is_the_applier(account: Account) -> None:
    company(account)
    role = account.role("own-role", allow("iam:List*"))
    steps = removes("alice", account.arn(), role_arn=role), removes("bob", account.arn("bobs"))
    live = account.look(*steps)
    assert [text for _, text in live.predicted_failures] == [f"{role} is not allowed {DEACTIVATE} on user alice"]
    assert live.simulated_as == (role, f"arn:aws:iam::{account.account}:role/ci")


def test_a_denied_simulation_is_told(account: Account) -> None:
    company(account)
    account.deny("SimulatePrincipalPolicy")
    live = account.look(removes("alice", account.arn()))
    assert live.simulated_as == NotChecked("denied: iam:SimulatePrincipalPolicy")
    assert live.predicted_failures == ()


def test_a_role_that_is_not_there(account: Account) -> None:
    company(account)
    role = account.role("own-role", allow(DEACTIVATE))
    gone = removes("bob", account.arn("bobs"), role_arn=role.replace("own-role", "none"))
    live = account.look(removes("alice", account.arn(), role_arn=role), gone)
    assert live.simulated_as == (role,)
    assert live.not_foreseen == (
        f"what {role.replace('own-role', 'none')} may do: not checked (not found: iam:SimulatePrincipalPolicy)",
    )


@pytest.mark.long
def test_simulations_are_few(account: Account) -> None:
    names = [f"user-{number}" for number in range(120)]
    account.plant(users={name: user(virtual(name)) for name in names})
    live = account.look(*(removes(name, account.arn(name)) for name in names))
    assert live.simulated_as == (f"arn:aws:iam::{account.account}:role/ci",)
    assert account.calls()["SimulatePrincipalPolicy"] == 3


def test_without_a_write_nothing_is_simulated(account: Account) -> None:
    company(account)
    assert account.look(adds("alice", account.arn())).simulated_as is None
    assert "SimulatePrincipalPolicy" not in account.calls()
