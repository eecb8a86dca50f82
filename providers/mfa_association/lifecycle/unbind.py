"""Delete: what the project exists for. A removed line deactivates the device, and nobody else's."""

from __future__ import annotations

from dataclasses import replace

from mfa_association.aws.errors import AccessDenied, AwsError, NoSuchEntity
from mfa_association.aws.iam import Device, VirtualDevice, find_serial
from mfa_association.grammar import OnLastDevice
from mfa_association.lifecycle.find import renamed, who
from mfa_association.lifecycle.guards import guard_last_device
from mfa_association.lifecycle.model import Association
from mfa_association.lifecycle.refusals import DeclaredButFailed
from mfa_association.lifecycle.run import Run


def unbind(run: Run, saved: Association, mode: OnLastDevice = "warn") -> None:
    """Deactivate the saved pair, whatever ``saved.active`` says; success when the user does not hold the device.

    Raises a ``Refusal`` or an ``AwsError``; the state must then be kept.
    """
    account_id = run.account_for(saved.serial_number, saved.account_id)
    declared = run.ledger.declared(account_id, saved.serial_number)
    if declared == "failed":
        raise DeclaredButFailed(saved.user_name, saved.serial_number)
    if declared == "yes":
        run.warn(f"{saved.serial_number} of {saved.user_name} stays active: it is declared again under another name")
        return
    with run.ledger.holding(account_id, saved.user_name):
        holder = release(run, saved, mode)
    if holder and holder.user_name and renamed(saved, holder):
        run.warn(
            f"{saved.user_name} is now called {holder.user_name}: deactivating {saved.serial_number} under that name"
        )
        unbind(run, replace(saved, user_name=holder.user_name), mode)


def release(run: Run, saved: Association, mode: OnLastDevice) -> VirtualDevice | None:
    """Guard and deactivate; the caller has the user's lock. Returns who else holds a virtual device instead."""
    devices = held_devices(run, saved)
    if devices is not None and find_serial(devices, saved.serial_number) is None:
        return _already_inactive(run, saved) if _deactivate(run, saved, known_gone=True) else None
    guard_last_device(run, saved, devices, mode)
    with run.ledger.removing(saved.account_id, saved.user_name, saved.serial_number, run.limits.max_removals):
        fault = _deactivate(run, saved, known_gone=False)
    return _already_inactive(run, saved) if isinstance(fault, NoSuchEntity) else None


def held_devices(run: Run, saved: Association) -> list[Device] | None:
    """What the user holds, less what this run removed; none for a deleted user; None when the look is denied."""
    try:
        devices = run.iam.list_mfa_devices(saved.user_name)
    except NoSuchEntity:
        return []
    except AccessDenied:
        return None
    removed = run.ledger.removed
    return [d for d in devices if not removed(saved.account_id, saved.user_name, d.serial_number)]


def _deactivate(run: Run, saved: Association, *, known_gone: bool) -> AwsError | None:
    """DeactivateMFADevice until settled; returns the error after which the device was seen not to be held."""
    try:
        return run.insist(
            lambda: run.iam.deactivate_mfa_device(saved.user_name, saved.serial_number),
            lambda: _is_released(run, saved),
            patient=None if known_gone else NoSuchEntity,
        )
    except NoSuchEntity as fault:
        if known_gone:
            return fault
        raise
    except AccessDenied as fault:
        if run.iam.caller.is_user(saved.user_name):
            raise fault.with_note(_SELF_MANAGEMENT) from None
        raise
    finally:
        run.directory.drop()


_SELF_MANAGEMENT = (
    "and a user who holds an MFA device may change its own devices only in a session authenticated with one of them "
    "(AWS-2023-001): use a role"
)


def _is_released(run: Run, saved: Association) -> bool:
    devices = held_devices(run, saved)
    return devices is not None and find_serial(devices, saved.serial_number) is None


def _already_inactive(run: Run, saved: Association) -> VirtualDevice | None:
    """Say what became of a device that the user did not hold; never touch it."""
    try:
        holder = run.directory.find(saved.serial_number) if saved.device_kind == "virtual" else None
    except AccessDenied:
        holder = None
    if holder and holder.user_arn:
        if not renamed(saved, holder):
            run.warn(
                f"{saved.serial_number} is held by {who(holder)} now and was left alone: {saved.user_name} lost it"
            )
        return holder
    run.note(f"{saved.serial_number} of {saved.user_name} was already inactive")
    return None
