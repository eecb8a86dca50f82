"""May this caller do that? Expired tokens, denials of the key, service control, session and identity policies."""

from __future__ import annotations

from .callers import Caller
from .errors import Refused
from .incoming import Incoming
from .policy import Context, Decision, judge
from .resources import target
from .world import SandboxState

FREE = {"sts:GetCallerIdentity", "sts:GetSessionToken", "sts:GetAccessKeyInfo"}
"""Actions that no policy can deny (API reference of STS)."""


def authorize(world: SandboxState, request: Incoming, caller: Caller) -> None:
    """Refuse what the caller may not do, in AWS's words and in AWS's order: explicit denials first."""
    if caller.expired:
        raise Refused("ExpiredToken")
    name = f"{request.service}:{request.action}"
    if name in caller.deny or f"{request.service}:*" in caller.deny:
        policy = "a service control policy" if caller.is_root else "an identity-based policy"
        raise _denied(request, caller, f"with an explicit deny in {policy}")
    if name in FREE:
        return
    if caller.is_root and name in world.denied_to_root(caller.account):
        raise _denied(request, caller, "with an explicit deny in a service control policy")
    arn, context = target(request, caller).arn, context_of(request, caller)
    if caller.task and judge([caller.task], name, arn, context) is Decision.DENIED:
        raise _denied(request, caller, f"because no session policy allows the {name} action")
    if caller.policies is None:
        return
    for action in (name, *_besides(request)):
        verdict = judge(caller.policies, action, arn, context)
        if verdict is Decision.DENIED:
            raise _denied(request, caller, "with an explicit deny in an identity-based policy", action)
        if verdict is not Decision.ALLOWED:
            raise _denied(request, caller, f"because no identity-based policy allows the {action} action", action)


def _besides(request: Incoming) -> list[str]:
    """Who makes a device with tags must be allowed to tag it (user guide, "Tagging IAM resources")."""
    tags = request.action == "CreateVirtualMFADevice" and any(name.startswith("Tags.") for name in request.form)
    return ["iam:TagMFADevice"] if tags else []


def context_of(request: Incoming, caller: Caller) -> Context:
    """The condition keys of a call. A user's long-term key has no aws:MultiFactorAuthPresent (user guide)."""
    keys = principal_keys(caller) | {"aws:requestedregion": request.region}
    if not caller.long_term:
        keys["aws:multifactorauthpresent"] = str(caller.mfa).lower()
    if "TaskPolicyArn.arn" in request.form:
        keys["sts:taskpolicyarn"] = request.form["TaskPolicyArn.arn"]
    return keys


def principal_keys(caller: Caller) -> dict[str, str]:
    """The condition keys that a principal alone determines."""
    account = caller.account
    keys = {
        "aws:principalarn": account.arn(f"role/{caller.role}") if caller.role else caller.arn,
        "aws:principalaccount": account.number,
    }
    if caller.user:
        keys |= {"aws:username": str(caller.user.name), "aws:userid": str(caller.user.id)}
    return keys


def _denied(request: Incoming, caller: Caller, reason: str, name: str | None = None) -> Refused:
    """STS gives no reason (captured answers). ``name``: of the action, where it is not that of the call."""
    name, shown = name or f"{request.service}:{request.action}", target(request, caller).shown
    words = f"User: {caller.arn} is not authorized to perform: {name} on resource: {shown}"
    return Refused("AccessDenied", words if request.service == "sts" else f"{words} {reason}")
