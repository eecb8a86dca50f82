"""The status of one account or of many as one report, and its documented form (status.schema.json). Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from mfa_association import __version__
from mfa_association.inventory.benchmarks import ROOT, WITH_PASSWORD, WITHOUT_PASSWORD
from mfa_association.inventory.cells import NotChecked
from mfa_association.inventory.certifications import device_certifications
from mfa_association.inventory.compare import is_holder
from mfa_association.inventory.roots import CREDENTIALS_MANAGEMENT, RootUser
from mfa_association.inventory.snapshot import HeldDevice, ListedHolder, Snapshot
from mfa_association.inventory.status import Coverage, coverage, ranked
from mfa_association.inventory.unassigned import delete_command
from mfa_association.roster import Line
from mfa_association.validation import FIDO

VERSION = 1
"""Of the form; raised when a field changes its meaning or goes."""
Lines = Mapping[str, Line]
"""The lines of a roster by serial number in small letters."""


@dataclass(frozen=True)
class AccountResult:
    """What came of one account. ``snapshot``: None where it could not be read, and ``fault`` says why.

    ``lines``: of the account's roster; None where no roster was given.
    """

    account_id: str
    snapshot: Snapshot | None = None
    fault: str | None = None
    lines: Lines | None = None


@dataclass(frozen=True)
class Report:
    """All accounts in the order in which they were asked for, and all root users.

    ``features``: how the organization manages root users, and ``roots_read_as``: who asked; None where nobody did.
    """

    accounts: tuple[AccountResult, ...]
    roots: tuple[RootUser, ...] = ()
    features: frozenset[str] | NotChecked | None = None
    roots_read_as: str | None = None

    @property
    def read(self) -> list[Snapshot]:
        """The accounts that could be read."""
        return [one.snapshot for one in self.accounts if one.snapshot]

    @property
    def coverage(self) -> Coverage:
        """Of all accounts that could be read."""
        return sum(map(coverage, self.read), Coverage(0, 0, 0))

    @property
    def is_whole(self) -> bool:
        """Whether everything that was asked for could be read and told. A user of one account need not be in all."""
        nowhere = set.intersection(*(set(one.missing) for one in self.read)) if self.read else set()
        unread = nowhere or any(one.unread for one in self.read) or len(self.read) < len(self.accounts)
        return not unread and not self.coverage.unknown


def by_serial(lines: Iterable[Line]) -> Lines:
    """The lines of a roster as a report takes them."""
    return {line.serial.key: line for line in lines}


def document(report: Report) -> dict[str, Any]:
    """The report for ``--format json``; null: not checked, or never."""
    checked = [one.taken for one in report.read]
    return {
        "version": VERSION,
        "tool": f"mfa-association {__version__}",
        "checked_at": min(checked) if checked else None,
        "accounts_asked": len(report.accounts),
        "accounts_read": len(report.read),
        "coverage": _coverage(report.coverage),
        "root_credentials_managed_centrally": _centrally(report.features),
        "controls": _controls(report),
        "accounts": [_account(one) for one in report.accounts],
        "root_users_read_as": report.roots_read_as,
        "root_users": [_root(one) for one in report.roots],
        "not_checked": [report.features.reason] if isinstance(report.features, NotChecked) else [],
    }


def account_document(result: AccountResult) -> dict[str, Any]:
    """The part of one account, for ``--json``."""
    return _account(result)


def _coverage(told: Coverage) -> dict[str, int]:
    return {"with_device": told.holding, "without_device": told.bare, "not_checked": told.unknown}


def _centrally(features: frozenset[str] | NotChecked | None) -> bool | None:
    return CREDENTIALS_MANAGEMENT in features if isinstance(features, frozenset) else None


def _controls(report: Report) -> list[dict[str, Any]]:
    """Whom each set of controls is about, and how many break it."""
    users = [user for one in report.read for user in one.users]
    unknown = report.coverage.unknown
    roots = [root.state for root in report.roots]
    told: list[tuple[str, tuple[str, ...], int, int]] = [
        (
            "users with a console password and no MFA device",
            WITH_PASSWORD,
            sum(breaks(user) == WITH_PASSWORD for user in users),
            unknown,
        ),
        (
            "users without a console password and without an MFA device",
            WITHOUT_PASSWORD,
            sum(breaks(user) == WITHOUT_PASSWORD for user in users),
            sum(user.password is None or not (user.complete or user.devices) for user in users),
        ),
        ("root users without an MFA device", ROOT, roots.count("no device"), roots.count("not checked")),
    ]
    return [
        {"about": about, "ids": list(ids), "broken_by": number, "not_checked": gaps}
        for about, ids, number, gaps in told
    ]


def _account(result: AccountResult) -> dict[str, Any]:
    snapshot = result.snapshot
    if snapshot is None:
        return {"account_id": result.account_id, "error": result.fault}
    return {
        "account_id": snapshot.account_id,
        "error": None,
        "checked_at": snapshot.taken,
        "read_as": snapshot.read_as,
        "passwords_as_of": snapshot.passwords_as_of,
        "coverage": _coverage(coverage(snapshot)),
        "users": [_user(user, result.lines) for user in ranked(snapshot)],
        "unassigned_devices": [
            {"serial_number": serial, "delete_command": delete_command(serial)} for serial in snapshot.unassigned or ()
        ],
        "no_such_users": list(snapshot.missing),
        "not_read": list(snapshot.unread),
        "not_checked": list(snapshot.not_checked),
    }


def _user(user: ListedHolder, lines: Lines | None) -> dict[str, Any]:
    cells = {
        "password_last_used": user.password_last_used,
        "active_keys_last_used": user.keys_last_used,
        "administrator": user.rights.administrator,
    }
    return {
        "user_name": user.name,
        "user_id": user.user_id,
        "console_password": user.password,
        **{name: _known(cell) for name, cell in cells.items()},
        "administrator_by": user.rights.by,
        "all_devices_known": user.complete,
        "devices": [_device(device, user, lines) for device in user.devices],
        "breaks": list(breaks(user)),
        "not_checked": {name: cell.reason for name, cell in cells.items() if isinstance(cell, NotChecked)},
    }


def _device(device: HeldDevice, holder: ListedHolder, lines: Lines | None) -> dict[str, Any]:
    return {
        "serial_number": device.serial_number,
        "device_kind": device.kind.name,
        "enable_date": device.enable_date,
        "phishing_resistant": device.kind is FIDO,
        "certifications": _certifications(device),
        "declared": _declared(device, holder, lines),
    }


def _certifications(device: HeldDevice) -> dict[str, str] | None:
    told = device_certifications(device)
    return None if isinstance(told, NotChecked) else dict(told)


def _declared(device: HeldDevice, holder: ListedHolder, lines: Lines | None) -> str | None:
    if lines is None:
        return None
    line = lines.get(device.serial_number.lower())
    return "no" if line is None else "yes" if is_holder(line, holder) else "for somebody else"


def _root(root: RootUser) -> dict[str, Any]:
    return {
        "account_id": root.account_id,
        "state": root.state,
        "devices": [
            {"serial_number": device.serial_number, "device_kind": device.kind.name, "enable_date": device.enable_date}
            for device in root.devices
        ],
        "all_devices_known": root.complete,
        "console_password": root.password,
        "access_keys": root.has_keys,
        "password_last_used": _known(root.password_last_used),
        "breaks": list(ROOT) if root.state == "no device" else [],
        "not_checked": root.reason or None,
    }


def _known(cell: Any) -> Any:
    if isinstance(cell, NotChecked):
        return None
    return list(cell) if isinstance(cell, tuple) else cell


def breaks(user: ListedHolder) -> tuple[str, ...]:
    """The controls that a user without a device breaks; none where that is not known."""
    if user.devices or not user.complete:
        return ()
    return WITH_PASSWORD if user.password else WITHOUT_PASSWORD if user.password is False else ()
