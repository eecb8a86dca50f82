"""What one operation of an engine declared, bound and removed, and the locks that put one user's changes in a row.

Declarations stay in the process: an engine sends *Check* for all that a program declares before it deletes anything, to
the process that deletes (Pulumi; Terraform through Pulumi's bridge). Read, Diff and plans declare nothing: they come
for removed lines too. Between processes there are only the lock files (machine.py).
"""

from __future__ import annotations

import threading
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass, replace
from functools import partial
from typing import Literal, Protocol

from mfa_association.errors import MfaError
from mfa_association.lifecycle.machine import LockFile, LockFiles, boot_clock, hidden, recent
from mfa_association.lifecycle.model import Association, Pair
from mfa_association.lifecycle.refusals import TooManyRemovals
from mfa_association.validation import same

Stage = Literal["no", "checked", "settled", "failed"]


class Wait(Protocol):
    """Tries until it gets the lock of a user. Raises ``UserBusy``."""

    def __call__(self, attempt: Callable[[], bool], user_name: str) -> None: ...


@dataclass(frozen=True)
class Entry:
    """What became of a declared pair.

    ``reason``: why it failed. ``found``: as what it settled. ``enabled``: a create enabled it, it was not adopted.
    """

    pair: Pair
    stage: Stage
    reason: str = ""
    found: Association | None = None
    enabled: bool = False


