"""One cell at a time: what AWS says, or why it was not checked. A denial never becomes a "no"."""

from __future__ import annotations

from collections.abc import Callable
from threading import Lock
from typing import Generic, TypeVar

from mfa_association.aws.directory import Page
from mfa_association.aws.errors import (
    AccessDenied,
    AwsError,
    BadCredentials,
    BadSettings,
    ExpiredCredentials,
    LostAnswer,
    NoCredentials,
    NoSuchEntity,
    PolicyNotEvaluated,
    RootFeatureDisabled,
    ServiceFailure,
    Throttling,
    Unreachable,
)
from mfa_association.aws.reader import Interrupted, Reader
from mfa_association.aws.session import AccountRefused, NoRootUser
from mfa_association.errors import MfaError
from mfa_association.lifecycle import Clock
from mfa_association.review.facts import NotChecked
from mfa_association.validation import InvalidValue

T = TypeVar("T")
K = TypeVar("K")
M = TypeVar("M")

_WORDS: tuple[tuple[type[MfaError], str], ...] = (
    (NoCredentials, "no credentials"),
    (ExpiredCredentials, "expired credentials"),
    (BadCredentials, "credentials not accepted"),
    (BadSettings, "AWS configuration cannot be used"),
    (Throttling, "throttled"),
    (Unreachable, "unreachable"),
    (LostAnswer, "answer lost"),
    (ServiceFailure, "IAM could not answer"),
    (RootFeatureDisabled, "root credentials are not managed centrally"),
    (PolicyNotEvaluated, "policy could not be evaluated"),
    (AccountRefused, "account not allowed by the configuration"),
    (NoRootUser, "no root user in this partition"),
    (InvalidValue, "not a name that IAM knows"),
)
_UNKNOWN = "AWS answered with an unknown error"
_OF_STS = ("AssumeRole", "AssumeRoot", "GetCallerIdentity")


def reason(fault: MfaError) -> str:
    """Why a cell is empty, in a few words, by the type of the error; never AWS's own text."""
    if isinstance(fault, (AccessDenied, NoSuchEntity)):
        operation = fault.operation.partition(" ")[0]
        service = "sts" if operation.startswith(_OF_STS) else "iam"
        return f"{'denied' if isinstance(fault, AccessDenied) else 'not found'}: {service}:{operation}"
    return next((words for kind, words in _WORDS if isinstance(fault, kind)), _UNKNOWN)


class LiveReads:
    """The reads of one review, within ``seconds`` in all: what comes later is not checked."""

    def __init__(self, reader: Reader, clock: Clock, seconds: float) -> None:
        self.reader = reader
        self._clock, self._seconds, self._end = clock, seconds, clock.monotonic() + seconds

    def read(self, read: Callable[[], T], missing: M | None = None) -> T | M | NotChecked:
        """What a call answers, patiently; ``missing``, if given, where IAM knows no such thing."""
        return self.attempt(lambda: self.reader.with_retries(read), missing)

    def attempt(self, read: Callable[[], T], missing: M | None = None) -> T | M | NotChecked:
        """The same for what is patient itself. Raises ``Interrupted`` alone."""
        if self._clock.monotonic() >= self._end:
            return NotChecked(f"no time left after {self._seconds:.0f} s")
        try:
            return read()
        except Interrupted:
            raise
        except NoSuchEntity as fault:
            return NotChecked(reason(fault)) if missing is None else missing
        except (AwsError, AccountRefused, NoRootUser, InvalidValue) as fault:
            return NotChecked(reason(fault))

    def pages(self, what: str, read: Callable[[str | None], Page[T]], action: str) -> list[T] | NotChecked:
        """All items of a list; ``what`` is told as progress, ``action`` is IAM's name of the call."""
        pages = self.attempt(lambda: self.reader.pages(what, read))
        return NotChecked(f"denied: iam:{action}") if pages is None else pages


class MemoizedRead(Generic[K, T]):
    """What is read once though many users share it, such as a group. Safe between threads."""

    def __init__(self, read: Callable[[K], T]) -> None:
        self._read, self._lock = read, Lock()
        self._locks: dict[K, Lock] = {}
        self._known: dict[K, T] = {}

    def __call__(self, key: K) -> T:
        with self._lock:
            lock = self._locks.setdefault(key, Lock())
        with lock:
            if key not in self._known:
                self._known[key] = self._read(key)
            return self._known[key]
