"""Delete: what the project exists for. A removed line deactivates the device, and nobody else's."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace

from mfa_association.aws.errors import AccessDenied, DeleteConflict, NoSuchEntity
from mfa_association.aws.iam import Device, VirtualDevice, find_serial
from mfa_association.grammar import ROOT_USER, OnDestroy, OnLastDevice
from mfa_association.lifecycle.enable import explain_denial
from mfa_association.lifecycle.find import elsewhere, renamed, who
from mfa_association.lifecycle.guards import guard_last_device
from mfa_association.lifecycle.model import Association
from mfa_association.lifecycle.refusals import DeclaredButFailed
from mfa_association.lifecycle.run import Run


def unbind(run: Run, saved: Association, mode: OnLastDevice = "warn", on_destroy: OnDestroy = "keep") -> None:
    """Deactivate the saved pair, whatever ``saved.active`` says; success when the user does not hold the device.

    Raises a ``Refusal`` or an ``AwsError``; the state must then be kept.
    """
    account_id = run.account_for(saved.serial_number, saved.account_id)
    declared = run.ledger.declared(account_id, saved.serial_number, saved.user_name)
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
        unbind(run, replace(saved, user_name=holder.user_name), mode, on_destroy)
    elif holder is None and on_destroy == "delete-virtual-device" and saved.device_kind == "virtual":
        _delete_entity(run, saved)


def release(run: Run, saved: Association, mode: OnLastDevice) -> VirtualDevice | None:
    """Guard and deactivate; the caller has the user's lock. Returns who else holds a virtual device instead."""
    try:
        with _guarded(run, saved, mode) as listed:
            _deactivate(run, saved, listed)
    except _NotHeld:
        return _already_inactive(run, saved)
    return None


def foresee(run: Run, saved: Association, mode: OnLastDevice = "warn") -> None:
    """What ``unbind`` would refuse or warn of, as far as looking tells; nothing is written.

    ``run`` has a ledger that only foresees: a foreseen removal counts in it like one that was made.
    """
    account_id = run.account_for(saved.serial_number, saved.account_id)
    with (
        run.ledger.holding(account_id, saved.user_name),
        suppress(_NotHeld),
        _guarded(run, saved, mode) as listed,
    ):
        if listed is False:
            raise _NotHeld


@contextmanager
def _guarded(run: Run, saved: Association, mode: OnLastDevice) -> Iterator[bool | None]:
    """Let the guards speak, then count the removal unless the block fails. Yields whether IAM shows it as held."""
    devices = held_devices(run, saved)
    listed = None if devices is None else find_serial(devices, saved.serial_number) is not None
    if listed is not False:
        guard_last_device(run, saved, devices, mode)
    limit = None if listed is False else run.limits.max_removals
    with run.ledger.removing(saved.account_id, saved.user_name, saved.serial_number, limit):
        yield listed


def held_devices(run: Run, saved: Association) -> list[Device] | None:
    """What the user holds, less what this run removed; none for a deleted user; None when the look is denied."""
    try:
        devices = run.devices(saved.user_name)
    except NoSuchEntity:
        return []
    except AccessDenied:
        return None
    removed = run.ledger.removed
    return [d for d in devices if not removed(saved.account_id, saved.user_name, d.serial_number)]


def _delete_entity(run: Run, saved: Association) -> None:
    """Delete the virtual device itself, which this code is said to own."""
    try:
        run.insist(
            lambda: run.iam.delete_virtual_mfa_device(saved.serial_number),
            lambda: run.directory.find(saved.serial_number, fresh=True) is None,
        )
    except NoSuchEntity:
        run.note(f"{saved.serial_number} was deleted already")
    except DeleteConflict:
        run.warn(f"{saved.serial_number} was kept: somebody registered it meanwhile")
    finally:
        run.ledger.wrote()


class _NotHeld(Exception):
    """The user turned out not to hold the device: nothing was removed, so nothing is counted."""


def _deactivate(run: Run, saved: Association, listed: bool | None) -> None:
    """DeactivateMFADevice until settled. ``listed``: whether IAM shows the device as held, None when that is denied.

    Raises ``_NotHeld``, or an ``AwsError``. Only what IAM shows as held is waited for: the rest is gone at once.
    """
    try:
        fault = run.insist(
            lambda: run.iam.deactivate_mfa_device(saved.user_name, saved.serial_number),
            lambda: _is_released(run, saved),
            patient=NoSuchEntity if listed else None,
        )
    except NoSuchEntity:
        if listed:
            raise
        raise _NotHeld from None
    except AccessDenied as denied:
        raise explain_denial(run, saved.user_name, denied) from None
    finally:
        run.ledger.wrote()
    if fault and (listed is False or isinstance(fault, NoSuchEntity)):
        raise _NotHeld


def _is_released(run: Run, saved: Association) -> bool:
    devices = held_devices(run, saved)
    return devices is not None and find_serial(devices, saved.serial_number) is None


def _may_be_renamed(run: Run, saved: Association) -> bool:
    """Whether the user is gone, of whom IAM would not tell a new name; who holds a device cannot be deleted."""
    if saved.device_kind == "virtual" or saved.user_name == ROOT_USER:
        return False
    try:
        run.devices(saved.user_name)
    except NoSuchEntity:
        return True
    except AccessDenied:
        return False
    return False


def _already_inactive(run: Run, saved: Association) -> VirtualDevice | None:
    """Say what became of a device that the user did not hold; never touch it."""
    holder = elsewhere(run, saved)
    if holder is None and _may_be_renamed(run, saved):
        run.warn(
            f"{saved.serial_number} was not deactivated: user {saved.user_name} is gone; if it was renamed it still "
            "holds the device, which IAM tells of virtual devices only: look it up under the new name"
        )
    elif holder is None:
        run.note(f"{saved.serial_number} of {saved.user_name} was already inactive")
    elif not renamed(saved, holder):
        run.warn(f"{saved.serial_number} is held by {who(holder)} now and was left alone: {saved.user_name} lost it")
    return holder
