"""What one operation of an engine declared, bound and removed, and the locks that put one user's changes in a row.

Between processes there are only the lock files (machine.py).
"""

from __future__ import annotations

import threading
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager
from functools import partial
from typing import Protocol

from mfa_association.aws.retry import boot_clock
from mfa_association.lifecycle.declarations import Declarations, Key, key_of
from mfa_association.lifecycle.machine import LockFile, LockFiles, hidden, recent
from mfa_association.lifecycle.model import Pair
from mfa_association.lifecycle.refusals import TooManyRemovals


class Wait(Protocol):
    """Tries until it gets the lock of a user. Raises ``UserBusy``."""

    def __call__(self, attempt: Callable[[], bool], user_name: str) -> None: ...


class Ledger(Declarations):
    """One per provider process. Safe to share between threads. Without ``files`` other processes know nothing of it."""

    def __init__(self, files: LockFiles | None = None, monotonic: Callable[[], float] = boot_clock) -> None:
        super().__init__()
        self._files, self._monotonic = files, monotonic
        self._warn: Callable[[str], object] = str
        self._users: defaultdict[str, threading.Lock] = defaultdict(threading.Lock)
        self._open: dict[str, LockFile] = {}
        self._removed: defaultdict[str, dict[str, float]] = defaultdict(dict)
        self._bound: set[Key] = set()
        self._removals = 0
        self._writes = 0

    @property
    def writes(self) -> int:
        """How many writes this process has made; a read that began before the last one is out of date."""
        return self._writes

    def invalidate_caches(self) -> None:
        """Count a write that took effect, or may have."""
        with self._lock:
            self._writes += 1

    @contextmanager
    def lock_users(self, account_id: str, *user_names: str, wait: Wait, warn: Callable[[str], None]) -> Iterator[None]:
        """Keep all other runs on this machine from reading, guarding or changing these users. Raises ``UserBusy``.

        The locks of the process come first, then the files, both sorted, so that no two runs wait for each other.
        """
        users = {hidden(account_id, name): name for name in user_names}
        with self._lock:
            self._warn = warn
            locks = [self._users[user] for user in sorted(users)]
        with ExitStack() as stack:
            for lock in locks:
                stack.enter_context(lock)
            for user in sorted(users):
                with self._without_files(warn):
                    self._take_file(stack, user, partial(wait, user_name=users[user]))
            yield

    def _take_file(self, stack: ExitStack, user: str, wait: Callable[[Callable[[], bool]], None]) -> None:
        files = self._files  # another thread may give them up meanwhile
        if files is None:
            return
        file = stack.enter_context(closing(files.open(user)))
        wait(file.take)
        self._removed[user] = file.read(self._monotonic())
        self._open[user] = file
        stack.callback(self._open.pop, user, None)

    @contextmanager
    def _without_files(self, warn: Callable[[str], object]) -> Iterator[None]:
        """Where the lock files cannot be used (read-only, no locks, Windows, somebody else's): say so once, go on."""
        try:
            yield
        except (OSError, ImportError) as fault:
            with self._lock:
                files, self._files = self._files, None
            if files:
                warn(
                    f"this run does not wait for other runs on this machine: the lock files cannot be used ({fault}); do not "
                    "change one user in two runs at once"
                )

    @contextmanager
    def removing(self, pair: Pair, limit: int | None) -> Iterator[None]:
        """Count one real deactivation, unless the block fails. Raises ``TooManyRemovals`` before it begins.

        The lock file has it before the call, so that no kill can come between. The caller has the user's lock.
        """
        with self._lock:
            if limit is not None and self._removals >= limit:
                raise TooManyRemovals(pair.user_name, pair.serial_number, limit)
            self._removals += 1
        before = self._recent(pair)
        after = {**before, hidden(pair.serial_number.text): self._monotonic()}
        self._write(pair, after)
        try:
            yield
        except BaseException:
            with self._lock:
                self._removals -= 1
            self._write(pair, before)
            raise
        self._removed[_user(pair)] = after
        with self._lock:
            self._bound.discard(key_of(pair))

    def removed(self, pair: Pair) -> bool:
        """Whether the device was taken from the user in the last two minutes, even if IAM's lists still show it."""
        return self.seconds_since_removal(pair) is not None

    def seconds_since_removal(self, pair: Pair) -> float | None:
        """How long ago the device was taken from the user; None if not in the last two minutes."""
        moment = self._recent(pair).get(hidden(pair.serial_number.text))
        return None if moment is None else self._monotonic() - moment

    def restored(self, pair: Pair) -> None:
        """Note that this process gave the user the device, even if IAM's lists do not show it yet."""
        before = self._recent(pair)
        after = {device: moment for device, moment in before.items() if device != hidden(pair.serial_number.text)}
        if after != before:
            self._write(pair, after)
        self._removed[_user(pair)] = after
        with self._lock:
            self._bound.add(key_of(pair))

    def is_bound(self, pair: Pair) -> bool:
        """Whether this process gave the user the device, by a write."""
        return key_of(pair) in self._bound

    def bound(self, account_id: str, user_name: str) -> list[str]:
        """The serial numbers of the devices that this process gave the user."""
        with self._lock:
            bound = tuple(self._bound)
        return [serial for serial, holder, account in bound if (account, holder) == (account_id, user_name.lower())]

    def _recent(self, pair: Pair) -> dict[str, float]:
        return recent(self._removed[_user(pair)], self._monotonic())

    def _write(self, pair: Pair, removed: dict[str, float]) -> None:
        file = self._open.get(_user(pair))
        if file:
            with self._without_files(self._warn):
                file.write(removed)


def _user(pair: Pair) -> str:
    return hidden(str(pair.account_id), pair.user_name)
