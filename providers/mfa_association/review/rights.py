"""Whether policies make an administrator. Pure.

An administrator-equivalent is whoever can become one alone: by `*`, by `iam:*`, or by a single action that changes
policies, groups, roles or other users' credentials. What conditions, narrowed resources, a permissions boundary, a
denial or an assumed role decide is "not fully determined". MFA conditions do not count: with a device they hold.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from mfa_association.aws.policies import Document
from mfa_association.review.facts import Administrator, NotChecked

ESCALATIONS: Mapping[str, str] = {
    "iam:putuserpolicy": "user",
    "iam:attachuserpolicy": "user",
    "iam:createaccesskey": "user",
    "iam:createloginprofile": "user",
    "iam:updateloginprofile": "user",
    "iam:addusertogroup": "group",
    "iam:attachgrouppolicy": "group",
    "iam:putgrouppolicy": "group",
    "iam:attachrolepolicy": "role",
    "iam:putrolepolicy": "role",
    "iam:updateassumerolepolicy": "role",
    "iam:createpolicyversion": "policy",
    "iam:setdefaultpolicyversion": "policy",
}
"""Actions of which one is enough, with the kind of entity each acts on."""
OF_ONESELF = {"iam:putuserpolicy", "iam:attachuserpolicy"}
"""Those that are enough on the user alone; the others let users look after their own credentials."""
DETOURS: Mapping[str, str] = {"sts:assumerole": "role", "iam:passrole": "role"}
"""Actions whose weight lies in roles, which are not looked at."""
KINDS = {**ESCALATIONS, **DETOURS}
MFA_KEYS = {"aws:multifactorauthpresent", "aws:multifactorauthage"}


@dataclass(frozen=True)
class Statement:
    """What counts of a statement: which of the actions above it is about. Without ``resources``, NotResource decides."""

    allows: bool
    about: frozenset[str]
    resources: tuple[str, ...]
    conditions: frozenset[str]


@dataclass(frozen=True)
class Policy:
    """A policy in force for a user. ``by``: which one it is and through whom."""

    by: str
    statements: tuple[Statement, ...]


@dataclass(frozen=True)
class RightsVerdict:
    """Whether a user is an administrator, and by what."""

    administrator: Administrator | NotChecked
    by: str | None = None


def parse(document: Document) -> tuple[Statement, ...]:
    """The statements of a policy that can matter: documents of AWS name thousands of actions, for many users."""
    statements = (statement for statement in _many(document.get("Statement")) if isinstance(statement, Mapping))
    return tuple(statement for statement in map(_statement, statements) if statement.about)


def judge(
    policies: Sequence[Policy],
    user_arn: str,
    boundary: str | None,
    unread: NotChecked | None,
    actions: Iterable[str] = KINDS,
) -> RightsVerdict:
    """The verdict. ``boundary``: the permissions boundary; ``unread``: why some policy is not among ``policies``."""
    statements = [(policy.by, statement) for policy in policies for statement in policy.statements]
    verdicts = [_of(action, statements, user_arn) for action in actions]
    sure = next((by for by, is_sure in verdicts if is_sure), None)
    perhaps = sure or next((by for by, _ in verdicts if by), None)
    if sure and not boundary and not unread:
        return RightsVerdict("yes", sure)
    if perhaps:
        return RightsVerdict(
            "not fully determined", f"{perhaps}, within a permissions boundary" if boundary else perhaps
        )
    return RightsVerdict(unread or "no")


def _of(action: str, statements: Sequence[tuple[str, Statement]], user_arn: str) -> tuple[str | None, bool]:
    """By what a user may perhaps do an action that makes an administrator, and whether that is sure."""
    about = [(by, statement) for by, statement in statements if action in statement.about]
    denials = [_denies(action, statement, user_arn) for _, statement in about if not statement.allows]
    if "sure" in denials:
        return None, False
    grants = [(by, _reach(action, statement, user_arn)) for by, statement in about if statement.allows]
    sure = next((by for by, reach in grants if reach == "sure"), None)
    if sure and "perhaps" not in denials and action in ESCALATIONS:
        return sure, True
    if action == "iam:passrole":
        return sure, False
    return sure or next((by for by, reach in grants if reach == "perhaps"), None), False


def _denies(action: str, statement: Statement, user_arn: str) -> str:
    """How far a denial goes. One that spares the user itself leaves what is enough on the user alone."""
    if statement.conditions and statement.conditions <= MFA_KEYS:
        return "none"
    spares = statement.resources and not any(
        _like(_named(pattern, user_arn), user_arn) for pattern in statement.resources
    )
    return "none" if spares and action in OF_ONESELF else _reach(action, statement, user_arn)


def _reach(action: str, statement: Statement, user_arn: str) -> str:
    """How far a statement about an action goes: ``sure`` for enough to be an administrator, ``perhaps``, ``none``."""
    kind = KINDS[action]
    prefix = user_arn.partition(":user/")[0]
    patterns = [_named(pattern, user_arn) for pattern in statement.resources]
    whole = any(_like(pattern, f"{prefix}:{kind}/-") for pattern in patterns)
    own = kind == "user" and any(_like(pattern, user_arn) for pattern in patterns)
    if whole or (own and action in OF_ONESELF):
        return "sure" if statement.conditions <= MFA_KEYS else "perhaps"
    others = [pattern for pattern in patterns if not (kind == "user" and _is_own(pattern, user_arn))]
    return "perhaps" if not statement.resources or any(_touches(pattern, kind) for pattern in others) else "none"


def _named(pattern: str, user_arn: str) -> str:
    return pattern.replace("${aws:username}", user_arn.rpartition("/")[2])


def _is_own(pattern: str, user_arn: str) -> bool:
    """Whether a pattern means this user and nobody else, in whatever account."""
    return _like(pattern, user_arn) and not re.search(r"[*?]", pattern.split(":", 5)[-1])


def _touches(pattern: str, kind: str) -> bool:
    """Whether a pattern may mean entities of a kind."""
    parts = pattern.split(":", 5)
    if len(parts) < 6:
        return "*" in pattern
    what = parts[5].partition("/")[0]
    return _like(parts[2], "iam") and (_like(what, kind) or bool(re.search(r"[*?]", what)))


def _like(pattern: str, text: str) -> bool:
    """IAM's `*` and `?`."""
    head = re.split(r"[*?]", pattern, maxsplit=1)[0]
    if head == pattern or not text.startswith(head):
        return head == pattern == text
    parts = (".*" if part == "*" else "." if part == "?" else re.escape(part) for part in re.split(r"([*?])", pattern))
    return re.fullmatch("".join(parts), text, re.DOTALL) is not None


