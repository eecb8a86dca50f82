"""Groups, and what users and groups have: moto's, in IAM's pages."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from moto.iam.models import AccessKey, Group, User

from .errors import Refused
from .listing import user_as_shown
from .paging import by_name, page
from .request import Action, Request, Result


def group_as_shown(group: Group) -> dict[str, Any]:
    """A group as IAM's lists show it."""
    return {
        "Path": group.path,
        "GroupName": group.name,
        "GroupId": group.id,
        "Arn": group.arn,
        "CreateDate": group.create_date,
    }


def groups(request: Request) -> Result:
    """ListGroups."""
    prefix, there = request.params.get("PathPrefix", "/"), request.account.backend.groups.values()
    shown, more = page(request, (group for group in there if group.path.startswith(prefix)), by_name)
    return {"Groups": [group_as_shown(group) for group in shown], **more}


def groups_of_user(request: Request) -> Result:
    """ListGroupsForUser."""
    user, there = _user(request), request.account.backend.groups.values()
    shown, more = page(request, (group for group in there if user in group.users), by_name)
    return {"Groups": [group_as_shown(group) for group in shown], **more}


def group(request: Request) -> Result:
    """GetGroup: the group and its members."""
    whole = _group(request)
    shown, more = page(request, whole.users, by_name)
    return {"Group": group_as_shown(whole), "Users": [user_as_shown(user) for user in shown], **more}


def attached_to_user(request: Request) -> Result:
    """ListAttachedUserPolicies."""
    return _attached(request, _user(request))


def attached_to_group(request: Request) -> Result:
    """ListAttachedGroupPolicies."""
    return _attached(request, _group(request))


def inline_of_user(request: Request) -> Result:
    """ListUserPolicies."""
    return _inline(request, _user(request))


def inline_of_group(request: Request) -> Result:
    """ListGroupPolicies."""
    return _inline(request, _group(request))


def access_keys(request: Request) -> Result:
    """ListAccessKeys, under the user's present name; moto keeps that of the day a key was made."""
    user = request.target(request.view)
    shown, more = page(request, user.access_keys if user else (), lambda key: str(key.access_key_id))
    return {"AccessKeyMetadata": [_key(key, user) for key in shown], **more}


def _key(key: AccessKey, user: User | None) -> dict[str, Any]:
    return {
        "UserName": user and user.name,
        "AccessKeyId": key.access_key_id,
        "Status": key.status,
        "CreateDate": key.create_date,
    }


def _attached(request: Request, holder: User | Group) -> Result:
    prefix = request.params.get("PathPrefix", "/")
    there = (policy for policy in holder.managed_policies.values() if policy.path.startswith(prefix))
    shown, more = page(request, there, lambda policy: policy.arn)
    return {"AttachedPolicies": [{"PolicyName": one.name, "PolicyArn": one.arn} for one in shown], **more}


def _inline(request: Request, holder: User | Group) -> Result:
    names, more = page(request, holder.policies, str)
    return {"PolicyNames": names, **more}


def _user(request: Request) -> User:
    return request.view.user(request.params["UserName"])


def _group(request: Request) -> Group:
    name = request.params["GroupName"]
    found: Group | None = request.account.backend.groups.get(name)
    if found is None:
        raise Refused("NoSuchEntity", f"The group with name {name} cannot be found.")
    return found


ACTIONS: Mapping[str, Action] = {
    "ListGroups": groups,
    "ListGroupsForUser": groups_of_user,
    "GetGroup": group,
    "ListAttachedUserPolicies": attached_to_user,
    "ListAttachedGroupPolicies": attached_to_group,
    "ListUserPolicies": inline_of_user,
    "ListGroupPolicies": inline_of_group,
    "ListAccessKeys": access_keys,
}
