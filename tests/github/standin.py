"""GitHub as far as a comment needs it, on a local port: its pages, its refusals, and faults on demand."""

from __future__ import annotations

import json
import re
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

REPOSITORY, NUMBER = "acme/infra", 7
BOT, TOKEN = "github-actions[bot]", "ghs_token-of-this-run"
REST_TOKEN = "token-that-graphql-refuses"
LIMIT = 65_536

_PULL = f"/repos/{REPOSITORY}/pulls/{NUMBER}"
_COMMENTS = f"/repos/{REPOSITORY}/issues/{NUMBER}/comments"
_COMMENT = re.compile(rf"/repos/{REPOSITORY}/issues/comments/(\d+)")
_NOT_FOR_WORKFLOWS = (403, {"message": "Resource not accessible by integration"})

Answer = tuple[int, Any] | tuple[int, Any, dict[str, str]]


@dataclass
class Fault:
    """Answers the next requests of a kind instead of GitHub; ``done``: what was asked for happens all the same."""

    request: str
    status: int
    body: Any = None
    headers: dict[str, str] = field(default_factory=dict)
    times: int = 1
    done: bool = False


@dataclass
class GitHub:
    """The server and what it holds; ``calls``: `METHOD /path?query`, without the address."""

    comments: dict[int, dict[str, Any]] = field(default_factory=dict)
    faults: list[Fault] = field(default_factory=list)
    before: dict[str, Callable[[], None]] = field(default_factory=dict)
    editors: dict[int, dict[str, str] | None] = field(default_factory=dict)
    calls: list[str] = field(default_factory=list)
    url: str = ""
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

    @property
    def writes(self) -> list[str]:
        """The calls that write, GraphQL's questions left out."""
        return [call for call in self.calls if not call.startswith("GET") and call != "POST /graphql"]

    def answer(self, method: str, target: str, token: str, body: dict[str, Any]) -> Answer:
        """What GitHub says to a request, or the fault that is due."""
        self.calls.append(f"{method} {target}")
        path = urlsplit(target).path
        kind = f"{method} {_COMMENT.sub('comment', path).replace(_COMMENTS, 'comments').replace(_PULL, 'pull')}"
        self.before.pop(kind, lambda: None)()
        fault = next((one for one in self.faults if one.times and one.request in (kind, "any")), None)
        if fault:
            fault.times -= 1
            if fault.done:
                self._answer(method, target, token, body)
            return fault.status, fault.body, fault.headers
        return self._answer(method, target, token, body)

    def _answer(self, method: str, target: str, token: str, body: dict[str, Any]) -> Answer:
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

    def start(self) -> ThreadingHTTPServer:
        """Serve until the returned server is shut down."""
        hub = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def _serve(self) -> None:
                raw = self.rfile.read(int(self.headers.get("Content-Length") or 0))
                token = self.headers.get("Authorization", "").partition(" ")[2]
                answer = hub.answer(self.command, self.path, token, json.loads(raw or b"{}"))
                status, body, headers = answer if len(answer) == 3 else (*answer, {})
                text = body if isinstance(body, str) else "" if body is None else json.dumps(body)
                self.send_response(status)
                for name, value in {"Content-Type": "application/json", **headers}.items():
                    self.send_header(name, value)
                self.send_header("Content-Length", str(len(text.encode())))
                self.end_headers()
                self.wfile.write(text.encode())

            do_GET = do_POST = do_PATCH = do_DELETE = _serve

            def log_message(self, *arguments: Any) -> None:
                return

        server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{server.server_port}"
        threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
        return server
