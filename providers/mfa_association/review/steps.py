"""What both engines' documents come down to: one step for each resource, and what it says of devices and users. Pure."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from typing import Any

from mfa_association.fields import ENABLERS
from mfa_association.review.document import SECRET
from mfa_association.review.facts import Holder
from mfa_association.review.model import DeviceStep, Holding, Op, SourceLocation, UserStep, account_of
from mfa_association.review.types import Role
from mfa_association.totp import parse_seed_source
from mfa_association.validation import InvalidValue, parse_serial_number

Bag = dict[str, Any]

_ENABLERS = tuple(spelling for name in ENABLERS for spelling in (name, f"{name}_wo"))


@dataclass(frozen=True)
class Step:
    """One resource, its bags under Terraform's names; what is not known yet is None in them, a secret ``SECRET``.

    ``enables``: codes or a seed are given that the document does not show, because they are write-only.
    ``unknown``: the inputs that are not known yet, ``unexplained`` those of them that nothing in the change produces.
    ``process``: what serves the resource. ``taken_by``: the type of the resource of another provider that takes the record over.
    """

    address: str
    type: str
    role: Role
    op: Op
    before: Bag | None = None
    after: Bag | None = None
    replaces: bool = False
    leftover: bool = False
    skipped_because: str | None = None
    raw_op: str = ""
    place: SourceLocation | None = None
    enables: bool = False
    unknown: frozenset[str] = frozenset()
    unexplained: frozenset[str] = frozenset()
    process: str = ""
    taken_by: str | None = None

    def sides(self) -> tuple[Bag | None, Bag | None]:
        """What it says before and after; a creation says nothing before, a removal nothing after."""
        removed = self.op in ("delete", "unknown")
        return (None if self.op == "create" else self.before, None if removed else self.after)


@dataclass
class Sorted:
    """The steps by what they are about; ``others`` are about passwords and policies."""

    devices: list[DeviceStep] = field(default_factory=list)
    users: list[UserStep] = field(default_factory=list)
    others: list[Step] = field(default_factory=list)


def sort(steps: Iterable[Step]) -> Sorted:
    """Sort steps, in their order, into devices, users and what is about passwords and policies."""
    sorted_steps = Sorted()
    for step in steps:
        if step.role in ("association", "virtual-device"):
            sorted_steps.devices += _devices(step)
            continue
        if step.role == "user":
            sorted_steps.users.append(_user(step))
        sorted_steps.others.append(step)
    return sorted_steps


def _devices(step: Step) -> Iterator[DeviceStep]:
    before, after = step.sides()
    if step.role == "association":
        new = _association(after, step.unknown) if after else None
        if new and step.enables:
            new = replace(new, enables=True)
        if new and not step.unexplained.isdisjoint(("user_name", "root_account_id", "serial_number")):
            new = replace(new, unexplained=True)
        yield _device(step, _association(before) if before else None, new)
        return
    old, now = dict(_of_virtual_device(before)), dict(_of_virtual_device(after))
    for user in sorted({*old, *now}):
        yield _device(step, old.get(user), now.get(user))


def _device(step: Step, before: Holding | None, after: Holding | None) -> DeviceStep:
    return DeviceStep(
        step.address,
        step.type,
        step.op,
        before,
        after,
        declares=step.role == "association",
        replaces=step.replaces,
        leftover=step.leftover,
        skipped_because=step.skipped_because,
        raw_op=step.raw_op,
        place=step.place,
        taken_by=step.taken_by,
        process=step.process,
    )


def _association(values: Bag, unknown: frozenset[str] = frozenset()) -> Holding:
    hidden = unknown | {name for name, value in values.items() if value is SECRET}
    active = values.get("active")
    return Holding(
        holder=_holder(values),
        serial_number=text_of(values, "serial_number") or _serial(text_of(values, "id")),
        active=active if isinstance(active, bool) else None,
        account_id=text_of(values, "account_id"),
        enables=any(values.get(name) is not None or name in hidden for name in _ENABLERS),
        seed_source=shown_source(values.get("seed_source")),
        source_mark=hash(values.get("seed_source")),
        renew=text_of(values, "renew"),
        role_arn=text_of(values, "role_arn"),
        on_last_device=text_of(values, "on_last_device"),
        also_deletes=values.get("on_destroy") == "delete-virtual-device",
        user_id=text_of(values, "user_id"),
        secret=SECRET in (values.get("user_name"), values.get("root_account_id")),
        fails_if_inactive=values.get("require_active") is True,
        hidden=hidden,
    )


def _serial(text: str | None) -> str | None:
    """The id of an association, which is its serial number: it is shown where the serial number is a secret."""
    try:
        return parse_serial_number(text).text
    except InvalidValue:
        return None


def _of_virtual_device(values: Bag | None) -> Iterator[tuple[str, Holding]]:
    """A virtual device takes itself away from its user when it goes; without a user it is nobody's concern."""
    if values is None:
        return
    serial = text_of(values, "arn") or text_of(values, "serial_number") or text_of(values, "id")
    if values.get("user_name") is SECRET:
        yield "", Holding(None, serial, active=True, also_deletes=True, secret=True)
    for user in texts_of(values.get("users")) or texts_of(values.get("user_name")):
        yield user, Holding(Holder(user), serial, active=True, also_deletes=True)


