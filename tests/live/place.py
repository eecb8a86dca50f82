"""An account to try things in: fresh users and devices, all of one prefix, and nothing else is ever touched."""

from __future__ import annotations

import itertools
import re
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

from mfa_association.aws.iam import Iam
from mfa_association.aws.session import Session
from mfa_association.lifecycle import AccountContext, Clock
from mfa_association.totp import Seed, parse_seed, step_at

PREFIX = "mfa-association-live-"
PATH = "/mfa-association-live/"
VARIABLE = "MFA_ASSOCIATION_LIVE"
NAMING = ("UserName", "NewUserName", "VirtualMFADeviceName")
READS = ("Get", "List")
ROUNDS = 30


class NotOurs(Exception):
    """A write that names something without the prefix, or an account that nobody allowed."""


def refuse_foreign(params: Mapping[str, Any], model: Any, **_: Any) -> None:
    """Let no write leave that is about anything but what carries the prefix."""
    if model.name.startswith(READS):
        return
    names = [str(params[key]) for key in NAMING if key in params]
    names += [str(params["SerialNumber"]).rpartition("/")[2]] if "SerialNumber" in params else []
    if not names or not all(name.lower().startswith(PREFIX) for name in names):
        raise NotOurs(f"{model.name} of {names or 'nobody'}: this run touches only what begins with {PREFIX}")


def allow(environment: Mapping[str, str], account_id: Callable[[], str]) -> None:
    """Refuse an account that was not named for this; without a name nobody is asked. Raises ``NotOurs``."""
    named = environment.get(VARIABLE, "")
    if not named or named != account_id():
        cause = f"it names {named}, the credentials belong to another account" if named else "it is not set"
        raise NotOurs(f"{VARIABLE} must be the id of the account to try things in: {cause}; nothing was changed")


@dataclass
class Place:
    """One account. ``clock`` lets time pass: a real account's by sleeping."""

    session: Session
    clock: Clock = field(default_factory=Clock)
    token: str = field(default_factory=lambda: f"{int(time.time()):x}")
    """Part of every name: IAM does not let a user of a name that was just deleted be changed for some minutes."""
    seeds: dict[str, Seed] = field(default_factory=dict, repr=False)

    def __post_init__(self) -> None:
        self._numbers = itertools.count(1)
        for client in (self.session.reader, self.session.writer):
            client.meta.events.register("before-parameter-build.iam", refuse_foreign)

    @property
    def iam(self) -> Any:
        """A client that refuses to write anything without the prefix."""
        return self.session.reader

    @property
    def account_id(self) -> str:
        return self.session.caller.account_id

    def name(self) -> str:
        """A name that nobody has yet."""
        return f"{PREFIX}{self.token}-{next(self._numbers)}"

    def user(self) -> str:
        """A new user."""
        name = self.name()
        self.iam.create_user(UserName=name, Path=PATH)
        self._until(lambda: self.iam.get_user(UserName=name))
        return name

    def device(self, name: str | None = None) -> str:
        """A new virtual device; its seed is kept here only."""
        made = self.iam.create_virtual_mfa_device(VirtualMFADeviceName=name or self.name(), Path=PATH)
        serial = str(made["VirtualMFADevice"]["SerialNumber"])
        self.seeds[serial] = parse_seed(made["VirtualMFADevice"]["Base32StringSeed"].decode())
        self._until(lambda: serial in [one["SerialNumber"] for one in self.virtual()])
        return serial

    def absent(self) -> str:
        """A serial number that no device has."""
        partition = self.session.caller.arn.split(":")[1]
        return f"arn:{partition}:iam::{self.account_id}:mfa{PATH}{self.name()}"

    def codes(self, serial: str) -> tuple[str, str]:
        """The codes that the device shows now, by AWS's clock."""
        return self.seeds[serial].pair(step_at(self.session.now()))

    def enable(self, user: str, serial: str, codes: tuple[str, str] | None = None) -> None:
        first, second = codes or self.codes(serial)
        self.iam.enable_mfa_device(
            UserName=user, SerialNumber=serial, AuthenticationCode1=first, AuthenticationCode2=second
        )

    def held(self, user: str) -> str:
        """A new device that a user holds."""
        serial = self.device()
        self.enable(user, serial)
        self._until(lambda: self.holds(user, serial))
        return serial

    def holds(self, user: str, serial: str) -> bool:
        listed = self.iam.list_mfa_devices(UserName=user)["MFADevices"]
        return serial in [device["SerialNumber"] for device in listed]

    def deactivate(self, user: str, serial: str) -> None:
        self.iam.deactivate_mfa_device(UserName=user, SerialNumber=serial)

    def virtual(self, status: str = "Any") -> Iterator[Mapping[str, Any]]:
        """All virtual devices of the account."""
        for page in self.iam.get_paginator("list_virtual_mfa_devices").paginate(AssignmentStatus=status):
            yield from page["VirtualMFADevices"]

    def run(self) -> AccountContext:
        """A run of the lifecycle, whose words end up nowhere."""
        return AccountContext(Iam(self.session), clock=self.clock)

    def neutral(self, message: str) -> str:
        """AWS's words with this run's serial numbers and names taken out."""
        without_arns = re.sub(rf"arn:[\w-]+:iam::\d{{12}}:mfa{PATH}{PREFIX}[\w-]+", "{arn}", message)
        return re.sub(rf"{PREFIX}[\w-]+", "{name}", without_arns)

    def _until(self, shown: Callable[[], object]) -> None:
        """IAM is eventually consistent: what was just made may not be shown at once."""
        for _ in range(ROUNDS):
            with suppress(self.iam.exceptions.NoSuchEntityException):
                if shown():
                    return
            self.clock.sleep(1)


def sweep(place: Place) -> int:
    """Remove everything of the prefix: deactivate, then delete devices, then users. Returns how many were found."""
    most = 0
    for _ in range(ROUNDS):
        found = _sweep_once(place)
        most = max(most, found)
        if not found:
            break
        place.clock.sleep(1)
    return most


def _sweep_once(place: Place) -> int:
    users, devices = list(_users(place)), []
    for name in users:
        for device in place.iam.list_mfa_devices(UserName=name)["MFADevices"]:
            _try(place, place.iam.deactivate_mfa_device, UserName=name, SerialNumber=device["SerialNumber"])
    for device in place.virtual("Unassigned"):
        if f":mfa{PATH}{PREFIX}" in device["SerialNumber"]:
            devices.append(device["SerialNumber"])
            _try(place, place.iam.delete_virtual_mfa_device, SerialNumber=device["SerialNumber"])
    for name in users:
        _try(place, place.iam.delete_user, UserName=name)
    return len(users) + len(devices)


def _users(place: Place) -> Iterator[str]:
    for page in place.iam.get_paginator("list_users").paginate(PathPrefix=PATH):
        yield from (user["UserName"] for user in page["Users"] if user["UserName"].lower().startswith(PREFIX))


def _try(place: Place, call: Callable[..., object], **params: str) -> None:
    """Best effort: what is gone, or not yet free, is for the next round."""
    errors = place.iam.exceptions
    with suppress(errors.NoSuchEntityException, errors.DeleteConflictException):
        call(**params)
