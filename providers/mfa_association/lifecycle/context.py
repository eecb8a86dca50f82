"""One run of an engine against one account: the verbs, the clock, the limits, and where warnings go."""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime, timezone
from functools import partial
from typing import TypeVar

from mfa_association.aws.errors import AccessDenied, AwsError, Throttling
from mfa_association.aws.iam import Device, Iam
from mfa_association.lifecycle.directory import DeviceLookup
from mfa_association.lifecycle.ledger import Ledger
from mfa_association.lifecycle.machine import boot_clock
from mfa_association.lifecycle.model import Association, Declaration, Pair
from mfa_association.lifecycle.refusals import UserBusy, WrongAccount
from mfa_association.validation import parse_serial_number

LONG_WAIT = 5.0
"""Seconds after which a run says that it waits for another one."""

T = TypeVar("T")


@dataclass(frozen=True)
class Clock:
    """Time and chance, so that tests can own them. Seconds."""

    monotonic: Callable[[], float] = boot_clock
    sleep: Callable[[float], None] = time.sleep
    random: Callable[[], float] = random.random
    now: Callable[[], datetime] = lambda: datetime.now(timezone.utc)


@dataclass(frozen=True)
class Limits:
    """``retry_deadline``: seconds for retryable errors. ``propagation``: seconds for IAM to show what is new."""

    retry_deadline: float = 300.0
    propagation: float = 15.0
    max_removals: int | None = None


def _silent(message: str) -> None:
    """Drop a message."""


def _is_throttled(fault: AwsError) -> bool:
    return isinstance(fault, Throttling)


@dataclass
class AccountContext:
    """Everything the lifecycle needs, for one account. Shared between an engine's threads."""

    iam: Iam
    ledger: Ledger = field(default_factory=Ledger)
    limits: Limits = field(default_factory=Limits)
    clock: Clock = field(default_factory=Clock)
    warn: Callable[[str], None] = _silent
    note: Callable[[str], None] = _silent

    def __post_init__(self) -> None:
        walk = partial(self.read, self.iam.list_virtual_mfa_devices)
        self.directory = DeviceLookup(self.devices, walk, self.ledger, self.clock.monotonic)

    def account_for(self, serial_number: str, saved: str | None = None) -> str:
        """The account of the credentials, which must be the device's own. Raises ``WrongAccount``."""
        found = self.read(lambda: self.iam.caller).account_id
        wanted = saved or parse_serial_number(serial_number).account_id or found
        if wanted != found:
            raise WrongAccount(serial_number, wanted, found)
        return found

    @contextmanager
    def lock_users(self, account_id: str, *user_names: str) -> Iterator[None]:
        """Let nobody else on this machine look at, guard or change these users meanwhile. Raises ``UserBusy``."""
        with self.ledger.lock_users(account_id, *user_names, wait=self._wait, warn=self.warn):
            yield

    @contextmanager
    def declaring(self, wanted: Declaration, saved: Association | None = None) -> Iterator[Pair]:
        """Check the account and hold the declared user (and the saved one); what fails in the block is noted as failed.

        Noted before anything can fail, and again before the user's lock is let go. Yields the pair in its account.
        """
        users = {wanted.user_name, saved.user_name if saved else wanted.user_name}
        with self.ledger.declaring(wanted.pair):
            account_id = self.account_for(wanted.serial_number, saved.account_id if saved else None)
            pair = replace(wanted.pair, account_id=account_id)
            with self.lock_users(account_id, *users), self.ledger.declaring(pair):
                yield pair

    def _wait(self, attempt: Callable[[], bool], user_name: str) -> None:
        started, told = self.clock.monotonic(), False
        while not attempt():
            spent = self.clock.monotonic() - started
            if spent >= self.limits.retry_deadline:
                raise UserBusy(user_name, spent)
            if spent >= LONG_WAIT and not told:
                told = True
                self.note(f"another run is changing {user_name}: waiting for it")
            self.clock.sleep(0.05 + 0.2 * self.clock.random())

    def user_id(self, user_name: str, *, bulk: bool) -> str | None:
        """A user's unique id: from the one walk if ``bulk`` and it tells, else GetUser; None where neither does."""
        try:
            told = self.directory.user_id(user_name) if bulk else None
            return told or self.read(lambda: self.iam.user_id(user_name))
        except AccessDenied:
            self.warn(
                f"the unique id of {user_name} could not be read (AccessDenied), so a rename will not be noticed: "
                "allow iam:GetUser"
            )
        except AwsError:
            pass
        return None

    def pauses(self) -> Iterator[float]:
        """Seconds to wait between tries: doubling, jittered, at most 20."""
        base = 0.5
        while True:
            yield base * (0.5 + self.clock.random() / 2)
            base = min(2 * base, 20.0)

    def devices(self, user_name: str) -> list[Device]:
        """What a user holds by now. ``NoSuchEntity``: no such user."""
        return self.read(lambda: self.iam.list_mfa_devices(user_name))

    def write(self, call: Callable[[], None]) -> None:
        """Make a write. Every shared look is out of date afterwards, unless AWS plainly refused it."""
        try:
            call()
        except AwsError as fault:
            if fault.unclear:
                self.ledger.invalidate_caches()
            raise
        self.ledger.invalidate_caches()

    def read(self, look: Callable[[], T], is_retryable: Callable[[AwsError], bool] = _is_throttled) -> T:
        """Look; again after an error that ``is_retryable``, until the retry deadline. botocore gives up on throttling soon."""
        started = self.clock.monotonic()
        pauses = self.pauses()
        while True:
            try:
                return look()
            except AwsError as fault:
                if not is_retryable(fault):
                    raise
                spent = self.clock.monotonic() - started
                left = self.limits.retry_deadline - spent
                if left <= 0:
                    raise fault.with_note(f"tried for {spent:.0f} s") from None
            self.clock.sleep(min(next(pauses), left))

    def poll(self, look: Callable[[], T | None], seconds: float) -> T | None:
        """Look until something is there or the time is over."""
        started = self.clock.monotonic()
        for pause in self.pauses():
            found = look()
            left = seconds - (self.clock.monotonic() - started)
            if found is not None or left <= 0:
                return found
            self.clock.sleep(min(pause, left))
        return None

    def write_until_confirmed(
        self, write: Callable[[], None], done: Callable[[], bool], also_retry: type[AwsError] | None = None
    ) -> AwsError | None:
        """Make a write until it is answered; whatever else happens, look before trying again (rule 4).

        ``done`` says whether the write's effect is there. ``also_retry`` is one more error that passes with IAM's
        propagation. Returns the error after which the effect was seen, None after a plain success.
        """
        since: dict[bool, float] = {}
        for pause in self.pauses():
            try:
                self.write(write)
                return None
            except AwsError as fault:
                waiting = bool(also_retry) and isinstance(fault, also_retry or ())
                if not (fault.retryable or waiting):
                    raise
                if _already_done(done):
                    return fault
                now = self.clock.monotonic()
                spent = now - since.setdefault(waiting, now)
                left = (self.limits.propagation if waiting else self.limits.retry_deadline) - spent
                if left <= 0:
                    raise fault.with_note(f"tried for {spent:.0f} s") from None
            self.clock.sleep(min(pause, left))
        return None


def _already_done(done: Callable[[], bool]) -> bool:
    try:
        return done()
    except AwsError as fault:
        if fault.retryable:
            return False
        raise
