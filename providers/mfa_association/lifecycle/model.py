"""What code declares, and what IAM says of it."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timezone

from mfa_association.totp import Seed, SeedSource
from mfa_association.validation import ROOT_USER, DeviceKind, SerialNumber


@dataclass(frozen=True)
class Pair:
    """A device and its holder. ``account_id`` is None where only the credentials in use know the account."""

    serial_number: SerialNumber
    user_name: str
    account_id: str | None = None

    @property
    def holder_is_listed(self) -> bool:
        """Whether ListVirtualMFADevices says who holds the device. Sessions for a root user may not call it."""
        return self.serial_number.kind.holder_is_listed and self.user_name != ROOT_USER


@dataclass(frozen=True)
class Declaration:
    """One line of code: this user may hold this device.

    ``codes`` (two consecutive ones, the older first), ``seed`` or ``seed_source`` enable it; ``user_name`` may be
    ``ROOT_USER``. ``account_id``: the account that the line names, if it names one.
    """

    user_name: str
    serial_number: SerialNumber
    codes: tuple[str, str] | None = field(default=None, repr=False)
    seed: Seed | None = field(default=None, repr=False)
    seed_source: SeedSource | None = None
    require_active: bool = False
    renew: str | None = None
    account_id: str | None = None

    @property
    def kind(self) -> DeviceKind:
        """What can be done with the device."""
        return self.serial_number.kind

    @property
    def is_enabled_by_hand(self) -> bool:
        """Whether only the holder can register the device, in the console."""
        return self.kind.console_only or self.user_name == ROOT_USER

    @property
    def pair(self) -> Pair:
        """The device and its declared holder."""
        return Pair(self.serial_number, self.user_name, self.account_id or self.serial_number.account_id)

    @property
    def can_enable(self) -> bool:
        """Whether there are codes, or something that gives them."""
        return bool(self.codes or self.seed or self.seed_source)


@dataclass(frozen=True)
class Association:
    """A declared association as last seen. ``enable_date``: RFC 3339, UTC, whole seconds; None while inactive."""

    user_name: str
    serial_number: SerialNumber
    active: bool
    account_id: str
    enable_date: str | None = None
    user_id: str | None = None
    renew: str | None = None

    @property
    def kind(self) -> DeviceKind:
        """What can be done with the device."""
        return self.serial_number.kind

    @property
    def pair(self) -> Pair:
        """The device and its saved holder."""
        return Pair(self.serial_number, self.user_name, self.account_id)


def rfc3339(moment: datetime) -> str:
    """A moment as every engine shows it: ``2026-01-31T12:00:00Z``."""
    return moment.astimezone(timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")
