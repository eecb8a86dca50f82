"""The roster file that a command changes when it is done with AWS, and how the change is shown."""

from __future__ import annotations

import difflib
from collections.abc import Callable
from pathlib import Path

from mfa_association.roster import Line, parse, read_file, write_file

Change = Callable[[str], str]
"""Roster text to roster text. Raises ``RosterError`` or ``EditRefused``."""


class RosterOnDisk:
    """A roster file, read anew whenever it is needed: people may work on it meanwhile."""

    def __init__(self, path: str | Path) -> None:
        self.path = str(path)

    def lines(self) -> tuple[Line, ...]:
        """What it declares, which may be nothing. Raises ``RosterError``."""
        return parse(read_file(self.path).text, self.path, may_be_empty=True).lines

    def preview(self, change: Change) -> list[str]:
        """The difference a change would make, line by line; nothing is written."""
        text = read_file(self.path).text
        return self._difference(text, change(text))

    def apply(self, change: Change) -> list[str]:
        """Make a change; the difference that was written. Raises as the change does, or ``WriteRefused``."""
        file = read_file(self.path)
        text = change(file.text)
        if text != file.text:
            write_file(file, text)
        return self._difference(file.text, text)

    def _difference(self, before: str, after: str) -> list[str]:
        names = f"a/{self.path}", f"b/{self.path}"
        return list(difflib.unified_diff(before.splitlines(), after.splitlines(), *names, n=1, lineterm=""))
