"""One account of the sandbox without a socket: botocore signs, sends and parses as ever, but to a WSGI application."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from moto.iam.models import iam_backends

from mfa_association.aws import boto
from mfa_association.aws.iam import Iam
from mfa_association.aws.session import Session
from mfa_association.aws.settings import Settings
from mfa_association.sandbox.accounts import Account
from mfa_association.sandbox.app import Application
from tests.support.in_process import answer_of

ACCOUNT = "111122223333"
KEY = "ASIAEXAMPLESTATEFUL0"
URL = "http://sandbox.invalid"


class Direct:
    """A sandbox that is called directly, its account emptied for every example."""

    def __init__(self) -> None:
        self.app = Application()

    def send(self, request: Any, **_: Any) -> Any:
        """botocore's ``before-send`` hook: an answer instead of a connection."""
        return answer_of(self.app, request)

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