class Ledger:
    """One per provider process. Safe to share between threads. Without ``files`` other processes know nothing of it."""

    def __init__(self, files: LockFiles | None = None, monotonic: Callable[[], float] = boot_clock) -> None:
        self._files, self._monotonic = files, monotonic
        self._warn: Callable[[str], object] = str
        self._lock = threading.Lock()
        self._users: defaultdict[str, threading.Lock] = defaultdict(threading.Lock)
        self._open: dict[str, LockFile] = {}
        self._entries: dict[Pair, Entry] = {}
        self._kept: dict[Pair, Association] = {}
        self._inactive: dict[Pair, str | None] = {}
        self._removed: defaultdict[str, dict[str, float]] = defaultdict(dict)
        self._bound: set[Pair] = set()
        self._removals = 0
        self._writes = 0

    @property
    def writes(self) -> int:
        """How many writes this process has made; a look that began before the last one is out of date."""
        return self._writes

    def invalidate_caches(self) -> None:
        """Count a write that took effect, or may have."""
        with self._lock:
            self._writes += 1

    @contextmanager
    def lock_users(self, account_id: str, *user_names: str, wait: Wait, warn: Callable[[str], None]) -> Iterator[None]:
        """Let nobody else on this machine look at, guard or change these users meanwhile. Raises ``UserBusy``.

        Always first the locks of the process, then the files, both sorted: so nobody waits in a circle.
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
                    f"runs of other processes on this machine are not waited for: the lock files cannot be used "
                    f"({fault}); do not change one user in two runs at once"
                )

    def mark_declared(self, pair: Pair, failed: str | None = None) -> None:
        """Note that the program declares this pair (Check); ``failed``: why that is as far as it gets."""
        self._put(Entry(pair, "checked") if failed is None else Entry(pair, "failed", failed))

    @contextmanager
    def declaring(self, pair: Pair) -> Iterator[None]:
        """Note the pair before anything can fail, and as failed if the block does."""
        self.mark_declared(pair)
        try:
            yield
        except BaseException as fault:
            self.mark_declared(pair, str(fault) if isinstance(fault, MfaError) else "it was interrupted")
            raise

    def settle(self, pair: Pair, found: Association, *, enabled: bool = False) -> Association:
        """Note what became of a pair whose account is known now; returns ``found``."""
        with self._lock:
            self._entries.pop(replace(_key(pair), account_id=None), None)
        self._put(Entry(pair, "settled", found=found, enabled=enabled))
        if found.active:
            self.saw(found)
        return found

    def _put(self, entry: Entry) -> None:
        with self._lock:
            self._entries[_key(entry.pair)] = entry

    def declared(self, pair: Pair) -> Entry:
        """What became of this pair. Where two records declare it, the one that did not fail counts."""
        keys = (_key(pair), _key(replace(pair, account_id=None)))
        with self._lock:
            found = [self._entries[key] for key in keys if key in self._entries]
        return max(found, key=lambda entry: _RANKS[entry.stage], default=Entry(pair, "no"))

    def is_declared_for_anybody(self, serial_number: str) -> bool:
        """Whether the program declares this device, for whomever."""
        return any(same(entry.pair.serial_number, serial_number) for entry in self._all())

    def successors(self, pair: Pair, user_names: tuple[str, ...]) -> list[Entry]:
        """What became of the holder's other devices in this operation; ``user_names``: all names of the holder."""
        names = {name.lower() for name in user_names}
        return [
            entry
            for entry in self._all()
            if entry.pair.user_name.lower() in names
            and entry.pair.account_id in (None, pair.account_id)
            and not same(entry.pair.serial_number, pair.serial_number)
        ]

    def _all(self) -> list[Entry]:
        with self._lock:
            return list(self._entries.values())

    def hand_over(self, saved: Association) -> None:
        """Keep the record of a delete that kept its device, for a create that may still follow."""
        self._kept[_key(replace(saved.pair, account_id=None))] = saved
        self.saw(saved)

    def handed(self, pair: Pair) -> Association | None:
        """The record of such a delete."""
        return self._kept.get(_key(replace(pair, account_id=None)))

    def saw(self, found: Association) -> None:
        """Note whether a record of the state was seen active, and its renew value."""
        if found.active:
            self._inactive.pop(_key(found.pair), None)
        else:
            self._inactive[_key(found.pair)] = found.renew

    def stays_inactive(self, pair: Pair, renew: str | None) -> bool:
        """Whether a record of this pair was seen inactive, and its renew value has not changed since."""
        key = _key(pair)
        return key in self._inactive and renew in (None, self._inactive.get(key))

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
        after = {**before, hidden(pair.serial_number): self._monotonic()}
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
            self._bound.discard(_key(pair))

    def removed(self, pair: Pair) -> bool:
        """Whether the device was taken from the user in the last two minutes, even if IAM's lists still show it."""
        return self.seconds_since_removal(pair) is not None

    def seconds_since_removal(self, pair: Pair) -> float | None:
        """How long ago the device was taken from the user; None if not in the last two minutes."""
        moment = self._recent(pair).get(hidden(pair.serial_number))
        return None if moment is None else self._monotonic() - moment

    def restored(self, pair: Pair) -> None:
        """Note that this process gave the user the device, even if IAM's lists do not show it yet."""
        before = self._recent(pair)
        after = {device: moment for device, moment in before.items() if device != hidden(pair.serial_number)}
        if after != before:
            self._write(pair, after)
        self._removed[_user(pair)] = after
        with self._lock:
            self._bound.add(_key(pair))

    def is_bound(self, pair: Pair) -> bool:
        """Whether this process gave the user the device, by a write."""
        return _key(pair) in self._bound

    def bound(self, account_id: str, user_name: str) -> list[str]:
        """The serial numbers of the devices that this process gave the user."""
        with self._lock:
            bound = tuple(self._bound)
        return [
            one.serial_number for one in bound if (one.account_id, one.user_name) == (account_id, user_name.lower())
        ]

    def _recent(self, pair: Pair) -> dict[str, float]:
        return recent(self._removed[_user(pair)], self._monotonic())

    def _write(self, pair: Pair, removed: dict[str, float]) -> None:
        file = self._open.get(_user(pair))
        if file:
            with self._without_files(self._warn):
                file.write(removed)


_RANKS: dict[Stage, int] = {"no": 0, "failed": 1, "checked": 2, "settled": 3}


def _key(pair: Pair) -> Pair:
    return Pair(pair.serial_number.lower(), pair.user_name.lower(), pair.account_id)


def _user(pair: Pair) -> str:
    return hidden(str(pair.account_id), pair.user_name)
