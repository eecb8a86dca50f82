"""What a call acts on, as policies name it and as denials show it.

Source: the service authorization reference of IAM, STS, Systems Manager and Secrets Manager.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from moto.secretsmanager.models import secretsmanager_backends

from .accounts import Account
from .callers import Caller
from .incoming import Incoming

DEVICE_ACTIONS = {
    "CreateVirtualMFADevice",
    "DeleteVirtualMFADevice",
    "TagMFADevice",
    "UntagMFADevice",
    "ListMFADeviceTags",
}
"""Actions whose resource is the virtual device; that of all others about devices is the user."""
OWN_USER = {"ListMFADevices", "DeactivateMFADevice", "GetUser", "GetLoginProfile", "GetMFADevice"}
"""Actions that mean the caller where they name no user."""


@dataclass(frozen=True)
class RequestTarget:
    """An ARN, or `*` for actions without a resource, and how AWS's denials write it."""

    arn: str
    shown: str


def target(request: Incoming, caller: Caller) -> RequestTarget:
    """What a call acts on."""
    known = {"iam": _iam, "sts": _sts, "ssm": _parameter, "secretsmanager": _secret}.get(request.service)
    return known(request, caller) if known else RequestTarget("*", "*")


def _plain(arn: str) -> RequestTarget:
    return RequestTarget(arn, arn)


def _iam(request: Incoming, caller: Caller) -> RequestTarget:
    account, form = caller.account, request.form
    if caller.is_root and "UserName" not in form:
        return RequestTarget(account.arn("root"), "*")
    if request.action in DEVICE_ACTIONS:
        path, name = form.get("Path", "/"), form.get("VirtualMFADeviceName", "")
        return _plain(form.get("SerialNumber") or account.arn(f"mfa{path}{name}"))
    if "GroupName" in form or "RoleName" in form:
        return _group_or_role(account, form)
    if "UserName" in form:
        return RequestTarget(_user(account, request), f"user {form['UserName']}")
    if "PolicyArn" in form:
        return RequestTarget(form["PolicyArn"], f"policy {form['PolicyArn']}")
    if "PolicySourceArn" in form:
        return _plain(form["PolicySourceArn"])
    own = caller.user and request.action in OWN_USER
    return RequestTarget(caller.arn, f"user {caller.user.name}") if own and caller.user else RequestTarget("*", "*")


def _group_or_role(account: Account, form: Mapping[str, str]) -> RequestTarget:
    """A group's or role's ARN with its path; a name nobody has stands at the root."""
    kind = "group" if "GroupName" in form else "role"
    name = form.get("GroupName") or form["RoleName"]
    groups, roles = account.backend.groups, {role.name: role for role in account.backend.roles.values()}
    found = groups.get(name) if kind == "group" else roles.get(name)
    return RequestTarget(str(found.arn) if found else account.arn(f"{kind}/{name}"), f"{kind} {name}")


def _user(account: Account, request: Incoming) -> str:
    """A user's ARN with its path; a name nobody has stands at the root."""
    name, user = request.form["UserName"], account.live.find_user(request.form["UserName"])
    path = request.form.get("Path", "/") if request.action == "CreateUser" else "/"
    return str(user.arn) if user else account.arn(f"user{path}{name}")


def _sts(request: Incoming, caller: Caller) -> RequestTarget:
    whom = request.form.get("TargetPrincipal", "")
    if whom:
        return _plain(whom if ":" in whom else f"arn:{caller.account.partition}:iam::{whom}:root")
    return _plain(request.form.get("RoleArn", "*"))


def _parameter(request: Incoming, caller: Caller) -> RequestTarget:
    name, account = request.form.get("Name", "*"), caller.account
    if name.startswith("arn:") or name == "*":
        return _plain(name)
    return _plain(f"arn:{account.partition}:ssm:{request.region}:{account.number}:parameter/{name.lstrip('/')}")


def _secret(request: Incoming, caller: Caller) -> RequestTarget:
    """A secret's ARN ends in six random characters; denials show the id as it was given."""
    name, account = request.form.get("SecretId", "*"), caller.account
    if name.startswith("arn:") or name == "*":
        return _plain(name)
    stored = secretsmanager_backends[account.number][account.region].secrets.get(name)
    tail = str(stored.arn).rpartition(":")[2] if stored else name
    return RequestTarget(
        f"arn:{account.partition}:secretsmanager:{request.region}:{account.number}:secret:{tail}", name
    )
