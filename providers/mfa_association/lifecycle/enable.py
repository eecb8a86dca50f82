"""EnableMFADevice and what may come of it."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace

from mfa_association.aws.errors import (
    AccessDenied,
    AwsError,
    EntityAlreadyExists,
    InvalidAuthenticationCode,
    LimitExceeded,
    NoSuchEntity,
)
from mfa_association.aws.iam import Device, find_serial
from mfa_association.lifecycle.codes import Codes
from mfa_association.lifecycle.context import AccountContext
from mfa_association.lifecycle.model import Declaration
from mfa_association.lifecycle.refusals import DeviceMissing, HeldByAnother, UserMissing


def enable(context: AccountContext, wanted: Declaration, codes: Codes) -> Device | None:
    """EnableMFADevice, then read back; None when IAM does not show it yet.

    Given codes are tried once; a seed's once more with the next unused pair (up to 60 s later).
    """
    try:
        _enable(context, wanted, codes)
    except EntityAlreadyExists:
        device = context.retries.poll(lambda: _held(context, wanted), context.limits.propagation)
        if device is None:
            raise held_by_another(context, wanted) from None
        return device
    except NoSuchEntity:
        look_for_user(context, wanted)
        raise DeviceMissing(wanted.user_name, wanted.serial_number) from None
    except LimitExceeded as fault:
        raise fault.with_note(f"which are {_all_held(context, wanted)}") from None
    except AccessDenied as fault:
        raise explain_denial(context, wanted.user_name, fault) from None
    context.ledger.restored(replace(wanted.pair, account_id=context.iam.caller.account_id))
    if wanted.codes:
        context.warn(
            f"{wanted.user_name} holds {wanted.serial_number} now; if the codes were older than a minute, the device may be "
            "out of step: if AWS refuses its codes at sign-in, resync it"
        )
    return _read_back(context, wanted)


def look_for_user(context: AccountContext, wanted: Declaration) -> list[Device]:
    """The devices of the declared holder, who may have been created moments ago. Raises ``UserMissing``."""

    def look() -> list[Device] | None:
        try:
            return context.devices(wanted.user_name)
        except NoSuchEntity:
            return None

    devices = context.retries.poll(look, context.limits.propagation)
    if devices is None:
        raise UserMissing(wanted.user_name, wanted.serial_number, context.iam.caller.account_id)
    return devices


def held_by_another(context: AccountContext, wanted: Declaration) -> HeldByAnother:
    """The refusal of a device that another user holds, with the holder's name where IAM shows it."""
    entity = None
    with suppress(AccessDenied):
        entity = context.directory.find(wanted.serial_number, fresh=True) if wanted.kind.holder_is_listed else None
    holder = (entity.user_name or entity.user_arn) if entity else None
    return HeldByAnother(wanted.user_name, wanted.serial_number, holder)


def _held(context: AccountContext, wanted: Declaration) -> Device | None:
    """The device if its holder has it; a user whom IAM does not show at this moment holds nothing."""
    try:
        device: Device | None = find_serial(context.devices(wanted.user_name), wanted.serial_number)
    except NoSuchEntity:
        return None
    return device


def explain_denial(context: AccountContext, user_name: str, fault: AccessDenied) -> AwsError:
    """The denial, with IAM's rule about one's own devices where that may be the cause."""
    return fault.with_note(_SELF_MANAGEMENT) if context.iam.caller.is_user(user_name) else fault


_SELF_MANAGEMENT = (
    "and a user who holds an MFA device may change its own devices only in a session authenticated with one of them "
    "(AWS-2023-001): use a role"
)


def _all_held(context: AccountContext, wanted: Declaration) -> str:
    with suppress(AwsError):
        return ", ".join(device.serial_number for device in context.devices(wanted.user_name))
    return "not shown"


def _enable(context: AccountContext, wanted: Declaration, codes: Codes) -> None:
    try:
        context.write_until_confirmed(
            lambda: context.iam.enable_mfa_device(wanted.user_name, wanted.serial_number.text, codes.pair()),
            lambda: _held(context, wanted) is not None,
            also_retry=(NoSuchEntity,),
        )
    except InvalidAuthenticationCode:
        if not codes.refused():
            raise
        _enable(context, wanted, codes)


def _read_back(context: AccountContext, wanted: Declaration) -> Device | None:
    """The device just enabled; what goes wrong here must not lose the record of it."""
    try:
        return context.retries.poll(lambda: _held(context, wanted), context.limits.propagation)
    except AwsError:
        return None
