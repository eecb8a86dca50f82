"""``mfa-association enroll``: give a user a device, and the roster its line."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import Any

from mfa_association import roster
from mfa_association.aws.credentials import Credentials
from mfa_association.aws.directory import AccountLists
from mfa_association.aws.iam import Iam
from mfa_association.aws.session import open_session
from mfa_association.cli.options import add_connection, add_roster, connection, declared
from mfa_association.cli.process import BROKEN, OK, interrupted_once
from mfa_association.cli.project import next_command
from mfa_association.errors import MfaError
from mfa_association.inventory.enroll import enroll_existing, enroll_new, serial_of, whole_serial_number
from mfa_association.inventory.on_disk import RosterOnDisk
from mfa_association.lifecycle import AccountContext, Association, Limits
from mfa_association.validation import check_user_name, parse_serial_number, parse_tags, same

_LIMITS = Limits(retry_deadline=60.0)


def add_to(commands: Any) -> None:
    """Add the command to the parser."""
    parser = commands.add_parser("enroll", help="give a user an MFA device and the roster its line")
    parser.description = (
        "Make a virtual MFA device, show its QR code, ask for two codes, enable it, and add its line to the roster. "
        "If it is not finished, the device is deleted again. The seed is shown once and stored nowhere. A terminal of 80 "
        "columns and 24 lines is large enough for names of up to 40 characters."
    )
    parser.add_argument("user", metavar="USER", help="IAM user name")
    parser.add_argument("--name", help="name of the new device (default: USER-phone)")
    parser.add_argument("--path", default="/", help="path of the new device (default: /)")
    parser.add_argument(
        "--existing", metavar="SERIAL", help="a device that is there: a hardware token's serial, an ARN, mfa/NAME"
    )
    parser.add_argument(
        "--qr-file",
        type=Path,
        metavar="FILE",
        help="write the QR code as a PNG instead (mode 0600), and delete it afterwards",
    )
    parser.add_argument("--tag", action="append", default=[], metavar="KEY=VALUE", help="tag of the new device")
    add_roster(parser)
    add_connection(parser)
    parser.set_defaults(command=_run)


def _run(options: argparse.Namespace) -> int:
    from mfa_association.cli.enrollment_ui import TerminalEnrollmentUI

    tags = parse_tags(options.tag, "--tag")
    if tags and options.existing:
        raise MfaError("enrolling a device that is there: --tag is for a new one; nothing was changed, leave it out")
    session = open_session(connection(options))
    context = AccountContext(Iam(session), limits=_LIMITS)
    user_name = AccountLists(session).user(check_user_name(options.user, "USER")).user_name
    entry, file = _entry(options, context, user_name), declared(options)
    if file:
        file.preview(lambda text: _with(entry, text, file.path))
    ui = TerminalEnrollmentUI(user_name, context.iam.caller.account_id, context.iam.now, options.qr_file)
    if not options.existing:
        ui.refuse_without_screen()
    with interrupted_once(), ui:
        if options.existing:
            found = enroll_existing(context, user_name, parse_serial_number(entry.serial_number), ui)
        else:
            name = options.name or f"{user_name}-phone"
            found = enroll_new(context, Credentials(session), user_name, name, options.path, ui, tags)
    return _finish(found, file, entry)


def _entry(options: argparse.Namespace, context: AccountContext, user_name: str) -> roster.Entry:
    """The line to be added. What the command makes, the line's removal deletes."""
    if options.existing:
        asked = whole_serial_number(context, options.existing)
        return roster.Entry(parse_serial_number(asked, "--existing").text, user_name=user_name)
    serial = serial_of(context, options.name or f"{user_name}-phone", options.path)
    return roster.Entry(serial.text, user_name=user_name, settings={"on_destroy": "delete-virtual-device"})


def _finish(found: Association, file: RosterOnDisk | None, entry: roster.Entry) -> int:
    since = f"since {found.enable_date}" if found.enable_date else "now, though IAM does not list it yet"
    print(f"{found.user_name} holds {found.serial_number} {since}.")
    line = roster.add("", [entry]).rstrip("\n")
    if file is None:
        print(f"Its lines for the roster:\n{line}")
        return OK
    try:
        difference = file.apply(lambda text: _with(entry, text, file.path))
    except MfaError as fault:
        print(f"mfa-association: the device is enabled, but its line is missing: {fault}", file=sys.stderr)
        print(f"Add it by hand:\n{line}")
        return BROKEN
    command = next_command(file.path)
    print("\n".join(difference or [f"{file.path} lists it already: the next {command.refresh} shows it as active."]))
    if difference:
        print(f"Commit {file.path}: the next {command.apply} adopts the device without a change.")
    return OK


def _with(entry: roster.Entry, text: str, path: str) -> str:
    """The roster with the line, or as it is if it has it. Raises as ``roster.add``."""
    lines = roster.parse(text, path, may_be_empty=True).lines
    listed = any(
        same(line.serial.text, entry.serial_number) and same(line.user_name or "", entry.holder) for line in lines
    )
    return text if listed else roster.add(text, [entry], path)
