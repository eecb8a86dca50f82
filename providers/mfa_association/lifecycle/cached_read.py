"""A read whose result is cached for ``MOST_AGE`` seconds, or until this process writes.

What it shows was true a moment ago, as with any read. What it does not show may be newer, so a cached result never
proves that something is missing.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import Generic, TypeVar

from mfa_association.aws.errors import AccessDenied
from mfa_association.lifecycle.ledger import Ledger

MOST_AGE = 60.0

T = TypeVar("T")
V = TypeVar("V")


@dataclass(frozen=True)
class _CacheEntry(Generic[T]):
    """The result of a read, and when the read began: by number, by the writes before it and by the clock."""

    number: int
    writes: int
    moment: float
    found: T | AccessDenied

    def value(self) -> T:
        if isinstance(self.found, AccessDenied):
            raise self.found from None
        return self.found


class CachedRead(Generic[T]):
    """One read at a time: other threads wait for it. A denial is kept like an answer, other errors are not."""

    def __init__(self, look: Callable[[], T], ledger: Ledger, monotonic: Callable[[], float]) -> None:
        self._look, self._ledger, self._monotonic = look, ledger, monotonic
        self._lock = threading.Lock()
        self._begun = 0
        self._kept: _CacheEntry[T] | None = None

    def get(self, *, fresh: bool = False, written: bool = False) -> T:
        """The result; ``fresh``: of a read that began after this call; ``written``: our own writes do not matter.

        Raises ``AwsError``.
        """
        return self._keep(self._begun + 1 if fresh else 0, written).value()

    def search(self, pick: Callable[[T], V | None]) -> V | None:
        """What ``pick`` finds in the shared result, else in a fresh one. Raises ``AwsError``."""
        asked = self._begun + 1
        kept = self._keep(0)
        picked = pick(kept.value())
        if picked is None and kept.number < asked:
            return pick(self._keep(asked).value())
        return picked

    def _keep(self, least: int, written: bool = False) -> _CacheEntry[T]:
        with self._lock:
            if self._kept is None or self._kept.number < least or self._is_over(self._kept, written):
                self._begun += 1
                self._kept = _CacheEntry(self._begun, self._ledger.writes, self._monotonic(), self._answer())
            return self._kept

    def _is_over(self, kept: _CacheEntry[T], written: bool) -> bool:
        is_old = self._monotonic() - kept.moment > MOST_AGE
        return is_old or not (written or kept.writes == self._ledger.writes)

    def _answer(self) -> T | AccessDenied:
        try:
            return self._look()
        except AccessDenied as fault:
            return fault
