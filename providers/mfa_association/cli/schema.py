"""``mfa-association schema``: the JSON Schema of rosters, for editors and other checks."""

from __future__ import annotations

import argparse
import sys
from typing import Any

from mfa_association import roster
from mfa_association.cli.process import OK

_ABOUT = """
Print the JSON Schema of rosters of this version (draft 2020-12). Editors read it by its address, which the first line of
an adopted roster names; a file of your own serves where they have no network.
"""


def add_to(commands: Any) -> None:
    """Add the command to the parser."""
    parser = commands.add_parser("schema", help="print the JSON Schema of rosters", description=_ABOUT)
    parser.set_defaults(command=_print)


def _print(_: argparse.Namespace) -> int:
    sys.stdout.write(roster.schema())
    return OK
