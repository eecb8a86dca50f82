"""Whether policies allow a call: AWS's evaluation of identity and session policies within one account. Pure.

Sources: IAM user guide, "Policy evaluation logic", "IAM JSON policy elements reference", "Condition operators". Not
known: set operators (ForAnyValue), dates, numbers, addresses, and resource-based policies.

Ours, because moto 5.2.5's evaluation has no boundaries, no session policies and no NotResource, and takes any statement
whose condition is not met for a denial: a policy that allows a call with MFA would deny all others.
Drop ours when moto's passes ``tests/sandbox/test_policies.py``.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from enum import Enum
from typing import Any

Document = Mapping[str, Any]
Context = Mapping[str, str]
"""Condition keys in lower case, with their values; one that the request does not have is not in it."""


class Decision(Enum):
    """What policies say of a call. An explicit deny wins; without an Allow it is refused too."""

    ALLOWED = "allowed"
    DENIED = "denied"
    UNMENTIONED = "unmentioned"


def judge(policies: Sequence[Document], action: str, resource: str, context: Context) -> Decision:
    """What the policies together say of an action on a resource."""
    effects = {
        statement["Effect"]
        for policy in policies
        for statement in _many(policy["Statement"])
        if _applies(statement, action, resource, context)
    }
    if "Deny" in effects:
        return Decision.DENIED
    return Decision.ALLOWED if "Allow" in effects else Decision.UNMENTIONED


def missing(policies: Sequence[Document], action: str, resource: str, context: Context) -> set[str]:
    """The condition keys that statements about an action on a resource ask for and the context does not have."""
    return {
        key
        for policy in policies
        for statement in _many(policy["Statement"])
        if _concerns(statement, action, resource, context)
        for keys in statement.get("Condition", {}).values()
        for key in keys
        if key.lower() not in context
    }


def _applies(statement: Document, action: str, resource: str, context: Context) -> bool:
    concerned = _concerns(statement, action, resource, context)
    return concerned and all(_conditions(statement.get("Condition", {}), context))


def _concerns(statement: Document, action: str, resource: str, context: Context) -> bool:
    """Whether a statement is about an action on a resource, whatever its conditions."""
    acts = _element(statement, "Action", lambda pattern: like(pattern.lower(), action.lower(), {}))
    objects = _element(statement, "Resource", lambda pattern: like(pattern, resource, context))
    known = all(None not in _parts(pattern, context) for pattern in _many(statement.get("NotResource", [])))
    return acts and objects and known


def _element(statement: Document, name: str, matches: Callable[[str], bool]) -> bool:
    """Action or NotAction, Resource or NotResource. A trust policy has no resource and means its role."""
    if f"Not{name}" in statement:
        return not any(map(matches, _many(statement[f"Not{name}"])))
    return name not in statement or any(map(matches, _many(statement[name])))


def like(pattern: str, value: str, context: Context) -> bool:
    """Whether a pattern with `*`, `?` and policy variables fits a value; a variable without a value fits nothing."""
    parts = _parts(pattern, context)
    return None not in parts and _compiled("".join(map(str, parts))).fullmatch(value) is not None


@functools.lru_cache(maxsize=4096)
def _compiled(expression: str) -> re.Pattern[str]:
    """Each once: AWS's own policies hold more patterns than `re` remembers."""
    return re.compile(expression, re.DOTALL)


def _parts(pattern: str, context: Context) -> Sequence[str | None]:
    """A pattern in pieces of a regular expression; None for a variable without a value."""
    return [_part(part, context) for part in re.split(r"(\$\{[^}]*\}|[*?])", pattern)]


def _part(part: str, context: Context) -> str | None:
    if part in ("*", "?"):
        return ".*" if part == "*" else "."
    if not part.startswith("${"):
        return re.escape(part)
    name = part[2:-1]
    known = name if name in ("*", "?", "$") else context.get(name.lower())
    return None if known is None else re.escape(known)


def _equals(pattern: str, value: str, context: Context) -> bool:
    """As `like`, but `*` and `?` stand for themselves."""
    return like(re.sub(r"(?<!\$\{)([*?])", r"${\1}", pattern), value, context)


def _same_truth(pattern: str, value: str, _: Context) -> bool:
    return pattern.lower() == value.lower()


def _arn_like(pattern: str, value: str, context: Context) -> bool:
    """Part by part between the first five colons, which no wildcard crosses."""
    wanted, found = pattern.split(":", 5), value.split(":", 5)
    return len(wanted) == len(found) == 6 and all(
        like(one, other, context) for one, other in zip(wanted, found, strict=True)
    )


OPERATORS: Mapping[str, Callable[[str, str, Context], bool]] = {
    "StringEquals": _equals,
    "StringLike": like,
    "ArnEquals": _arn_like,
    "ArnLike": _arn_like,
    "Bool": _same_truth,
}
NEGATED = {"StringNotEquals": "StringEquals", "StringNotLike": "StringLike"}
NEGATED |= {"ArnNotEquals": "ArnEquals", "ArnNotLike": "ArnLike"}


def _conditions(block: Mapping[str, Mapping[str, Any]], context: Context) -> Iterator[bool]:
    """Every operator and key must hold; of several values one is enough, and for a negated operator none may fit."""
    for operator, keys in block.items():
        name = operator.removesuffix("IfExists")
        for key, values in keys.items():
            found = context.get(key.lower())
            if found is None:
                yield operator != name or name in NEGATED
                continue
            test = OPERATORS[NEGATED.get(name, name)]
            fits = any(test(str(value), found, context) for value in _many(values))
            yield fits != (name in NEGATED)


def _many(value: Any) -> Sequence[Any]:
    return value if isinstance(value, list) else [value]


def fault(document: Any) -> str | None:
    """What is wrong with an identity policy, or None. What this module does not know is wrong, never ignored."""
    if not isinstance(document, Mapping) or document.get("Version") != "2012-10-17" or "Statement" not in document:
        return "must be a policy of Version '2012-10-17' with a Statement"
    return next((words for one in _many(document["Statement"]) if (words := _statement_fault(one))), None)


def _statement_fault(one: Any) -> str | None:
    if not isinstance(one, Mapping) or one.get("Effect") not in ("Allow", "Deny"):
        return "every statement needs the Effect Allow or Deny"
    for name in ("Action", "Resource"):
        found = [one[key] for key in (name, f"Not{name}") if key in one]
        if len(found) != 1 or not found[0] or not all(isinstance(text, str) for text in _many(found[0])):
            return f"every statement needs either {name} or Not{name}, as text or a list of it"
    if unknown := set(one) - {"Sid", "Effect", "Action", "NotAction", "Resource", "NotResource", "Condition"}:
        return f"an identity policy has no element {min(unknown)}"
    block = one.get("Condition", {})
    if not isinstance(block, Mapping) or not all(isinstance(keys, Mapping) for keys in block.values()):
        return "Condition must map operators to keys and values"
    odd = unknown_operator(one)
    return f"the sandbox does not know the condition operator {odd}" if odd else None


def unknown_operator(statement: Document) -> str | None:
    """The first condition operator of a statement that this module does not know."""
    block = statement.get("Condition", {})
    return next((name for name in block if name.removesuffix("IfExists") not in {*OPERATORS, *NEGATED}), None)
