"""One comment for each stack, found by marker and author, changed in place: every rule of when it is written."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from mfa_association.errors import MfaError
from mfa_association.github.cut import COMMENT_CHARACTERS, fit
from mfa_association.github.marker import Marker, WorkflowRun, split

_WHERE = "The summary of the workflow run has more."
# A comment of ours that tells no run was put there by hand: any run is later.
_NO_RUN = WorkflowRun(0, 0)


class NotAllowed(MfaError):
    """The token is good but may not do this (403), and no rate limit is the cause."""


class Gone(Exception):
    """The comment was deleted since it was listed."""


class Comment(Protocol):
    """A comment of our own."""

    @property
    def body(self) -> str:
        """The text as GitHub has it."""

    @property
    def url(self) -> str:
        """Where people read it."""

    def edited_by_others(self) -> bool | None:
        """Whether somebody else changed it last, as whoever may write to the repository can; None: not told."""

    def edit(self, body: str) -> None:
        """Replace the text. Raises ``Gone``."""

    def delete(self) -> None:
        """Delete it. Raises ``Gone``."""


class Conversation(Protocol):
    """What the token's owner wrote in a pull request; others' comments are never seen."""

    def own_comments(self) -> Sequence[Comment]:
        """All of them, oldest first."""

    def post(self, body: str) -> Comment:
        """Write a new one."""


@dataclass(frozen=True)
class Review:
    """A review's Markdown without its first line, and what that line said."""

    marker: Marker
    text: str

    def comment(self, run: WorkflowRun) -> str:
        """The body of the comment, below GitHub's limit."""
        return fit(f"{self.marker.by(run)}\n{self.text}".rstrip(), COMMENT_CHARACTERS, _WHERE)


def keep(conversation: Conversation, review: Review, run: WorkflowRun) -> str:
    """Bring the comment of the review's stack up to date; returns what was done, in words.

    It looks before it writes, so doing it again does nothing twice. Raises ``MfaError`` where another job of this run
    said something else under the same name: the harmless plan of two must not overwrite the other's.
    """
    own = _of_stack(conversation.own_comments(), review.marker.stack)
    body = review.comment(run)
    for comment, _ in own:
        if _same(comment.body, body):
            return f"up to date: {comment.url}"
    for comment, marker in own:
        written_by = marker.run or _NO_RUN
        # A run that somebody typed into the comment would silence all that follow.
        if written_by > run and comment.edited_by_others() is False:
            return f"left as it is: run {written_by} wrote it, after run {run}"
        if written_by == run and not comment.edited_by_others():
            raise _two_plans(review.marker.stack, run, comment.url)
    # Two runs that looked at the same moment both posted one.
    for comment, _ in own[1:]:
        _delete(comment)
    return _write(conversation, own[0][0] if own else None, body, review.marker.verdict)


def _two_plans(stack: str, run: WorkflowRun, url: str) -> MfaError:
    return MfaError(
        f"commenting ({stack}): another job of this run ({run}) wrote the comment of {stack}, and it says something"
        f" else: {url}; it was not changed, give each plan a name of its own with `review --key`"
    )


def _of_stack(comments: Sequence[Comment], stack: str) -> list[tuple[Comment, Marker]]:
    marked = [(comment, split(comment.body)[0]) for comment in comments]
    return [(comment, marker) for comment, marker in marked if marker and marker.stack == stack]


def _write(conversation: Conversation, comment: Comment | None, body: str, verdict: str) -> str:
    try:
        if comment:
            comment.edit(body)
            return f"updated: {comment.url}"
    except Gone:
        # Somebody deleted it just now, perhaps for a reason, but a loss must be said.
        pass
    if verdict == "none":
        return "nothing to say, and no comment there"
    return f"posted: {conversation.post(body).url}"


def _delete(comment: Comment) -> None:
    try:
        comment.delete()
    except Gone:
        return


def _same(left: str, right: str) -> bool:
    """GitHub may hand back other line ends than it was given."""
    return left.replace("\r\n", "\n").rstrip() == right.rstrip()
