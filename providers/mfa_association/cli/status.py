"""``mfa-association status``: who holds what, and who can sign in with a password alone."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable
from functools import partial
from threading import Event
from typing import Any

from mfa_association.aws.reader import Reader
from mfa_association.cli.accounts import ACCOUNT, add_accounts, in_parallel, refuse_shared
from mfa_association.cli.options import account_list, add_connection, connection, sign_in, spelled, user_list
from mfa_association.cli.output import Tell, progress
from mfa_association.cli.process import BROKEN, FOUND, OK
from mfa_association.cli.status_text import print_csv, print_text
from mfa_association.errors import MfaError
from mfa_association.inventory.administrators import with_administrators
from mfa_association.inventory.certifications import with_certifications
from mfa_association.inventory.compare import refuse_other_account
from mfa_association.inventory.report import AccountResult, Report, account_document, by_serial, document
from mfa_association.inventory.roots import Roots, read_features, read_roots, root_users
from mfa_association.inventory.status import is_clean
from mfa_association.inventory.walk import take
from mfa_association.roster import load
from mfa_association.validation import check_user_name

FORMATS = ("text", "csv", "json", "html")
_WHOLE = ("json", "html")
"""Formats that tell of administrators too, which takes more reads."""
_ROOTS = "root users"
"""What progress calls them."""
_DESCRIPTION = """
Show who holds which MFA device, users with a console password and no device first. Nothing in AWS is changed.
Exit code: 0 every console user that was asked about holds a device, and every root user of --roots that has a password;
3 one holds none; 1 refused, or not all could be read.
"""
_CLEAN = "exit 0 only if none of these users has a console password or a device (for leavers)"
_FORM = "text (default), csv, json (the documented form of all) or html (the same as one file, for auditors)"


def add_to(commands: Any) -> None:
    """Add the command to the parser."""
    parser = commands.add_parser("status", help="show who holds what, and who holds none", description=_DESCRIPTION)
    parser.add_argument("users", nargs="*", metavar="USER", help="only these users, as of now (default: all)")
    parser.add_argument("--users-file", metavar="FILE", help="a file of more users")
    parser.add_argument("--clean", action="store_true", help=_CLEAN)
    parser.add_argument("--without-device", action="store_true", help="list only users who hold no device")
    parser.add_argument("--roster", metavar="FILE", help="say of each device whether this roster declares it")
    form = parser.add_mutually_exclusive_group()
    form.add_argument("--format", choices=FORMATS, help=_FORM)
    form.add_argument("--json", action="store_true", help="print JSON of one account")
    form.add_argument("--csv", action="store_true", help="print CSV")
    add_accounts(parser, "--role-arn and --roster")
    add_connection(parser)
    parser.set_defaults(command=_run)


def _run(options: argparse.Namespace) -> int:
    options.users = [*options.users, *(user_list(options.users_file) if options.users_file else ())]
    names = tuple(check_user_name(name) for name in options.users)
    _refuse(options)
    accounts = account_list(options.accounts) if options.accounts else ()
    roots = account_list(options.roots) if options.roots else ()
    sign_in(options)
    report = _many(options, accounts, names, roots) if accounts else _one_alone(options, names, roots)
    _print(options, report)
    for cause in _causes(report):
        print(f"mfa-association: {cause}", file=sys.stderr)
    return _clean(report) if options.clean else _covered(report)


def _refuse(options: argparse.Namespace) -> None:
    """Options that do not go together, before AWS is asked. Raises ``MfaError``."""
    if options.clean and not options.users:
        raise MfaError("checking that leavers are clean: no user is named; name those who left")
    if options.format == "html" and sys.stdout.isatty():
        raise MfaError("printing HTML: this is a terminal; send it to a file: --format html > mfa.html")
    if options.format in _WHOLE and options.without_device:
        raise MfaError(f"listing users without a device: {options.format} tells of all users; leave one of the two out")
    if options.accounts:
        refuse_shared("reading", {"--role-arn": options.role_arn or "", "--roster": options.roster})
        if options.json:
            raise MfaError("reading many accounts: --json tells of one account; give --format json")


def _one_alone(options: argparse.Namespace, names: tuple[str, ...], roots: tuple[str, ...]) -> Report:
    with progress() as tell:
        reader = Reader(connection(options), progress=tell)
        result = _account(options, names, None, reader)
        told = _roots(reader, roots) if roots else Roots()
    return Report((result,), root_users([result.snapshot], told), told.features, told.read_as)


def _many(
    options: argparse.Namespace, accounts: tuple[str, ...], names: tuple[str, ...], roots: tuple[str, ...]
) -> Report:
    """Root users are reached by the credentials of the caller, who is in the management account, not by the roles."""
    work: dict[str, Callable[[Tell, Event], AccountResult | Roots]] = {
        one: partial(_account_of, options, names, one) for one in accounts
    }
    if roots:
        work[_ROOTS] = partial(_roots_of_many, options, roots)
    done = in_parallel(work)
    told = done.pop(_ROOTS, Roots())
    if not isinstance(told, Roots):
        told = Roots(faults=dict.fromkeys(roots, _fault(told) or ""))
    results = tuple(
        one if isinstance(one, AccountResult) else AccountResult(account, fault=_fault(one))
        for account, one in done.items()
    )
    return Report(results, root_users([one.snapshot for one in results], told, accounts), told.features, told.read_as)


def _fault(done: object) -> str | None:
    return done.spelled(spelled) if isinstance(done, MfaError) else None


def _account_of(
    options: argparse.Namespace, names: tuple[str, ...], account: str, tell: Tell, stop: Event
) -> AccountResult:
    return _account(options, names, account, Reader(connection(options, account), progress=tell, stop=stop))


def _account(options: argparse.Namespace, names: tuple[str, ...], account: str | None, reader: Reader) -> AccountResult:
    number = account or reader.account_id
    lines = None
    if options.roster:
        roster = load(options.roster.replace(ACCOUNT, number))
        refuse_other_account(roster.path, roster.lines, reader.account_id)
        lines = by_serial(roster.lines)
    snapshot = with_certifications(reader, take(reader, names, passwords=True))
    if options.format in _WHOLE:
        snapshot = with_administrators(reader, snapshot)
    return AccountResult(number, snapshot, lines=lines)


def _roots_of_many(options: argparse.Namespace, roots: tuple[str, ...], tell: Tell, stop: Event) -> Roots:
    own = argparse.Namespace(**{**vars(options), "role_arn": None})
    return _roots(Reader(connection(own), progress=tell, stop=stop), roots)


def _roots(reader: Reader, roots: tuple[str, ...]) -> Roots:
    holders, faults = read_roots(reader, roots, sign_in=True)
    return Roots(holders, faults, read_features(reader), reader.with_retries(lambda: reader.iam.caller).arn)


def _print(options: argparse.Namespace, report: Report) -> None:
    if options.format == "html":
        from mfa_association.evidence import html

        sys.stdout.buffer.write(html(document(report)).encode())  # as the page says of itself, whatever the locale
    elif options.format == "json":
        print(json.dumps(document(report), indent=1))
    elif options.json:
        print(json.dumps(account_document(report.accounts[0]), indent=1))
    elif options.csv or options.format == "csv":
        print_csv(report, options.without_device)
    else:
        print_text(report, options.without_device, options.clean)


def _causes(report: Report) -> list[str]:
    """A sentence for all that could not be read, each with its account where there are many."""
    found = []
    for one in report.accounts:
        start = f"account {one.account_id}: " if len(report.accounts) > 1 else ""
        causes = [one.fault] if one.fault else [*one.snapshot.unread, *one.snapshot.not_checked] if one.snapshot else []
        found += [f"{start}{cause}" for cause in causes]
    return found + [root.reason for root in report.roots if root.was_asked and root.reason]


def _covered(report: Report) -> int:
    bare_roots = [root.is_bare for root in report.roots if root.was_asked]
    if not report.is_whole or None in bare_roots:
        return BROKEN
    return FOUND if report.coverage.bare or True in bare_roots else OK


def _clean(report: Report) -> int:
    """A user that does not exist is clean: the output says so."""
    verdicts = [is_clean(user) for snapshot in report.read for user in snapshot.users]
    if False in verdicts:
        return FOUND
    whole = len(report.read) == len(report.accounts) and not any(one.unread for one in report.read)
    return OK if whole and None not in verdicts else BROKEN
