"""Create: read first, then adopt, enable or record. A run that died half-way can be run again."""

from __future__ import annotations

from dataclasses import replace

from mfa_association.aws.iam import Device, VirtualDevice, find_serial
from mfa_association.errors import MfaError
from mfa_association.lifecycle.codes import Codes
from mfa_association.lifecycle.context import AccountContext
from mfa_association.lifecycle.enable import enable, look_for_user
from mfa_association.lifecycle.model import Association, Declaration, Pair, rfc3339
from mfa_association.lifecycle.refusals import DeviceMissing, HeldByAnother, NotActive, StateKept
from mfa_association.validation import same


def create(context: AccountContext, wanted: Declaration, *, stay_inactive: bool = False) -> Association:
    """Adopt the device if its holder has it, enable it if there are codes, else record it as not active.

    ``stay_inactive``: do not enable it, for an old record of this device and user is inactive (rule 2). Raises a
    ``Refusal`` or an ``AwsError``; nothing was changed unless the sentence says so. ``StateKept``: a delete of this run
    left its record to this create.
    """
    try:
        with context.declaring(wanted) as pair:
            association = _bind(context, wanted, pair, stay_inactive)
            return context.ledger.settle(pair, association, enabled=context.ledger.is_bound(pair))
    except MfaError as fault:
        kept = context.ledger.handed(wanted.pair)
        if kept:
            raise StateKept(fault, kept) from None
        raise


def _bind(context: AccountContext, wanted: Declaration, pair: Pair, stay_inactive: bool) -> Association:
    if wanted.can_enable and (stay_inactive or context.ledger.stays_inactive(pair, wanted.renew)):
        try:
            association = _bind(context, replace(wanted, codes=None, seed=None, seed_source=None), pair, False)
        except NotActive:
            raise NotActive(wanted.user_name, wanted.serial_number, stays=True) from None
        if not association.active:
            context.warn(
                f"{wanted.serial_number} was inactive, and a new declaration does not enable it for {wanted.user_name}; to "
                "enable it, change renew and give fresh codes or a seed"
            )
        return association
    alone = wanted.can_enable or wanted.require_active
    device = None if alone else context.directory.find_in_virtual_list(wanted.user_name, wanted.serial_number)
    return active(context, wanted, device) if device else take(context, wanted, look_for_user(context, wanted))


def take(context: AccountContext, wanted: Declaration, devices: list[Device]) -> Association:
    """Give the declared holder the device, knowing the devices held now; the caller has the user's lock."""
    device: Device | None = find_serial(devices, wanted.serial_number)
    if device and not (wanted.can_enable and _was_just_removed(context, wanted)):
        return active(context, wanted, device)
    if wanted.can_enable:
        return active(context, wanted, enable(context, wanted, Codes(context, wanted)))
    return _record(context, wanted)


def _was_just_removed(context: AccountContext, wanted: Declaration) -> bool:
    """Whether the list that shows the device may be older than its removal; IAM refuses to enable what is held."""
    return context.ledger.removed(replace(wanted.pair, account_id=context.iam.caller.account_id))


def active(context: AccountContext, wanted: Declaration, device: Device | None) -> Association:
    """The association as active; without ``device`` IAM accepted it but does not show it yet."""
    if device is None:
        context.warn(
            f"IAM enabled {wanted.serial_number} for {wanted.user_name} but does not list it yet: refresh later"
        )
    association = _association(context, wanted, active=True)
    return replace(association, enable_date=rfc3339(device.enable_date)) if device else association


def _association(context: AccountContext, wanted: Declaration, *, active: bool) -> Association:
    return Association(
        user_name=wanted.user_name,
        serial_number=wanted.serial_number,
        active=active,
        account_id=context.iam.caller.account_id,
        user_id=context.user_id(wanted.user_name, bulk=wanted.kind.holder_is_listed and not wanted.can_enable),
        renew=wanted.renew,
    )


def _record(context: AccountContext, wanted: Declaration) -> Association:
    entity = _entity(context, wanted) if wanted.pair.holder_is_listed else None
    if entity and entity.user_arn:
        if entity.user_name and entity.enable_date and same(entity.user_name, wanted.user_name):
            return active(context, wanted, Device(entity.serial_number, entity.enable_date))
        raise HeldByAnother(wanted.user_name, wanted.serial_number, entity.user_name or entity.user_arn)
    if wanted.require_active:
        raise NotActive(wanted.user_name, wanted.serial_number, by_hand=wanted.is_enabled_by_hand)
    context.warn(f"{wanted.user_name} does not hold {wanted.serial_number} yet; it is adopted once it is registered")
    return _association(context, wanted, active=False)


def _entity(context: AccountContext, wanted: Declaration) -> VirtualDevice:
    """The virtual device itself. What the cached walk does not show, or shows as held, is looked up afresh."""
    entity = context.directory.find(wanted.serial_number)
    if entity is None or entity.user_arn:
        entity = context.retries.poll(
            lambda: context.directory.find(wanted.serial_number, fresh=True), context.limits.propagation
        )
    if entity is None:
        raise DeviceMissing(wanted.user_name, wanted.serial_number)
    return entity
