"""The verbs of ``mfa_association.aws.iam.Iam`` on the model of an account."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timezone
from typing import TypeVar

from mfa_association.aws.errors import AwsError
from mfa_association.aws.iam import Device as ListedDevice
from mfa_association.aws.iam import VirtualDevice
from mfa_association.aws.session import Caller
from mfa_association.totp import Seed, SeedSource, parse_seed
from tests.histories.account import MOST, Account, Call, Device, User, fault

T = TypeVar("T")


class ModelIam:
    """Takes the place of ``Iam``; every call is logged, and may meet trouble before or after its effect."""

    def __init__(self, account: Account) -> None:
        self._account = account

    @property
    def caller(self) -> Caller:
        return Caller(self._account.id, f"arn:aws:sts::{self._account.id}:assumed-role/ci/x", long_term=False)

    def now(self) -> datetime:
        return _moment(self._account.now)

    def read_seed(self, source: SeedSource) -> Seed:
        return parse_seed(source.read_here())

    def list_mfa_devices(self, user_name: str) -> list[ListedDevice]:
        def look() -> list[ListedDevice]:
            shown = self._account.listed()
            user = shown.users.get(user_name.lower())
            if user is None:
                raise fault("NoSuchEntity", "ListMFADevices")
            return [ListedDevice(one.serial, _moment(one.enable_date or 0)) for one in shown.held_by(user)]

        return self._call("ListMFADevices", user_name, None, look)

    def list_virtual_mfa_devices(self) -> list[VirtualDevice]:
        def look() -> list[VirtualDevice]:
            shown = self._account.listed()
            users = {user.id: user for user in shown.users.values()}
            return [
                _entity(one, users.get(one.holder or "")) for one in shown.devices.values() if ":mfa/" in one.serial
            ]

        return self._call("ListVirtualMFADevices", None, None, look)

    def certifications(self, user_name: str, serial_number: str) -> tuple[tuple[str, str], ...]:
        """Nobody's key is certified here."""
        return ()

    def enable_mfa_device(self, user_name: str, serial_number: str, codes: tuple[str, str]) -> None:
        def write() -> None:
            account = self._account
            user, device = account.users.get(user_name.lower()), account.devices.get(serial_number.lower())
            if user is None or device is None:
                raise fault("NoSuchEntity", "EnableMFADevice")
            if device.holder is not None:
                raise fault("EntityAlreadyExists", "EnableMFADevice")
            if len(account.truth.held_by(user)) >= MOST:
                raise fault("LimitExceeded", "EnableMFADevice")
            step = account.is_code(device, codes)
            if not step:
                raise fault("InvalidAuthenticationCode", "EnableMFADevice")
            account.devices[serial_number.lower()] = replace(device, step=step)
            account.give(user.name, serial_number)

        self._call("EnableMFADevice", user_name, serial_number, write)

    def deactivate_mfa_device(self, user_name: str, serial_number: str) -> None:
        def write() -> None:
            device, user = self._pair(user_name, serial_number)
            if device is None or user is None or device.holder != user.id:
                raise fault("NoSuchEntity", "DeactivateMFADevice")
            self._account.take(serial_number)

        self._call("DeactivateMFADevice", user_name, serial_number, write)

    def resync_mfa_device(self, user_name: str, serial_number: str, codes: tuple[str, str]) -> None:
        def write() -> None:
            device, user = self._pair(user_name, serial_number)
            if device is None or user is None or device.holder != user.id:
                raise fault("NoSuchEntity", "ResyncMFADevice")
            step = self._account.is_code(device, codes)
            if not step:
                raise fault("InvalidAuthenticationCode", "ResyncMFADevice")
            self._account.devices[serial_number.lower()] = replace(device, step=step)

        self._call("ResyncMFADevice", user_name, serial_number, write)

    def delete_virtual_mfa_device(self, serial_number: str) -> None:
        def write() -> None:
            device = self._account.devices.get(serial_number.lower())
            if device is None:
                raise fault("NoSuchEntity", "DeleteVirtualMFADevice")
            if device.holder is not None:
                raise fault("DeleteConflict", "DeleteVirtualMFADevice")
            del self._account.devices[serial_number.lower()]
            self._account.changed()

        self._call("DeleteVirtualMFADevice", None, serial_number, write)

    def user_id(self, user_name: str) -> str:
        return self._call("GetUser", user_name, None, lambda: self._user(user_name, "GetUser").id)

    def has_password(self, user_name: str) -> bool:
        return self._call("GetLoginProfile", user_name, None, lambda: self._has_password(user_name))

    def _has_password(self, user_name: str) -> bool:
        user = self._account.users.get(user_name.lower())
        return user is not None and user.password

    def _user(self, user_name: str, action: str) -> User:
        user = self._account.users.get(user_name.lower())
        if user is None:
            raise fault("NoSuchEntity", action)
        return user

    def _pair(self, user_name: str, serial_number: str) -> tuple[Device | None, User | None]:
        return self._account.devices.get(serial_number.lower()), self._account.users.get(user_name.lower())

    def _call(self, action: str, user: str | None, serial: str | None, act: Callable[[], T]) -> T:
        """Make a call: trouble before it, its effect or IAM's own refusal, trouble after it, and a line in the log."""
        account = self._account
        device, named = self._pair(user or "", serial or "")
        holder = device.holder if device else None
        call = Call(action, user, serial, holder=holder, user_id=named.id if named else None)
        effect, error = False, account.on_call(action, False)
        try:
            if error:
                raise fault(error, action)
            answer = act()
            effect = True
            error = account.on_call(action, True)
            if error:
                raise fault(error, action)
            return answer
        except AwsError as told:
            error = type(told).__name__
            raise
        finally:
            left = len(account.truth.held_by(named)) if named else 0
            account.log.append(replace(call, error=error, effect=effect, left=left))


def _moment(seconds: float) -> datetime:
    return datetime.fromtimestamp(seconds, timezone.utc)


def _entity(device: Device, user: User | None) -> VirtualDevice:
    if user is None:
        return VirtualDevice(device.serial)
    arn = f"arn:aws:iam::111122223333:user/{user.name}"
    return VirtualDevice(device.serial, arn, user.name, user.id, _moment(device.enable_date or 0))
