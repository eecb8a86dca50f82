"""Who holds which device of an account: one walk of the virtual devices and one list for each user, for all who ask."""

from __future__ import annotations

import threading
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from functools import partial

from mfa_association.aws.errors import AccessDenied
from mfa_association.aws.iam import Device, VirtualDevice, find_serial
from mfa_association.lifecycle.cached_read import CachedRead
from mfa_association.lifecycle.ledger import Ledger
from mfa_association.validation import ROOT_USER, SerialNumber, same


@dataclass(frozen=True)
class _Walk:
    """All virtual devices by serial number, and the ids of the users who hold one, by name; both in lower case."""

    devices: dict[str, VirtualDevice]
    user_ids: dict[str, str]


class DeviceLookup:
    """Safe to share between threads. Guards and writes bypass this cache.

    ``devices`` reads a user's list, ``walk`` all virtual devices.
    """

    def __init__(
        self,
        devices: Callable[[str], list[Device]],
        walk: Callable[[], list[VirtualDevice]],
        ledger: Ledger,
        monotonic: Callable[[], float],
    ) -> None:
        self._devices, self._virtual, self._ledger, self._monotonic = devices, walk, ledger, monotonic
        self._walk = CachedRead(self._list_virtual, ledger, monotonic)
        self._lists: dict[str, CachedRead[list[Device]]] = {}
        self._lock = threading.Lock()

    def find(self, serial_number: SerialNumber, *, fresh: bool = False) -> VirtualDevice | None:
        """The virtual device of this serial number, held or not; None where it does not exist. Raises ``AwsError``."""
        return self._walk.get(fresh=fresh).devices.get(serial_number.key)

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
            return self._walk.get(written=True).user_ids.get(user_name.lower())
        return None

    def _list(self, user_name: str) -> CachedRead[list[Device]]:
        look = CachedRead(partial(self._devices, user_name), self._ledger, self._monotonic)
        with self._lock:
            return self._lists.setdefault(user_name.lower(), look)

    def _list_virtual(self) -> _Walk:
        devices = self._virtual()
        held = (device for device in devices if device.user_name and device.user_id)
        return _Walk(
            {device.serial_number.lower(): device for device in devices},
            {str(device.user_name).lower(): str(device.user_id) for device in held},
        )
