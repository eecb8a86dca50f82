"""Update: the same device for a new holder, in place. Checked whole before anything is written."""

from __future__ import annotations

from dataclasses import replace

from mfa_association.aws.errors import AwsError, LimitExceeded
from mfa_association.aws.iam import find_serial
from mfa_association.errors import MfaError
from mfa_association.lifecycle.codes import Codes
from mfa_association.lifecycle.context import AccountContext
from mfa_association.lifecycle.create import active, take
from mfa_association.lifecycle.delete import release
from mfa_association.lifecycle.enable import enable, held_by_another, look_for_user
from mfa_association.lifecycle.guards import LastDeviceGuard, look_at_devices
from mfa_association.lifecycle.model import Association, Declaration, rfc3339
from mfa_association.lifecycle.refusals import (
    HeldByAnother,
    MoveBroken,
    MoveRefused,
    MoveTakenBack,
    MoveUnknown,
    Refusal,
)

CODES_LIVE = 20.0
"""Seconds for which a move with given codes tries to release the device: the codes live for 60."""


def move(
    context: AccountContext, saved: Association, wanted: Declaration, mode: LastDeviceGuard = "warn"
) -> Association:
    """Take the device from ``saved.user_name`` and give it to ``wanted.user_name``.

    Adopts without a write when the new holder has it already. ``mode``: the guard of the old holder. Raises
    ``MoveRefused`` (nothing changed), ``MoveBroken`` (nobody holds it now), ``MoveTakenBack`` (the new holder has no
    room), ``MoveUnknown``, another ``Refusal`` or an ``AwsError``.
    """
    with context.declaring(wanted, saved) as pair:
        devices = look_for_user(context, wanted)
        if find_serial(devices, wanted.serial_number) or not _old_holder_has_it(context, saved):
            return context.ledger.settle(pair, take(context, wanted, devices))
        _refuse_unfinishable(context, saved, wanted)
        codes = Codes(context, wanted)
        codes.prove()
        _release(context, saved, wanted, mode)
        return context.ledger.settle(pair, _give(context, saved, wanted, codes))


def _release(context: AccountContext, saved: Association, wanted: Declaration, mode: LastDeviceGuard) -> None:
    """Take the device from the old holder. Given codes do not live longer than ``CODES_LIVE``."""
    try:
        released = release(context, saved, mode, most=CODES_LIVE if wanted.codes else None)
    except AwsError as fault:
        if not fault.unclear:
            raise
        raise MoveUnknown(wanted.serial_number, saved.user_name, wanted.user_name, fault) from None
    if released.stranger:
        raise HeldByAnother(wanted.user_name, wanted.serial_number, f"a new user called {saved.user_name}")
    if released.holder:
        raise held_by_another(context, wanted)


def _give(context: AccountContext, saved: Association, wanted: Declaration, codes: Codes) -> Association:
    try:
        return active(context, wanted, enable(context, wanted, codes))
    except LimitExceeded as fault:
        raise _give_back(context, saved, wanted, fault) from None
    except MfaError as fault:
        raise MoveBroken(wanted.serial_number, saved.user_name, wanted.user_name, fault) from None


def _give_back(context: AccountContext, saved: Association, wanted: Declaration, no_room: LimitExceeded) -> Refusal:
    """Enable the device for its old holder again; the refusal that says how it ended.

    Given codes may work for that too: IAM refused the new holder, and not the codes. No call of IAM shows how many
    devices a user may hold (``summaryKeyType`` of botocore's model has no such quota), so only the enable for the new
    holder can find out.
    """
    before = replace(wanted, user_name=saved.user_name)
    try:
        device = enable(context, before, Codes(context, before))
    except MfaError as fault:
        both = (no_room, ", and then: ", fault)
        return MoveBroken(wanted.serial_number, saved.user_name, wanted.user_name, both)
    since = rfc3339(device.enable_date) if device else None
    return MoveTakenBack(replace(saved, active=True, enable_date=since), wanted.user_name, no_room)


def _old_holder_has_it(context: AccountContext, saved: Association) -> bool:
    seen = look_at_devices(context, saved)
    return seen.is_shown or seen.is_listed is not False


def _refuse_unfinishable(context: AccountContext, saved: Association, wanted: Declaration) -> None:
    old, new = saved.user_name, wanted.user_name
    if context.ledger.declared(saved.pair).stage != "no":
        raise MoveRefused(saved, new, f"another resource declares it for {old}", "declare it for one of them only")
    if wanted.kind.console_only:
        advice = f"remove the line of {old} and let {new} register the key in the console"
        raise MoveRefused(saved, new, "a FIDO key or passkey is registered by its own user only", advice)
    if not wanted.can_enable:
        cause = f"{new} does not hold it, and neither codes nor a seed are given"
        raise MoveRefused(saved, new, cause, "give two consecutive codes or a seed, or move it by hand first")
