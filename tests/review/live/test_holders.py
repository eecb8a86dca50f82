"""The cells of one holder: each known, or not checked with its own reason."""

from __future__ import annotations

from dataclasses import fields
from typing import Any

import pytest

from mfa_association.review.facts import Facts, Holder, NotChecked
from mfa_association.review.live.bulk import FEW
from mfa_association.review.model import GrantStep
from tests.review.live.stage import ADMINISTRATOR, READ_ONLY, Account, adds, allow, by_name, moves, removes
from tests.support.stage import hardware, user, virtual

SEEN = "2026-01-31T12:00:00Z"
POWERFUL = ("iam:ListAttachedUserPolicies", "iam:ListUserPolicies", "iam:ListGroupsForUser")


def alice(account: Account, **more: Any) -> None:
    account.plant(users={"alice": user(virtual(), hardware(f"GAHT{account.account}"), **more)})


def test_everything_of_a_user(account: Account) -> None:
    alice(account, password=True, password_last_used=SEEN)
    account.admin().create_access_key(UserName="alice")
    found = account.facts(removes("alice", account.arn()))
    user_id = account.admin().get_user(UserName="alice")["User"]["UserId"]
    assert found == Facts(
        Holder("alice"), True, (account.arn(), f"GAHT{account.account}"), True, 1, "no", SEEN, None, (), (), user_id
    )
    assert not found.is_disabled


def test_a_user_who_never_signed_in_and_holds_nothing(account: Account) -> None:
    account.plant(users={"alice": {"password": True}})
    found = account.facts(adds("alice", account.arn()))
    assert (found.serial_numbers, found.password_last_used, found.active_access_keys) == ((), None, 0)


def test_an_inactive_access_key_is_none(account: Account) -> None:
    account.plant(users={"alice": user(virtual())})
    key = account.admin().create_access_key(UserName="alice")["AccessKey"]["AccessKeyId"]
    assert not account.facts(removes("alice", account.arn())).is_disabled
    account.admin().update_access_key(UserName="alice", AccessKeyId=key, Status="Inactive")
    leaver = account.facts(removes("alice", account.arn()))
    assert leaver.active_access_keys == 0
    assert leaver.is_disabled


def test_a_user_who_does_not_exist_has_nothing(account: Account) -> None:
    account.plant()
    found = account.facts(adds("alice", account.arn()))
    assert found == Facts(Holder("alice"), False, (), False, 0, "no", None, None, (), ())
    assert not found.is_disabled
    assert account.calls().get("ListUserPolicies", 0) == 0


def test_a_user_who_does_not_exist_is_told_without_get_user(account: Account) -> None:
    account.plant()
    account.deny("GetUser")
    assert account.facts(adds("alice", account.arn())).exists is False


def test_names_have_no_case(account: Account) -> None:
    alice(account)
    found = by_name(account.look(removes("ALICE", account.arn()), removes("alice", f"GAHT{account.account}")))
    assert len(found) == 1


def test_both_sides_of_a_move_and_who_is_given_a_password(account: Account) -> None:
    account.plant(users={"alice": user(virtual()), "bob": {}, "carol": {"password": True}, "dave": {}})
    grant = GrantStep("login", "aws:iam/userLoginProfile:UserLoginProfile", "create", "password", "carol")
    found = by_name(account.look(moves("alice", "bob", account.arn()), grant))
    assert list(found) == ["alice", "bob", "carol"]
    assert (found["alice"].serial_numbers, found["bob"].serial_numbers) == ((account.arn(),), ())


DENIED = [
    ("exists", "GetUser", "denied: iam:GetUser"),
    ("serial_numbers", "ListMFADevices", "denied: iam:ListMFADevices"),
    ("console_password", "GetLoginProfile", "denied: iam:GetLoginProfile"),
    ("active_access_keys", "ListAccessKeys", "denied: iam:ListAccessKeys"),
    ("administrator", "ListAttachedUserPolicies", "denied: iam:ListAttachedUserPolicies"),
    ("administrator", "ListUserPolicies", "denied: iam:ListUserPolicies"),
    ("administrator", "ListGroupsForUser", "denied: iam:ListGroupsForUser"),
    ("administrator", "GetUserPolicy", "denied: iam:GetUserPolicy"),
    ("administrator", "GetPolicy", "denied: iam:GetPolicy"),
    ("administrator", "GetPolicyVersion", "denied: iam:GetPolicyVersion"),
    ("administrator", "ListAttachedGroupPolicies", "denied: iam:ListAttachedGroupPolicies"),
    ("administrator", "ListGroupPolicies", "denied: iam:ListGroupPolicies"),
    ("administrator", "GetGroupPolicy", "denied: iam:GetGroupPolicy"),
]


ALSO_EMPTIED = {
    "GetUser": ("password_last_used", "administrator"),
    "ListAttachedUserPolicies": ("policies",),
    "ListUserPolicies": ("policies",),
    "ListGroupsForUser": ("groups",),
}
"""A list of policies or groups tells what a user may do, and what blocks the user's deletion."""


@pytest.mark.long
@pytest.mark.parametrize(("cell", "action", "why"), DENIED, ids=[row[1] for row in DENIED])
def test_a_denial_empties_its_own_cell_alone(cell: str, action: str, why: str, account: Account) -> None:
    alice(account, password=True)
    account.give("alice", allow("s3:*"))
    account.group("staff", "alice", attached=READ_ONLY, inline=allow("s3:*"))
    whole = account.facts(removes("alice", account.arn()))
    account.deny(action)
    found = account.facts(removes("alice", account.arn()))
    emptied = {cell, *ALSO_EMPTIED.get(action, ())}
    assert found.user_id == (None if action == "GetUser" else whole.user_id)
    for name in (field.name for field in fields(Facts) if field.name != "user_id"):
        expected = NotChecked(why) if name in emptied else getattr(whole, name)
        assert getattr(found, name) == expected, name


