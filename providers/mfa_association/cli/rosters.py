"""The options of commands that change a roster when they are done with AWS."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from mfa_association.inventory.on_disk import RosterOnDisk

_USUAL = "roster.yaml"


def add_roster(parser: argparse.ArgumentParser) -> None:
    """Add the options; ``declared`` reads them."""
    group = parser.add_mutually_exclusive_group()
    group.add_argument("--roster", metavar="FILE", help=f"the roster (default: {_USUAL})")
    group.add_argument("--no-roster", action="store_true", help="leave the roster alone")


def declared(options: argparse.Namespace) -> RosterOnDisk | None:
    """The roster to change, if one is to be changed."""
    return None if options.no_roster else RosterOnDisk(options.roster or _USUAL)


def declared_if_there(options: argparse.Namespace) -> RosterOnDisk | None:
    """As ``declared``, but a missing roster that nobody named stops nothing."""
    if options.roster is None and not options.no_roster and not Path(_USUAL).exists():
        print(f"There is no {_USUAL} here: only AWS is changed.", file=sys.stderr)
        return None
    return declared(options)
