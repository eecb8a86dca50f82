"""What both engines' documents come down to: one step for each resource, and what it says of devices and users. Pure."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import Any

from mfa_association.review.administrator import is_administrator_arn, makes_administrator
from mfa_association.review.facts import Holder
from mfa_association.review.model import DeviceStep, Grant, GrantStep, Holding, Op, Place, UserStep, account_of

Bag = dict[str, Any]

ASSOCIATIONS = ("pulumi-python:dynamic/iam:MfaDeviceAssociation", "mfa_device_association")
VIRTUAL_DEVICES = ("aws:iam/virtualMfaDevice:VirtualMfaDevice", "aws_iam_virtual_mfa_device")
USERS = ("aws:iam/user:User", "aws_iam_user")
PASSWORDS = ("aws:iam/userLoginProfile:UserLoginProfile", "aws_iam_user_login_profile")
ATTACHMENTS = ("aws:iam/userPolicyAttachment:UserPolicyAttachment", "aws_iam_user_policy_attachment")
SHARED_ATTACHMENTS = ("aws:iam/policyAttachment:PolicyAttachment", "aws_iam_policy_attachment")
INLINE = ("aws:iam/userPolicy:UserPolicy", "aws_iam_user_policy")
TYPES = frozenset(
    (*ASSOCIATIONS, *VIRTUAL_DEVICES, *USERS, *PASSWORDS, *ATTACHMENTS, *SHARED_ATTACHMENTS, *INLINE),
)
"""Every type of resource that gives or takes a device, a console password or administrator rights."""

_ENABLERS = ("authentication_code_1", "authentication_code_1_wo", "seed", "seed_wo", "seed_source")


@dataclass(frozen=True)
class Step:
    """One resource, its bags under Terraform's names; what is not known yet, or secret, is None in them.

    ``enables``: codes or a seed are given that the document does not show, because they are write-only.
    """

    address: str
    type: str
    op: Op
    before: Bag | None = None
    after: Bag | None = None
    replaces: bool = False
    leftover: bool = False
    spared: str | None = None
    raw_op: str = ""
    place: Place | None = None
    enables: bool = False


@dataclass
class Sorted:
    """The steps by what they are about."""

    devices: list[DeviceStep] = field(default_factory=list)
    users: list[UserStep] = field(default_factory=list)
    grants: list[GrantStep] = field(default_factory=list)


def sort(steps: Iterable[Step]) -> Sorted:
    """Sort steps, in their order, into devices, users and grants; others are left out."""
    found = Sorted()
    for step in steps:
        if step.type in ASSOCIATIONS or step.type in VIRTUAL_DEVICES:
            found.devices += _device(step)
        elif step.type in USERS:
            found.users.append(_user(step))
        else:
            found.grants += _grants(step)
    return found


def _device(step: Step) -> list[DeviceStep]:
    holding = _association if step.type in ASSOCIATIONS else _virtual_device
    before, after = (holding(bag) if bag else None for bag in (step.before, step.after))
    if not before and not after:
        return []
    if after and step.enables:
        after = replace(after, enables=True)
    return [
        DeviceStep(
            step.address,
            step.type,
            step.op,
            before,
            after,
            step.type in ASSOCIATIONS,
            step.replaces,
            step.leftover,
            step.spared,
            step.raw_op,
            step.place,
        )
    ]


def _association(bag: Bag) -> Holding:
    active = bag.get("active")
    return Holding(
        holder=_holder(bag),
        serial_number=_text(bag, "serial_number"),
        active=active if isinstance(active, bool) else None,
        account_id=_text(bag, "account_id"),
        enables=any(bag.get(name) is not None for name in _ENABLERS),
        seed_source=_text(bag, "seed_source"),
        renew=_text(bag, "renew"),
        role_arn=_text(bag, "role_arn"),
        on_last_device=_text(bag, "on_last_device"),
        also_deletes=bag.get("on_destroy") == "delete-virtual-device",
    )


def _virtual_device(bag: Bag) -> Holding | None:
    """A virtual device takes itself away from its user when it goes; without a user it is nobody's concern."""
    user = _text(bag, "user_name")
    serial = _text(bag, "arn") or _text(bag, "serial_number") or _text(bag, "id")
    return Holding(Holder(user), serial, active=True, also_deletes=True) if user else None


def _user(step: Step) -> UserStep:
    before, after = step.before or {}, step.after or {}
    old, new = _text(before, "name"), _text(after, "name")
    return UserStep(
        step.address,
        step.type,
        step.op,
        new if step.after else old,
        old if step.op == "update" and old != new else None,
        before.get("force_destroy") is True,
        step.replaces,
        step.spared,
        step.place,
        account_of(_text(before, "arn") or _text(after, "arn")),
    )


def _grants(step: Step) -> list[GrantStep]:
    """A grant for each user that has it; one whose user changes is taken from one and given to another."""
    before, after = (_granted(step.type, bag or {}) for bag in (step.before, step.after))
    found: list[GrantStep] = []
    for grant, user in sorted({*before, *after}):
        kept = (grant, user) in before and (grant, user) in after
        op: Op = "same" if kept else "create" if (grant, user) in after else "delete"
        if not (op == "delete" and step.spared):
            found.append(GrantStep(step.address, step.type, op, grant, user, step.place))
    return found


def _granted(kind: str, bag: Bag) -> set[tuple[Grant, str]]:
    user, arn = _text(bag, "user"), _text(bag, "policy_arn")
    if kind in PASSWORDS:
        return {("password", user)} if user else set()
    if kind in INLINE:
        return {("administrator", user)} if user and makes_administrator(_parsed(bag.get("policy")), user) else set()
    users = bag.get("users") if kind in SHARED_ATTACHMENTS else [user]
    if arn is None or not is_administrator_arn(arn) or not isinstance(users, list):
        return set()
    return {("administrator", name) for name in users if isinstance(name, str)}


def _holder(bag: Bag) -> Holder | None:
    user, root = _text(bag, "user_name"), _text(bag, "root_account_id")
    return Holder(None, root) if root else Holder(user) if user else None


def _text(bag: Bag, name: str) -> str | None:
    value = bag.get(name)
    return value if isinstance(value, str) and value else None


def _parsed(policy: object) -> object:
    try:
        return json.loads(policy) if isinstance(policy, str) else policy
    except (ValueError, RecursionError):
        return None
