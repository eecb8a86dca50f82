"""The status of accounts as tables in text and as CSV."""

from __future__ import annotations

from collections.abc import Iterator

from mfa_association.cli.output import Red, counted, show, write_csv
from mfa_association.inventory.cells import NotChecked
from mfa_association.inventory.certifications import device_certifications, shown
from mfa_association.inventory.report import AccountResult, Report
from mfa_association.inventory.roots import CREDENTIALS_MANAGEMENT, RootUser
from mfa_association.inventory.snapshot import HeldDevice, ListedHolder, Snapshot
from mfa_association.inventory.status import coverage, is_clean, ranked, verdict
from mfa_association.inventory.unassigned import left_over

NOT_CHECKED = "not checked"
_PASSWORD = {True: "yes", False: "no", None: NOT_CHECKED}
_CLEAN_WORDS = {
    True: "clean, neither a console password nor a device",
    False: "not clean",
    None: NOT_CHECKED,
}
_HEADERS = ("USER", "PASSWORD", "DEVICE", "KIND", "ENABLED")
_CERTIFIED = "CERTIFICATIONS"
_FIELDS = (
    *("user_name", "console_password", "serial_number", "device_kind", "enable_date"),
    *("certifications", "account_id"),
)
"""The same columns, as `--format json` calls them."""
_ROOT_HEADERS = ("ROOT USER OF", "SIGNS IN WITH", "DEVICE", "KIND", "ENABLED")


def print_csv(report: Report, without_device: bool) -> None:
    """One line a device of all accounts."""
    rows = [
        (*row, one.account_id) for one in report.read for user in _users(one, without_device) for row in _rows(user)
    ]
    write_csv(_FIELDS, rows)


def print_text(report: Report, without_device: bool, clean: bool) -> None:
    """A table for each account, and what follows of all of them."""
    for one in report.accounts:
        _print_account(one, len(report.accounts) > 1, without_device, clean)
    _print_roots(report)
    if len(report.accounts) > 1 and not clean:
        print(f"{_accounts(report)}: {report.coverage}")


def _print_account(result: AccountResult, is_one_of_many: bool, without_device: bool, clean: bool) -> None:
    snapshot = result.snapshot
    if snapshot is None:
        print(f"account {result.account_id}: {NOT_CHECKED}, it could not be read")
        return
    rows = [row for user in _users(snapshot, without_device) for row in _rows(user)]
    has_certifications = any(row[-1] for row in rows)
    columns = None if has_certifications else len(_HEADERS)
    show((*_HEADERS, _CERTIFIED)[:columns], [row[:columns] for row in rows], snapshot.account_id)
    start = f"account {snapshot.account_id}: " if is_one_of_many else ""
    for name in snapshot.missing:
        print(f"{name}: no such user in account {snapshot.account_id}")
    if clean:
        for user in snapshot.users:
            print(f"{start}{user.name}: {_CLEAN_WORDS[is_clean(user)]}")
        return
    print(f"{start}{coverage(snapshot)}")
    if snapshot.passwords_as_of:
        print(f"console passwords as of {snapshot.passwords_as_of} (credential report, at most four hours old)")
    for serial in snapshot.unassigned or ():
        print(f"note: {left_over(serial)}")


def _accounts(report: Report) -> str:
    unread = [one.account_id for one in report.accounts if one.snapshot is None]
    told = f"{len(report.read)} of {len(report.accounts)} accounts were read"
    return f"{told} ({', '.join(unread)}: {NOT_CHECKED})" if unread else told


def _users(snapshot: Snapshot, without_device: bool) -> list[ListedHolder]:
    """In their order; a user of whom not all devices are known may hold one."""
    return [user for user in ranked(snapshot) if not (without_device and user.devices)]


def _rows(user: ListedHolder) -> list[tuple[str, ...]]:
    """A line a device, or one that says that there is none."""
    start = (user.name, _PASSWORD[user.password])
    devices: list[tuple[str, ...]] = [
        (*start, one.serial_number, one.kind.name, one.enable_date, _certified(one)) for one in user.devices
    ]
    if not user.complete:
        return [*devices, (*start, f"other kinds {NOT_CHECKED}" if devices else NOT_CHECKED, "", "", "")]
    return devices or [(*start, Red("none") if verdict(user) == "bare" else "none", "", "", "")]


def _certified(device: HeldDevice) -> str:
    told = device_certifications(device)
    return NOT_CHECKED if isinstance(told, NotChecked) else shown(told)


def _print_roots(report: Report) -> None:
    """A line for a single account's own, else a table; nothing where only users were asked for."""
    is_central = isinstance(report.features, frozenset) and CREDENTIALS_MANAGEMENT in report.features
    if len(report.roots) == 1 and not report.roots[0].was_asked:
        print(f"root user: {_signs_in(report.roots[0], is_central)}")
        return
    show(_ROOT_HEADERS, [row for root in report.roots for row in _root_rows(root, is_central)], title="root users")
    if isinstance(report.features, NotChecked):
        print(f"whether root credentials are managed centrally: {NOT_CHECKED}")


def _root_rows(root: RootUser, is_central: bool) -> Iterator[tuple[str, ...]]:
    start = (root.account_id, _signs_in(root, is_central))
    devices: list[tuple[str, ...]] = [
        (*start, one.serial_number, one.kind.name, one.enable_date) for one in root.devices
    ]
    yield from devices or [(*start, "", "", "")]


def _signs_in(root: RootUser, is_central: bool) -> str:
    if root.state == "not checked":
        return NOT_CHECKED
    if root.state == "no credentials":
        removed = is_central and root.complete  # a root session is for member accounts alone, and so is the feature
        return "no credentials, removed centrally" if removed else "no credentials"
    if root.state == "no device":
        return {True: Red("a password alone"), False: "access keys alone", None: f"no device, password {NOT_CHECKED}"}[
            root.password
        ]
    if root.complete:
        return counted(len(root.devices), "MFA device")
    return "an MFA device" + ("" if root.devices else f", which one was {NOT_CHECKED} (see --roots)")
