"""The IAM verbs of an MFA device, paginated, their errors typed (aws/errors.py).

UserName is optional in the API, where leaving it out means the caller itself; here every verb demands it, and refuses an
empty or odd one at the last moment.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from mfa_association.aws.answers import require_request_id, translate_errors
from mfa_association.aws.errors import NoSuchEntity
from mfa_association.aws.secrets import read_seed
from mfa_association.aws.session import Caller, Session
from mfa_association.totp import Seed, SeedSource
from mfa_association.validation import SerialNumber, check_user_name, same


@dataclass(frozen=True)
class Device:
    """A device that a user holds (ListMFADevices)."""

    serial_number: str
    enable_date: datetime


@dataclass(frozen=True)
class VirtualDevice:
    """A virtual device of the account (ListVirtualMFADevices); ``user_arn`` is None while nobody holds it.

    Of the root user IAM gives only the ARN, no name.
    """

    serial_number: str
    user_arn: str | None = None
    user_name: str | None = None
    user_id: str | None = None
    enable_date: datetime | None = None


class Iam:
    """The verbs, for the account of one session. Raises ``AwsError``s."""

    def __init__(self, session: Session) -> None:
        self._session = session

    @property
    def caller(self) -> Caller:
        """Whose credentials these are (one GetCallerIdentity per session)."""
        return self._session.caller

    def now(self) -> datetime:
        """The time by AWS's clock."""
        return self._session.now()

    def read_seed(self, source: SeedSource) -> Seed:
        """Read a seed from wherever it is kept. Raises ``SeedUnreadable`` or an ``AwsError``."""
        return read_seed(self._session, source)

    def list_mfa_devices(self, user_name: str) -> list[Device]:
        """All devices that a user holds, over all pages. ``NoSuchEntity``: no such user."""
        with translate_errors(f"reading the MFA devices of user ({user_name})", "ListMFADevices"):
            pages = self._session.reader.get_paginator("list_mfa_devices").paginate(UserName=check_user_name(user_name))
            return [Device(d["SerialNumber"], d["EnableDate"]) for page in pages for d in page["MFADevices"]]

    def list_virtual_mfa_devices(self) -> list[VirtualDevice]:
        """All virtual devices of the account with their holders, 1000 a page."""
        with translate_errors("reading the virtual MFA devices of the account", "ListVirtualMFADevices"):
            pages = self._session.reader.get_paginator("list_virtual_mfa_devices").paginate(
                AssignmentStatus="Any", PaginationConfig={"PageSize": 1000}
            )
            return [virtual_device(device) for page in pages for device in page["VirtualMFADevices"]]

    def certifications(self, user_name: str, serial_number: str) -> tuple[tuple[str, str], ...]:
        """What a FIDO key is certified for, and the level: ``("FIPS-140-2", "L2")``. Of no other kind IAM tells it."""
        with translate_errors(f"reading the certifications of MFA device ({serial_number})", "GetMFADevice"):
            answer = self._session.reader.get_mfa_device(
                SerialNumber=serial_number, UserName=check_user_name(user_name)
            )
            return tuple(sorted(answer.get("Certifications", {}).items()))

    def enable_mfa_device(self, user_name: str, serial_number: str, codes: tuple[str, str]) -> None:
        """Give a device to a user with two consecutive codes, the older first."""
        with translate_errors(
            f"enabling MFA device ({serial_number}) for user ({user_name})", "EnableMFADevice", secrets=codes
        ):
            answer = self._session.writer.enable_mfa_device(
                UserName=check_user_name(user_name),
                SerialNumber=serial_number,
                AuthenticationCode1=codes[0],
                AuthenticationCode2=codes[1],
            )
            require_request_id(answer)

    def deactivate_mfa_device(self, user_name: str, serial_number: str) -> None:
        """Take a device from a user. ``NoSuchEntity``: the user does not hold it, or one of them is gone."""
        with translate_errors(
            f"deactivating MFA device ({serial_number}) of user ({user_name})", "DeactivateMFADevice"
        ):
            answer = self._session.writer.deactivate_mfa_device(
                UserName=check_user_name(user_name), SerialNumber=serial_number
            )
            require_request_id(answer)

    def resync_mfa_device(self, user_name: str, serial_number: str, codes: tuple[str, str]) -> None:
        """Bring a held device back into step with two consecutive codes, the older first."""
        with translate_errors(
            f"resyncing MFA device ({serial_number}) of user ({user_name})", "ResyncMFADevice", secrets=codes
        ):
            answer = self._session.writer.resync_mfa_device(
                UserName=check_user_name(user_name),
                SerialNumber=serial_number,
                AuthenticationCode1=codes[0],
                AuthenticationCode2=codes[1],
            )
            require_request_id(answer)

    def delete_virtual_mfa_device(self, serial_number: str) -> None:
        """Delete the virtual device itself. ``DeleteConflict``: somebody holds it."""
        with translate_errors(f"deleting virtual MFA device ({serial_number})", "DeleteVirtualMFADevice"):
            require_request_id(self._session.writer.delete_virtual_mfa_device(SerialNumber=serial_number))

    def user_id(self, user_name: str) -> str:
        """The unique id of a user: a renamed user keeps it, and a new user of the same name has another one."""
        with translate_errors(f"reading user ({user_name})", "GetUser"):
            return self._session.reader.get_user(UserName=check_user_name(user_name))["User"]["UserId"]

    def has_password(self, user_name: str) -> bool:
        """Whether a user has a console password (GetLoginProfile)."""
        try:
            with translate_errors(f"checking the console password of user ({user_name})", "GetLoginProfile"):
                self._session.reader.get_login_profile(UserName=check_user_name(user_name))
        except NoSuchEntity:
            return False
        return True


def find_serial(devices: list[Any], serial_number: SerialNumber) -> Any:
    """The device of this serial number, in whatever case IAM spells it, or None."""
    return next((device for device in devices if same(device.serial_number, serial_number.text)), None)


def virtual_device(device: Any) -> VirtualDevice:
    """A virtual device out of an answer."""
    user = device.get("User", {})
    return VirtualDevice(
        device["SerialNumber"], user.get("Arn"), user.get("UserName"), user.get("UserId"), device.get("EnableDate")
    )