def _statement(statement: Mapping[str, Any]) -> Statement:
    excepts = "NotAction" in statement
    patterns = [pattern.lower() for pattern in _texts(statement.get("NotAction" if excepts else "Action"))]
    about = (action for action in KINDS if any(_like(pattern, action) for pattern in patterns) != excepts)
    condition = statement.get("Condition")
    operators = condition.values() if isinstance(condition, Mapping) else []
    conditions = (key.lower() for keys in operators if isinstance(keys, Mapping) for key in keys)
    resources = tuple(_texts(statement.get("Resource")))
    return Statement(statement.get("Effect") == "Allow", frozenset(about), resources, frozenset(conditions))


def _texts(value: Any) -> list[str]:
    """What is text in a list or alone; a policy in code may hold anything, and AWS refuses it later."""
    return [text for text in _many(value) if isinstance(text, str)]


def _many(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [] if value is None else [value]


_MANAGED = ":aws:policy/AdministratorAccess"


def is_administrator_arn(arn: str) -> bool:
    """Whether a managed policy is AWS's AdministratorAccess, in any partition."""
    return arn.endswith(_MANAGED)


def makes_administrator(document: object, user_name: str) -> bool:
    """Whether an inline policy makes its user an administrator, or may: what conditions decide counts, and so does a
    document that is not known yet. Of the account it is known only what the document itself says."""
    if not isinstance(document, dict):
        return True
    account = re.search(r":(\d{12}):", str(document.get("Statement")))
    user_arn = f"arn:aws:iam::{account[1] if account else '000000000000'}:user/{user_name}"
    policies = [Policy("this policy", parse(document))]
    return judge(policies, user_arn, None, None, actions=ESCALATIONS).administrator != "no"
