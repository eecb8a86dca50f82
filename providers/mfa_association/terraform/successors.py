"""Rule 8 in a plan: a user's last device does not go for a successor that certainly fails.

Terraform destroys before it creates unless told otherwise, so in the apply it would be too late. What goes and what is
declared for the same holder are heard in any order: whichever comes second is judged.
"""

from __future__ import annotations

import threading
from dataclasses import dataclass
from typing import Any, Protocol, final

from mfa_association.aws.errors import AwsError, NoSuchEntity
from mfa_association.engine import props
from mfa_association.engine.inputs import UNKNOWN, is_unknown
from mfa_association.errors import MfaError
from mfa_association.lifecycle import AccountContext
from mfa_association.terraform.diagnostics import warn
from mfa_association.terraform.faults import NotKnownYet
from mfa_association.validation import ROOT_USER, InvalidValue, OnLastDevice, SerialNumber, parse_serial_number, same

Bag = dict[str, Any]


class Source(Protocol):
    """What a configured provider gives: a run for each resource, and the guard to obey for a device."""

    def context(self, values: Bag) -> AccountContext:
        """The account context of a resource."""

    def guard(self, serial: SerialNumber, saved: OnLastDevice) -> str:
        """The guard to obey now."""


@final
class SuccessorMissing(MfaError):
    """A user's last device would go, and the device that is to replace it does not exist."""

    def __init__(self, user_name: str, serial_number: SerialNumber, successor: str) -> None:
        super().__init__(
            f"deactivating MFA device ({serial_number}) of user ({user_name}): it is the last MFA device of {user_name}, "
            f"and there is no such device as {successor}, which is declared to replace it; nothing was changed. If this "
            "apply creates it, reference its `arn`, or apply it first; else correct serial_number, or run once with "
            f"MFA_ASSOCIATION_ON_LAST_DEVICE=allow:{serial_number.name}"
        )


@dataclass(frozen=True)
class _Change:
    """A device that a holder loses or gets. ``serial`` and ``account_id`` are None while they are not known."""

    values: Bag
    serial: SerialNumber | None
    account_id: str | None

    @classmethod
    def of(cls, values: Bag) -> _Change:
        try:
            serial = (
                None if is_unknown(values.get("serial_number")) else parse_serial_number(values.get("serial_number"))
            )
        except InvalidValue:
            serial = None
        known = values.get("account_id") or values.get("root_account_id")
        account_id = (serial.account_id if serial else None) or (None if known is UNKNOWN else known)
        return cls(values, serial, account_id)

    def concerns(self, other: _Change) -> bool:
        """Whether both are of one account, as far as it is known."""
        if self.account_id and other.account_id:
            return self.account_id == other.account_id
        return self.values.get("role_arn") == other.values.get("role_arn")


class Successors:
    """What one plan takes from each holder and declares for it. Safe to share between threads."""

    def __init__(self, connection: Source) -> None:
        self._connection = connection
        self._lock = threading.Lock()
        self._leaving: dict[str, list[_Change]] = {}
        self._coming: dict[str, list[_Change]] = {}
        self._told: set[str] = set()

    def leaves(self, values: Bag) -> None:
        """A holder loses this device. Raises ``SuccessorMissing`` or what ``account_for`` raises."""
        self._add(self._leaving, values)

    def comes(self, values: Bag) -> None:
        """A holder gets this device, or is to have it again. Raises ``SuccessorMissing``."""
        self._add(self._coming, values)

    def _add(self, changes: dict[str, list[_Change]], values: Bag) -> None:
        if any(is_unknown(values.get(name)) for name in ("user_name", "root_account_id")):
            return
        holder = props.holder(values).lower()
        with self._lock:
            changes.setdefault(holder, []).append(_Change.of(values))
            leaving = list(self._leaving.get(holder, ()))
            coming = [change for change in self._coming.get(holder, ()) if any(map(change.concerns, leaving))]
        if leaving and coming:
            self._judge(leaving, coming)

    def _judge(self, leaving: list[_Change], coming: list[_Change]) -> None:
        last = leaving[-1]
        if any(map(self._is_lifted, leaving)):
            return
        try:
            if not self._is_stripped(leaving):
                return
        except NotKnownYet:
            return
        except AwsError as fault:
            self._warn(last, f"whether it is the last device was not checked ({fault})")
            return
        for successor in coming:
            self._look(last, successor)

    def _is_lifted(self, change: _Change) -> bool:
        """Whether the user said that this very device may go (``allow:mfa/alice-phone``)."""
        serial, saved = change.serial, props.settings(change.values)["on_last_device"]
        return serial is not None and self._connection.guard(serial, saved) == "lift"

    def _is_stripped(self, leaving: list[_Change]) -> bool:
        """Whether these are devices that the holder has, and all of them."""
        last = leaving[-1]
        user_name = ROOT_USER if last.values.get("root_account_id") else str(last.values["user_name"])
        context = self._connection.context(last.values)
        if last.serial:
            context.account_for(last.serial, last.account_id)
        try:
            devices = context.devices(user_name)
        except NoSuchEntity:
            return False
        gone = [change.serial.key for change in leaving if change.serial]
        return bool(devices) and all(device.serial_number.lower() in gone for device in devices)

    def _look(self, last: _Change, successor: _Change) -> None:
        if successor.serial is None:
            return self._warn(last, f"{_alone(last)} the device that is to replace it is not known before the apply")
        serial, root = successor.serial, successor.values.get("root_account_id")
        name = serial.text
        if not serial.kind.holder_is_listed or root:
            what = "IAM shows only who holds the virtual devices of users"
            return self._warn(
                last, f"{_alone(last)} whether {name}, which is to replace it, can be held was not checked: {what}"
            )
        context = self._connection.context(successor.values)
        find = context.directory.find
        try:
            entity = find(serial) or context.retries.poll(lambda: find(serial, fresh=True), context.limits.propagation)
        except AwsError as fault:
            return self._warn(
                last, f"{_alone(last)} whether {name}, which is to replace it, exists was not checked ({fault})"
            )
        if entity is None and last.serial:
            raise SuccessorMissing(props.holder(last.values), last.serial, name)
        if entity and entity.user_arn and not same(entity.user_name or "", str(successor.values.get("user_name"))):
            holder = entity.user_name or entity.user_arn
            self._warn(last, f"{_alone(last)} {name}, which is to replace it, is held by {holder} until that changes")
        return None

    def _warn(self, last: _Change, cause: str) -> None:
        sentence = (
            f"deactivating MFA device ({last.values['serial_number']}) of user ({props.holder(last.values)}): {cause}; apply the "
            "new device first, or set create_before_destroy = true and require_active = true on it"
        )
        with self._lock:
            new = sentence not in self._told
            self._told.add(sentence)
        if new:
            warn(sentence)


def _alone(last: _Change) -> str:
    return f"{props.holder(last.values)} has no other, and"
