"""A company in the sandbox, and a reader of it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import pytest

from mfa_association.aws.reader import Reader
from mfa_association.aws.session import open_session
from mfa_association.aws.settings import Settings
from mfa_association.lifecycle import Clock, Limits
from mfa_association.sandbox import Sandbox
from tests.support.in_process import answered_in_process
from tests.support.no_waiting import readers_do_not_sleep

ACCOUNT, MEMBER = "111122223333", "222233334444"
ADMIN = "ASIASANDBOXADMIN0000"
SINCE = "2025-01-31T12:00:00Z"
PHONE = f"arn:aws:iam::{ACCOUNT}:mfa/alice-phone"
SPARE = f"arn:aws:iam::{ACCOUNT}:mfa/spare"
KEY = f"arn:aws:iam::{ACCOUNT}:u2f/user/carol/yubikey-EXAMPLE"
TOKEN = "GAHT12345678"
ROOT_PHONE = f"arn:aws:iam::{MEMBER}:mfa/root-phone"

READS = ("Get", "List", "Generate", "AssumeRole", "AssumeRoot")


def phone(name: str) -> dict[str, Any]:
    """A virtual device in a seed."""
    return {"kind": "virtual", "name": name, "enable_date": SINCE}


SEED: dict[str, Any] = {
    "accounts": {
        ACCOUNT: {
            "users": {
                "alice": {"password": True, "devices": [phone("alice-phone")]},
                "bob": {"devices": [{"kind": "hardware", "serial": TOKEN, "enable_date": SINCE}]},
                "carol": {
                    "password": True,
                    "devices": [{"kind": "fido", "name": "yubikey", "id": "EXAMPLE", "enable_date": SINCE}],
                },
                "dave": {"password": True},
                "erin": {},
            },
            "devices": [{"kind": "virtual", "name": "spare"}],
            "roles": {"auditor": {}, "mfa-audit": {}},
        },
        MEMBER: {
            "roles": {name: {"trusts": [ACCOUNT]} for name in ("auditor", "mfa-audit")},
            "root": {"devices": [phone("root-phone")]},
            "users": {"mallory": {"devices": [phone("m")]}},
        },
    },
    "keys": {ADMIN: {"account": ACCOUNT, "role": "auditor"}},
}


def many(number: int, **more: Any) -> dict[str, Any]:
    """So many users with a virtual device each."""
    users = {f"user-{n:05}": {"password": True, "devices": [phone(f"phone-{n:05}")]} for n in range(number)}
    return {"accounts": {ACCOUNT: {"users": {**users, **more}}}, "keys": {ADMIN: {"account": ACCOUNT, "role": "ci"}}}


@dataclass
class Company:
    """A sandbox and how to read it; the clock of a reader jumps instead of sleeping."""

    box: Sandbox
    slept: float = 0.0

    def reader(self, deadline: float = 300.0, key: str = ADMIN) -> Reader:
        """A reader of the account of a key."""
        settings = Settings(
            region="us-east-1",
            access_key=key,
            secret_key="secret",
            endpoints=(("iam", self.box.url), ("sts", self.box.url)),
        )
        return Reader(settings, Limits(retry_deadline=deadline), self.clock)

    @property
    def clock(self) -> Clock:
        """Time that passes by sleeping alone."""
        return Clock(monotonic=lambda: self.slept, sleep=self._sleep, random=lambda: 1.0)

    def _sleep(self, seconds: float) -> None:
        self.slept += seconds

    def deny(self, *actions: str) -> None:
        """Deny the auditor some actions."""
        key = {"account": ACCOUNT, "role": "auditor", "deny": [f"iam:{action}" for action in actions]}
        self.box.add({"keys": {ADMIN: key}})

    def enable(self, user: str, serial: str) -> None:
        """Enable a device as its user would."""
        first, second = self.box.codes(serial)
        self.box.client().enable_mfa_device(
            UserName=user, SerialNumber=serial, AuthenticationCode1=first, AuthenticationCode2=second
        )

    def deactivate(self, user: str, serial: str) -> None:
        """Deactivate a device outside of everything."""
        self.box.client().deactivate_mfa_device(UserName=user, SerialNumber=serial)

    def only_reads(self) -> bool:
        """Whether nothing was called that could change anything."""
        return all(call.action.startswith(READS) for call in self.box.log())


def company(seed: Mapping[str, Any] = SEED) -> Iterator[Company]:
    """A company for one test."""
    with (
        Sandbox(seed) as box,
        answered_in_process(box),
        readers_do_not_sleep(),
        pytest.MonkeyPatch.context() as environment,
    ):
        for name in ("AWS_PROFILE", "AWS_SESSION_TOKEN", "AWS_DEFAULT_REGION", "AWS_REGION"):
            environment.delenv(name, raising=False)
        environment.setenv("AWS_ENDPOINT_URL", box.url)
        environment.setenv("AWS_ACCESS_KEY_ID", ADMIN)
        environment.setenv("AWS_SECRET_ACCESS_KEY", "secret")
        open_session.cache_clear()
        yield Company(box)


@pytest.fixture
def firm() -> Iterator[Company]:
    """A fresh company for every test."""
    yield from company()
