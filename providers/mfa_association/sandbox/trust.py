"""AssumeRole: the role must exist, and its trust policy must name the caller. AWS does not say which of the two failed.

Sources: the API reference of AssumeRole, and the user guide on the element Principal.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

from moto.iam.models import Role

from .access import context_of
from .accounts import Device
from .callers import Caller
from .errors import Refused
from .incoming import Incoming
from .policy import Context, Decision, Document, judge, unknown_operator
from .world import SandboxState

ACTION = "sts:AssumeRole"
_ROLE = re.compile("arn:[^:]+:iam::([0-9]{12}):role/")


def check_trust(world: SandboxState, request: Incoming, caller: Caller, signed_in: Device | None) -> None:
    """Refuse a role that is none, that does not exist, or that does not trust the caller.

    ``signed_in``: the device whose code came with the call.
    """
    arn = request.form.get("RoleArn", "null")
    number = _ROLE.match(arn)
    if not number:
        raise Refused("ValidationError", f"{arn} is invalid")
    if caller.is_root:
        raise Refused("AccessDenied", "Roles may not be assumed by root accounts.")
    account = world.accounts.get(number[1])
    roles = account.backend.roles.values() if account else ()
    role: Role | None = next((role for role in roles if role.arn == arn), None)
    context = _context(request, caller, signed_in)
    if role is None or not _trusts(json.loads(role.assume_role_policy_document), caller, context):
        words = f"User: {caller.arn} is not authorized to perform: {ACTION} on resource: {arn}"
        raise Refused("AccessDenied", words)


def trust_policy(principals: tuple[str, ...]) -> str:
    """The trust policy that lets these accounts, users or roles assume a role."""
    statement = {"Effect": "Allow", "Principal": {"AWS": list(principals)}, "Action": ACTION}
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


def _context(request: Incoming, caller: Caller, signed_in: Device | None) -> Context:
    keys = dict(context_of(request, caller))
    if signed_in:
        keys["aws:multifactorauthpresent"] = "true"
    if "ExternalId" in request.form:
        keys["sts:externalid"] = request.form["ExternalId"]
    return keys


def _trusts(document: Document, caller: Caller, context: Context) -> bool:
    statements = document["Statement"]
    mine = [one for one in (statements if isinstance(statements, list) else [statements]) if _names(one, caller)]
    if operator := next(filter(None, map(unknown_operator, mine)), None):
        raise Refused("InvalidAction", f"The sandbox does not know the condition operator {operator}.")
    return judge([{"Statement": mine}], ACTION, "*", context) is Decision.ALLOWED


def _names(statement: Mapping[str, Any], caller: Caller) -> bool:
    """Whether a statement's Principal names the caller: everybody, the account, the user, the role or its session."""
    principal = statement.get("Principal", {})
    named = principal if isinstance(principal, str) else principal.get("AWS", [])
    account = caller.account
    role = {account.arn(f"role/{caller.role}")} if caller.role else set[str]()
    known = {"*", account.number, account.arn("root"), caller.arn, *role}
    return any(one in known for one in ([named] if isinstance(named, str) else named))
