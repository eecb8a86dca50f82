"""The account as it is: who holds which device, and what could not be read."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from mfa_association.lifecycle.model import rfc3339
from mfa_association.validation import DeviceKind, InvalidValue, parse_serial_number

ListedKind = DeviceKind | Literal["unknown"]


@dataclass(frozen=True)
class HeldDevice:
    """A device that somebody holds. ``enable_date``: RFC 3339, UTC, seconds."""

    serial_number: str
    enable_date: str

    @property
    def kind(self) -> ListedKind:
        """What its serial number implies; ``unknown`` for one that no roster can declare, such as ``sms-mfa``."""
        return kind_of(self.serial_number)


@dataclass(frozen=True)
class ListedHolder:
    """An IAM user, or the root user of ``root_account_id``, with the devices that are known.

    ``complete``: all kinds of devices were looked for; else only the virtual ones are known. ``password``: None while
    nobody asked, or nobody was allowed to.
    """

    name: str
    devices: tuple[HeldDevice, ...] = ()
    complete: bool = True
    user_id: str | None = None
    path: str = "/"
    password: bool | None = None
    root_account_id: str | None = None


@dataclass(frozen=True)
class Snapshot:
    """One account at one time, users and devices in alphabetical order.

    ``unassigned``: virtual devices that nobody holds; None where they were not read. ``missing``: users that were asked
    for by name and do not exist. ``passwords_as_of``: the age of the credential report where it answered for passwords.
    ``unread``: a sentence for everything that could not be read, ``unread_roots`` for every root user.
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


def kind_of(serial_number: str) -> ListedKind:
    """The kind of a device, by its serial number alone."""
    try:
        return parse_serial_number(serial_number).kind
    except InvalidValue:
        return "unknown"


def held_device(serial_number: str, enable_date: datetime | None) -> HeldDevice:
    """A device as IAM tells it."""
    return HeldDevice(serial_number, rfc3339(enable_date) if enable_date else "")


def in_order(devices: list[HeldDevice]) -> tuple[HeldDevice, ...]:
    """Devices as every output lists them."""
    return tuple(sorted(devices, key=lambda device: device.serial_number.lower()))
