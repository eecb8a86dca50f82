"""Read: the truth about a declared device; it is never reported as gone."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from mfa_association.aws.errors import AccessDenied, NoSuchEntity
from mfa_association.aws.iam import Device, VirtualDevice
from mfa_association.lifecycle.context import AccountContext
from mfa_association.lifecycle.model import Association, rfc3339
from mfa_association.validation import ROOT_USER, same

_RECENT = timedelta(seconds=60)


def read(context: AccountContext, saved: Association) -> Association:
    """The association as IAM has it now: ``active`` and ``enable_date`` may differ from what was saved.

    The holder and the device stay as declared, so that removing the line acts on that very pair. Raises ``AwsError``
    or ``WrongAccount``: then nothing is known and the saved state must be kept.
    """
    context.account_for(saved.serial_number, saved.account_id)
    association = _find(context, saved)
    context.ledger.saw(association)
    return association


def _find(context: AccountContext, saved: Association) -> Association:
    device = _held(context, saved)
    if device is None and _just_enabled(context, saved):
        device = context.retries.poll(lambda: _held(context, saved), context.limits.propagation)
    if device is None:
        return _missing(context, saved)
    enabled = rfc3339(device.enable_date)
    if saved.active and saved.enable_date and enabled != saved.enable_date:
        context.warn(
            f"{saved.serial_number} of {saved.user_name} was enabled again at {enabled} (before: {saved.enable_date}): "
            "somebody removed and registered it outside this code"
        )
    if not (saved.active and enabled == saved.enable_date) and is_somebody_new(context, saved):
        context.warn(
            f"another user is called {saved.user_name} now, not the user that {saved.serial_number} was bound to; to accept "
            "the new user, replace the association, or give it a new renew value with fresh codes or a seed"
        )
        return replace(saved, active=False, enable_date=None)
    user_id = saved.user_id or context.user_id(saved.user_name, bulk=saved.kind.holder_is_listed)
    return replace(saved, active=True, enable_date=enabled, user_id=user_id)


def holder_label(entity: VirtualDevice) -> str:
    """The holder of a virtual device, for a message."""
    return entity.user_name or entity.user_arn or "nobody"


def other_holder(context: AccountContext, saved: Association) -> VirtualDevice | None:
    """Who holds a virtual device that the saved user does not hold; None: nobody, or IAM does not show it.

    A cached walk that still shows the saved user is older, so IAM is asked again.
    """
    if not saved.pair.holder_is_listed:
        return None
    try:
        entity = context.directory.find(saved.serial_number)
        if entity and same(entity.user_name or "", saved.user_name):
            entity = context.directory.find(saved.serial_number, fresh=True)
    except AccessDenied:
        context.warn(
            f"{saved.user_name} does not hold {saved.serial_number}; whether somebody else does, or {saved.user_name} "
            "under a new name, could not be checked (AccessDenied): allow iam:ListVirtualMFADevices"
        )
        return None
    held = entity and entity.user_arn and not same(entity.user_name or "", saved.user_name)
    return entity if held else None


def renamed(saved: Association, holder: VirtualDevice) -> bool:
    """Whether the holder is the saved user under another name."""
    return holder.user_id is not None and holder.user_id == saved.user_id


def is_somebody_new(context: AccountContext, saved: Association) -> bool:
    """Whether the saved user was deleted, or renamed, and another one has the name now (GetUser)."""
    if saved.user_id is None or saved.user_name == ROOT_USER:
        return False
    try:
        return context.retries.read(lambda: context.iam.user_id(saved.user_name)) != saved.user_id
    except NoSuchEntity:
        return False
    except AccessDenied:
        context.warn(
            f"whether {saved.user_name} is still the same user could not be checked (AccessDenied): allow iam:GetUser"
        )
        return False


def _missing(context: AccountContext, saved: Association) -> Association:
    holder = other_holder(context, saved)
    if holder and renamed(saved, holder) and holder.enable_date:
        context.warn(
            f"{saved.user_name} is now called {holder_label(holder)} and still holds {saved.serial_number}: declare it for "
            "the new name"
        )
        return replace(saved, active=True, enable_date=rfc3339(holder.enable_date))
    if holder:
        context.warn(f"{saved.serial_number} is declared for {saved.user_name} but held by {holder_label(holder)}")
    return replace(saved, active=False, enable_date=None)


def _held(context: AccountContext, saved: Association) -> Device | None:
    try:
        return context.directory.find_held_device(saved.user_name, saved.serial_number)
    except NoSuchEntity:
        return None


def _just_enabled(context: AccountContext, saved: Association) -> bool:
    if not (saved.active and saved.enable_date):
        return False
    return context.clock.now() - datetime.fromisoformat(saved.enable_date.replace("Z", "+00:00")) < _RECENT
