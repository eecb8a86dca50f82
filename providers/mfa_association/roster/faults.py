"""What is wrong with a roster, and why it was not changed."""

from __future__ import annotations

from typing import Final

from mfa_association.errors import MfaError

WHOLE_FILE: Final = 0
"""Instead of a line: the fault is the file's, such as one that is missing."""


class RosterError(MfaError):
    """Everything that is wrong with a roster, one fault a line: ``FILE:LINE: FIELD VALUE: RULE``.

    ``faults``: line and text of each, in the order of the lines.
    """

    def __init__(self, path: str, faults: list[tuple[int, str]]) -> None:
        self.faults = tuple(sorted(faults))
        super().__init__("\n".join(f"{place(path, line)}: {fault}" for line, fault in self.faults))


def place(path: str, line: int) -> str:
    """Where a fault is, as editors and terminals open it."""
    return path if line == WHOLE_FILE else f"{path}:{line}"


class EditRefused(MfaError):
    """A roster that cannot be changed in place; the file is as it was."""

    def __init__(self, path: str, cause: str, advice: str) -> None:
        super().__init__(f"changing the roster ({path}): {cause}; nothing was written, {advice}")
