"""``mfa-association drift``: where the roster and AWS differ."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timezone
from functools import partial
from threading import Event
from typing import Any

from mfa_association.aws.reader import Reader
from mfa_association.cli.accounts import ACCOUNT, add_accounts, in_parallel, refuse_shared
from mfa_association.cli.options import ROSTER, account_list, add_connection, connection, sign_in, spelled
from mfa_association.cli.output import Tell, counted, progress, show
from mfa_association.cli.process import BROKEN, FOUND, OK, worst
from mfa_association.errors import MfaError
from mfa_association.inventory.certifications import with_certifications
from mfa_association.inventory.compare import refuse_other_account
from mfa_association.inventory.drift import Difference, Drift, document, drift
from mfa_association.inventory.stack import Recorded, read_stack
from mfa_association.inventory.walk import take
from mfa_association.lifecycle.model import rfc3339
from mfa_association.roster import Roster, load
from mfa_association.text import show as quote

_HEADERS = ("DRIFT", "DEVICE", "HELD BY", "DECLARED FOR", "SINCE", "WHAT")
_DESCRIPTION = """
Compare a roster with AWS. Nothing in AWS is changed. Exit code: 0 no drift, 3 drift, 1 refused, or not
all could be read.
The roster has no dates: devices that were enabled anew show only with --stack-export or --since.
"""


def add_to(commands: Any) -> None:
    """Add the command to the parser."""
    parser = commands.add_parser("drift", help="compare the roster with AWS", description=_DESCRIPTION)
    parser.add_argument("--roster", default=ROSTER, metavar="FILE", help=f"roster to compare ({ROSTER})")
    parser.add_argument(
        "--stack-export", metavar="FILE", help="what `pulumi stack export --file` wrote, for dates and ids"
    )
    parser.add_argument(
        "--since", type=_moment, metavar="TIME", help="tell of devices enabled after 2026-01-31T12:00:00Z"
    )
    parser.add_argument("--json", action="store_true", help="print JSON")
    add_accounts(parser, "--roster, --stack-export and --role-arn")
    add_connection(parser)
    parser.set_defaults(command=_run)


def _moment(text: str) -> str:
    try:
        moment = datetime.fromisoformat(text.replace("Z", "+00:00"))
    except ValueError:
        raise argparse.ArgumentTypeError(f"{quote(text)} must be a time such as 2026-01-31T12:00:00Z") from None
    return rfc3339(moment if moment.tzinfo else moment.replace(tzinfo=timezone.utc))


@dataclass(frozen=True)
class _Files:
    """What an account is compared with; ``roots``: accounts whose root users are looked at too."""

    roster: Roster
    recorded: Mapping[str, Recorded]
    roots: tuple[str, ...]


@dataclass(frozen=True)
class _Compared:
    """One account beside its roster."""

    account_id: str
    taken: str
    declared: int
    drift: Drift


def _run(options: argparse.Namespace) -> int:
    if options.accounts:
        return _run_many(options)
    files = _files(options, ACCOUNT)
    sign_in(options)
    with progress() as tell:
        done = _compare(options, files, Reader(connection(options), progress=tell))
    if options.json:
        print(json.dumps(document(done.account_id, done.taken, done.drift), indent=1))
    else:
        _print(done)
    return _end(done)


def _run_many(options: argparse.Namespace) -> int:
    accounts = account_list(options.accounts)
    own = {"--roster": options.roster, "--role-arn": options.role_arn or "", "--stack-export": options.stack_export}
    refuse_shared("comparing", own)
    if options.roots:
        raise MfaError("comparing many accounts: --roots belongs to one account; leave it out or leave out --accounts")
    sign_in(options)
    done = in_parallel({one: partial(_compare_one_of_many, options, one) for one in accounts})
    if options.json:
        print(json.dumps({"accounts": [_document(account, one) for account, one in done.items()]}, indent=1))
        return worst([_end(one, account) for account, one in done.items()])
    for account, one in done.items():
        if isinstance(one, MfaError):
            print(f"account {account}: not checked, it could not be read")
        else:
            _print(one, is_one_of_many=True)
    print(_summary(done))
    return worst([_end(one, account) for account, one in done.items()])


def _files(options: argparse.Namespace, account: str) -> _Files:
    """What one account is compared with."""
    roster = load(options.roster.replace(ACCOUNT, account))
    recorded = read_stack(options.stack_export.replace(ACCOUNT, account)) if options.stack_export else {}
    declared = [line.root_account_id for line in roster.lines if line.root_account_id]
    asked = account_list(options.roots) if options.roots else ()
    return _Files(roster, recorded, tuple(dict.fromkeys((*declared, *asked))))


def _compare_one_of_many(options: argparse.Namespace, account: str, tell: Tell, stop: Event) -> _Compared:
    files = _files(options, account)
    return _compare(options, files, Reader(connection(options, account), progress=tell, stop=stop))


def _compare(options: argparse.Namespace, files: _Files, reader: Reader) -> _Compared:
    lines = files.roster.lines
    refuse_other_account(files.roster.path, lines, reader.account_id)
    required = files.roster.required_certification
    snapshot = take(reader, roots=files.roots)
    if required:
        snapshot = with_certifications(reader, snapshot)
    found = drift(lines, snapshot, files.recorded, options.since, required)
    return _Compared(snapshot.account_id, snapshot.taken, len(lines), found)


def _print(done: _Compared, is_one_of_many: bool = False) -> None:
    found = done.drift
    show(_HEADERS, [_row(finding) for finding in found.findings], done.account_id)
    start = f"account {done.account_id}: " if is_one_of_many else ""
    if not found.findings:
        whole = "of what could be read " if found.untold else ""
        print(f"{start}no drift: {whole}AWS agrees with the {done.declared} declared devices")
    for note in found.notes:
        print(f"note: {note}")


def _row(finding: Difference) -> tuple[str, ...]:
    held, declared, since = finding.holder or "nobody", finding.declared or "nobody", finding.since or "not known"
    return (finding.kind, finding.serial_number, held, declared, since, finding.detail)


def _document(account: str, done: _Compared | MfaError) -> dict[str, Any]:
    if isinstance(done, MfaError):
        return {"account_id": account, "error": done.spelled(spelled)}
    return document(done.account_id, done.taken, done.drift)


def _summary(done: Mapping[str, _Compared | MfaError]) -> str:
    compared = [one for one in done.values() if not isinstance(one, MfaError)]
    unread = [account for account, one in done.items() if isinstance(one, MfaError)]
    number = sum(len(one.drift.findings) for one in compared)
    told = f"{len(compared)} of {len(done)} accounts were compared"
    gaps = f" ({', '.join(unread)}: not checked)" if unread else ""
    return f"{told}{gaps}: {counted(number, 'difference')}"


def _end(done: _Compared | MfaError, account: str | None = None) -> int:
    """Say what could not be told, which may be drift: that is no clean answer, and no complete one either."""
    start = f"account {account}: " if account else ""
    causes = (done.spelled(spelled),) if isinstance(done, MfaError) else done.drift.untold
    for cause in causes:
        print(f"mfa-association: {start}{cause}", file=sys.stderr)
    if causes or isinstance(done, MfaError):
        return BROKEN
    return FOUND if done.drift.findings else OK
