"""One merge request through python-gitlab, as far as a comment needs it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import count
from typing import Any

import requests
from gitlab import Gitlab
from gitlab.exceptions import GitlabError
from gitlab.v4.objects import ProjectMergeRequest, ProjectMergeRequestNote

from mfa_association.forges.forge import Faults, Gone
from mfa_association.forges.gitlab import faults as meanings
from mfa_association.forges.gitlab.faults import NotGitLab, RateLimited

_PER_PAGE = 100
_SECONDS = 30
_EDITOR = "query($id: NoteID!) { note(id: $id) { lastEditedAt lastEditedBy { username } } }"
# What answers where a token may not ask.
_NOT_TOLD = (400, 401, 403, 404)


@dataclass(frozen=True)
class Note:
    """A note of the token's owner, whose name is given. ``page``: the merge request's."""

    inner: ProjectMergeRequestNote
    api: Gitlab
    username: str
    page: str

    @property
    def body(self) -> str:
        """The text as GitLab has it."""
        return str(self.inner.attributes.get("body") or "")

    @property
    def url(self) -> str:
        """Where people read it."""
        return f"{self.page}#note_{self.inner.get_id()}"

    def edited_by_others(self) -> bool | None:
        """Whether somebody else changed it last, as maintainers can; None where GitLab does not tell."""
        question = {"query": _EDITOR, "variables": {"id": f"gid://gitlab/Note/{self.inner.get_id()}"}}
        try:
            answer = self.api.http_post(f"{self.api.url}/api/graphql", post_data=question)
        except GitlabError as fault:
            if fault.response_code not in _NOT_TOLD:
                raise
            return None
        note = _dictionary(_dictionary(answer).get("data") or {}).get("note")
        if not isinstance(note, dict):
            return None
        if not note.get("lastEditedAt"):
            return False
        return (note.get("lastEditedBy") or {}).get("username") != self.username

    def edit(self, body: str) -> None:
        """Replace the text. Raises ``Gone``."""
        self.inner.body = body
        _unless_gone(self.inner.save)

    def delete(self) -> None:
        """Delete it. Raises ``Gone``."""
        _unless_gone(self.inner.delete)


class Conversation:
    """The notes of a merge request. Everything raises python-gitlab's and requests' exceptions, see faults.py."""

    faults: Faults = meanings

    def __init__(self, url: str, token: str, project: str, number: int) -> None:
        session = requests.Session()
        session.hooks["response"].append(_refuse_to_wait)
        # As `Authorization`, which requests sends to no other host, though GitLab should point to one.
        self._api = Gitlab(url, oauth_token=token, timeout=_SECONDS, session=session, keep_base_url=True)
        self._requests = self._api.projects.get(project, lazy=True).mergerequests
        self._number = number
        self._username = self._page = ""

    def own_comments(self) -> list[Note]:
        """Those that this token's owner wrote, oldest first, over all pages."""
        me = _dictionary(self._api.http_get("/user"))
        merge_request = self._requests.get(self._number)
        page = merge_request.attributes.get("web_url")
        if not isinstance(me.get("id"), int) or not isinstance(page, str):
            raise NotGitLab
        self._username, self._page = str(me.get("username")), page
        return [self._note(one) for one in _notes(merge_request) if _author(one) == me["id"]]

    def post(self, body: str) -> Note:
        """Write a new note."""
        return self._note(self._requests.get(self._number, lazy=True).notes.create({"body": body}))

    def _note(self, inner: Any) -> Note:
        if not isinstance(inner, ProjectMergeRequestNote):
            raise NotGitLab
        return Note(inner, self._api, self._username, self._page)


def _notes(merge_request: ProjectMergeRequest) -> Iterator[ProjectMergeRequestNote]:
    """By page number: a link to the next page could point anywhere, and the token would follow it."""
    for page in count(1):
        try:
            listed = merge_request.notes.list(
                page=page, per_page=_PER_PAGE, order_by="created_at", sort="asc", get_all=False
            )
            found = list(listed)
        except (KeyError, TypeError, AttributeError):
            # What python-gitlab runs into where no list answers.
            raise NotGitLab from None
        yield from found
        if len(found) < _PER_PAGE:
            return


def _author(note: ProjectMergeRequestNote) -> int | None:
    """The id of who wrote it; None where that account is gone."""
    author = note.attributes.get("author")
    return author.get("id") if isinstance(author, dict) else None


def _dictionary(answer: object) -> dict[str, Any]:
    if not isinstance(answer, dict):
        raise NotGitLab
    return answer


def _refuse_to_wait(response: requests.Response, *_: Any, **__: Any) -> None:
    if response.status_code == 429:
        raise RateLimited(response.headers)


def _unless_gone(work: Callable[[], object]) -> None:
    try:
        work()
    except GitlabError as fault:
        if fault.response_code in (404, 410):
            raise Gone from None
        raise
