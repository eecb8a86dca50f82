"""``mfa-association status``: who holds what, and who can sign in with a password alone."""

from __future__ import annotations

import argparse
import json
import sys
from typing import Any

from mfa_association.aws.reader import Reader
from mfa_association.cli.options import add_connection, connection, sign_in
from mfa_association.cli.output import Red, progress, show, write_csv
from mfa_association.cli.process import BROKEN, FOUND, OK
from mfa_association.errors import MfaError
from mfa_association.inventory.snapshot import ListedHolder, Snapshot
from mfa_association.inventory.status import coverage, document, is_clean, ranked, verdict
from mfa_association.inventory.walk import take
from mfa_association.validation import check_user_name

NOT_CHECKED = "not checked"
_PASSWORD = {True: "yes", False: "no", None: NOT_CHECKED}
_CLEAN_WORDS = {
    True: "clean, neither a console password nor a device",
    False: "not clean",
    None: NOT_CHECKED,
}
_HEADERS = ("USER", "PASSWORD", "DEVICE", "KIND", "ENABLED")
_FIELDS = ("user_name", "console_password", "serial_number", "device_kind", "enable_date")
"""The same columns, as `--json` calls them."""
_DESCRIPTION = """
Show who holds which MFA device, users with a console password and no device first. Nothing in AWS is changed.
Exit code: 0 every console user that was asked about holds a device, 3 one holds none, 1 not to be told.
"""
_CLEAN = "exit 0 only if none of these users has a console password or a device (for leavers)"


def add_to(commands: Any) -> None:
    """Add the command to the parser."""
    parser = commands.add_parser("status", help="show who holds what, and who holds none", description=_DESCRIPTION)
    parser.add_argument("users", nargs="*", metavar="USER", help="only these users, as of now (default: all)")
    parser.add_argument("--clean", action="store_true", help=_CLEAN)
    form = parser.add_mutually_exclusive_group()
    form.add_argument("--json", action="store_true", help="print JSON")
    form.add_argument("--csv", action="store_true", help="print CSV")
    add_connection(parser)
    parser.set_defaults(command=_run)


def _run(options: argparse.Namespace) -> int:
    if options.clean and not options.users:
        raise MfaError("checking that leavers are clean: no user is named; name those who left")
    names = tuple(check_user_name(name) for name in options.users)
    sign_in(options)
    with progress() as tell:
        snapshot = take(Reader(connection(options), progress=tell), names, passwords=True)
    _print(options, snapshot)
    for cause in snapshot.unread:
        print(f"mfa-association: {cause}", file=sys.stderr)
    return _clean(snapshot) if options.clean else _covered(snapshot)


def _print(options: argparse.Namespace, snapshot: Snapshot) -> None:
    rows = [row for user in ranked(snapshot) for row in _rows(user)]
    if options.json:
        print(json.dumps(document(snapshot), indent=1))
        return
    if options.csv:
        write_csv(_FIELDS, rows)
        return
    show(_HEADERS, rows, snapshot.account_id)
    for name in snapshot.missing:
        print(f"{name}: no such user in account {snapshot.account_id}")
    if options.clean:
        for user in snapshot.users:
            print(f"{user.name}: {_CLEAN_WORDS[is_clean(user)]}")
        return
    print(coverage(snapshot))
    if snapshot.passwords_as_of:
        print(f"console passwords as of {snapshot.passwords_as_of} (credential report, at most four hours old)")


def _rows(user: ListedHolder) -> list[tuple[str, ...]]:
    """A line a device, or one that says that there is none."""
    start = (user.name, _PASSWORD[user.password])
    devices: list[tuple[str, ...]] = [
        (*start, one.serial_number, one.kind.name, one.enable_date) for one in user.devices
    ]
    if not user.complete:
        return [*devices, (*start, f"other kinds {NOT_CHECKED}" if devices else NOT_CHECKED, "", "")]
    return devices or [(*start, Red("none") if verdict(user) == "bare" else "none", "", "")]


def _covered(snapshot: Snapshot) -> int:
    told = coverage(snapshot)
    if snapshot.missing or snapshot.unread or told.unknown:
        return BROKEN
    return FOUND if told.bare else OK


def _clean(snapshot: Snapshot) -> int:
    """A user that does not exist is clean: the output says so."""
    verdicts = [is_clean(user) for user in snapshot.users]
    if False in verdicts:
        return FOUND
    return BROKEN if None in verdicts or snapshot.unread else OK
