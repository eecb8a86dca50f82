"""Update: the same device for a new holder, in place. Checked whole before anything is written."""

from __future__ import annotations

from mfa_association.aws.iam import Device, find_serial
from mfa_association.errors import MfaError
from mfa_association.grammar import OnLastDevice
from mfa_association.lifecycle.bind import active, take
from mfa_association.lifecycle.enable import enable, held_by_another, look_for_user
from mfa_association.lifecycle.model import Association, Declaration
from mfa_association.lifecycle.refusals import MoveBroken, MoveRefused
from mfa_association.lifecycle.run import Run
from mfa_association.lifecycle.unbind import held_devices, release

MOST_DEVICES = 8


def move(run: Run, saved: Association, wanted: Declaration, mode: OnLastDevice = "warn") -> Association:
    """Take the device from ``saved.user_name`` and give it to ``wanted.user_name``.

    Adopts without a write when the new holder has it already. ``mode``: the guard of the old holder. Raises
    ``MoveRefused`` (nothing changed), ``MoveBroken`` (nobody holds it now), another ``Refusal`` or an ``AwsError``.
    """
    account_id = run.account_for(wanted.serial_number, saved.account_id)
    with (
        run.ledger.declaring(account_id, wanted.serial_number, wanted.user_name),
        run.ledger.holding(account_id, saved.user_name, wanted.user_name),
    ):
        devices = look_for_user(run, wanted)
        if find_serial(devices, wanted.serial_number) or not _old_holder_has_it(run, saved):
            return take(run, wanted, devices)
        _refuse_unfinishable(saved, wanted, devices)
        if release(run, saved, mode):
            raise held_by_another(run, wanted)
        return _give(run, saved, wanted)


def _give(run: Run, saved: Association, wanted: Declaration) -> Association:
    try:
        return active(run, wanted, enable(run, wanted))
    except MfaError as fault:
        raise MoveBroken(wanted.serial_number, saved.user_name, wanted.user_name, str(fault)) from None


def _old_holder_has_it(run: Run, saved: Association) -> bool:
    devices = held_devices(run, saved)
    return devices is None or find_serial(devices, saved.serial_number) is not None


def _refuse_unfinishable(saved: Association, wanted: Declaration, devices: list[Device]) -> None:
    cause = advice = None
    if wanted.kind == "fido":
        cause = "a FIDO key or passkey is registered by its own user only"
        advice = f"remove the line of {saved.user_name} and let {wanted.user_name} register the key in the console"
    elif not wanted.can_enable:
        cause = f"{wanted.user_name} does not hold it, and neither codes nor a seed are given"
        advice = "give two consecutive codes or a seed, or move it by hand first"
    elif len(devices) >= MOST_DEVICES:
        cause = f"{wanted.user_name} holds {len(devices)} devices already, as many as IAM allows"
        advice = "remove one of them first"
    if cause and advice:
        raise MoveRefused(wanted.serial_number, saved.user_name, wanted.user_name, cause, advice)
