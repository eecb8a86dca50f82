"""GetAccountAuthorizationDetails: users, groups, roles and managed policies with all their documents, in pages.

MaxItems counts what is on a page together, of whatever kind (API reference). moto gives it all at once.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any, NamedTuple
from urllib.parse import quote

from moto.iam.models import AWSManagedPolicy, Group, ManagedPolicy, Role, User

from .groups import group_as_shown
from .listing import user_as_shown
from .managed import as_shown, version_as_shown
from .paging import page
from .profile import boundary_and_tags
from .request import Action, Request, Result

MEMBERS = ("UserDetailList", "GroupDetailList", "RoleDetailList", "Policies")


class _Item(NamedTuple):
    """One thing: the member of the answer it stands in, its key, and how to show it."""

    member: int
    key: str
    shown: Callable[[], dict[str, Any]]


def details(request: Request) -> Result:
    """GetAccountAuthorizationDetails."""
    wanted = set(request.params.get("Filter", []))
    items = (item for kind, item in _items(request) if not wanted or kind in wanted)
    found, more = page(request, items, lambda item: f"{item.member}/{item.key}")
    members = {name: [one.shown() for one in found if one.member == at] for at, name in enumerate(MEMBERS)}
    return {**members, **more}


def _items(request: Request) -> Iterator[tuple[str, _Item]]:
    """Everything, with the word that `Filter` has for it."""
    backend, groups = request.account.backend, _groups_by_user(request)
    for user in request.view.users.values():
        yield "User", _Item(0, user.name, lambda user=user: _user(request, user, groups))  # type: ignore[misc]
    for group in backend.groups.values():
        yield "Group", _Item(1, group.name, lambda group=group: _group(group))  # type: ignore[misc]
    for role in backend.roles.values():
        yield "Role", _Item(2, role.name, lambda role=role: _role(role))  # type: ignore[misc]
    for policy in backend.managed_policies.values():
        whose = "AWSManagedPolicy" if isinstance(policy, AWSManagedPolicy) else "LocalManagedPolicy"
        if policy.attachment_count or whose == "LocalManagedPolicy":
            yield whose, _Item(3, policy.arn, lambda policy=policy: _policy(policy))  # type: ignore[misc]


def _groups_by_user(request: Request) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for group in request.account.backend.groups.values():
        for user in group.users:
            found.setdefault(user.id, []).append(group.name)
    return found


def _user(request: Request, user: User, groups: Mapping[str, list[str]]) -> dict[str, Any]:
    """Without PasswordLastUsed, and with what GetUser shows of a boundary and of tags."""
    shown = {**user_as_shown(user), "PasswordLastUsed": None}
    shown |= {"UserPolicyList": _inline(user), "GroupList": groups.get(user.id, [])}
    return shown | {"AttachedManagedPolicies": _attached(user)} | boundary_and_tags(request.account, user)


def _group(group: Group) -> dict[str, Any]:
    return {
        **group_as_shown(group),
        "GroupPolicyList": _inline(group),
        "AttachedManagedPolicies": _attached(group),
    }


def _role(role: Role) -> dict[str, Any]:
    return {
        "Path": role.path,
        "RoleName": role.name,
        "RoleId": role.id,
        "Arn": role.arn,
        "CreateDate": role.create_date,
        "AssumeRolePolicyDocument": quote(role.assume_role_policy_document),
        "InstanceProfileList": [],
        "RolePolicyList": _inline(role),
        "AttachedManagedPolicies": _attached(role),
    }


def _policy(policy: ManagedPolicy) -> dict[str, Any]:
    return {**as_shown(policy), "PolicyVersionList": [version_as_shown(one) for one in policy.versions]}


def _inline(holder: User | Group | Role) -> list[dict[str, str]]:
    return [
        {"PolicyName": name, "PolicyDocument": quote(document)} for name, document in sorted(holder.policies.items())
    ]


def _attached(holder: User | Group | Role) -> list[dict[str, str]]:
    found = sorted(holder.managed_policies.values(), key=lambda policy: policy.arn)
    return [{"PolicyName": policy.name, "PolicyArn": policy.arn} for policy in found]


ACTIONS: Mapping[str, Action] = {"GetAccountAuthorizationDetails": details}
