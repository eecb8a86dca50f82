"""Who am I, sessions with MFA, and root sessions of member accounts; the rest of STS is moto's."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from .callers import Caller
from .errors import Refused
from .request import Action, Request, Result

READS = {
    f"iam:{name}" for name in ("ListMFADevices", "GetUser", "GetLoginProfile", "ListAccessKeys", "GetAccessKeyLastUsed")
}
TASKS: Mapping[str, frozenset[str]] = {
    "IAMAuditRootUserCredentials": frozenset(READS | {"iam:GetAccountSummary", "sts:GetCallerIdentity"}),
    "IAMDeleteRootUserCredentials": frozenset(
        READS
        | {"iam:DeactivateMFADevice", "iam:DeleteVirtualMFADevice", "iam:DeleteLoginProfile", "iam:DeleteAccessKey"}
        | {"sts:GetCallerIdentity"}
    ),
}
"""What a root session may do, by the last part of its task policy (AWS managed policies under root-task/)."""


def identity(request: Request) -> Result:
    """GetCallerIdentity."""
    caller = request.caller
    return {"UserId": caller.identity, "Account": caller.account.number, "Arn": caller.arn}


def session(request: Request) -> Result:
    """GetSessionToken: the same user with a temporary key, after its code if it gives one."""
    check_code(request)
    return {"Credentials": _issue(request, request.caller, request.params.get("DurationSeconds", 43200))}


def root_session(request: Request) -> Result:
    """AssumeRoot into a member account, limited to one task."""
    target = _target(request)
    task = (request.params["TaskPolicyArn"].get("arn") or "").partition(":policy/root-task/")[2]
    if task not in TASKS:
        raise Refused("ValidationError", "Request must contain valid AWS managed task policy ARN")
    account = request.world.account(target, request.account.partition)
    root = Caller("", account, tasks=TASKS[task])
    return {"Credentials": _issue(request, root, request.params.get("DurationSeconds", 900))}


def _target(request: Request) -> str:
    target = str(request.params["TargetPrincipal"])
    if not (target.isascii() and target.isdigit() and len(target) == 12):
        raise Refused("ValidationError", "Request must contain a valid target principal")
    if target == request.account.number:
        name, resource = "sts:AssumeRoot", request.account.arn("root")
        words = f"User: {request.caller.arn} is not authorized to perform: {name} on resource: {resource}"
        raise Refused("AccessDenied", words)
    return target


def check_code(request: Request) -> None:
    """Refuse a code that does not come from a device the calling user holds (STS takes two steps either way)."""
    serial, code, view = request.params.get("SerialNumber"), request.params.get("TokenCode"), request.account.live
    if serial is None and code is None:
        return
    device = view.devices.get((serial or "").casefold())
    user, app = request.caller.user, device and device.authenticator
    if not (user and device and app and device.holder == user.id and app.signs_in(code or "", request.world.now())):
        words = "MultiFactorAuthentication failed with invalid MFA one time pass code. "
        raise Refused("AccessDenied", words)


def _issue(request: Request, caller: Caller, seconds: int) -> dict[str, Any]:
    key = "ASIA" + "".join(secrets.choice("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567") for _ in range(16))
    request.world.keys[key] = replace(caller, key=key)
    return {
        "AccessKeyId": key,
        "SecretAccessKey": secrets.token_hex(20),
        "SessionToken": secrets.token_hex(32),
        "Expiration": int(request.world.now()) + seconds,
    }


ACTIONS: Mapping[str, Action] = {
    "GetCallerIdentity": identity,
    "GetSessionToken": session,
    "AssumeRoot": root_session,
}
