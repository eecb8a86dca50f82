"""One test's stage: an account of its own in the sandbox, a clock that only jumps, and everything that was said."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta, timezone
from typing import Any

import pytest

from mfa_association.aws.iam import Iam
from mfa_association.aws.session import Session
from mfa_association.aws.settings import Settings
from mfa_association.lifecycle import AccountContext, Association, Clock, Declaration, Ledger, Limits
from mfa_association.sandbox import Sandbox
from mfa_association.validation import parse_serial_number
from tests.support.in_process import answered_in_process

WRITES = ("EnableMFADevice", "DeactivateMFADevice")
OLD = "2025-01-31T12:00:00Z"
_numbers = itertools.count(111_122_220_001)


class Time:
    """A clock that stands still but for sleeping, and does what was set for a second when it gets there."""

    def __init__(self) -> None:
        self.spent = 0.0
        self.slept: list[float] = []
        self._events: list[tuple[float, Callable[[], object]]] = []

    def at(self, second: float, event: Callable[[], object]) -> None:
        """Let something happen once so many seconds were slept."""
        self._events.append((second, event))

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.spent += seconds
        due = [event for event in self._events if event[0] <= self.spent]
        self._events = [event for event in self._events if event[0] > self.spent]
        for _, event in due:
            event()

    def clock(self) -> Clock:
        return Clock(
            monotonic=lambda: self.spent,
            sleep=self.sleep,
            random=lambda: 1.0,
            now=lambda: datetime.now(timezone.utc) + timedelta(seconds=self.spent),
        )


@dataclass
class Stage:
    """A fresh account, its key, and what a run says."""

    box: Sandbox
    account: str = field(default_factory=lambda: str(next(_numbers)))
    time: Time = field(default_factory=Time)
    warnings: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    @property
    def key(self) -> str:
        return f"ASIA{self.account}"

    def plant(self, **account: Any) -> None:
        """Users and devices of this account, in the seed file's format."""
        self.box.add({"accounts": {self.account: account}, "keys": {self.key: {"account": self.account, "role": "ci"}}})

    def deny(self, *actions: str) -> None:
        """Deny this account's key some actions."""
        key = {"account": self.account, "role": "ci", "deny": [f"iam:{action}" for action in actions]}
        self.box.add({"keys": {self.key: key}})

    def be_user(self, name: str) -> str:
        """A long-term key of a user of this account."""
        key = f"AKIA{self.account}"
        self.box.add({"keys": {key: {"account": self.account, "user": name}}})
        return key

    def iam(self, key: str | None = None) -> Iam:
        key = key or self.key
        token = None if key.startswith("AKIA") else "token"
        endpoints = tuple((service, self.box.url) for service in ("iam", "secretsmanager", "ssm", "sts"))
        return Iam(Session(Settings("us-east-1", None, key, "secret", token, endpoints, read_attempts=1)))

    def run(
        self, key: str | None = None, *, iam: Any = None, ledger: Ledger | None = None, **limits: Any
    ) -> AccountContext:
        return AccountContext(
            iam or self.iam(key),
            ledger=ledger or Ledger(),
            limits=Limits(**limits),
            clock=self.time.clock(),
            warn=self.warnings.append,
            note=self.notes.append,
        )

    def arn(self, name: str = "alice-phone") -> str:
        return f"arn:aws:iam::{self.account}:mfa/{name}"

    def wanted(self, serial: str | None = None, user: str = "alice", **settings: Any) -> Declaration:
        return Declaration(user, parse_serial_number(serial or self.arn()), **settings)

    def saved(self, serial: str | None = None, user: str = "alice", **known: Any) -> Association:
        serial = serial or self.arn()
        known.setdefault("active", True)
        return Association(user, parse_serial_number(serial), account_id=self.account, **known)

    def codes(self, serial: str | None = None) -> tuple[str, str]:
        return self.box.codes(serial or self.arn())

    def holders(self) -> dict[str, list[str]]:
        """AWS's truth."""
        return self.box.holders(self.account)

    def calls(self) -> dict[str, int]:
        return dict(self.box.calls())

    def writes(self) -> list[str]:
        return [call.action for call in self.box.log() if call.action in WRITES]

    def admin(self) -> Any:
        """A plain client of this account, for what happens outside the code."""
        return self.box.client("iam", self.key)

    def user_id(self, name: str = "alice") -> str:
        return str(self.admin().get_user(UserName=name)["User"]["UserId"])

    def start_counting(self) -> None:
        self.box.reset_calls()

    def fault(self, action: str, **how: Any) -> None:
        self.box.fault(action, **how)


def let_time_pass(run: AccountContext, stage: Stage) -> None:
    """Let AWS's clock run with the test's own."""
    sleep = run.clock.sleep

    def passing(seconds: float) -> None:
        sleep(seconds)
        stage.box.skew(stage.time.spent)

    run.clock = replace(run.clock, sleep=passing)


def virtual(name: str = "alice-phone", **more: Any) -> dict[str, Any]:
    return {"kind": "virtual", "name": name, **more}


def hardware(serial: str = "GAHT12345678", **more: Any) -> dict[str, Any]:
    return {"kind": "hardware", "serial": serial, **more}


def user(*devices: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"devices": list(devices), **more}


def one_sandbox() -> Iterator[Sandbox]:
    """A sandbox for many tests."""
    with Sandbox() as sandbox, answered_in_process(sandbox):
        yield sandbox


def staged(box: Sandbox) -> Iterator[Stage]:
    """A stage that leaves no trouble behind."""
    box.reset_calls()
    yield Stage(box)
    box.clear_faults()
    box.lag(0)
    box.skew(0)


def failure(attempt: Callable[[], object], kind: type[Exception]) -> str:
    """The sentence of the error that an attempt must raise."""
    with pytest.raises(kind) as caught:
        attempt()
    assert type(caught.value) is kind
    return str(caught.value)


def quietly(attempt: Callable[[], object], kind: type[Exception]) -> None:
    """Let an attempt fail in the way that it may."""
    with suppress(kind):
        attempt()
