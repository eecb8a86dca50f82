"""What may stop a deactivation: the last device of a user."""

from __future__ import annotations

from mfa_association.aws.errors import AwsError
from mfa_association.aws.iam import Device
from mfa_association.grammar import ROOT_USER, OnLastDevice, same
from mfa_association.lifecycle.model import Association
from mfa_association.lifecycle.refusals import LastDevice
from mfa_association.lifecycle.run import Run


def guard_last_device(run: Run, saved: Association, devices: list[Device] | None, mode: OnLastDevice) -> None:
    """Refuse, warn or stay silent when the user would be left without a device.

    ``devices``: what the user holds, None when that could not be found out. Raises ``LastDevice``.
    """
    if mode == "allow" or (devices and not _is_last(saved, devices)):
        return
    password = _password(run, saved)
    last = "it is the last MFA device" if devices is not None else "whether it is the last MFA device was not checked"
    if mode == "refuse" and not (devices is not None and password == "no console password"):
        why, sure = f"{last}, and there is {password}", devices is not None and password == "a console password"
        raise LastDevice(saved.user_name, saved.serial_number, why, _before(saved), sure=sure)
    after = f"has {password}"
    if password == "a console password":
        after = f"can now sign in with a password alone{_behind(saved)}"
    run.warn(f"deactivating {saved.serial_number} of {saved.user_name}: {last}; {saved.user_name} {after}")


def _before(saved: Association) -> str:
    """What is to be done before the last device goes. AWS does not let root be without a device while it can sign in."""
    return _ROOT_FIRST if saved.user_name == ROOT_USER else "give another device first"


def _behind(saved: Association) -> str:
    return f": {_ROOT_FIRST}" if saved.user_name == ROOT_USER else ""


_ROOT_FIRST = "delete its password and access keys first, its last device after them"


def _is_last(saved: Association, devices: list[Device]) -> bool:
    return all(same(device.serial_number, saved.serial_number) for device in devices)


def _password(run: Run, saved: Association) -> str:
    try:
        return (
            "a console password" if run.read(lambda: run.iam.has_password(saved.user_name)) else "no console password"
        )
    except AwsError as fault:
        return f"a console password or not, which could not be checked ({type(fault).__name__})"
