"""What a forge must be able to do, so that `comment` works with it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar, Protocol

from mfa_association.errors import MfaError
from mfa_association.forges.marker import WorkflowRun


class NotAllowed(MfaError):
    """The token is good but may not do this (403), and no rate limit is the cause; or a fork's run has no token."""


class Gone(Exception):
    """The comment was deleted since it was listed."""


class Faults(Protocol):
    """What a forge's answers mean; a module is one."""

    @property
    def KINDS(self) -> tuple[type[Exception], ...]:
        """Everything that its library raises."""

    def seconds_until_retry(self, fault: Exception) -> float | None:
        """How long to wait before it may be tried again; None for a fault that stays."""

    def sentence(self, what: str, fault: Exception, wait: float | None) -> MfaError:
        """What to tell. ``what`` was being done; ``wait`` as above. Never the token."""


class Comment(Protocol):
    """A comment of our own."""

    @property
    def body(self) -> str:
        """The text as the forge has it."""

    @property
    def url(self) -> str:
        """Where people read it."""

    def edited_by_others(self) -> bool | None:
        """Whether somebody else changed it last, as others with enough rights can; None: not told."""

    def edit(self, body: str) -> None:
        """Replace the text. Raises ``Gone``."""

    def delete(self) -> None:
        """Delete it. Raises ``Gone``."""


class Conversation(Protocol):
    """What the token's owner wrote in a pull or merge request; others' comments are never seen."""

    @property
    def faults(self) -> Faults:
        """What the exceptions mean that the methods below raise."""

    def own_comments(self) -> Sequence[Comment]:
        """All of them, oldest first."""

    def post(self, body: str) -> Comment:
        """Write a new one."""


class Forge(Protocol):
    """A pull or merge request of a forge, and the run that speaks of it. ``str`` of it is that in words."""

    name: ClassVar[str]
    limit: ClassVar[int]
    """A comment has fewer characters."""
    where_whole: ClassVar[str]
    """A sentence: where the whole review is if the comment had to be cut."""

    @property
    def run(self) -> WorkflowRun:
        """Which run this is; a later one is greater."""

    @property
    def fork(self) -> bool:
        """Whether the change comes from another repository, whose runs may only read."""

    def conversation(self) -> Conversation:
        """Connect. Raises ``MfaError`` where the library is not installed, ``NotAllowed``."""

    def body(self, text: str) -> str:
        """The text as it has to be sent, so that the forge shows it and obeys nothing in it."""

    def keep_elsewhere(self, texts: Sequence[str]) -> str | None:
        """Keep reviews that a fork's run may not post; in words where they are, None where that cannot be."""
