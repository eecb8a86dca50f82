"""What is attached to whom: the details of an account, groups, access keys and the size of pages."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.sandbox.lab import Lab, refusal

TRUST = json.dumps({"Version": "2012-10-17", "Statement": []})


def test_the_details_show_boundaries_roles_and_policies_of_aws(lab: Lab) -> None:
    administrator = "arn:aws:iam::aws:policy/AdministratorAccess"
    lab.iam.put_user_permissions_boundary(UserName="alice", PermissionsBoundary=administrator)
    lab.iam.create_role(RoleName="ops", AssumeRolePolicyDocument=TRUST)
    lab.iam.attach_user_policy(UserName="bob", PolicyArn=administrator)
    page = lab.iam.get_account_authorization_details()
    alice = page["UserDetailList"][0]
    assert (alice["UserName"], alice["PermissionsBoundary"]["PermissionsBoundaryArn"]) == ("alice", administrator)
    assert [role["RoleName"] for role in page["RoleDetailList"]] == ["ops"]
    assert page["RoleDetailList"][0]["AssumeRolePolicyDocument"]["Version"] == "2012-10-17"
    assert [policy["Arn"] for policy in page["Policies"]] == [administrator]
    assert not lab.iam.get_account_authorization_details(Filter=["LocalManagedPolicy"])["Policies"]
    attached = lab.iam.list_policies(Scope="AWS", OnlyAttached=True)["Policies"]
    assert [(one["Arn"], one["DefaultVersionId"]) for one in attached] == [(administrator, "v1")]


@pytest.mark.parametrize("size", [0, 1001, "x"])
def test_a_page_size_that_is_none(size: Any, lab: Lab) -> None:
    assert lab.sandbox
    with pytest.raises(ValueError, match="from 1 to 1000"):
        lab.sandbox.pages(size)


def test_access_keys_of_a_user_that_was_renamed(lab: Lab) -> None:
    key = lab.iam.create_access_key(UserName="bob")["AccessKey"]["AccessKeyId"]
    lab.iam.update_user(UserName="bob", NewUserName="robert")
    (shown,) = lab.iam.list_access_keys(UserName="ROBERT")["AccessKeyMetadata"]
    assert (shown["UserName"], shown["AccessKeyId"], shown["Status"]) == ("robert", key, "Active")
    assert refusal(lab.iam.list_access_keys, UserName="bob")[:2] == ("NoSuchEntity", 404)


@pytest.mark.parametrize("method", ["get_group", "list_attached_group_policies", "list_group_policies"])
def test_a_group_that_is_not_there(method: str, lab: Lab) -> None:
    told = refusal(getattr(lab.iam, method), GroupName="nobodies")
    assert told == ("NoSuchEntity", 404, "The group with name nobodies cannot be found.")
