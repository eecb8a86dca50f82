"""One pull request through PyGithub, as far as a comment needs it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from github import Auth, Github, GithubException
from github.IssueComment import IssueComment
from github.PullRequest import PullRequest

from mfa_association.errors import MfaError
from mfa_association.github.faults import NotGitHub, is_rate_limit
from mfa_association.github.sticky import Gone

_PER_PAGE = 100
_SECONDS = 30
_EDITOR = "query($id: ID!) { node(id: $id) { ... on IssueComment { lastEditedAt editor { __typename login } } } }"
# What answers where a token may not ask: GraphQL by an error of its own, or by a status.
_NOT_TOLD = (400, 403, 404, 405)


@dataclass(frozen=True)
class OwnComment:
    """A comment of the token's owner, whose login is given."""

    inner: IssueComment
    api: Github
    login: str

    @property
    def body(self) -> str:
        """The text as GitHub has it."""
        return self.inner.body or ""

    @property
    def url(self) -> str:
        """Where people read it."""
        return self.inner.html_url

    def edited_by_others(self) -> bool | None:
        """Whether somebody else changed it last; None where GitHub does not tell."""
        try:
            _, answer = self.api.requester.graphql_query(_EDITOR, {"id": self.inner.node_id})
        except GithubException as fault:
            if fault.status not in _NOT_TOLD or is_rate_limit(fault):
                raise
            return None
        node = _data(answer).get("node")
        if not isinstance(node, dict):
            return None
        if not node.get("lastEditedAt"):
            return False
        editor = node.get("editor") or {}
        # GraphQL writes an app's login without the end that viewer and REST give it.
        suffix = "[bot]" if editor.get("__typename") == "Bot" else ""
        return f"{editor.get('login')}{suffix}" != self.login

    def edit(self, body: str) -> None:
        """Replace the text. Raises ``Gone``."""
        _unless_gone(lambda: self.inner.edit(body))

    def delete(self) -> None:
        """Delete it. Raises ``Gone``."""
        _unless_gone(self.inner.delete)


class Conversation:
    """The comments of a pull request. Everything raises PyGithub's and requests' exceptions, see faults.py."""

    def __init__(self, api_url: str, token: str, repository: str, number: int) -> None:
        # Trying again is ours: a lost answer to a write is settled by looking.
        self._api = Github(
            base_url=api_url, auth=Auth.Token(token), per_page=_PER_PAGE, timeout=_SECONDS, retry=None, lazy=True
        )
        self._pull: PullRequest = self._api.get_repo(repository).get_pull(number)

    def own_comments(self) -> list[OwnComment]:
        """Those that this token's owner wrote, oldest first, over all pages."""
        if not isinstance(self._pull.issue_url, str):
            raise NotGitHub
        login = _login(self._api)
        comments = self._pull.get_issue_comments()
        own = [comment for comment in comments if comment.user and comment.user.login == login]
        return [OwnComment(comment, self._api, login) for comment in own]

    def post(self, body: str) -> OwnComment:
        """Write a new comment."""
        comment = self._pull.create_issue_comment(body)
        return OwnComment(comment, self._api, comment.user.login)


def _login(api: Github) -> str:
    """Whose token it is. A workflow's token is told by GraphQL alone, some others by REST alone. Raises ``MfaError``."""
    for ask in (_by_graphql, _by_rest):
        try:
            return ask(api)
        except GithubException as fault:
            if fault.status not in _NOT_TOLD or is_rate_limit(fault):
                raise
    raise MfaError("asking GitHub whose token this is: GitHub did not say; use the workflow's own, ${{ github.token }}")


def _by_graphql(api: Github) -> str:
    _, answer = api.requester.graphql_query("{ viewer { login } }", {})
    viewer = _data(answer).get("viewer")
    if not isinstance(viewer, dict):
        raise NotGitHub
    return str(viewer.get("login"))


def _data(answer: dict[str, Any]) -> dict[str, Any]:
    told = answer.get("data")
    if not isinstance(told, dict):
        raise NotGitHub
    return told


def _by_rest(api: Github) -> str:
    return api.get_user().login


def _unless_gone(work: Callable[[], None]) -> None:
    try:
        work()
    except GithubException as fault:
        if fault.status in (404, 410):
            raise Gone from None
        raise