def test_a_disabled_user_is_told_from_one_who_was_not_checked(account: Account) -> None:
    account.plant(users={"alice": user(virtual())})
    assert account.facts(removes("alice", account.arn())).is_disabled
    account.deny("GetLoginProfile")
    assert not account.facts(removes("alice", account.arn())).is_disabled


def test_an_administrator_by_a_group_of_which_one_policy_is_denied(account: Account) -> None:
    """What was not read could deny what was."""
    account.plant(users={"alice": user(virtual())})
    account.group("admins", "alice", attached=ADMINISTRATOR)
    found = account.facts(removes("alice", account.arn()))
    assert (found.administrator, found.administrator_by) == ("yes", "AdministratorAccess through group admins")
    account.deny("ListUserPolicies")
    assert account.facts(removes("alice", account.arn())).administrator == "not fully determined"


def test_a_boundary_decides(account: Account) -> None:
    account.plant(users={"alice": user(virtual())})
    account.admin().attach_user_policy(UserName="alice", PolicyArn=ADMINISTRATOR)
    assert account.facts(removes("alice", account.arn())).administrator == "yes"
    account.admin().put_user_permissions_boundary(UserName="alice", PermissionsBoundary=READ_ONLY)
    found = account.facts(removes("alice", account.arn()))
    assert found.administrator == "not fully determined"
    assert found.administrator_by == "AdministratorAccess, within a permissions boundary"


def test_what_users_share_is_read_once(account: Account) -> None:
    names = [f"user-{number}" for number in range(FEW)]
    account.plant(users={name: user(virtual(name)) for name in names})
    account.group("staff", *names, attached=READ_ONLY, inline=allow("s3:*"))
    account.start_counting()
    found = account.look(*(removes(name, account.arn(name)) for name in names))
    assert {facts.administrator for facts in found.holders} == {"no"}
    calls = account.calls()
    assert {action for action in calls if "Group" in action or action.startswith("GetPolicy")} == {
        "ListGroupsForUser", "ListAttachedGroupPolicies", "ListGroupPolicies", "GetGroupPolicy", "GetPolicy",
        "GetPolicyVersion",
    }  # fmt: skip
    assert calls["ListGroupsForUser"] == FEW
    once = ("ListAttachedGroupPolicies", "ListGroupPolicies", "GetGroupPolicy", "GetPolicy", "GetPolicyVersion")
    assert [calls[action] for action in once] == [1] * 5


def rooted(account: Account, **organization: Any) -> str:
    member = str(int(account.account) + 50_000_000_000)
    account.plant()
    account.box.add({
        "accounts": {member: {"root": {"password": True, "devices": [virtual("root-phone")]}}},
        "organization": {
            "management": account.account, "members": [member], "root_credentials_management": True, **organization
        },
    })  # fmt: skip
    return member


def test_a_root_user_is_read_in_an_audit_session(account: Account) -> None:
    member = rooted(account)
    serial = f"arn:aws:iam::{member}:mfa/root-phone"
    found = account.facts(removes(None, serial, root=member, account_id=member))
    assert found == Facts(Holder(None, member), True, (serial,), True, 0, "yes", None, "root user", (), ())
    assert {call.account for call in account.box.log() if call.action == "ListMFADevices"} == {member}


def test_a_root_user_whom_nobody_may_look_at(account: Account) -> None:
    member = rooted(account, root_credentials_management=False)
    found = account.facts(removes(None, f"arn:aws:iam::{member}:mfa/root-phone", root=member))
    why = NotChecked("root credentials are not managed centrally")
    assert (found.exists, found.serial_numbers, found.console_password) == (True, why, why)
    assert found.administrator == "yes"


def test_the_root_user_of_the_callers_own_account(account: Account) -> None:
    rooted(account)
    own = account.account
    found = account.facts(removes(None, f"arn:aws:iam::{own}:mfa/x", root=own))
    assert found.serial_numbers == NotChecked("denied: sts:AssumeRoot")


OTHER = "999988887777"
ELSEWHERE = [
    ("a role of another account", {"role_arn": f"arn:aws:iam::{OTHER}:role/mfa"}),
    ("a device of another account", {"serial": f"arn:aws:iam::{OTHER}:mfa/alice-phone"}),
    ("a state that says so", {"account_id": OTHER}),
]


@pytest.mark.parametrize(("reason", "how"), ELSEWHERE, ids=[row[0] for row in ELSEWHERE])
def test_a_user_of_another_account_is_not_looked_at(reason: str, how: dict[str, str], account: Account) -> None:
    alice(account, password=True)
    serial = how.pop("serial", None) or f"GAHT{account.account}"
    live = account.look(removes("alice", serial, **how), removes("alice", account.arn()))
    (found,) = live.holders
    why = NotChecked(f"in account {OTHER}, and the caller is in {account.account}")
    assert {getattr(found, field.name) for field in fields(Facts)} == {Holder("alice"), why, None}
    assert "AssumeRole" not in account.calls()


def test_a_role_of_the_same_account_is_not_assumed_either(account: Account) -> None:
    alice(account, password=True)
    role = f"arn:aws:iam::{account.account}:role/mfa"
    assert account.facts(removes("alice", account.arn(), role_arn=role)).console_password is True
    assert "AssumeRole" not in account.calls()


def test_a_name_that_iam_cannot_have(account: Account) -> None:
    account.plant()
    found = account.facts(removes("al ice", account.arn()))
    assert found.serial_numbers == NotChecked("not a name that IAM knows")
