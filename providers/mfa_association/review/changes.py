"""What else a change does that makes factors weaker: settings that are loosened, demands for MFA that go. Pure."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from typing import Any

from mfa_association.review.model import Change, DeviceStep, Name, Phrase, Risk, account_of
from mfa_association.review.steps import Bag, Step, document_of

_MFA_KEYS = ("aws:multifactorauthpresent", "aws:multifactorauthage")
_DOCUMENTS = ("user-policy", "group-policy", "managed-policy", "role-policy", "role")


def of_devices(steps: Iterable[DeviceStep]) -> Iterator[Change]:
    """Settings of an association that change: none of them does anything until its line goes."""
    for step in steps:
        before, after = step.before, step.after
        if step.op != "update" or not step.declares or before is None or after is None:
            continue
        if "role_arn" in after.hidden:
            what: Phrase = ("may act through another role from now on: which one is not shown",)
            yield Change("role-changed", "medium", step.address, what, step.place)
        elif after.role_arn != before.role_arn:
            risk = _role(after.role_arn, before.account)
            yield Change("role-changed", risk, step.address, _by(after.role_arn), step.place)
        if "on_destroy" in after.hidden:
            what = ("may delete the virtual device too when its line goes: on_destroy is not shown",)
            yield Change("removal-deepened", "low", step.address, what, step.place)
        elif after.also_deletes and not before.also_deletes:
            what = ("deletes the virtual device too when its line goes",)
            yield Change("removal-deepened", "low", step.address, what, step.place)


def _role(role_arn: str | None, account: str | None) -> Risk:
    """A role of another account answers for itself; where the account is not known, so may any role."""
    elsewhere = role_arn is not None and account_of(role_arn) != account
    return "medium" if elsewhere else "low"


def _by(role_arn: str | None) -> Phrase:
    return ("acts through ", Name(role_arn), " from now on") if role_arn else ("acts without a role from now on",)


def of_policies(steps: Iterable[Step]) -> Iterator[Change]:
    """Policies and role trusts that demanded MFA and do so no more, unless the same document only moves."""
    steps = [step for step in steps if step.role in _DOCUMENTS]
    moved = {_text(_document(new)) for step in steps for new in [step.sides()[1]] if new and step.op == "create"}
    for step in steps:
        before, after = step.sides()
        old, new = _document(before), _document(after)
        if not _demands_mfa(old) or _demands_mfa(new) or step.skipped_because or _text(old) in moved:
            continue
        if step.op == "delete" and (step.role == "role" or not _denies(old)):
            continue  # what only allows, under MFA, takes its permission along
        subject = "trust policy" if step.role == "role" else "policy"
        what: Phrase = (f"no longer requires MFA in its {subject}",)
        yield Change("mfa-demand-lost", "medium", step.address, what, step.place)


def _document(values: Bag | None) -> Any:
    if values is None:
        return None
    trust = values.get("assume_role_policy", values.get("assume_role_policy_document"))
    return document_of({"policy": trust} if trust is not None else values)


def _demands_mfa(document: Any) -> bool:
    return any(_under_mfa(statement) for statement in _statements(document))


def _denies(document: Any) -> bool:
    return any(statement.get("Effect") == "Deny" and _under_mfa(statement) for statement in _statements(document))


def _under_mfa(statement: dict[str, Any]) -> bool:
    condition = statement.get("Condition")
    operators = condition.values() if isinstance(condition, dict) else []
    return any(str(key).lower() in _MFA_KEYS for keys in operators if isinstance(keys, dict) for key in keys)


def _statements(document: Any) -> list[dict[str, Any]]:
    statements = document.get("Statement") if isinstance(document, dict) else None
    many = statements if isinstance(statements, list) else [statements]
    return [statement for statement in many if isinstance(statement, dict)]


def _text(document: Any) -> str:
    return json.dumps(document, sort_keys=True, default=str)
