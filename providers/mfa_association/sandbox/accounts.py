"""AWS accounts of the sandbox: users live in moto's IAM backend, MFA devices here."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum

from moto.iam.models import IAMBackend, User, iam_backends

from .errors import Refused, no_device, no_user
from .totp import Authenticator

REGIONS = {"aws": "us-east-1", "aws-cn": "cn-north-1", "aws-us-gov": "us-gov-west-1"}
"""The signing region of IAM in each partition."""
ROOT = "root"


class SandboxDeviceKind(str, Enum):
    """How a device proves itself."""

    VIRTUAL = "virtual"
    HARDWARE = "hardware"
    FIDO = "fido"


@dataclass(frozen=True)
class Device:
    """One MFA device. `holder` is a user's id, `ROOT`, or None; `enable_date` is in seconds since 1970."""

    serial: str
    kind: SandboxDeviceKind
    order: int
    authenticator: Authenticator | None = None
    holder: str | None = None
    enable_date: int | None = None
    tags: Mapping[str, str] = field(default_factory=dict)
    certifications: Mapping[str, str] = field(default_factory=lambda: {"FIDO": "L1"})
    """Of a FIDO key, as the FIDO Alliance's metadata service tells them."""


def holder_id(user: User | None) -> str:
    """What a device remembers of its holder: the id, which a rename does not change. None is the root user."""
    return str(user.id) if user else ROOT


@dataclass(frozen=True)
class View:
    """Users and devices of one account, now or as they were a while ago."""

    users: Mapping[str, User]
    devices: Mapping[str, Device]

    def find_user(self, name: str) -> User | None:
        """The user of this name in any case, or None."""
        exact = self.users.get(name)
        if exact:
            return exact
        return next((user for key, user in self.users.items() if key.casefold() == name.casefold()), None)

    def user(self, name: str) -> User:
        """The user of this name in any case."""
        user = self.find_user(name)
        if not user:
            raise no_user(name)
        return user

    def by_id(self, user_id: str) -> User | None:
        """The user of this id, or None."""
        return next((user for user in self.users.values() if user.id == user_id), None)

    def device(self, serial: str) -> Device:
        """The device of this serial number in any case."""
        device = self.devices.get(serial.casefold())
        if not device:
            raise no_device(serial)
        return device

    def held_by(self, user: User | None) -> list[Device]:
        """The devices of a user, or of root."""
        holder = holder_id(user)
        return [device for device in self.devices.values() if device.holder == holder]


class Account:
    """One account: its partition, its users (moto's), its devices."""

    def __init__(self, number: str, partition: str = "aws") -> None:
        self.number = number
        self.partition = partition
        self.region = REGIONS[partition]
        self.devices: dict[str, Device] = {}
        self.created = int(time.time())
        self.planted = 0
        self.root_password = False
        self.report: tuple[float, str] | None = None
        self.scp_deny_root: frozenset[str] = frozenset()
        self.boundaries: dict[str, str] = {}
        self.live = View(self.backend.users, self.devices)

    @property
    def backend(self) -> IAMBackend:
        """moto's IAM of this account."""
        return iam_backends[self.number][self.partition]

    def snapshot(self) -> View:
        """The account as it is now, unmoved by later writes."""
        return View(dict(self.live.users), dict(self.devices))

    def arn(self, resource: str, service: str = "iam") -> str:
        """The ARN of something in this account."""
        return f"arn:{self.partition}:{service}::{self.number}:{resource}"

    def next_order(self) -> int:
        """A number that rises with every new device: lists and markers go by it."""
        self.planted += 1
        return self.planted

    def add(self, device: Device) -> None:
        """Take a new device in."""
        if device.serial.casefold() in self.devices:
            raise Refused("EntityAlreadyExists", "MFA device already exists.")
        self.put(device)

    def put(self, device: Device) -> None:
        """Replace a device by its new self."""
        self.devices[device.serial.casefold()] = device

    def drop(self, device: Device) -> None:
        """Forget a device."""
        del self.devices[device.serial.casefold()]
