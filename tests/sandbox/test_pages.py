"""Every list of IAM comes in pages: MaxItems, Marker and IsTruncated, 100 unless asked, 1,000 at most."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

import pytest

from tests.sandbox.lab import ACCOUNT, Lab, refusal, sandbox_lab

MANY = 230
POLICY = json.dumps({"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "iam:Get*", "Resource": "*"}})
SEED: dict[str, Any] = {
    "default_account": ACCOUNT,
    "accounts": {
        ACCOUNT: {
            "users": {f"user{n:03}": {"devices": [{"kind": "virtual", "name": f"phone{n:03}"}]} for n in range(MANY)}
        }
    },
}


def fill(backend: Any) -> None:
    """With 230 groups and policies, in moto itself: 1,800 calls took longer than all tests here."""
    for n in range(MANY):
        backend.create_group(f"group{n:03}")
        backend.add_user_to_group(f"group{n:03}", "user000")
        made = backend.create_policy("", "/", POLICY, f"policy{n:03}", []).arn
        backend.attach_user_policy(made, "user000")
        backend.attach_group_policy(made, "group000")
        backend.put_user_policy("user000", f"own{n:03}", POLICY)
        backend.put_group_policy("group000", f"own{n:03}", POLICY)
    for n in range(1, MANY):
        backend.add_user_to_group("group000", f"user{n:03}")


@pytest.fixture(scope="module")
def big() -> Iterator[Lab]:
    """An account with 230 of everything; user000 holds 8 devices and is in every group."""
    with sandbox_lab(SEED) as lab:
        for n in range(7):
            lab.held("user000", f"more{n}")
        assert lab.sandbox
        fill(lab.sandbox.app.world.account(ACCOUNT).backend)
        yield lab


class Paged(NamedTuple):
    """A list: its method, the arguments, the member with the items and what tells one from another."""

    method: str
    arguments: dict[str, str]
    member: str
    name: Callable[[Any], str]
    total: int = MANY


LISTS = [
    Paged("list_users", {}, "Users", lambda one: one["UserId"]),
    Paged("list_virtual_mfa_devices", {}, "VirtualMFADevices", lambda one: one["SerialNumber"], MANY + 7),
    Paged("list_mfa_devices", {"UserName": "user000"}, "MFADevices", lambda one: one["SerialNumber"], 8),
    Paged("list_groups", {}, "Groups", lambda one: one["GroupName"]),
    Paged("list_groups_for_user", {"UserName": "user000"}, "Groups", lambda one: one["GroupName"]),
    Paged("get_group", {"GroupName": "group000"}, "Users", lambda one: one["UserName"]),
    Paged("list_policies", {"Scope": "Local"}, "Policies", lambda one: one["Arn"]),
    Paged("list_attached_user_policies", {"UserName": "user000"}, "AttachedPolicies", lambda one: one["PolicyArn"]),
    Paged("list_attached_group_policies", {"GroupName": "group000"}, "AttachedPolicies", lambda one: one["PolicyArn"]),
    Paged("list_user_policies", {"UserName": "user000"}, "PolicyNames", str),
    Paged("list_group_policies", {"GroupName": "group000"}, "PolicyNames", str),
]


def pages(lab: Lab, paged: Paged, size: int | None) -> list[list[str]]:
    """The names on each page, walked as botocore walks."""
    settings = {} if size is None else {"PageSize": size}
    found = lab.iam.get_paginator(paged.method).paginate(**paged.arguments, PaginationConfig=settings)
    return [[paged.name(item) for item in page[paged.member]] for page in found]


@pytest.mark.parametrize("paged", LISTS, ids=lambda one: one.method)
@pytest.mark.parametrize(("size", "longest"), [(None, 100), (23, 23), (100, 100), (115, 115), (1000, 1000)])
def test_a_list_comes_in_pages(paged: Paged, size: int | None, longest: int, big: Lab) -> None:
    found = pages(big, paged, size)
    assert [len(page) for page in found[:-1]] == [longest] * (len(found) - 1)
    assert len(found) == -(-paged.total // longest)
    everything = [name for page in found for name in page]
    assert len(everything) == len(set(everything)) == paged.total


def test_few_items_come_in_small_pages(big: Lab) -> None:
    assert [len(page) for page in pages(big, LISTS[2], 3)] == [3, 3, 2]


@pytest.mark.parametrize("paged", LISTS, ids=lambda one: one.method)
def test_what_a_page_may_be(paged: Paged, big: Lab) -> None:
    method = getattr(big.iam, paged.method)
    assert refusal(method, **paged.arguments, MaxItems=1001)[:2] == ("ValidationError", 400)
    assert refusal(method, **paged.arguments, Marker="100") == ("ValidationError", 400, "Invalid Marker.")
    whole = method(**paged.arguments, MaxItems=1000)
    assert (whole["IsTruncated"], "Marker" in whole) == (False, False)


def details(lab: Lab, size: int | None = None, **only: Any) -> list[Any]:
    """The pages of GetAccountAuthorizationDetails."""
    settings = {} if size is None else {"PageSize": size}
    paginator = lab.iam.get_paginator("get_account_authorization_details")
    return list(paginator.paginate(**only, PaginationConfig=settings))


MEMBERS = ("UserDetailList", "GroupDetailList", "RoleDetailList", "Policies")


@pytest.mark.parametrize(("size", "longest"), [(None, 100), (100, 100), (1000, 1000)])
def test_the_details_of_an_account_come_in_pages_of_all_kinds_together(
    size: int | None, longest: int, big: Lab
) -> None:
    found = details(big, size)
    lengths = [sum(len(page[member]) for member in MEMBERS) for page in found]
    assert lengths[:-1] == [longest] * (len(found) - 1) and sum(lengths) == 3 * MANY
    users = [user for page in found for user in page["UserDetailList"]]
    assert len({user["UserId"] for user in users}) == len(users) == MANY
    first = next(user for user in users if user["UserName"] == "user000")
    assert len(first["GroupList"]) == len(first["AttachedManagedPolicies"]) == len(first["UserPolicyList"]) == MANY
    assert first["UserPolicyList"][0]["PolicyDocument"]["Statement"]["Action"] == "iam:Get*"
    (group,) = [one for page in found for one in page["GroupDetailList"] if one["GroupName"] == "group000"]
    assert len(group["GroupPolicyList"]) == len(group["AttachedManagedPolicies"]) == MANY
    policy = next(one for page in found for one in page["Policies"])
    (version,) = policy["PolicyVersionList"]
    assert (version["IsDefaultVersion"], version["Document"]["Statement"]["Effect"]) == (True, "Allow")


def test_the_details_of_some_kinds(big: Lab) -> None:
    (page,) = details(big, 1000, Filter=["User", "Group"])
    assert [len(page[member]) for member in MEMBERS] == [MANY, MANY, 0, 0]


def test_aws_may_return_less_than_was_asked_for(big: Lab) -> None:
    """API reference: "IAM might return fewer than the MaxItems number of results, even when there are more"."""
    assert big.sandbox
    big.sandbox.pages(100)
    try:
        assert [len(page) for page in pages(big, LISTS[0], 1000)] == [100, 100, 30]
        assert len(details(big, 1000)) == 7
    finally:
        big.sandbox.pages(None)
    assert [len(page) for page in pages(big, LISTS[0], 1000)] == [MANY]
