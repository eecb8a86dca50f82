"""AWS's answers without a network, for tests that run in the sandbox's own process.

Half of what a call cost was HTTP: two sockets, two threads, and headers that were written and parsed twice. That botocore
and the sandbox's server understand each other is for tests/sandbox and for all commands and engines that tests start.
"""

from __future__ import annotations

import io
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import unquote, urlsplit

import pytest
from botocore import awsrequest
from botocore.exceptions import ConnectionClosedError
from botocore.httpsession import URLLib3Session

from mfa_association.sandbox import Sandbox
from mfa_association.sandbox.app import Application
from mfa_association.sandbox.errors import Dropped


@contextmanager
def answered_in_process(box: Sandbox) -> Iterator[None]:
    """Let every client of this process ask the sandbox itself. Others still reach it at its address."""
    send = URLLib3Session.send

    def ask(session: Any, request: Any) -> Any:
        if not request.url.startswith(f"{box.url}/"):
            return send(session, request)
        return answer_of(box.app, request)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(URLLib3Session, "send", ask)
        # Costly, and for nothing: urllib3 makes one itself where it connects to an https address.
        patch.setattr(URLLib3Session, "_get_ssl_context", lambda session: None)
        yield


def answer_of(app: Application, request: Any) -> Any:
    """What the sandbox answers to a request that botocore has signed; raises what botocore does for a lost answer."""
    response: Any = awsrequest.AWSResponse
    answer: list[Any] = []

    def start(status: str, headers: list[tuple[str, str]], *_: object) -> Any:
        answer.extend((int(status.split()[0]), dict(headers)))

    try:
        body = b"".join(app(_environ(request), start))
    except Dropped as gone:
        raise ConnectionClosedError(error=gone, request=request, endpoint_url=request.url) from None
    return response(request.url, *answer, _Body(body))


class _Body(io.BytesIO):
    """What botocore reads an answer from."""

    def stream(self) -> Iterator[bytes]:
        yield self.read()


def _environ(request: Any) -> dict[str, Any]:
    """The request as the sandbox's server would hand it over."""
    url = urlsplit(request.url)
    body = request.body or b""
    body = body.encode() if isinstance(body, str) else body if isinstance(body, bytes) else body.read()
    headers = {name: value.decode() if isinstance(value, bytes) else value for name, value in request.headers.items()}
    named = {f"HTTP_{name.upper().replace('-', '_')}": value for name, value in headers.items()}
    return named | {
        "REQUEST_METHOD": request.method,
        "SCRIPT_NAME": "",
        "PATH_INFO": unquote(url.path, "latin-1"),
        "RAW_URI": f"{url.path}?{url.query}" if url.query else url.path,
        "QUERY_STRING": url.query,
        "SERVER_PROTOCOL": "HTTP/1.1",
        "SERVER_NAME": url.hostname,
        "SERVER_PORT": str(url.port or 80),
        "REMOTE_ADDR": "127.0.0.1",
        "HTTP_HOST": url.netloc,
        "CONTENT_TYPE": headers.get("Content-Type", ""),
        "CONTENT_LENGTH": str(len(body)),
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": "http",
        "wsgi.input": io.BytesIO(body),
        "wsgi.errors": sys.stderr,
        "wsgi.multithread": True,
        "wsgi.multiprocess": False,
        "wsgi.run_once": False,
    }
