"""GitLab as far as a note needs it, on a local port: its pages, its refusals, quick actions, and faults on demand."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

from tests.support.rest import Answer, RestServer
from tests.support.rest import Fault as Fault

PROJECT, PROJECT_ID, NUMBER = "acme/infra", 5, 7
BOT, TOKEN = "project_5_bot_ab12", "glpat-token-of-the-project"
READING_TOKEN = "glpat-token-that-may-only-read"
NO_GRAPHQL_TOKEN = "glpat-token-that-graphql-refuses"
LIMIT = 1_000_000
PAGE = f"https://gitlab.acme.example/{PROJECT}/-/merge_requests/{NUMBER}"

_IDS = {BOT: 99, "alice": 1, "mallory": 2}
_NOT_FOUND: Answer = (404, {"message": "404 Not found"})
_TOO_LONG: Answer = (400, {"message": {"note": [f"is too long (maximum is {LIMIT} characters)"]}})
_READS_ONLY: Answer = (403, {"error": "insufficient_scope", "error_description": "...", "scope": "api"})


@dataclass
class GitLab(RestServer):
    """The server and what it holds; ``root``: where on its host it is. ``obeyed``: the quick actions of all notes."""

    root: str = ""
    notes: dict[int, dict[str, Any]] = field(default_factory=dict)
    editors: dict[int, str | None] = field(default_factory=dict)
    obeyed: list[str] = field(default_factory=list)
    _next: int = 1001

    def add(self, body: str, username: str | None = BOT, system: bool = False) -> int:
        """A note that is there already; ``username`` None: its author's account was deleted."""
        number, self._next = self._next, self._next + 1
        author = {"id": _IDS[username], "username": username} if username else None
        self.notes[number] = {"id": number, "type": None, "body": body, "author": author, "system": system}
        return number

    def edited_by_hand(self, number: int, body: str, editor: str | None) -> None:
        """A maintainer changes a note; GitLab remembers who. None: their account is gone."""
        self.notes[number]["body"] = body
        self.editors[number] = editor

    def bodies(self, username: str = BOT) -> list[str]:
        """What somebody wrote, oldest first."""
        return [one["body"] for one in self.notes.values() if (one["author"] or {}).get("username") == username]

    def kind(self, method: str, target: str) -> str:
        """See ``RestServer``."""
        path = unquote(urlsplit(target).path)
        found = re.search(r"/(notes/\d+|notes|merge_requests/\d+|user|graphql)$", path)
        name = {"notes": "notes", "user": "user", "graphql": "graphql"}.get(found[1] if found else "", "")
        return f"{method} {name or ('note' if '/notes/' in path else 'merge_request')}"

    def respond(self, method: str, target: str, token: str, body: dict[str, Any]) -> Answer:
        """See ``RestServer``."""
        path = unquote(urlsplit(target).path)
        if token not in (TOKEN, READING_TOKEN, NO_GRAPHQL_TOKEN):
            return 401, {"message": "401 Unauthorized"}
        if path == f"{self.root}/api/graphql":
            return self._graph(body) if token == TOKEN else (401, {"errors": [{"message": "Invalid token"}]})
        if token == READING_TOKEN and method != "GET":
            return _READS_ONLY
        if path == f"{self.root}/api/v4/user":
            return 200, {"id": _IDS[BOT], "username": BOT, "bot": True}
        known = "|".join(re.escape(f"{self.root}/api/v4/projects/{one}") for one in (PROJECT, PROJECT_ID))
        found = re.fullmatch(rf"(?:{known})/merge_requests/{NUMBER}(/notes(?:/(\d+))?)?", path)
        if not found:
            return _NOT_FOUND
        if not found[1]:
            return 200, {"id": 4007, "iid": NUMBER, "project_id": PROJECT_ID, "web_url": PAGE}
        if found[2]:
            return self._note(method, int(found[2]), body)
        return self._page(target) if method == "GET" else self._post(body["body"])

    def _graph(self, body: dict[str, Any]) -> Answer:
        """Who edited a note last."""
        number = int(body["variables"]["id"].removeprefix("gid://gitlab/Note/"))
        if number not in self.notes:
            return 200, {"data": {"note": None}}
        edited, editor = number in self.editors, self.editors.get(number)
        return 200, {
            "data": {
                "note": {
                    "lastEditedAt": "2026-01-31T12:00:00Z" if edited else None,
                    "lastEditedBy": {"username": editor} if editor else None,
                }
            }
        }

    def _page(self, target: str) -> Answer:
        query = {name: values[0] for name, values in parse_qs(urlsplit(target).query).items()}
        size, page = min(int(query.get("per_page", 20)), 100), int(query.get("page", 1))
        newest_first = query.get("sort", "desc") == "desc"
        found = sorted(self.notes.values(), key=lambda one: one["id"], reverse=newest_first)
        evil = '<http://evil.invalid/api/v4/next>; rel="next"'
        return 200, found[(page - 1) * size : page * size], {"Link": evil} if len(found) > page * size else {}

    def _kept(self, body: str) -> str:
        """A note without its quick actions, which are obeyed."""
        lines = body.split("\n")
        self.obeyed += [line for line in lines if line.startswith("/")]
        return "\n".join(line for line in lines if not line.startswith("/"))

    def _post(self, body: str) -> Answer:
        if len(body) > LIMIT:
            return _TOO_LONG
        return 201, self.notes[self.add(self._kept(body))]

    def _note(self, method: str, number: int, body: dict[str, Any]) -> Answer:
        note = self.notes.get(number)
        if note is None:
            return _NOT_FOUND
        if (note["author"] or {}).get("username") != BOT:
            return 403, {"message": "403 Forbidden"}
        if method == "DELETE":
            del self.notes[number]
            return 204, None
        if len(body["body"]) > LIMIT:
            return _TOO_LONG
        note["body"] = self._kept(body["body"])
        self.editors[number] = BOT
        return 200, note
