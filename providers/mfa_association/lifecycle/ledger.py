"""What this process has declared and removed, and the locks that put one user's changes in a row.

It lives in memory only. An engine that renames a resource creates the new one and deletes the old one in the same
provider process, so the ledger is enough to keep a device that is declared again.
"""

from __future__ import annotations

import threading
from collections import defaultdict
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import Literal

from mfa_association.grammar import same
from mfa_association.lifecycle.refusals import TooManyRemovals

Declared = Literal["no", "failed", "yes"]


class Ledger:
    """One per process, shared by all its accounts. Safe to share between threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._users: defaultdict[tuple[str, str], threading.Lock] = defaultdict(threading.Lock)
        self._declared: dict[tuple[str, str], tuple[Declared, str]] = {}
        self._removed: set[tuple[str, str, str]] = set()
        self._removals = 0
        self._writes = 0

    @property
    def writes(self) -> int:
        """How many writes this process has made; a look that began before the last one is out of date."""
        return self._writes

    def wrote(self) -> None:
        """Count a write, whatever became of it."""
        with self._lock:
            self._writes += 1

    @contextmanager
    def holding(self, account_id: str, *user_names: str) -> Iterator[None]:
        """Let nobody else look at, guard or change these users meanwhile."""
        with self._lock:
            locks = [self._users[account_id, name] for name in sorted({name.lower() for name in user_names})]
        with ExitStack() as stack:
            for lock in locks:
                stack.enter_context(lock)
            yield

    @contextmanager
    def declaring(self, account_id: str, serial_number: str, user_name: str) -> Iterator[None]:
        """Note that this run declares the device for this user: as ``failed`` until the block ends well."""
        key = (account_id, serial_number.lower())
        self._declared[key] = ("failed", user_name)
        yield
        self._declared[key] = ("yes", user_name)

    def declared(self, account_id: str, serial_number: str, user_name: str) -> Declared:
        """Whether this run declared the device for this user; ``failed``: for whomever, but that did not go well."""
        declared, holder = self._declared.get((account_id, serial_number.lower()), ("no", user_name))
        return declared if declared == "failed" or same(holder, user_name) else "no"

    @contextmanager
    def removing(self, account_id: str, user_name: str, serial_number: str, limit: int | None) -> Iterator[None]:
        """Count one real deactivation, unless the block fails. Raises ``TooManyRemovals`` before it begins."""
        with self._lock:
            if limit is not None and self._removals >= limit:
                raise TooManyRemovals(user_name, serial_number, limit)
            self._removals += 1
        try:
            yield
        except BaseException:
            with self._lock:
                self._removals -= 1
            raise
        self._removed.add((account_id, user_name.lower(), serial_number.lower()))

    def removed(self, account_id: str, user_name: str, serial_number: str) -> bool:
        """Whether this process took the device from the user, even if IAM's lists still show it."""
        return (account_id, user_name.lower(), serial_number.lower()) in self._removed

    def restored(self, account_id: str, user_name: str, serial_number: str) -> None:
        """Forget a removal: the user holds the device again."""
        self._removed.discard((account_id, user_name.lower(), serial_number.lower()))
