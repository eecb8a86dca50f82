"""SimulatePrincipalPolicy: what a user or role may do, by the policies that the sandbox obeys.

One result an action with the most restrictive decision, and each resource's own under it (API reference).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from .access import principal_keys
from .callers import Caller
from .errors import Refused, no_user
from .policy import Context, Decision, judge, missing
from .request import Action, Request, Result
from .resources import DEVICE_ACTIONS

DECISIONS = {Decision.ALLOWED: "allowed", Decision.UNMENTIONED: "implicitDeny", Decision.DENIED: "explicitDeny"}
STRICTEST = ("explicitDeny", "implicitDeny", "allowed")


def simulate(request: Request) -> Result:
    """Every action on every resource."""
    whose = _principal(request)
    context = principal_keys(whose) | _given(request.params.get("ContextEntries", []))
    resources = request.params.get("ResourceArns") or ["*"]
    results = [_result(whose, action, resources, context) for action in request.params["ActionNames"]]
    return {"EvaluationResults": results, "IsTruncated": False}


def _principal(request: Request) -> Caller:
    """The user or role of an ARN, with the policies that a seed gave to its keys."""
    account, arn = request.account, request.params["PolicySourceArn"]
    kind, _, name = arn.removeprefix(account.arn("")).partition("/")
    if kind == "user":
        user = account.live.find_user(name.rpartition("/")[2])
        if user is None or user.arn != arn:
            raise no_user(name.rpartition("/")[2])
        return _as_seeded(request, Caller("", account, user))
    known = {one.role for one in request.world.keys.values() if one.account is account}
    made = {str(role.arn) for role in account.backend.roles.values()}
    if kind != "role" or (name not in known and arn not in made):
        raise Refused("NoSuchEntity", f"The role with name {name.rpartition('/')[2]} cannot be found.")
    return _as_seeded(request, Caller("", account, role=name))


def _as_seeded(request: Request, caller: Caller) -> Caller:
    """With the policies, and the short form of denials, of the keys of the same user or role."""
    denials = [one.deny for one in request.world.keys.values() if one.is_principal(caller)]
    return replace(request.world.with_policies(caller), deny=frozenset[str]().union(*denials))


def _given(entries: Sequence[Mapping[str, Any]]) -> dict[str, str]:
    return {entry["ContextKeyName"].lower(): entry["ContextKeyValues"][0] for entry in entries}


def _result(whose: Caller, action: str, resources: Sequence[str], context: Context) -> Mapping[str, Any]:
    each = [_on(whose, action, resource, context) for resource in resources]
    lacking = sorted({key for one in each for key in one["MissingContextValues"]})
    return {
        "EvalActionName": action,
        "EvalResourceName": _template(action),
        "EvalDecision": min((one["EvalResourceDecision"] for one in each), key=STRICTEST.index),
        "MatchedStatements": [],
        "MissingContextValues": lacking if list(resources) == ["*"] else [],
        "ResourceSpecificResults": each,
    }


def _on(whose: Caller, action: str, resource: str, context: Context) -> Mapping[str, Any]:
    policies = whose.policies
    verdict = Decision.ALLOWED if policies is None else judge(policies, action, resource, context)
    if action in whose.deny or f"{action.partition(':')[0]}:*" in whose.deny:
        verdict = Decision.DENIED
    return {
        "EvalResourceName": resource,
        "EvalResourceDecision": DECISIONS[verdict],
        "MatchedStatements": [],
        "MissingContextValues": sorted(missing(policies or (), action, resource, context)),
    }


def _template(action: str) -> str:
    """How IAM names the kind of resource; `*` for other services."""
    service, _, name = action.partition(":")
    if service.lower() != "iam":
        return "*"
    kind = "mfa/${MfaTokenIdWithPath}" if name in DEVICE_ACTIONS else "user/${UserNameWithPath}"
    return "arn:${Partition}:iam::${Account}:" + kind


ACTIONS: Mapping[str, Action] = {"SimulatePrincipalPolicy": simulate}
