"""``mfa-association check``: whether rosters can be read, offline."""

from __future__ import annotations

import argparse
import sys
from typing import Any

from mfa_association import roster
from mfa_association.cli.process import BROKEN, OK

_ABOUT = """
Read rosters and show every fault with its file and line; nothing is asked of AWS. Exit code: 0 all can be read, 1 one
cannot.
"""


def add_to(commands: Any) -> None:
    """Add the command to the parser."""
    parser = commands.add_parser("check", help="show the faults of a roster, offline", description=_ABOUT)
    parser.add_argument("rosters", metavar="ROSTER", nargs="*", default=["roster.yaml"], help="default: roster.yaml")
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
