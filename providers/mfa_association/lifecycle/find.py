"""Read: tell the truth about a declared device, and never say that it is gone."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from mfa_association.aws.errors import AccessDenied, NoSuchEntity
from mfa_association.aws.iam import Device, VirtualDevice, find_serial
from mfa_association.lifecycle.model import Association, rfc3339
from mfa_association.lifecycle.run import Run

_RECENT = timedelta(seconds=60)


def find(run: Run, saved: Association) -> Association:
    """The association as IAM has it now: ``active`` and ``enable_date`` may differ from what was saved.

    The holder and the device stay as declared, so that removing the line acts on that very pair. Raises ``AwsError``
    or ``WrongAccount``: then nothing is known and the saved state must be kept.
    """
    run.account_for(saved.serial_number, saved.account_id)
    device = _held(run, saved)
    if device is None and _just_enabled(run, saved):
        device = run.poll(lambda: _held(run, saved), run.limits.propagation)
    if device is None:
        return _missing(run, saved)
    enabled = rfc3339(device.enable_date)
    if saved.active and saved.enable_date and enabled != saved.enable_date:
        run.warn(
            f"{saved.serial_number} of {saved.user_name} was enabled again at {enabled} (before: {saved.enable_date}): "
            "somebody removed and registered it outside this code"
        )
    return replace(saved, active=True, enable_date=enabled)


def who(entity: VirtualDevice) -> str:
    """The holder of a virtual device, for a message."""
    return entity.user_name or entity.user_arn or "nobody"


def renamed(saved: Association, entity: VirtualDevice | None) -> bool:
    """Whether the holder is the saved user under another name."""
    return bool(entity and entity.user_id and entity.user_id == saved.user_id)


def _missing(run: Run, saved: Association) -> Association:
    entity = _entity(run, saved)
    if entity and renamed(saved, entity) and entity.enable_date:
        run.warn(
            f"{saved.user_name} is now called {who(entity)} and still holds {saved.serial_number}: change the line"
        )
        return replace(saved, active=True, enable_date=rfc3339(entity.enable_date))
    if entity and entity.user_arn:
        run.warn(f"{saved.serial_number} is declared for {saved.user_name} but held by {who(entity)}")
    return replace(saved, active=False, enable_date=None)


def _entity(run: Run, saved: Association) -> VirtualDevice | None:
    """Who holds a virtual device instead; None where nobody does or IAM does not tell."""
    try:
        return run.directory.find(saved.serial_number) if saved.device_kind == "virtual" else None
    except AccessDenied:
        return None


def _held(run: Run, saved: Association) -> Device | None:
    try:
        device: Device | None = find_serial(run.iam.list_mfa_devices(saved.user_name), saved.serial_number)
    except NoSuchEntity:
        return None
    return device


def _just_enabled(run: Run, saved: Association) -> bool:
    if not (saved.active and saved.enable_date):
        return False
    return run.clock.now() - datetime.fromisoformat(saved.enable_date.replace("Z", "+00:00")) < _RECENT
