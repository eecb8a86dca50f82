"""One account of the sandbox without a socket: botocore signs, sends and parses as ever, but to a WSGI application."""

from __future__ import annotations

import io
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import urlsplit

import pytest
from botocore.awsrequest import AWSResponse
from botocore.exceptions import ConnectionClosedError
from moto.iam.models import iam_backends

from mfa_association.aws import boto
from mfa_association.aws.iam import Iam
from mfa_association.aws.session import Session
from mfa_association.aws.settings import Settings
from mfa_association.sandbox.accounts import Account
from mfa_association.sandbox.app import Application
from mfa_association.sandbox.errors import Dropped

ACCOUNT = "111122223333"
KEY = "ASIAEXAMPLESTATEFUL0"
URL = "http://sandbox.invalid"


class Body:
    """What urllib3 would have received."""

    def __init__(self, content: bytes) -> None:
        self._content = content

    def stream(self) -> Iterator[bytes]:
        yield self._content


class Direct:
    """A sandbox that is called directly, its account emptied for every example."""

    def __init__(self) -> None:
        self.app = Application()

    def send(self, request: Any, **_: Any) -> AWSResponse:
        """botocore's ``before-send`` hook: an answer instead of a connection."""
        told: dict[str, Any] = {}

        def start(status: str, headers: list[tuple[str, str]], *_: object) -> Any:
            told.update(status=int(status.split()[0]), headers=dict(headers))

        try:
            content = b"".join(self.app(_environ(request), start))
        except Dropped:
            raise ConnectionClosedError(endpoint_url=URL) from None
        return AWSResponse(request.url, told["status"], told["headers"], Body(content))

    def empty(self) -> None:
        """Forget the account and its faults."""
        self.app.world.accounts.clear()
        iam_backends.pop(ACCOUNT, None)
        self.app.faults.clear()
        self.app.journal.reset()
        self.app.control.add({"accounts": {ACCOUNT: {}}, "keys": {KEY: {"account": ACCOUNT, "role": "ci"}}})

    def account(self) -> Account:
        """The account as it really is."""
        return self.app.world.account(ACCOUNT)


def _environ(request: Any) -> dict[str, Any]:
    url, body = urlsplit(request.url), request.body or b""
    body = body.encode() if isinstance(body, str) else body
    headers = {
        f"HTTP_{name.upper().replace('-', '_')}": value.decode() if isinstance(value, bytes) else value
        for name, value in request.headers.items()
    }
    return {
        **headers,
        "REQUEST_METHOD": request.method,
        "SCRIPT_NAME": "",
        "PATH_INFO": url.path or "/",
        "QUERY_STRING": url.query,
        "SERVER_NAME": url.hostname,
        "SERVER_PORT": "80",
        "SERVER_PROTOCOL": "HTTP/1.1",
        "CONTENT_TYPE": headers.get("HTTP_CONTENT_TYPE", ""),
        "CONTENT_LENGTH": str(len(body)),
        "wsgi.url_scheme": "http",
        "wsgi.input": io.BytesIO(body),
        "wsgi.errors": sys.stderr,
        "wsgi.version": (1, 0),
        "wsgi.multithread": False,
        "wsgi.multiprocess": False,
        "wsgi.run_once": False,
    }


@contextmanager
def direct() -> Iterator[tuple[Direct, Iam]]:
    """The sandbox and the verbs, joined without a socket."""
    box, make = Direct(), boto.ConfiguredSession

    def joined(settings: Settings) -> Any:
        session: Any = make(settings)
        session.register("before-send", box.send)
        return session

    endpoints = (("iam", URL), ("sts", URL))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(boto, "ConfiguredSession", joined)
        yield box, Iam(Session(Settings("us-east-1", None, KEY, "secret", "token", endpoints, read_attempts=1)))
