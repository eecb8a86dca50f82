"""What was called: counts, and a log that never holds a code or a seed."""

from __future__ import annotations

from collections import Counter
from dataclasses import asdict, dataclass
from threading import Lock
from typing import Any


@dataclass(frozen=True)
class Call:
    """One call that arrived. `error` is the code it was answered with, `Dropped` for a lost answer, or None."""

    action: str
    account: str | None
    user: str | None
    serial: str | None
    caller: str | None
    user_agent: str
    error: str | None = None


class Journal:
    """All calls since the last reset."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._counts: Counter[str] = Counter()
        self._calls: list[Call] = []

    def arrived(self, action: str) -> None:
        """Count a call, whatever becomes of it."""
        with self._lock:
            self._counts[action] += 1

    def answered(self, call: Call) -> None:
        """Log a call with its outcome."""
        with self._lock:
            self._calls.append(call)

    def counts(self) -> dict[str, int]:
        """Calls by action."""
        with self._lock:
            return dict(self._counts)

    def calls(self) -> list[dict[str, Any]]:
        """The log, oldest first."""
        with self._lock:
            return [asdict(call) for call in self._calls]

    def reset(self) -> None:
        """Forget all calls."""
        with self._lock:
            self._counts.clear()
            self._calls.clear()
