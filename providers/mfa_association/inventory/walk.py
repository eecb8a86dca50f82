"""The walk over an account: in bulk where IAM tells in bulk, user by user only where it does not.

ListVirtualMFADevices and ListUsers give 1000 a page. Hardware tokens and FIDO keys are in no list: GetAccountSummary
tells how many devices are held in all, so when the virtual ones make up the number there are none to look for. Else
the users are asked one by one, those without a virtual device first, until as many are found as there must be.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace
from typing import TypeGuard

from mfa_association.aws.directory import AccountSummary, User
from mfa_association.aws.errors import AccessDenied, AwsError, NoSuchEntity
from mfa_association.aws.iam import Device, VirtualDevice
from mfa_association.aws.reader import Reader
from mfa_association.inventory.cells import NotChecked
from mfa_association.inventory.passwords import with_passwords
from mfa_association.inventory.roots import read_roots
from mfa_association.inventory.snapshot import HeldDevice, ListedHolder, Snapshot, held_device, in_order, moment
from mfa_association.lifecycle.model import rfc3339
from mfa_association.validation import ROOT_USER


def take(
    reader: Reader, names: tuple[str, ...] = (), *, passwords: bool = False, roots: tuple[str, ...] = ()
) -> Snapshot:
    """The whole account, or only the users that are named; ``roots``: accounts whose root users are read too.

    ``passwords``: and what else they sign in with. What is denied is left out and told in ``unread`` and ``unread_roots``. Raises ``AwsError`` or ``AccountRefused`` where nothing can be
    told at all.
    """
    account_id = reader.account_id
    found = _named(reader, names) if names else _everybody(reader, account_id)
    if passwords:
        found = with_passwords(reader, found, bulk=not names)
    asked, unread_roots = read_roots(reader, roots)
    others = tuple(root for root in found.roots if root.root_account_id not in roots)
    return replace(
        found,
        account_id=account_id,
        taken=rfc3339(reader.iam.now()),
        roots=tuple(sorted((*asked, *others), key=lambda root: str(root.root_account_id))),
        unread=tuple(reader.unread),
        unread_roots=tuple(unread_roots.values()),
        read_as=reader.iam.caller.arn,
    )


def _named(reader: Reader, names: tuple[str, ...]) -> Snapshot:
    """Only these users, each asked for itself: nothing else of the account is known then."""
    once = sorted({name.lower(): name for name in names}.values(), key=str.lower)
    told = dict(reader.each("users", once, reader.directory.user))
    missing = tuple(name for name in once if isinstance(told[name], NoSuchEntity))
    reader.denied([fault for fault in told.values() if isinstance(fault, AccessDenied)], "users")
    users = [answer if isinstance(answer, User) else User(name, "", "/") for name, answer in told.items()]
    there = [user for user in users if user.user_name not in missing]
    return Snapshot("", "", _ask(reader, there, {}, None), missing=missing)


def _everybody(reader: Reader, account_id: str) -> Snapshot:
    virtual = reader.pages("virtual devices", reader.directory.virtual_devices)
    listed = reader.pages("users", reader.directory.users)
    by_user, root, free = _sorted(virtual or [])
    users = _users(listed, virtual or [])
    summary = _summary(reader)
    left = _others(summary, sum(map(len, by_user.values()))) if virtual is not None else None
    holders = _ask(reader, users, by_user, left)
    shown = (ListedHolder(ROOT_USER, in_order(root), complete=False, root_account_id=account_id),) if root else ()
    unassigned = None if virtual is None else tuple(sorted(free, key=str.lower))
    return Snapshot("", "", holders, shown, unassigned, summary=summary)


def _sorted(devices: list[VirtualDevice]) -> tuple[dict[str, list[HeldDevice]], list[HeldDevice], list[str]]:
    """Virtual devices by the id of their user, those of the root user, and those of nobody."""
    by_user: dict[str, list[HeldDevice]] = defaultdict(list)
    root: list[HeldDevice] = []
    for device in devices:
        if device.user_arn:
            mine = by_user[str(device.user_id)] if device.user_name else root
            mine.append(held_device(device.serial_number, device.enable_date))
    return by_user, root, [device.serial_number for device in devices if not device.user_arn]


def _users(listed: list[User] | None, virtual: list[VirtualDevice]) -> list[User]:
    """The users, and the holders that the list of users does not know (yet, or because it was denied)."""
    known = {user.user_id: user for user in listed or []}
    for device in virtual:
        if device.user_name and device.user_id:
            known.setdefault(device.user_id, User(device.user_name, device.user_id, "/"))
    return sorted(known.values(), key=lambda user: user.user_name.lower())


def _summary(reader: Reader) -> AccountSummary | None:
    try:
        return reader.with_retries(reader.directory.summary)
    except AccessDenied:
        return None


def _others(summary: AccountSummary | None, virtual: int) -> int | None:
    """How many devices the users hold at most that are in no list; None where that cannot be told.

    The root user's devices may be among those that AWS counts, so they are never subtracted: at worst the users are
    asked in vain.
    """
    return None if summary is None else max(0, summary.devices_in_use - virtual)


def _ask(
    reader: Reader, users: list[User], by_user: dict[str, list[HeldDevice]], left: int | None
) -> tuple[ListedHolder, ...]:
    """Ask users for what they hold, until ``left`` devices are found that ``by_user`` does not know."""
    answers: dict[str, list[Device] | AwsError] = {}
    if left != 0:
        queue = sorted(users, key=lambda user: user.user_id in by_user)
        for user, answer in reader.each("users' devices", queue, lambda user: _list(reader, user)):
            answers[user.user_name] = answer
            found = _new(answer, by_user.get(user.user_id, []))
            left = None if left is None else left - found
            if left is not None and left <= 0:
                break
    reader.denied([fault for fault in answers.values() if isinstance(fault, AccessDenied)], "users")
    gone = {name for name, answer in answers.items() if isinstance(answer, NoSuchEntity)}
    return tuple(
        _holder(user, by_user.get(user.user_id, []), answers.get(user.user_name))
        for user in users
        if user.user_name not in gone
    )


def _list(reader: Reader, user: User) -> list[Device]:
    return reader.iam.list_mfa_devices(user.user_name)


def _new(answer: list[Device] | AwsError, known: list[HeldDevice]) -> int:
    return max(0, len(answer) - len(known)) if _told(answer) else 0


def _holder(user: User, virtual: list[HeldDevice], answer: list[Device] | AwsError | None) -> ListedHolder:
    """What the user's own answer tells is newer than the walk over the account."""
    devices = [held_device(device.serial_number, device.enable_date) for device in answer] if _told(answer) else virtual
    complete = not isinstance(answer, AwsError)
    last_used = moment(user.password_last_used) if user.arn else NotChecked("the user could not be read")
    return ListedHolder(
        user.user_name, in_order(devices), complete, user.user_id or None, user.path, password_last_used=last_used
    )


def _told(answer: list[Device] | AwsError | None) -> TypeGuard[list[Device]]:
    return isinstance(answer, list)
