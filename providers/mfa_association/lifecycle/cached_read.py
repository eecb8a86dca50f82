"""A look that many have in common.

It serves for ``MOST_AGE`` seconds and until this process writes. What it shows was so a moment ago, as with any look.
What it does not show may be younger than it, so nothing is said to be missing by an old one.
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
    """What a look brought, and when it began: by number, by the writes before it and by the clock."""

    number: int
    writes: int
    moment: float
    found: T | AccessDenied

    def value(self) -> T:
        if isinstance(self.found, AccessDenied):
            raise self.found from None
        return self.found


class CachedRead(Generic[T]):
    """One look at a time; who asks meanwhile waits for it. A denial is kept like an answer, other errors are not."""

    def __init__(self, look: Callable[[], T], ledger: Ledger, monotonic: Callable[[], float]) -> None:
        self._look, self._ledger, self._monotonic = look, ledger, monotonic
        self._lock = threading.Lock()
        self._begun = 0
        self._kept: _CacheEntry[T] | None = None

    def get(self, *, fresh: bool = False, written: bool = False) -> T:
        """What was found; ``fresh``: by a look that began after this question; ``written``: writes do not matter.

        Raises ``AwsError``.
        """
        return self._keep(self._begun + 1 if fresh else 0, written).value()

    def search(self, pick: Callable[[T], V | None]) -> V | None:
        """What ``pick`` finds in the shared look, or else in a fresh one. Raises ``AwsError``."""
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
