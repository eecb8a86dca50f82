"""One comment for each stack, found by marker and author, changed in place: every rule of when it is written."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from mfa_association.errors import MfaError
from mfa_association.forges.cut import fit
from mfa_association.forges.forge import Comment, Conversation, Forge, Gone
from mfa_association.forges.marker import Marker, WorkflowRun, split

# A comment of ours that tells no run was put there by hand: any run is later.
_NO_RUN = WorkflowRun(0, 0)


@dataclass(frozen=True)
class Review:
    """A review's Markdown without its first line, and what that line said."""

    marker: Marker
    text: str

    def comment(self, forge: Forge) -> str:
        """The body of the comment, below the forge's limit."""
        body = forge.body(f"{self.marker.by(forge.run)}\n{self.text}".rstrip())
        return fit(body, forge.limit, forge.where_whole, whose=forge.name)


def keep(forge: Forge, conversation: Conversation, review: Review) -> str:
    """Bring the comment of the review's stack up to date; returns what was done, in words.

    It looks before it writes, so doing it again does nothing twice. Raises ``MfaError`` where another job of this run
    said something else under the same name: the harmless plan of two must not overwrite the other's.
    """
    own = _of_stack(conversation.own_comments(), review.marker.stack)
    body, run = review.comment(forge), forge.run
    for comment, _ in own:
        if _same(comment.body, body):
            return f"up to date: {comment.url}"
    for comment, marker in own:
        written_by = marker.run or _NO_RUN
        if run.is_beside(written_by):
            if not comment.edited_by_others():
                raise _two_plans(review.marker.stack, run, comment.url)
        # A run that somebody typed into the comment would silence all that follow.
        elif written_by > run and comment.edited_by_others() is False:
            return f"left as it is: run {written_by} wrote it, after run {run}"
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
    """A forge may hand back other line ends than it was given."""
    return left.replace("\r\n", "\n").rstrip() == right.rstrip()
