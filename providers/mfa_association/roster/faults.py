"""What is wrong with a roster, and why it was not changed."""

from __future__ import annotations

from mfa_association.errors import MfaError


class RosterError(MfaError):
    """Everything that is wrong with a roster, one fault a line: ``FILE:LINE: FIELD VALUE: RULE``."""

    def __init__(self, path: str, faults: list[tuple[int, str]]) -> None:
        self.faults = tuple(faults)
        super().__init__("\n".join(f"{path}:{line}: {fault}" for line, fault in sorted(faults)))


class EditRefused(MfaError):
    """A roster that cannot be changed in place; the file is as it was."""

    def __init__(self, path: str, cause: str, advice: str) -> None:
        super().__init__(f"changing the roster ({path}): {cause}; nothing was written, {advice}")
