"""Many users: the lists of the account instead of calls for each, with the same answers, and never more calls."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest

from mfa_association.aws.details import AccountSize
from mfa_association.review.facts import NotChecked
from mfa_association.review.live.bulk import FEW, pages
from tests.review.live.stage import ADMINISTRATOR, READ_ONLY, Account, adds, allow, by_name, document, removes
from tests.support.stage import hardware, user, virtual

POWER_USER = "arn:aws:iam::aws:policy/PowerUserAccess"
SEEN = "2026-01-31T12:00:00Z"

pytestmark = pytest.mark.long


def crowd(account: Account, number: int, others: int = 0, **more: Any) -> list[str]:
    """So many users with a phone and a password, and others without a password."""
    names = [f"user-{n:04}" for n in range(number)]
    users = {name: user(virtual(name), password=True, **more) for name in names}
    account.plant(users=users | {f"other-{n:04}": {} for n in range(others)})
    return names


def leaving(account: Account, names: list[str]) -> Any:
    return account.look(*(removes(name, account.arn(name)) for name in names))


def policy(account: Account, name: str, *statements: dict[str, Any]) -> str:
    body = json.dumps(document(*statements))
    return str(account.admin().create_policy(PolicyName=name, PolicyDocument=body)["Policy"]["Arn"])


@pytest.mark.parametrize(
    ("affected", "others", "page"),
    [
        (60, 0, 30),
        (200, 0, 100),
        pytest.param(200, 0, 1000, marks=pytest.mark.deep),
        pytest.param(200, 1900, 100, marks=pytest.mark.deep),
        (200, 1900, 1000),
    ],
)
def test_the_calls_of_many_users(affected: int, others: int, page: int, account: Account) -> None:
    """At most 3 calls a user and 3 for each 1,000 users, one for each policy of AWS in force, and 10 more."""
    names = crowd(account, affected, others)
    account.group("staff", *names, attached=READ_ONLY, inline=allow("s3:*"))
    for name in names[:9]:
        account.admin().attach_user_policy(UserName=name, PolicyArn=POWER_USER)
    account.box.pages(page)
    try:
        account.start_counting()
        live = leaving(account, names)
    finally:
        account.box.pages(None)
    lists = 3 * -(-(affected + others + 1) // page)
    assert sum(account.calls().values()) <= 3 * affected + lists + 2 + 10
    assert {facts.administrator for facts in live.holders} == {"no", "not fully determined"}
    assert all(facts.serial_numbers == (account.arn(str(facts.holder)),) for facts in live.holders)
    assert isinstance(live.listed_at, str) and live.checked_at and live.listed_at <= live.checked_at


def test_which_calls_they_are(account: Account) -> None:
    names = crowd(account, 20)
    account.group("staff", *names, attached=READ_ONLY)
    account.start_counting()
    leaving(account, names)
    a_user = dict.fromkeys(("ListMFADevices", "GetLoginProfile", "ListAccessKeys"), 20)
    lists = dict.fromkeys(("GetAccountSummary", "GetAccountAuthorizationDetails", "ListUsers", "ListPolicies"), 1)
    once = {"GetCallerIdentity": 1, "GenerateCredentialReport": 2, "GetCredentialReport": 1, "GetPolicyVersion": 1}
    assert account.calls() == a_user | lists | once | {"SimulatePrincipalPolicy": 1}


def a_company(account: Account) -> list[str]:
    """Everything by which users differ, on more than a few of them."""
    names = crowd(account, FEW + 4, password_last_used=SEEN)
    iam = account.admin()
    iam.attach_user_policy(UserName=names[0], PolicyArn=ADMINISTRATOR)
    account.group("admins", names[1], attached=ADMINISTRATOR)
    account.group("readers", names[1], names[2], attached=READ_ONLY, inline=allow("iam:*"))
    account.give(names[3], allow("iam:CreateAccessKey", resource=account.user_arn(names[3])))
    iam.attach_user_policy(UserName=names[4], PolicyArn=policy(account, "own", allow("iam:PutUserPolicy")))
    iam.attach_user_policy(UserName=names[5], PolicyArn=ADMINISTRATOR)
    iam.put_user_permissions_boundary(UserName=names[5], PermissionsBoundary=READ_ONLY)
    iam.create_access_key(UserName=names[6])
    iam.delete_login_profile(UserName=names[7])
    account.plant(users={names[8]: user(hardware(f"GAHT{account.account[-8:]}"))})
    return names


def test_the_lists_say_what_single_calls_say(account: Account) -> None:
    names = a_company(account)
    together = by_name(leaving(account, names))
    singly = {name: account.facts(removes(name, account.arn(name))) for name in names}
    assert together == singly
    assert {facts.administrator for facts in singly.values()} == {"yes", "no", "not fully determined"}


DENIED = ["GetAccountSummary", "GetAccountAuthorizationDetails", "ListUsers"]


@pytest.mark.parametrize("action", DENIED)
def test_where_a_list_is_denied_each_user_is_asked_for(action: str, account: Account) -> None:
    names = a_company(account)
    whole = by_name(leaving(account, names))
    account.deny(action)
    live = leaving(account, names)
    assert by_name(live) == whole
    assert live.listed_at == NotChecked(f"denied: iam:{action}")


@pytest.mark.parametrize("action", DENIED)
def test_where_a_list_fails_each_user_is_asked_for(action: str, account: Account) -> None:
    names = a_company(account)
    account.fault(action, error="ServiceFailure", times=None)
    assert leaving(account, names).listed_at == NotChecked("IAM could not answer")


def test_without_the_versions_of_aws_policies_each_is_asked_for(account: Account) -> None:
    names = a_company(account)
    whole = by_name(leaving(account, names))
    account.deny("ListPolicies")
    assert by_name(leaving(account, names)) == whole


def test_a_denied_version_empties_its_own_cells_alone(account: Account) -> None:
    names = a_company(account)
    account.deny("GetPolicyVersion")
    found = by_name(leaving(account, names))
    assert found[names[1]].administrator == "not fully determined"
    assert found[names[0]].administrator == "yes"


def test_a_few_users_are_asked_for_one_by_one(account: Account) -> None:
    names = crowd(account, FEW)
    account.start_counting()
    live = leaving(account, names)
    assert live.listed_at is None
    assert "GetAccountSummary" not in account.calls()


def test_a_large_account_is_not_read_for_a_handful(account: Account, monkeypatch: pytest.MonkeyPatch) -> None:
    names = crowd(account, FEW + 1)
    size = AccountSize(users=30_000, groups=0, policies=0)
    monkeypatch.setattr("mfa_association.aws.details.AccountDetails.size", lambda self: size)
    account.start_counting()
    live = leaving(account, names)
    assert live.listed_at is None
    assert not account.calls().keys() & {"ListUsers", "GetAccountAuthorizationDetails"}


@pytest.mark.parametrize(
    ("size", "calls"),
    [((0, 0, 0), 1), ((1, 0, 0), 3), ((1000, 0, 0), 3), ((1000, 1, 0), 4), ((1000, 0, 1), 4), ((5000, 100, 400), 12)],
)
def test_what_the_lists_cost(size: tuple[int, int, int], calls: int) -> None:
    assert pages(AccountSize(*size)) == calls


def test_users_who_are_yet_to_be_made_cost_one_call_each(account: Account) -> None:
    crowd(account, 3)
    names = [f"new-{n}" for n in range(FEW + 1)]
    account.start_counting()
    live = account.look(*(adds(name, account.arn(name)) for name in names))
    assert {facts.exists for facts in live.holders} == {False}
    assert account.calls()["GetUser"] == len(names)
    assert not account.calls().keys() & {"GetLoginProfile", "ListAccessKeys", "ListMFADevices"}


def test_a_user_deleted_since_the_lists_were_read(account: Account) -> None:
    names = crowd(account, FEW + 1)
    account.fault("ListMFADevices", error="NoSuchEntity", user=names[0])
    found = by_name(leaving(account, names))
    assert found[names[0]].exists is False
    assert replace(found[names[1]]).exists is True


def test_names_are_compared_without_regard_to_case(account: Account) -> None:
    names = crowd(account, FEW + 1)
    account.start_counting()
    leaving_loudly = [removes(name.upper(), account.arn(name)) for name in names]
    assert {facts.exists for facts in account.look(*leaving_loudly).holders} == {True}
    assert "GetUser" not in account.calls()


def test_an_odd_policy_hides_no_other(account: Account) -> None:
    names = crowd(account, FEW + 1)
    account.give(names[0], allow("s3:*"))
    account.box.app.world.account(account.account).backend.users[names[0]].policies["inline"] = "[]"
    found = by_name(leaving(account, names))
    assert found[names[0]].administrator == NotChecked("policy could not be evaluated")
    assert found[names[1]].administrator == "no"
