"""A preview on a state that its role can only read: docs/policies/state-read.json is enough for the bucket."""

from __future__ import annotations

import threading
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from s3 import bucket

from mfa_association.sandbox import Sandbox
from tests.permissions.policies import allowed
from tests.support.programs import DAVES, TOKEN
from tests.support.stack import Stack

_ACTIONS = {("GET", True): "s3:GetObject", ("HEAD", True): "s3:GetObject", ("GET", False): "s3:ListBucket"}
"""By method, and whether an object is named: AWS's service authorization reference of S3."""


@contextmanager
def under_the_policy(host: str) -> Iterator[tuple[str, list[str]]]:
    """A door to a bucket that lets through what the policy allows; its address, and what was asked."""
    asked: list[str] = []

    class Door(BaseHTTPRequestHandler):
        def _serve(self) -> None:
            named = len(self.path.partition("?")[0].strip("/").split("/")) > 1
            action = _ACTIONS.get((self.command, named), f"{self.command} {self.path}")
            asked.append(action)
            status, body = 403, b"<Error><Code>AccessDenied</Code><Message>Access Denied</Message></Error>"
            kind = "application/xml"
            if action in allowed("state-read"):
                request = urllib.request.Request(f"http://{host}{self.path}", method=self.command)
                request.add_header("Authorization", self.headers["Authorization"])
                try:
                    with urllib.request.urlopen(request) as answer:
                        status, body, kind = answer.status, answer.read(), answer.headers["Content-Type"]
                except urllib.error.HTTPError as refusal:
                    status, body = refusal.code, refusal.read()
            self.send_response(status)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(b"" if self.command == "HEAD" else body)

        do_GET = do_HEAD = do_PUT = do_POST = do_DELETE = _serve

        def log_message(self, *arguments: Any) -> None:
            return

    server = ThreadingHTTPServer(("127.0.0.1", 0), Door)
    threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    yield f"127.0.0.1:{server.server_port}", asked
    server.shutdown()
    server.server_close()


def test_a_preview_needs_to_read_the_state_and_no_more(stack: Stack, box: Sandbox, tmp_path: Path) -> None:
    with bucket() as made, under_the_policy(made.host) as (door, asked):
        there = {"PULUMI_BACKEND_URL": made.url}
        read_only = {"PULUMI_BACKEND_URL": made.url.replace(made.host, door)}
        (stack.folder / "Pulumi.dev.yaml").unlink()
        stack.run("stack", "init", "dev", "--non-interactive", **there)
        stack.configure()
        stack.lines(dave=[DAVES], bob=[TOKEN])
        assert stack.up(**there).code == 0
        stack.lines(bob=[TOKEN])
        preview = stack.preview("--refresh", **read_only)
        assert (preview.code, "mfa/dave-phone delete" in preview.text) == (0, True), preview.text
        assert set(asked) == {"s3:GetObject", "s3:ListBucket"}
        assert stack.up(**read_only).code != 0
