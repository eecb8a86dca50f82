"""What the saved holder of a device holds at this moment, and what may stop a deactivation because of that: the last
device of a user, and a successor that failed. The cache is not used.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Literal

from mfa_association.aws.errors import AccessDenied, AwsError, NoSuchEntity
from mfa_association.aws.iam import Device, find_serial
from mfa_association.lifecycle.context import AccountContext
from mfa_association.lifecycle.ledger import Entry
from mfa_association.lifecycle.model import Association, rfc3339
from mfa_association.lifecycle.read import is_somebody_new
from mfa_association.lifecycle.refusals import LastDevice, SuccessorFailed
from mfa_association.validation import ROOT_USER, OnLastDevice, same

LastDeviceGuard = OnLastDevice | Literal["lift"]
"""What to do about a last device. ``lift``: nothing, whatever else failed; for one device, for one run."""
_SAME_MOMENT = timedelta(seconds=2)
"""AWS gives dates and its clock in whole seconds."""


@dataclass(frozen=True)
class Seen:
    """``devices``: what the user holds, less what was removed in the last two minutes; None when that is denied.

    ``device``: the one that is asked about. ``is_listed``: whether it is among them; None when that is denied.
    ``is_shown``: IAM's list has it, even if somebody noted its removal: who was killed before the call noted what never
    happened.
    """

    devices: list[Device] | None
    device: Device | None
    is_listed: bool | None
    is_shown: bool


def look_at_devices(context: AccountContext, saved: Association) -> Seen:
    """Look at the saved holder's devices; a deleted user has none. Raises ``AwsError``."""
    try:
        listed = context.devices(saved.user_name)
    except NoSuchEntity:
        listed = []
    except AccessDenied:
        return Seen(None, None, is_listed=None, is_shown=False)
    devices = [device for device in listed if not _is_removed(context, saved, device)]
    device = find_serial(devices, saved.serial_number)
    is_shown = find_serial(listed, saved.serial_number) is not None
    return Seen(devices, device, is_listed=device is not None, is_shown=is_shown)


def _is_removed(context: AccountContext, saved: Association, listed: Device) -> bool:
    """Whether a list still shows what was taken from the user; a later ``enable_date`` means that it was registered again."""
    age = context.ledger.seconds_since_removal(saved.account_id, saved.user_name, listed.serial_number)
    return age is not None and listed.enable_date <= context.iam.now() - timedelta(seconds=age) + _SAME_MOMENT


def is_of_somebody_new(context: AccountContext, saved: Association, seen: Seen) -> bool:
    """Whether another user of the saved one's name registered the device; asked of what was registered since.

    Raises ``AwsError``.
    """
    if seen.device is None or rfc3339(seen.device.enable_date) == saved.enable_date:
        return False
    return is_somebody_new(context, saved)


def guard_last_device(
    context: AccountContext, saved: Association, seen: Seen, mode: LastDeviceGuard, user_names: tuple[str, ...]
) -> str | None:
    """What to warn of when the device goes; None where it is not the last, or ``mode`` is ``allow``.

    ``user_names``: all names of the holder. Raises ``LastDevice``, or ``SuccessorFailed`` whatever ``mode`` says but
    ``lift``.
    """
    if mode == "lift" or _keeps_another(context, saved, seen, user_names):
        return None
    sure = seen.devices is not None
    last = "it is the last MFA device" if sure else "whether it is the last MFA device was not checked"
    successors = context.ledger.successors(saved.pair, user_names)
    for entry in successors:
        if entry.stage == "failed":
            raise SuccessorFailed(saved.user_name, saved.serial_number, last, entry.pair.serial_number, entry.reason)
    if mode == "allow":
        return None
    password = _password(context, saved)
    if mode == "refuse" and not (sure and password == "no console password"):
        why, sure = f"{last}, {saved.user_name} has {password}", sure and password == "a console password"
        raise LastDevice(saved.user_name, saved.serial_number, why, _before(saved), sure=sure)
    return _warning(saved, last, password, successors)


def warn_afterwards(
    context: AccountContext, saved: Association, seen: Seen, mode: LastDeviceGuard, user_names: tuple[str, ...]
) -> None:
    """Say that the last device went, where IAM listed none before the call showed that there was one."""
    if mode in ("warn", "refuse") and not _keeps_another(context, saved, seen, user_names):
        last = "it was the last MFA device, which IAM did not list yet"
        context.warn(
            _warning(saved, last, _password(context, saved), context.ledger.successors(saved.pair, user_names))
        )


def _warning(saved: Association, last: str, password: str, successors: list[Entry]) -> str:
    after = f"has {password}"
    if password == "a console password":
        after = f"could sign in with a password alone{_behind(saved)}"
    waiting = [
        entry.association.serial_number.text
        for entry in successors
        if entry.association and not entry.association.active
    ]
    not_yet = f"; {', '.join(waiting)} is not registered yet" if waiting else ""
    return f"deactivating {saved.serial_number} of {saved.user_name}: {last}; {saved.user_name} {after}{not_yet}"


def _keeps_another(context: AccountContext, saved: Association, seen: Seen, user_names: tuple[str, ...]) -> bool:
    """Whether the user holds another device: as listed, or because this process gave it."""
    held = [device.serial_number for device in seen.devices or ()]
    for name in user_names:
        held += context.ledger.bound(saved.account_id, name)
    return any(not same(serial_number, saved.serial_number.text) for serial_number in held)


def _before(saved: Association) -> str:
    """What is to be done before the last device goes. AWS does not let root be without a device while it can sign in."""
    return _ROOT_FIRST if saved.user_name == ROOT_USER else "enroll another device first"


def _behind(saved: Association) -> str:
    return f": {_ROOT_FIRST}" if saved.user_name == ROOT_USER else ""


_ROOT_FIRST = "delete its password and access keys first, its last device after them"


def _password(context: AccountContext, saved: Association) -> str:
    try:
        return (
            "a console password"
            if context.retries.read(lambda: context.iam.has_password(saved.user_name))
            else "no console password"
        )
    except AwsError as fault:
        return f"perhaps a console password, which could not be checked ({type(fault).__name__})"
