"""A forge's REST API on a local port: what stand-ins for GitHub and GitLab have in common."""

from __future__ import annotations

import json
import socket
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, NamedTuple

Answer = tuple[int, Any] | tuple[int, Any, dict[str, str]]


@dataclass
class Fault:
    """Answers the next requests of a kind instead of the forge; ``done``: what was asked for happens all the same."""

    request: str
    status: int
    body: Any = None
    headers: dict[str, str] = field(default_factory=dict)
    times: int = 1
    done: bool = False


class Refusal(NamedTuple):
    """A fault that stays, and the sentence that is said of it."""

    reason: str
    fault: Fault
    sentence: str


class Passing(NamedTuple):
    """A fault that passes; ``waits``: one of the pauses in seconds before it is tried again."""

    reason: str
    fault: Fault
    waits: float


class Wrong(NamedTuple):
    """What a job is told wrongly, and how the sentence about it begins."""

    reason: str
    arguments: list[str]
    env: dict[str, str]
    sentence: str


def address_of_nobody() -> str:
    """An address where nothing listens."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return f"http://127.0.0.1:{taken.getsockname()[1]}"


@dataclass
class RestServer:
    """The server; ``calls``: `METHOD /path?query`, without the address. ``before``: what happens just before a request."""

    faults: list[Fault] = field(default_factory=list)
    before: dict[str, Callable[[], None]] = field(default_factory=dict)
    calls: list[str] = field(default_factory=list)
    url: str = ""

    def kind(self, method: str, target: str) -> str:
        """What faults and ``before`` call a request."""
        raise NotImplementedError

    def respond(self, method: str, target: str, token: str, body: dict[str, Any]) -> Answer:
        """What the forge says."""
        raise NotImplementedError

    @property
    def writes(self) -> list[str]:
        """The calls that write, GraphQL's questions left out."""
        return [call for call in self.calls if not call.startswith("GET") and not call.endswith("/graphql")]

    def answer(self, method: str, target: str, token: str, body: dict[str, Any]) -> Answer:
        """What the forge says to a request, or the fault that is due."""
        self.calls.append(f"{method} {target}")
        kind = self.kind(method, target)
        self.before.pop(kind, lambda: None)()
        fault = next((one for one in self.faults if one.times and one.request in (kind, "any")), None)
        if fault:
            fault.times -= 1
            if fault.done:
                self.respond(method, target, token, body)
            return fault.status, fault.body, fault.headers
        return self.respond(method, target, token, body)

    def start(self) -> ThreadingHTTPServer:
        """Serve until the returned server is shut down."""
        forge = self

        class Handler(BaseHTTPRequestHandler):
            """Buffered and without Nagle's algorithm: an answer in two packets waits 40 ms for the first one's receipt."""

            protocol_version = "HTTP/1.1"
            disable_nagle_algorithm = True
            wbufsize = -1

            def _serve(self) -> None:
                raw = self.rfile.read(int(self.headers.get("Content-Length") or 0))
                token = self.headers.get("Authorization", "").partition(" ")[2]
                answer = forge.answer(self.command, self.path, token, json.loads(raw or b"{}"))
                status, body, headers = answer if len(answer) == 3 else (*answer, {})
                text = body if isinstance(body, str) else "" if body is None else json.dumps(body)
                self.send_response(status)
                for name, value in {"Content-Type": "application/json", **headers}.items():
                    self.send_header(name, value)
                self.send_header("Content-Length", str(len(text.encode())))
                self.end_headers()
                self.wfile.write(text.encode())

            do_GET = do_POST = do_PATCH = do_PUT = do_DELETE = _serve

            def log_message(self, *arguments: Any) -> None:
                return

        server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{server.server_port}"
        threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
        return server
