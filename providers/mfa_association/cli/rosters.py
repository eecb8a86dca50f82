"""The options of commands that change a roster when they are done with AWS."""

from __future__ import annotations

import argparse

from mfa_association.inventory.declared import Declared


def add_roster(parser: argparse.ArgumentParser) -> None:
    """Add the options; ``declared`` reads them."""
    group = parser.add_mutually_exclusive_group()
    group.add_argument("--roster", default="roster.yaml", metavar="FILE", help="the roster (default: roster.yaml)")
    group.add_argument("--no-roster", action="store_true", help="leave the roster alone")


def declared(options: argparse.Namespace) -> Declared | None:
    """The roster to change, if one is to be changed."""
    return None if options.no_roster else Declared(options.roster)
