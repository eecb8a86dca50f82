"""The rosters of a change, each read once: the one before it, and the one after it."""

from __future__ import annotations

import argparse
import os
from dataclasses import dataclass

from mfa_association.cli.base_roster import text_before
from mfa_association.cli.options import ROSTER
from mfa_association.review.model import SourceLocation
from mfa_association.roster import Roster, RosterError, parse, read_file


@dataclass(frozen=True)
class Rosters:
    """``shown``: the file as the repository knows it. ``before`` and ``after``: None where there is none, or a faulty one.

    ``fault``: why the roster that was named for after the change cannot be read.
    """

    shown: str
    before: Roster | None = None
    after: Roster | None = None
    fault: str | None = None

    @property
    def required(self) -> str | None:
        """What devices must be certified for after the change."""
        return self.after.required_certification if self.after else None

    @property
    def formerly_required(self) -> str | None:
        """The same before it."""
        return self.before.required_certification if self.before else None

    def lines(self, roster: Roster | None) -> dict[str, SourceLocation]:
        """The lines of one of the two, by device."""
        return {line.serial.key: SourceLocation(self.shown, line.line) for line in roster.lines} if roster else {}


def read_rosters(options: argparse.Namespace) -> Rosters:
    """Those that are named; else the usual one, and what git tells of it before the change.

    A fault counts where the roster was named for after the change: what was before is past, and the usual one is a guess.
    """
    path, path_before = options.roster, options.roster_base
    name = path or path_before or ROSTER
    shown = os.path.normpath(name)
    try:
        before = _read(path_before) if path_before else _parsed(text_before(name, options.base), name)
    except RosterError:
        before = None
    if path is None and path_before is not None:
        return Rosters(shown, before)
    try:
        return Rosters(shown, before, _read(path or ROSTER))
    except RosterError as fault:
        return Rosters(shown, before, fault=str(fault) if path else None)


def _read(path: str) -> Roster | None:
    return _parsed(read_file(path, may_be_missing=True).text, path)


def _parsed(text: str | None, path: str) -> Roster | None:
    return None if text is None else parse(text, path, may_be_empty=True)
