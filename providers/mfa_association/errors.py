"""The root of every error that a user reads: one sentence, no traceback, and settings spelled as the reader's tool does.

The Terraform provider loads this before its handshake, for which the engine waits: no ``dataclasses``.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import ClassVar, NamedTuple, TypeAlias


class Setting(NamedTuple):
    """A setting of the connection or the limits that a sentence names, by its key in engine/config.py.

    What the reader types depends on the tool: ``mfa:maxRemovals`` for Pulumi, ``max_removals`` for Terraform.
    """

    key: str


Words: TypeAlias = "str | Setting | MfaError | tuple[Words, ...]"
"""A part of a sentence; another error stands for its own sentence."""
Spelling = Callable[[str], str]
"""From the key of a setting to what the reader types."""


def plain_key(key: str) -> str:
    """The key itself: what Terraform calls a setting, and what is understood everywhere."""
    return key


class MfaError(Exception):
    """One sentence for the user: what was being done to which thing, why it failed, what to do.

    ``str`` names settings by their keys, ``spelled`` as a tool's users type them. ``fails_everything``: it has nothing to
    do with one device, such as an expired session.
    """

    fails_everything: ClassVar[bool] = False

    def __init__(self, *words: Words) -> None:
        self._words = words
        super().__init__(*words)

    def __str__(self) -> str:
        return self.spelled(plain_key)

    def spelled(self, spelling: Spelling) -> str:
        """The sentence with every setting as ``spelling`` says."""
        return _spelled(self._words, spelling)

    @property
    def in_short(self) -> str:
        """What is said of it where the whole sentence stands above."""
        return str(self)


def _spelled(words: Words, spelling: Spelling) -> str:
    if isinstance(words, Setting):
        return spelling(words.key)
    if isinstance(words, MfaError):
        return words.spelled(spelling)
    return words if isinstance(words, str) else "".join(_spelled(part, spelling) for part in words)
