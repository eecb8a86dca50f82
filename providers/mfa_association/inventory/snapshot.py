"""The account as it is: who holds which device, and what could not be read."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from mfa_association.aws.directory import AccountSummary
from mfa_association.inventory.cells import NOT_ASKED, NotChecked
from mfa_association.inventory.rights import RightsVerdict
from mfa_association.lifecycle.model import rfc3339
from mfa_association.validation import DeviceKind, listed_serial_number

NOT_JUDGED = RightsVerdict(NOT_ASKED)
Certifications = tuple[tuple[str, str], ...]
"""What a device is certified for, and the level: ``(("FIPS-140-2", "L2"),)``."""


@dataclass(frozen=True)
class HeldDevice:
    """A device that somebody holds. ``enable_date``: RFC 3339, UTC, seconds. ``certifications``: IAM tells a FIDO key's."""

    serial_number: str
    enable_date: str
    certifications: Certifications | NotChecked = NOT_ASKED

    @property
    def kind(self) -> DeviceKind:
        """What can be done with it."""
        return listed_serial_number(self.serial_number).kind


@dataclass(frozen=True)
class ListedHolder:
    """An IAM user, or the root user of ``root_account_id``, with the devices that are known.

    ``complete``: all kinds of devices were looked for; else only the virtual ones are known. ``password``: None while
    nobody asked, or nobody was allowed to. Times are RFC 3339, None for never. ``keys_last_used``: of each active
    access key. ``has_keys``: of a root user, whether there is any.
    """

    name: str
    devices: tuple[HeldDevice, ...] = ()
    complete: bool = True
    user_id: str | None = None
    path: str = "/"
    password: bool | None = None
    root_account_id: str | None = None
    password_last_used: str | NotChecked | None = NOT_ASKED
    keys_last_used: tuple[str | None, ...] | NotChecked = NOT_ASKED
    rights: RightsVerdict = NOT_JUDGED
    has_keys: bool | None = None


@dataclass(frozen=True)
class Snapshot:
    """One account at one time, users and devices in alphabetical order.

    ``unassigned``: virtual devices that nobody holds; None where they were not read. ``missing``: users that were asked
    for by name and do not exist. ``passwords_as_of``: the age of the credential report where it answered for passwords.
    ``unread``: a sentence for everything that could not be read, ``unread_roots`` for every root user; ``not_checked``: for
    what was not read and does not change who can sign in. ``read_as``: the ARN of the caller. ``summary``: None where it was denied,
    or users were named.
    """

    account_id: str
    taken: str
    users: tuple[ListedHolder, ...]
    roots: tuple[ListedHolder, ...] = ()
    unassigned: tuple[str, ...] | None = None
    missing: tuple[str, ...] = ()
    passwords_as_of: str | None = None
    unread: tuple[str, ...] = ()
    unread_roots: tuple[str, ...] = ()
    not_checked: tuple[str, ...] = ()
    read_as: str = ""
    summary: AccountSummary | None = None


def held_device(serial_number: str, enable_date: datetime | None) -> HeldDevice:
    """A device as IAM tells it."""
    return HeldDevice(serial_number, moment(enable_date) or "")


def moment(time: datetime | None) -> str | None:
    """A time as outputs have it; None for never."""
    return rfc3339(time) if time else None


def in_order(devices: list[HeldDevice]) -> tuple[HeldDevice, ...]:
    """Devices as every output lists them."""
    return tuple(sorted(devices, key=lambda device: device.serial_number.lower()))
