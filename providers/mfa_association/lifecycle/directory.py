"""Who holds which device of an account: one walk of the virtual devices and one list for each user, for all who ask.

Each is cached for ``MOST_AGE`` seconds, or until this process writes.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial
from typing import Generic, TypeVar

from mfa_association.aws.errors import AccessDenied
from mfa_association.aws.iam import Device, VirtualDevice, find_serial
from mfa_association.lifecycle.ledger import Ledger
from mfa_association.validation import ROOT_USER, SerialNumber, same

MOST_AGE = 60.0
"""Seconds for which the result of a read is cached, unless this process writes before."""

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


@dataclass
class CachedRead(Generic[T]):
    """One read at a time: other threads wait for it. A denial is kept like an answer, other errors are not.

    What it shows was true a moment ago, as with any read. What it does not show may be newer, so a cached result never
    proves that something is missing.
    """

    read: Callable[[], T]
    ledger: Ledger
    monotonic: Callable[[], float]
    _lock: threading.Lock = field(default_factory=threading.Lock, init=False)
    _begun: int = field(default=0, init=False)
    _kept: _CacheEntry[T] | None = field(default=None, init=False)

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
                self._kept = _CacheEntry(self._begun, self.ledger.writes, self.monotonic(), self._answer())
            return self._kept

    def _is_over(self, kept: _CacheEntry[T], written: bool) -> bool:
        is_old = self.monotonic() - kept.moment > MOST_AGE
        return is_old or not (written or kept.writes == self.ledger.writes)

    def _answer(self) -> T | AccessDenied:
        try:
            return self.read()
        except AccessDenied as fault:
            return fault


@dataclass(frozen=True)
class VirtualDevices:
    """All virtual devices by serial number, and the ids of the users who hold one, by name; both in lower case."""

    devices: dict[str, VirtualDevice]
    user_ids: dict[str, str]


def read_virtual_devices(walk: Callable[[], list[VirtualDevice]]) -> VirtualDevices:
    """The virtual devices that ``walk`` reads."""
    devices = walk()
    held = (device for device in devices if device.user_name and device.user_id)
    return VirtualDevices(
        {device.serial_number.lower(): device for device in devices},
        {str(device.user_name).lower(): str(device.user_id) for device in held},
    )


@dataclass
class DeviceLookup:
    """Safe to share between threads. Guards and writes bypass this cache. ``read_list`` reads the devices of a user."""

    read_list: Callable[[str], list[Device]]
    virtual_devices: CachedRead[VirtualDevices]
    _lists: dict[str, CachedRead[list[Device]]] = field(default_factory=dict, init=False)
    _lock: threading.Lock = field(default_factory=threading.Lock, init=False)

    def find(self, serial_number: SerialNumber, *, fresh: bool = False) -> VirtualDevice | None:
        """The virtual device of this serial number, held or not; None where it does not exist. Raises ``AwsError``."""
        return self.virtual_devices.get(fresh=fresh).devices.get(serial_number.key)

    def find_in_virtual_list(self, user_name: str, serial_number: SerialNumber) -> Device | None:
        """The device if the walk shows that the user holds it. None proves nothing: read the user's own list."""
        if user_name == ROOT_USER or not serial_number.kind.holder_is_listed:
            return None
        with suppress(AccessDenied):
            entity = self.find(serial_number)
            if entity and entity.enable_date and same(entity.user_name or "", user_name):
                return Device(entity.serial_number, entity.enable_date)
        return None

    def find_held_device(self, user_name: str, serial_number: SerialNumber) -> Device | None:
        """The device if the user holds it; None never comes from an old result. ``NoSuchEntity``: no such user."""
        return self.find_in_virtual_list(user_name, serial_number) or self._list(user_name).search(
            lambda devices: find_serial(devices, serial_number)
        )

    def user_id(self, user_name: str) -> str | None:
        """The unique id of a user if the walk has it. It ages with the walk, but no write of ours changes it."""
        with suppress(AccessDenied):
            return self.virtual_devices.get(written=True).user_ids.get(user_name.lower())
        return None

    def _list(self, user_name: str) -> CachedRead[list[Device]]:
        look = CachedRead(
            partial(self.read_list, user_name), self.virtual_devices.ledger, self.virtual_devices.monotonic
        )
        with self._lock:
            return self._lists.setdefault(user_name.lower(), look)
