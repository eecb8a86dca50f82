"""``mfa-association program``: a roster as a program in Pulumi's YAML."""

from __future__ import annotations

import argparse
import sys
from typing import Any

from mfa_association import roster
from mfa_association.cli.options import ROSTER
from mfa_association.cli.process import OK
from mfa_association.terraform.bridge import COMPILER, program

_ABOUT = f"""
Print a roster as a program in Pulumi's YAML: one resource for each device. Pulumi runs this command where the options of
the runtime in Pulumi.yaml say `compiler: {COMPILER}`; `adopt --yaml` writes such a project. AWS is not called. Exit code:
0 done, 1 the roster has a fault.
"""


def add_to(commands: Any) -> None:
    """Add the command to the parser."""
    parser = commands.add_parser("program", help="print a roster as a program in Pulumi's YAML", description=_ABOUT)
    parser.add_argument("roster", metavar="ROSTER", nargs="?", default=ROSTER, help=f"default: {ROSTER}")
    parser.set_defaults(command=_print)


def _print(options: argparse.Namespace) -> int:
    sys.stdout.write(program(roster.load(options.roster).lines))
    return OK
