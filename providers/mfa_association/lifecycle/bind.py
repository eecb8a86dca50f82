"""Create: look first, then adopt, enable or record. A run that died half-way can be run again."""

from __future__ import annotations

from mfa_association.aws.iam import Device, VirtualDevice, find_serial
from mfa_association.grammar import ROOT_USER, same
from mfa_association.lifecycle.enable import enable, look_for_user
from mfa_association.lifecycle.model import Association, Declaration, rfc3339
from mfa_association.lifecycle.refusals import DeviceMissing, HeldByAnother, NotActive
from mfa_association.lifecycle.run import Run


def bind(run: Run, wanted: Declaration) -> Association:
    """Adopt the device if its holder has it, enable it if there are codes, else record it as not active.

    Raises a ``Refusal`` or an ``AwsError``; in both cases nothing was changed unless the sentence says so.
    """
    account_id = run.account_for(wanted.serial_number)
    with (
        run.ledger.declaring(account_id, wanted.serial_number, wanted.user_name),
        run.ledger.holding(account_id, wanted.user_name),
    ):
        device = None if wanted.can_enable else run.directory.walked(wanted.user_name, wanted.serial_number)
        return active(run, wanted, device) if device else take(run, wanted, look_for_user(run, wanted))


def take(run: Run, wanted: Declaration, devices: list[Device]) -> Association:
    """Give the declared holder the device, knowing the devices held now; the caller has the user's lock."""
    device: Device | None = find_serial(devices, wanted.serial_number)
    if device:
        return active(run, wanted, device)
    if wanted.can_enable:
        return active(run, wanted, enable(run, wanted))
    return _record(run, wanted)


def active(run: Run, wanted: Declaration, device: Device | None) -> Association:
    """The association as active; without ``device`` IAM accepted it but does not show it yet."""
    if device is None:
        run.warn(f"IAM enabled {wanted.serial_number} for {wanted.user_name} but does not list it yet: refresh later")
    return Association(
        user_name=wanted.user_name,
        serial_number=wanted.serial_number,
        active=True,
        device_kind=wanted.kind,
        account_id=run.iam.caller.account_id,
        enable_date=rfc3339(device.enable_date) if device else None,
        user_id=run.user_id(wanted.user_name, bulk=wanted.kind == "virtual" and not wanted.can_enable),
    )


def _record(run: Run, wanted: Declaration) -> Association:
    told = wanted.kind == "virtual" and wanted.user_name != ROOT_USER
    entity = _entity(run, wanted) if told else None
    if entity and entity.user_arn:
        if entity.user_name and entity.enable_date and same(entity.user_name, wanted.user_name):
            return active(run, wanted, Device(entity.serial_number, entity.enable_date))
        raise HeldByAnother(wanted.user_name, wanted.serial_number, entity.user_name or entity.user_arn)
    if wanted.require_active:
        raise NotActive(wanted.user_name, wanted.serial_number)
    run.warn(f"{wanted.user_name} does not hold {wanted.serial_number} yet; it is adopted once it is registered")
    return Association(
        user_name=wanted.user_name,
        serial_number=wanted.serial_number,
        active=False,
        device_kind=wanted.kind,
        account_id=run.iam.caller.account_id,
        user_id=run.user_id(wanted.user_name, bulk=wanted.kind == "virtual" and not wanted.can_enable),
    )


def _entity(run: Run, wanted: Declaration) -> VirtualDevice:
    """The virtual device itself. What the cached walk does not show, or shows as held, is looked up afresh."""
    entity = run.directory.find(wanted.serial_number)
    if entity is None or entity.user_arn:
        entity = run.poll(lambda: run.directory.find(wanted.serial_number, fresh=True), run.limits.propagation)
    if entity is None:
        raise DeviceMissing(wanted.user_name, wanted.serial_number)
    return entity