def _user(step: Step) -> UserStep:
    """CloudFormation's handler, behind every provider but AWS's own, is taken to remove what blocks the deletion."""
    before, after = step.before or {}, step.after or {}
    old, new = name_of_user(before), name_of_user(after)
    return UserStep(
        step.address,
        step.type,
        step.op,
        new if step.after else old,
        old if step.op == "update" and old != new else None,
        before.get("force_destroy") in (True, SECRET) or not step.type.startswith(("aws:", "aws_")),
        step.replaces,
        step.skipped_because,
        step.place,
        account_of(text_of(before, "arn") or text_of(after, "arn")),
    )


def _holder(values: Bag) -> Holder | None:
    user, root = text_of(values, "user_name"), text_of(values, "root_account_id")
    return Holder(None, root) if root else Holder(user) if user else None


def name_of_user(values: Bag) -> str | None:
    """What a resource that is an IAM user calls it."""
    return text_of(values, "name") or text_of(values, "user_name")


def user_of(values: Bag) -> str | None:
    """The IAM user that a resource is about."""
    return text_of(values, "user") or text_of(values, "user_name")


def text_of(values: Bag, name: str) -> str | None:
    """A value that is text and not empty."""
    value = values.get(name)
    return value if isinstance(value, str) and value else None


def texts_of(value: object) -> list[str]:
    """The texts of a list, or a text alone."""
    many = value if isinstance(value, list) else [value]
    return [text for text in many if isinstance(text, str) and text]


def document_of(values: Bag) -> Any:
    """The policy that a resource carries, read from its text; None for what is no JSON or not known yet."""
    policy = values.get("policy", values.get("policy_document"))
    try:
        return json.loads(policy) if isinstance(policy, str) else policy
    except (ValueError, RecursionError):
        return None


_HIDDEN = "…"
_LIKE_A_SEED = re.compile(r"[A-Z2-7]{16,}=*", re.IGNORECASE)
"""Base32 of 80 bits or more, as seeds are; a name of a variable has `_`, a path `/`."""


def shown_source(value: object) -> str | None:
    """A seed source as it may be shown; None for none. What is no source, or looks like a seed, keeps its prefix only."""
    if not isinstance(value, str) or not value:
        return None
    prefix, colon, rest = value.partition(":")
    try:
        parse_seed_source(value)
    except InvalidValue:
        return f"{prefix}:{_HIDDEN}" if colon and prefix in ("env", "file", "ssm", "secretsmanager") else _HIDDEN
    return f"{prefix}:{_HIDDEN}" if _LIKE_A_SEED.fullmatch(rest) else value
