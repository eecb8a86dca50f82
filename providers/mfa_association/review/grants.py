"""Who is given a console password, an access key or administrator rights by a change, directly or through a group or a
managed policy that the same change describes. Pure.

What cannot be followed to its end is a grant that is not certain: "not fully determined".
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from mfa_association.inventory.associations import snake
from mfa_association.review.document import SECRET
from mfa_association.review.model import HIDDEN_USER, Grant, GrantStep, Op, Widened, account_of
from mfa_association.review.rights import is_administrator_arn, makes_administrator
from mfa_association.review.steps import Bag, Step, document_of, name_of_user, text_of, texts_of, user_of

_Source = tuple[str, str]
"""Through which resource a user gets rights, and through which second one, if there is one."""
_PERHAPS, _SURELY = 1, 2


@dataclass
class _Side:
    """Everything that gives administrator rights, before a change or after it. Names in small letters."""

    documents: dict[str, int] = field(default_factory=dict)
    direct: list[tuple[str, str, str | int]] = field(default_factory=list)
    """Address, user, and a managed policy's ARN or how far an inline policy goes."""
    of_groups: list[tuple[str, str, str | int]] = field(default_factory=list)
    members: list[tuple[str, str, str]] = field(default_factory=list)
    owned: set[tuple[str, str]] = field(default_factory=set)
    """A user, and a policy of its own: an attached one's ARN, or an inline one's name."""
    makes_one: bool = False
    """Whether a managed policy whose ARN is not known yet makes an administrator."""

    def level(self, policy: str | int) -> int:
        """How far a policy goes: 0 for nowhere."""
        if isinstance(policy, int):
            return policy
        if not policy:
            return _PERHAPS if self.makes_one else 0
        return _SURELY if is_administrator_arn(policy) else self.documents.get(policy.lower(), 0)

    def groups(self) -> dict[str, list[tuple[str, int]]]:
        """What each group's policies give, where they give anything."""
        by_group: dict[str, list[tuple[str, int]]] = {}
        for address, group, policy in self.of_groups:
            if level := self.level(policy):
                by_group.setdefault(group, []).append((address, level))
        return by_group

    def sources(self) -> dict[tuple[str, _Source], int]:
        """How far each user's rights go, by where they come from."""
        levels: dict[tuple[str, _Source], int] = {}
        for address, user, policy in self.direct:
            if level := self.level(policy):
                levels[user, (address, "")] = level
        groups = self.groups()
        for address, user, group in self.members:
            for through, level in groups.get(group, []):
                levels[user, (address, through)] = level
        return levels


def grants(steps: Iterable[Step]) -> tuple[list[GrantStep], list[Widened], frozenset[tuple[str, str]]]:
    """All grants of a change, the groups and policies that it makes powerful, and the policies that users are rid of."""
    steps = list(steps)
    accounts = _accounts(steps)
    simple = [grant for step in steps for grant in _simple(step, accounts.get(step.process))]
    before, after = _Side(), _Side()
    for step in steps:
        old, new = step.sides()
        _note(before, step, old)
        _note(after, step, None if step.skipped_because and step.op == "delete" else _as_told(step, new))
        if step.skipped_because and step.op == "delete":
            _note(after, step, old)
    for step in steps:
        _note_dropped(after, step)
    detached = frozenset(before.owned - after.owned)
    return [*simple, *_rights(steps, before, after)], list(_widened(before, after)), detached


def _as_told(step: Step, values: Bag | None) -> Bag | None:
    """What is not known yet though nothing in the change produces it may be anything, like a secret."""
    return values and {**values, **dict.fromkeys(step.unexplained, SECRET)}


def _simple(step: Step, account: str | None) -> Iterator[GrantStep]:
    """Passwords and keys: one whose user changes is taken from one and given to another."""
    kind = _KEPT_BY.get(step.role)
    if kind is None or (step.skipped_because and step.op == "delete"):
        return
    old, new = ({_given(step, values)} - {None} if values else set() for values in step.sides())
    for user in sorted({*old, *new} - {None}, key=str):
        op: Op = "same" if user in old and user in new else "create" if user in new else "delete"
        yield GrantStep(step.address, step.type, op, kind, user, step.place, account)


_KEPT_BY: dict[str, Grant] = {"password": "password", "access-key": "access-key", "user": "password"}


def _given(step: Step, values: Bag) -> str | None:
    """Whom a resource gives a password or key; a user of CloudFormation's carries its own password."""
    if SECRET in (values.get("user"), values.get("user_name")) and step.role != "user":
        return HIDDEN_USER
    if step.role == "user":
        return name_of_user(values) if values.get("login_profile") else None
    return user_of(values)


def _accounts(steps: Iterable[Step]) -> dict[str, str]:
    """The account that each provider configuration works in, where all of its ARNs agree."""
    by_process: dict[str, set[str]] = {}
    for step in steps:
        if step.process:
            accounts = {account_of(text_of(values, "arn")) for values in (step.before, step.after) if values}
            by_process.setdefault(step.process, set()).update(account for account in accounts if account)
    return {process: next(iter(accounts)) for process, accounts in by_process.items() if len(accounts) == 1}


