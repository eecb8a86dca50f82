"""Lists of the whole account, each read at most once in a review and only if something asks for it."""

from __future__ import annotations

from mfa_association.aws.directory import User
from mfa_association.aws.iam import VirtualDevice
from mfa_association.review.facts import NotChecked
from mfa_association.review.live.reads import LiveReads, MemoizedRead


class AccountLists:
    """Virtual devices by serial number in small letters, users by id. Safe between threads."""

    def __init__(self, reads: LiveReads) -> None:
        self._cells = reads
        self._devices: MemoizedRead[str, dict[str, VirtualDevice] | NotChecked] = MemoizedRead(self._read_devices)
        self._users: MemoizedRead[str, dict[str, User] | NotChecked] = MemoizedRead(self._read_users)

    def virtual_devices(self) -> dict[str, VirtualDevice] | NotChecked:
        """ListVirtualMFADevices, held or not."""
        return self._devices("")

    def users(self) -> dict[str, User] | NotChecked:
        """ListUsers."""
        return self._users("")

    def _read_devices(self, _: str) -> dict[str, VirtualDevice] | NotChecked:
        read = self._cells.reader.directory.virtual_devices
        devices = self._cells.pages("virtual devices", read, "ListVirtualMFADevices")
        return (
            devices if isinstance(devices, NotChecked) else {device.serial_number.lower(): device for device in devices}
        )

    def _read_users(self, _: str) -> dict[str, User] | NotChecked:
        users = self._cells.pages("users", self._cells.reader.directory.users, "ListUsers")
        return users if isinstance(users, NotChecked) else {user.user_id: user for user in users}
