"""Whether a policy makes an administrator: AdministratorAccess, or ``*`` on ``*``. Pure."""

from __future__ import annotations

from typing import Any

from mfa_association.review.facts import Administrator

_MANAGED = ":aws:policy/AdministratorAccess"
_EVERYTHING = ("*", "*:*")


def is_administrator_arn(arn: str) -> bool:
    """Whether a managed policy is AWS's AdministratorAccess, in any partition."""
    return arn.endswith(_MANAGED)


def is_administrator_document(document: object) -> Administrator:
    """Whether a policy document allows everything; ``not fully determined`` where a condition or an exception decides."""
    if not isinstance(document, dict):
        return "not fully determined"
    found = [_statement(one) for one in _list(document.get("Statement")) if isinstance(one, dict)]
    if "yes" in found:
        return "yes"
    return "not fully determined" if "not fully determined" in found else "no"


def _statement(one: dict[str, Any]) -> Administrator:
    if one.get("Effect") != "Allow" or not any(item == "*" for item in _list(one.get("Resource", "*"))):
        return "no"
    if "NotAction" in one:
        return "not fully determined"
    if not any(action in _EVERYTHING for action in _list(one.get("Action"))):
        return "no"
    return "not fully determined" if one.get("Condition") else "yes"


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [] if value is None else [value]