def _rights(steps: list[Step], before: _Side, after: _Side) -> Iterator[GrantStep]:
    places = {step.address: step for step in steps}
    old, new = before.sources(), after.sources()
    for user, source in sorted({*old, *new}):
        was, now = old.get((user, source), 0), new.get((user, source), 0)
        op: Op = "delete" if not now else "same" if was >= now else "create"
        step = places[source[0]]
        certain = max(was, now) == _SURELY and user != HIDDEN_USER
        yield GrantStep(step.address, step.type, op, "administrator", user, step.place, None, certain)
    known = after.groups().keys() | {group for _, group, _ in after.of_groups}
    for address, user, group in after.members:
        if group not in known and (address, user, group) not in before.members:
            step = places[address]
            yield GrantStep(address, step.type, "create", "administrator", user, step.place, None, False)
    for step in steps:
        if step.role == "user" and step.op == "update" and _frees(step):
            freed = name_of_user(step.after or {})
            yield GrantStep(step.address, step.type, "create", "administrator", freed, step.place, certain=False)


def _frees(step: Step) -> bool:
    """Whether a permissions boundary goes."""
    return bool((step.before or {}).get("permissions_boundary")) and not (step.after or {}).get("permissions_boundary")


def _widened(before: _Side, after: _Side) -> Iterator[Widened]:
    old, new = before.groups(), after.groups()
    for group in sorted(new):
        if max(level for _, level in new[group]) > max((level for _, level in old.get(group, [])), default=0):
            yield Widened("group", group)
    for arn, level in sorted(after.documents.items()):
        if level > before.documents.get(arn, 0):
            yield Widened("policy", arn)


def _note(side: _Side, step: Step, values: Bag | None) -> None:
    """What one side of a resource gives."""
    if values is None:
        return
    if step.role == "managed-policy":
        _note_document(side, step, values)
    elif step.role in ("user", "group"):
        _note_entity(side, step, values)
    else:
        _note_link(side, step, values)


def _note_link(side: _Side, step: Step, values: Bag) -> None:
    """What a resource that links users, groups and policies gives."""
    address, role = step.address, step.role
    users = [name.lower() for name in (texts_of(values.get("users")) or texts_of(user_of(values)))]
    if SECRET in (values.get("user"), values.get("user_name"), values.get("users")):
        users = [HIDDEN_USER]
    groups = [name.lower() for name in texts_of(values.get("groups")) or texts_of(_group(values))]
    arns: list[str | int] = [*(texts_of(values.get("policy_arns")) or [text_of(values, "policy_arn") or ""])]
    if SECRET in (values.get("policy_arn"), values.get("policy_arns")):
        arns = [_PERHAPS]
    if role in ("user-attachment", "shared-attachment"):
        side.direct += [(address, user, arn) for user in users for arn in arns]
        side.owned |= {(user, str(arn)) for user in users for arn in arns}
    if role == "shared-attachment":
        side.of_groups += [(address, name.lower(), arn) for name in texts_of(values.get("groups")) for arn in arns]
    elif role == "group-attachment":
        side.of_groups += [(address, group, arn) for group in groups for arn in arns]
    elif role == "user-policy":
        side.direct += [(address, user, _inline(values, user)) for user in users]
        name = text_of(values, "name") or text_of(values, "policy_name")
        side.owned |= {(user, name) for user in users if name}
    elif role == "group-policy":
        side.of_groups += [(address, group, _inline(values, "-")) for group in groups]
    elif role in ("user-groups", "group-users"):
        side.members += [(address, user, group) for user in users for group in groups]


def _note_document(side: _Side, step: Step, values: Bag) -> None:
    level = _inline(values, "-")
    arns = (text_of(either, name) for either in (values, step.before or {}) for name in ("arn", "policy_arn"))
    if arn := next(filter(None, arns), None):
        side.documents[arn.lower()] = level
    else:
        side.makes_one = side.makes_one or level > 0
    for user in texts_of(values.get("users")):
        side.direct.append((step.address, user.lower(), level))
    for group in texts_of(values.get("groups")):
        side.of_groups.append((step.address, group.lower(), level))


def _note_entity(side: _Side, step: Step, values: Bag) -> None:
    """A user or group of CloudFormation's carries its own policies."""
    name = (name_of_user(values) if step.role == "user" else _group(values)) or ""
    given: list[tuple[str, str, str | int]] = [
        (step.address, name.lower(), arn) for arn in texts_of(values.get("managed_policy_arns"))
    ]
    for policy in values.get("policies") or [] if isinstance(values.get("policies"), list) else []:
        inner = {snake(key): value for key, value in policy.items()} if isinstance(policy, dict) else {}
        given.append((step.address, name.lower(), _inline(inner, name)))
    (side.direct if step.role == "user" else side.of_groups).extend(given)
    if step.role == "user":
        side.members += [(step.address, name.lower(), group.lower()) for group in texts_of(values.get("groups"))]


def _note_dropped(after: _Side, step: Step) -> None:
    """A list of all inline policies deletes those that it does not name, so also one that denied something."""
    if step.role not in ("user-policies", "group-policies"):
        return
    old, new = step.sides()
    if new is None or (old is not None and _names_all(old, new)):
        return
    if step.role == "user-policies":
        after.direct.append((step.address, (user_of(new) or HIDDEN_USER).lower(), _PERHAPS))
    else:
        after.of_groups.append((step.address, (_group(new) or "").lower(), _PERHAPS))


def _names_all(old: Bag, new: Bag) -> bool:
    """Whether a list of policies names what it named before; of a secret one that is not known."""
    names = (old.get("policy_names"), new.get("policy_names"))
    return SECRET not in names and {*texts_of(names[0])} <= {*texts_of(names[1])}


def _group(values: Bag) -> str | None:
    return text_of(values, "group") or text_of(values, "group_name")


def _inline(values: Bag, user: str) -> int:
    """How far the policy in a bag goes; one that is a secret may be any."""
    if SECRET in (values.get("policy"), values.get("policy_document")):
        return _PERHAPS
    return _SURELY if makes_administrator(document_of(values), user) else 0
