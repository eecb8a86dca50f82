"""Reads of one account: patient with throttling, in parallel, and never twice for the same thing."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from functools import partial
from threading import Event
from typing import TypeVar

from mfa_association.aws.directory import AccountLists, CredentialReport, Page
from mfa_association.aws.errors import AccessDenied, AwsError, NoSuchEntity, RootFeatureDisabled, Unreachable
from mfa_association.aws.iam import Iam
from mfa_association.aws.retry import Clock, Retries, RetryLimits
from mfa_association.aws.session import open_session
from mfa_association.aws.settings import Settings
from mfa_association.errors import MfaError

T = TypeVar("T")
K = TypeVar("K")

WORKERS = 8
_CHUNK = 8 * WORKERS
REPORT_TIME = 60.0
"""Seconds to wait for a credential report."""


def silent(what: str, done: int, total: int | None) -> None:
    """Show no progress."""


class Interrupted(MfaError):
    """You pressed Ctrl-C while an account was read."""

    def __init__(self) -> None:
        super().__init__("reading the account: interrupted; nothing was written, run again")


class Reader:
    """One account's reads. ``progress`` is told what is being read, how much of it is, and of how much if known.

    Every attempt is counted here, none by botocore, so that Ctrl-C and a deadline are kept in between.
    ``stop``: once it is set, every further read raises ``Interrupted``.
    """

    def __init__(
        self,
        settings: Settings,
        limits: RetryLimits | None = None,
        clock: Clock | None = None,
        progress: Callable[[str, int, int | None], None] = silent,
        stop: Event | None = None,
    ) -> None:
        settings = replace(settings, read_attempts=1)
        session = open_session(settings)
        self.settings, self.iam, self.directory, self.progress = settings, Iam(session), AccountLists(session), progress
        self._retries = Retries(limits or RetryLimits(), clock or Clock())
        self.unread: list[str] = []
        self._stop = stop or Event()
        self._heard = False

    @property
    def account_id(self) -> str:
        """The account of the credentials (one GetCallerIdentity). Raises ``AwsError`` or ``AccountRefused``."""
        return self.with_retries(lambda: self.iam.caller).account_id

    def with_retries(self, read: Callable[[], T]) -> T:
        """Read, again after a retryable error, until the retry deadline. Raises ``AwsError`` or ``Interrupted``.

        An endpoint that never answered is not waited for: its address is wrong, or there is no network.
        """

        def look() -> T:
            if self._stop.is_set():
                raise Interrupted
            answer = read()
            self._heard = True
            return answer

        return self._retries.read(look, self._is_retryable)

    def _is_retryable(self, fault: AwsError) -> bool:
        return fault.retryable and (self._heard or not isinstance(fault, Unreachable))

    def wait(self, ready: Callable[[], bool], seconds: float) -> bool:
        """Ask until the answer is yes or the time is over."""
        return bool(self._retries.poll(lambda: self.with_retries(ready) or None, seconds))

    def pages(self, what: str, read: Callable[[str | None], Page[T]]) -> list[T] | None:
        """All items of a list, a page at a time; None where it is denied, which ``unread`` then says."""
        try:
            return self.all_pages(what, read)
        except AccessDenied as fault:
            self.unread.append(str(fault))
            return None

    def all_pages(self, what: str, read: Callable[[str | None], Page[T]]) -> list[T]:
        """The same, but raises ``AccessDenied``."""
        items: list[T] = []
        for page in self._pages(read):
            items += page.items
            self.progress(what, len(items), None)
        return items

    def _pages(self, read: Callable[[str | None], Page[T]]) -> Iterator[Page[T]]:
        marker: str | None = None
        while True:
            page = self.with_retries(partial(read, marker))
            yield page
            marker = page.marker
            if marker is None:
                return

    def each(self, what: str, things: Iterable[K], read: Callable[[K], T]) -> Iterator[tuple[K, T | AwsError]]:
        """Read something of each thing, in parallel, in their order; a denied or missing one yields its error.

        Stopping early leaves the rest unread.
        """
        queue = list(things)
        with ThreadPoolExecutor(WORKERS) as pool:
            for start in range(0, len(queue), _CHUNK):
                chunk = queue[start : start + _CHUNK]
                try:
                    yield from zip(chunk, pool.map(lambda thing: self._one(read, thing), chunk), strict=True)
                except KeyboardInterrupt:
                    self._stop.set()
                    raise
                self.progress(what, start + len(chunk), len(queue))

    def _one(self, read: Callable[[K], T], thing: K) -> T | AwsError:
        try:
            return self.with_retries(lambda: read(thing))
        except (AccessDenied, NoSuchEntity, RootFeatureDisabled, Unreachable) as fault:
            return fault

    def denied(self, faults: list[AwsError], of: str) -> None:
        """Keep one sentence for any number of like denials."""
        if faults:
            self.unread.append(all_alike(faults, of))


def all_alike(faults: Sequence[AwsError], of: str) -> str:
    """One sentence for any number of like faults."""
    more = f" (the same for {len(faults)} {of} in all)" if len(faults) > 1 else ""
    return f"{faults[0]}{more}"


def credential_report(reader: Reader, seconds: float = REPORT_TIME) -> CredentialReport | None:
    """Console password and MFA of all users in two calls, as of up to four hours ago; made if there is none.

    None if it is not there in time. Raises ``AwsError``.
    """
    is_there = reader.wait(reader.directory.start_report, seconds)
    return reader.with_retries(reader.directory.report) if is_there else None
