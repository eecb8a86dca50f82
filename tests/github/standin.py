"""GitHub as far as a comment needs it, on a local port: its pages, its refusals, and faults on demand."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, urlsplit

from tests.support.rest import Answer, RestServer
from tests.support.rest import Fault as Fault

REPOSITORY, NUMBER = "acme/infra", 7
BOT, TOKEN = "github-actions[bot]", "ghs_token-of-this-run"
REST_TOKEN = "token-that-graphql-refuses"
LIMIT = 65_536

_PULL = f"/repos/{REPOSITORY}/pulls/{NUMBER}"
_COMMENTS = f"/repos/{REPOSITORY}/issues/{NUMBER}/comments"
_COMMENT = re.compile(rf"/repos/{REPOSITORY}/issues/comments/(\d+)")
_NOT_FOR_WORKFLOWS = (403, {"message": "Resource not accessible by integration"})


@dataclass
class GitHub(RestServer):
    """The server and what it holds."""

    comments: dict[int, dict[str, Any]] = field(default_factory=dict)
    editors: dict[int, dict[str, str] | None] = field(default_factory=dict)
    _next: int = 1001

    def add(self, body: str, login: str | None = BOT) -> int:
        """A comment that is there already; ``login`` None: its author's account was deleted."""
        number, self._next = self._next, self._next + 1
        self.comments[number] = {
            "id": number,
            "node_id": f"IC_{number}",
            "body": body,
            "user": {"login": login, "type": "Bot" if "[" in login else "User"} if login else None,
            "url": f"{self.url}/repos/{REPOSITORY}/issues/comments/{number}",
            "html_url": f"https://github.com/{REPOSITORY}/pull/{NUMBER}#issuecomment-{number}",
        }
        return number

    def edited_by_hand(self, number: int, body: str, editor: dict[str, str] | None) -> None:
        """Somebody with write access changes a comment; GitHub remembers who. None: their account is gone."""
        self.comments[number]["body"] = body
        self.editors[number] = editor

    def bodies(self, login: str = BOT) -> list[str]:
        """What somebody wrote, oldest first."""
        return [one["body"] for one in self.comments.values() if (one["user"] or {}).get("login") == login]

    def kind(self, method: str, target: str) -> str:
        """See ``RestServer``."""
        path = urlsplit(target).path
        return f"{method} {_COMMENT.sub('comment', path).replace(_COMMENTS, 'comments').replace(_PULL, 'pull')}"

    def respond(self, method: str, target: str, token: str, body: dict[str, Any]) -> Answer:
        """See ``RestServer``."""
        path = urlsplit(target).path
        if token not in (TOKEN, REST_TOKEN):
            return 401, {"message": "Bad credentials"}
        if path == "/graphql":
            return (200, {"data": self._graph(body)}) if token == TOKEN else _NOT_FOR_WORKFLOWS
        if path == "/user":
            return (200, {"login": BOT}) if token == REST_TOKEN else _NOT_FOR_WORKFLOWS
        if path == _PULL:
            issue = f"{self.url}/repos/{REPOSITORY}/issues/{NUMBER}"
            return 200, {"number": NUMBER, "issue_url": issue, "url": f"{self.url}{_PULL}"}
        if path == _COMMENTS:
            return self._page(target) if method == "GET" else self._post(body["body"])
        found = _COMMENT.fullmatch(path)
        return self._comment(method, int(found[1]), body) if found else (404, {"message": "Not Found"})

    def _graph(self, body: dict[str, Any]) -> dict[str, Any]:
        """Whose token it is; who edited a comment last, an app without the `[bot]` of its login."""
        if "viewer" in body["query"]:
            return {"viewer": {"login": BOT}}
        number = int(body["variables"]["id"].removeprefix("IC_"))
        if number not in self.comments:
            return {"node": None}
        edited = "2026-01-31T12:00:00Z" if number in self.editors else None
        return {"node": {"lastEditedAt": edited, "editor": self.editors.get(number)}}

    def _page(self, target: str) -> Answer:
        query = {name: int(values[0]) for name, values in parse_qs(urlsplit(target).query).items()}
        size, page = min(query.get("per_page", 30), 100), query.get("page", 1)
        found = list(self.comments.values())
        link = f'<{self.url}{_COMMENTS}?per_page={size}&page={page + 1}>; rel="next"'
        return 200, found[(page - 1) * size : page * size], {"Link": link} if len(found) > page * size else {}

    def _post(self, body: str) -> Answer:
        if len(body) > LIMIT:
            return 422, {"message": "Validation Failed", "errors": ["body is too long (maximum is 65536 characters)"]}
        return 201, self.comments[self.add(body)]

    def _comment(self, method: str, number: int, body: dict[str, Any]) -> Answer:
        if number not in self.comments:
            return 404, {"message": "Not Found"}
        if method == "DELETE":
            del self.comments[number]
            return 204, None
        self.comments[number]["body"] = body["body"]
        self.editors[number] = {"__typename": "Bot", "login": BOT.removesuffix("[bot]")}
        return 200, self.comments[number]
