"""What one operation of an engine declared, bound and removed.

Declarations stay in the process: an engine sends *Check* for all that a program declares before it deletes anything, to
the process that deletes (Pulumi; Terraform through Pulumi's bridge). Read, Diff and plans declare nothing: they come
for removed lines too.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Literal

from mfa_association.aws.retry import boot_clock
from mfa_association.errors import MfaError, Words
from mfa_association.lifecycle.locks import LockFiles, UserLocks, hashed, recent_removals
from mfa_association.lifecycle.model import Association, Pair
from mfa_association.lifecycle.refusals import TooManyRemovals
from mfa_association.validation import SerialNumber

Stage = Literal["no", "checked", "settled", "failed"]
Key = tuple[str, str, str | None]
"""A pair as IAM compares it: serial number and user name in small letters, and the account."""


@dataclass(frozen=True)
class Entry:
    """What became of a declared pair.

    ``reason``: why it failed. ``association``: as what it settled. ``enabled``: a create enabled it, it was not adopted.
    """

    pair: Pair
    stage: Stage
    reason: Words = ""
    association: Association | None = None
    enabled: bool = False


class Ledger(UserLocks):
    """One per provider process, with its locks. Safe to share between threads."""

    def __init__(self, files: LockFiles | None = None, monotonic: Callable[[], float] = boot_clock) -> None:
        super().__init__(files, monotonic)
        self._entries: dict[Key, Entry] = {}
        self._kept: dict[Key, Association] = {}
        self._inactive: dict[Key, str | None] = {}
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
    def removing(self, pair: Pair, limit: int | None) -> Iterator[None]:
        """Count one real deactivation, unless the block fails. Raises ``TooManyRemovals`` before it begins.

        The lock file has it before the call, so that no kill can come between. The caller has the user's lock.
        """
        with self._lock:
            if limit is not None and self._removals >= limit:
                raise TooManyRemovals(pair.user_name, pair.serial_number, limit)
            self._removals += 1
        user, now = hashed(str(pair.account_id), pair.user_name), self._monotonic()
        before = recent_removals(self._removed[user], now)
        after = {**before, hashed(pair.serial_number.text): now}
        self._write_removed(user, after)
        try:
            yield
        except BaseException:
            with self._lock:
                self._removals -= 1
            self._write_removed(user, before)
            raise
        self._removed[user] = after
        with self._lock:
            self._bound.discard(key_of(pair))

    def removed(self, pair: Pair) -> bool:
        """Whether the device was taken from the user in the last two minutes, even if IAM's lists still show it."""
        return self.seconds_since_removal(str(pair.account_id), pair.user_name, pair.serial_number.text) is not None

    def restored(self, pair: Pair) -> None:
        """Note that this process gave the user the device, even if IAM's lists do not show it yet."""
        user = hashed(str(pair.account_id), pair.user_name)
        before = recent_removals(self._removed[user], self._monotonic())
        after = {device: moment for device, moment in before.items() if device != hashed(pair.serial_number.text)}
        if after != before:
            self._write_removed(user, after)
        self._removed[user] = after
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

    def mark_declared(self, pair: Pair, failed: Words | None = None) -> None:
        """Note that the program declares this pair (Check); ``failed``: why that is as far as it gets."""
        self._put(Entry(pair, "checked") if failed is None else Entry(pair, "failed", failed))

    @contextmanager
    def declaring(self, pair: Pair) -> Iterator[None]:
        """Note the pair before anything can fail, and as failed if the block does."""
        self.mark_declared(pair)
        try:
            yield
        except BaseException as fault:
            self.mark_declared(pair, fault if isinstance(fault, MfaError) else "it was interrupted")
            raise

    def settle(self, pair: Pair, association: Association, *, enabled: bool = False) -> Association:
        """Note what became of a pair whose account is known now; returns ``association``."""
        with self._lock:
            self._entries.pop(key_of(replace(pair, account_id=None)), None)
        self._put(Entry(pair, "settled", association=association, enabled=enabled))
        if association.active:
            self.saw(association)
        return association

    def _put(self, entry: Entry) -> None:
        with self._lock:
            self._entries[key_of(entry.pair)] = entry

    def declared(self, pair: Pair) -> Entry:
        """What became of this pair. Where two records declare it, the one that did not fail counts."""
        keys = (key_of(pair), key_of(replace(pair, account_id=None)))
        with self._lock:
            entries = [self._entries[key] for key in keys if key in self._entries]
        return max(entries, key=lambda entry: _RANKS[entry.stage], default=Entry(pair, "no"))

    def is_declared_for_anybody(self, serial_number: SerialNumber) -> bool:
        """Whether the program declares this device, for whomever."""
        return any(entry.pair.serial_number.key == serial_number.key for entry in self._all())

    def successors(self, pair: Pair, user_names: tuple[str, ...]) -> list[Entry]:
        """What became of the holder's other devices in this operation; ``user_names``: all names of the holder."""
        names = {name.lower() for name in user_names}
        return [
            entry
            for entry in self._all()
            if entry.pair.user_name.lower() in names
            and entry.pair.account_id in (None, pair.account_id)
            and entry.pair.serial_number.key != pair.serial_number.key
        ]

    def _all(self) -> list[Entry]:
        with self._lock:
            return list(self._entries.values())

    def hand_over(self, saved: Association) -> None:
        """Keep the record of a delete that kept its device, for a create that may still follow."""
        self._kept[key_of(replace(saved.pair, account_id=None))] = saved
        self.saw(saved)

    def handed(self, pair: Pair) -> Association | None:
        """The record of such a delete."""
        return self._kept.get(key_of(replace(pair, account_id=None)))

    def saw(self, association: Association) -> None:
        """Note whether a record of the state was seen active, and its renew value."""
        if association.active:
            self._inactive.pop(key_of(association.pair), None)
        else:
            self._inactive[key_of(association.pair)] = association.renew

    def stays_inactive(self, pair: Pair, renew: str | None) -> bool:
        """Whether a record of this pair was seen inactive, and its renew value has not changed since."""
        key = key_of(pair)
        return key in self._inactive and renew in (None, self._inactive.get(key))


_RANKS: dict[Stage, int] = {"no": 0, "failed": 1, "checked": 2, "settled": 3}


def key_of(pair: Pair) -> Key:
    """The pair as IAM compares it."""
    return pair.serial_number.key, pair.user_name.lower(), pair.account_id
