"""One account context for each identity, and what the environment overrides for one run."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any, Final, get_args

from mfa_association.aws.iam import Iam
from mfa_association.aws.root import RootIam
from mfa_association.aws.session import open_session
from mfa_association.aws.settings import Role, Settings
from mfa_association.errors import MfaError
from mfa_association.lifecycle import AccountContext, LastDeviceGuard, Ledger, Limits
from mfa_association.validation import OnLastDevice, SerialNumber, same

Say = Callable[[str], None]


@dataclass(frozen=True)
class AccountContexts:
    """The account contexts of one provider configuration. Safe to share between threads; ``ledger`` outlives a configuration."""

    settings: Settings
    limits: Limits
    ledger: Ledger
    warn: Say
    note: Say
    _lock: threading.Lock = field(default_factory=threading.Lock, init=False)
    _made: dict[tuple[str | None, str | None], AccountContext] = field(default_factory=dict, init=False)

    def for_resource(self, values: dict[str, Any]) -> AccountContext:
        """The context of this resource's role and holder's account (neither: the configuration's own identity)."""
        role_arn, root_account_id = key = values.get("role_arn"), values.get("root_account_id")
        with self._lock:
            if key not in self._made:
                settings = self.settings_of(role_arn)
                limits = replace(self.limits, max_removals=_max_removals(self.limits.max_removals, self.warn))
                iam = RootIam(settings, root_account_id) if root_account_id else Iam(open_session(settings))
                self._made[key] = AccountContext(iam, self.ledger, limits, warn=self.warn, note=self.note)
            return self._made[key]

    def settings_of(self, role_arn: str | None) -> Settings:
        """How to reach AWS, as that role if there is one."""
        settings = self.settings
        return replace(settings, roles=(*settings.roles, Role(role_arn))) if role_arn else settings


_announced: set[str] = set()

ON_LAST_DEVICE: Final = "MFA_ASSOCIATION_ON_LAST_DEVICE"


@dataclass(frozen=True)
class Override:
    """What the environment says of last devices for one run: of all, and of the devices whose guard is lifted."""

    mode: OnLastDevice | None = None
    devices: tuple[str, ...] = ()

    def guard(self, serial: SerialNumber, saved: OnLastDevice) -> LastDeviceGuard:
        """What to do about this device: what was said of it, else of all, else the saved setting.

        A device is named by its whole serial number or by what an ARN ends with.
        """
        is_named = any(same(device, name) for device in self.devices for name in (serial.text, serial.name))
        return "lift" if is_named else self.mode or saved


def override_of_this_run() -> Override:
    """What ``ON_LAST_DEVICE`` says; nothing where it is not set. Raises ``MfaError``."""
    text = os.environ.get(ON_LAST_DEVICE, "").strip()
    return override(text) if text else Override()


def override(text: str) -> Override:
    """Read ``allow``, ``warn``, ``refuse``, ``allow:DEVICE``, or several with commas or spaces. Raises ``MfaError``.

    A device without ``allow:`` belongs to the one before it: ``allow:mfa/alice-phone,GAHT12345678``.
    """
    modes: list[OnLastDevice] = []
    devices: list[str] = []
    for item in text.replace(",", " ").split():
        mode = next((choice for choice in get_args(OnLastDevice) if choice == item), None)
        device = item.removeprefix("allow:") if item.startswith("allow:") or devices else ""
        if mode:
            modes.append(mode)
        elif device:
            devices.append(device)
        else:
            raise MfaError(_UNREADABLE)
    if len(modes) > 1 or not (modes or devices):
        raise MfaError(_UNREADABLE)
    return Override(modes[0] if modes else None, tuple(devices))


_UNREADABLE = (
    f"reading {ON_LAST_DEVICE}: must be one of {', '.join(get_args(OnLastDevice))}, or allow:DEVICE with one or more "
    "devices, such as allow:mfa/alice-phone,mfa/bob-phone; nothing was changed"
)


def guard(serial: SerialNumber, saved: OnLastDevice, warn: Say) -> LastDeviceGuard:
    """What to do about a last device now: the saved setting, unless the environment overrides it. Raises ``MfaError``."""
    override = override_of_this_run()
    chosen = override.guard(serial, saved)
    if chosen == "lift":
        _announce(warn, f"on_last_device is allow for {serial.name} in this run, whatever failed ({ON_LAST_DEVICE})")
    elif override.mode:
        _announce(warn, f"on_last_device is {override.mode} for this run ({ON_LAST_DEVICE})")
    return chosen


def _max_removals(usual: int | None, warn: Say) -> int | None:
    override = os.environ.get("MFA_ASSOCIATION_MAX_REMOVALS")
    if not override:
        return usual
    if not override.isascii() or not override.isdigit():
        raise MfaError("reading MFA_ASSOCIATION_MAX_REMOVALS: must be a whole number; nothing was changed")
    _announce(warn, f"at most {override} removals in this run (MFA_ASSOCIATION_MAX_REMOVALS)")
    return int(override)


def _announce(warn: Say, message: str) -> None:
    """Warn once in this process."""
    if message not in _announced:
        _announced.add(message)
        warn(message)
