"""What the saved holder of a device holds at this moment; the cache is not used."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta

from mfa_association.aws.errors import AccessDenied, NoSuchEntity
from mfa_association.aws.iam import Device, find_serial
from mfa_association.lifecycle.context import AccountContext
from mfa_association.lifecycle.model import Association, rfc3339
from mfa_association.lifecycle.read import is_somebody_new
from mfa_association.validation import listed_serial_number

_SAME_MOMENT = timedelta(seconds=2)
"""AWS gives dates and its clock in whole seconds."""


@dataclass(frozen=True)
class Seen:
    """``devices``: what the user holds, less what was removed in the last two minutes; None when that is denied.

    ``device``: the one that is asked about. ``is_shown``: IAM's list has it, even if somebody noted its removal: who was
    killed before the call noted what never happened.
    """

    devices: list[Device] | None
    device: Device | None
    is_shown: bool = False

    @property
    def is_listed(self) -> bool | None:
        """Whether IAM shows that the user holds the device; None when that is denied."""
        return None if self.devices is None else self.device is not None


def look(context: AccountContext, saved: Association) -> Seen:
    """Look at the saved holder's devices; a deleted user has none. Raises ``AwsError``."""
    try:
        listed = context.devices(saved.user_name)
    except NoSuchEntity:
        listed = []
    except AccessDenied:
        return Seen(None, None)
    devices = [device for device in listed if not _is_removed(context, saved, device)]
    return Seen(
        devices, find_serial(devices, saved.serial_number), find_serial(listed, saved.serial_number) is not None
    )


def _is_removed(context: AccountContext, saved: Association, listed: Device) -> bool:
    """Whether a list still shows what was taken from the user; a later ``enable_date`` means that it was registered again."""
    age = context.ledger.seconds_since_removal(
        replace(saved.pair, serial_number=listed_serial_number(listed.serial_number))
    )
    return age is not None and listed.enable_date <= context.iam.now() - timedelta(seconds=age) + _SAME_MOMENT


def is_of_somebody_new(context: AccountContext, saved: Association, seen: Seen) -> bool:
    """Whether another user of the saved one's name registered the device; asked of what was registered since.

    Raises ``AwsError``.
    """
    if seen.device is None or rfc3339(seen.device.enable_date) == saved.enable_date:
        return False
    return is_somebody_new(context, saved)
