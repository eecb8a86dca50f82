"""``mfa-association drift``: where the roster and AWS differ."""

from __future__ import annotations

import argparse
import json
import sys
from datetime import datetime, timezone
from typing import Any

from mfa_association.aws.reader import Reader
from mfa_association.cli.options import ROSTER, add_connection, connection, sign_in
from mfa_association.cli.output import progress, show
from mfa_association.cli.process import BROKEN, FOUND, OK
from mfa_association.inventory.compare import refuse_other_account
from mfa_association.inventory.drift import Difference, Drift, document, drift
from mfa_association.inventory.stack import read_stack
from mfa_association.inventory.walk import take
from mfa_association.lifecycle.model import rfc3339
from mfa_association.roster import load
from mfa_association.validation import show as quote

_HEADERS = ("DRIFT", "DEVICE", "HELD BY", "DECLARED FOR", "SINCE", "WHAT")
_DESCRIPTION = """
Compare a roster with AWS. Nothing in AWS is changed. Exit code: 0 no drift, 3 drift, 1 not to be told.
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
    add_connection(parser)
    parser.set_defaults(command=_run)


def _moment(text: str) -> str:
    try:
        moment = datetime.fromisoformat(text.replace("Z", "+00:00"))
    except ValueError:
        raise argparse.ArgumentTypeError(f"{quote(text)} must be a time such as 2026-01-31T12:00:00Z") from None
    return rfc3339(moment if moment.tzinfo else moment.replace(tzinfo=timezone.utc))


def _run(options: argparse.Namespace) -> int:
    roster = load(options.roster)
    recorded = read_stack(options.stack_export) if options.stack_export else {}
    roots = tuple(dict.fromkeys(line.root_account_id for line in roster.lines if line.root_account_id))
    sign_in(options)
    with progress() as tell:
        reader = Reader(connection(options), progress=tell)
        refuse_other_account(roster.path, roster.lines, reader.account_id)
        snapshot = take(reader, roots=roots)
    found = drift(roster.lines, snapshot, recorded, options.since)
    if options.json:
        print(json.dumps(document(snapshot.account_id, snapshot.taken, found), indent=1))
    else:
        _print(found, len(roster.lines), snapshot.account_id)
    for cause in found.untold:
        print(f"mfa-association: {cause}", file=sys.stderr)
    return _code(found)


def _print(found: Drift, declared: int, account_id: str) -> None:
    show(_HEADERS, [_row(finding) for finding in found.findings], account_id)
    if not found.findings:
        whole = "of what could be read " if found.untold else ""
        print(f"no drift: {whole}AWS agrees with the {declared} declared devices")
    for note in found.notes:
        print(f"note: {note}")


def _row(finding: Difference) -> tuple[str, ...]:
    held, declared, since = finding.holder or "nobody", finding.declared or "nobody", finding.since or "not known"
    return (finding.kind, finding.serial_number, held, declared, since, finding.detail)


def _code(found: Drift) -> int:
    """What could not be told may be drift: that is no clean answer, and no complete one either."""
    if found.untold:
        return BROKEN
    return FOUND if found.findings else OK
