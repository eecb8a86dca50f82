"""The root of every error that a user reads: one sentence, no traceback."""

from __future__ import annotations

from typing import ClassVar


class MfaError(Exception):
    """One sentence for the user: what was being done to which thing, why it failed, what to do.

    ``fails_everything``: it has nothing to do with one device, such as an expired session.
    """

    fails_everything: ClassVar[bool] = False

    @property
    def in_short(self) -> str:
        """What is said of it where the whole sentence stands above."""
        return str(self)
