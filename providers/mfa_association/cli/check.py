"""``mfa-association check``: whether rosters can be read, offline."""

from __future__ import annotations

import argparse
import sys
from typing import Any

from mfa_association import roster
from mfa_association.cli.options import ROSTER
from mfa_association.cli.process import BROKEN, OK

_ABOUT = """
Read rosters and show each fault with its file and line. AWS is not called. Exit code: 0 no roster has a fault, 1 at
least one has.
"""


def add_to(commands: Any) -> None:
    """Add the command to the parser."""
    parser = commands.add_parser("check", help="show the faults of a roster, offline", description=_ABOUT)
    parser.add_argument("rosters", metavar="ROSTER", nargs="*", default=[ROSTER], help=f"default: {ROSTER}")
    parser.set_defaults(command=_check)


def _check(options: argparse.Namespace) -> int:
    codes = [_read(path) for path in options.rosters]
    return max(codes)


def _read(path: str) -> int:
    try:
        lines = roster.load(path).lines
    except roster.RosterError as error:
        print(error, file=sys.stderr)
        return BROKEN
    print(f"{path}: {len(lines)} {'device' if len(lines) == 1 else 'devices'}, no fault")
    return OK
