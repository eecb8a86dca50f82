"""The sandbox behind the same model: what the steps do to the model is done to it, what it became is read back."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from mfa_association.sandbox import Sandbox
from tests.histories.account import BYSTANDER, HERS, SEED, Account, Call, Device, Snapshot, User
from tests.histories.events import Touched
from tests.histories.history import Run
from tests.histories.program import ACCOUNT, LINES, USERS
from tests.support.stack import ADMIN

_FAULTS = {"lost before": {"drop": True, "when": "before"}, "lost after": {"drop": True, "when": "after"}}
LAG = 1.0


def seed() -> dict[str, Any]:
    """The company of all histories, in the sandbox's seed format."""
    users: dict[str, Any] = {name: {"password": name != "carol", "devices": []} for name in (*USERS, BYSTANDER)}
    for serial, user in {**LINES, HERS: BYSTANDER}.items():
        users[user]["devices"].append(_planted(serial))
    key = {"account": ACCOUNT, "role": "infra"}
    return {"accounts": {ACCOUNT: {"users": users}}, "keys": {ADMIN: key}, "default_account": ACCOUNT}


def _planted(serial: str) -> dict[str, Any]:
    name = serial.rpartition("/")[2]
    if ":u2f/" in serial:
        return {"kind": "fido", "name": "key", "id": "A", "held": True}
    if ":mfa/" in serial:
        held = name not in ("alice-spare", "dave-phone")
        return {"kind": "virtual", "name": name, "held": held, "seed": SEED.base32}
    return {"kind": "hardware", "serial": serial, "held": True, "seed": SEED.base32}


@dataclass
class RealWorld:
    """A sandbox, and ``account``: the model of it, which is always brought up to date. ``folder``: of the locks."""

    box: Sandbox
    folder: Path
    account: Account = field(default_factory=Account)
    touched: list[Touched] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.read_back()

    @property
    def _real(self) -> Any:
        return self.box.app.world.account(ACCOUNT)

    def forget_removals(self) -> None:
        """More time passed than the machine remembers removals for."""
        for path in self.folder.iterdir():
            shutil.rmtree(path, ignore_errors=True)

    def read_back(self) -> None:
        """Bring the model up to date."""
        with self.box.app.world.lock:
            users = {
                name.lower(): User(user.name, str(user.id), self._has_password(user))
                for name, user in self._real.live.users.items()
            }
            devices = {
                serial.lower(): Device(one.serial, one.holder, float(one.enable_date or 0) or None)
                for serial, one in self._real.devices.items()
            }
        self.account.users, self.account.devices = users, devices
        self.account.changed()

    @staticmethod
    def _has_password(user: Any) -> bool:
        return bool(getattr(user, "password", None))

    def happened(self) -> dict[str, str]:
        """Do to the sandbox what was done to the model; the ids of the model's new users to the sandbox's."""
        client, renamed = self.box.client("iam", ADMIN), dict[str, str]()
        wanted = Snapshot(dict(self.account.users), dict(self.account.devices))
        before = {str(user.id): user for user in self._real.live.users.values()}
        kept = {user.id for user in wanted.users.values()}
        self._hold({serial: one.holder for serial, one in wanted.devices.items() if one.holder in before})
        for user_id, user in list(before.items()):
            if user_id not in kept:
                if self._has_password(user):
                    client.delete_login_profile(UserName=user.name)
                client.delete_user(UserName=user.name)
        for wished in sorted(wanted.users.values(), key=lambda one: one.id not in before):
            user = before.get(wished.id)
            if user is None:
                renamed[wished.id] = client.create_user(UserName=wished.name)["User"]["UserId"]
            elif user.name != wished.name:
                client.update_user(UserName=user.name, NewUserName=wished.name)
            had = bool(user) and self._has_password(user)
            if wished.password and not had:
                client.create_login_profile(UserName=wished.name, Password="Passw0rd!")
            elif had and not wished.password:
                client.delete_login_profile(UserName=wished.name)
        self._hold({serial: renamed.get(one.holder or "", one.holder) for serial, one in wanted.devices.items()})
        self.read_back()
        return renamed

    def _hold(self, holders: dict[str, str | None]) -> None:
        """Let devices be held as the model has it; what the sandbox has forgotten stays forgotten."""
        world = self.box.app.world
        with world.lock:
            for serial, device in list(self._real.devices.items()):
                holder = holders.get(serial.lower())
                if device.holder != holder:
                    moment = int(world.now()) if holder else None
                    self._real.devices[serial] = replace(device, holder=holder, enable_date=moment)
            world.wrote()

    @contextmanager
    def disturbed(self, run: Run) -> Iterator[RealWorld]:
        """One run's trouble while the block lasts; then AWS's log and lists are read."""
        self.touched = []
        before = Snapshot(dict(self.account.users), dict(self.account.devices))
        self.box.reset_calls()
        for trouble in run.trouble:
            how: dict[str, Any] = dict(_FAULTS.get(trouble.error, {"error": trouble.error}))
            self.box.fault(trouble.action, nth=trouble.nth, times=trouble.times, **how)
        self.box.lag(LAG if run.lag else 0)
        try:
            yield self
        finally:
            self.box.clear_faults()
            self.box.lag(0)
            self.account.log += _calls(self.box, run, before)
            self.read_back()


def _calls(box: Sandbox, run: Run, before: Snapshot) -> list[Call]:
    """AWS's log, with who held each device before the call, and what was left after it."""
    lost = {trouble.action for trouble in run.trouble if trouble.error == "lost after"}
    killed = run.kill is not None and run.kill.after
    devices, found = dict(before.devices), list[Call]()
    for call in box.log():
        user = before.users.get((call.user or "").lower())
        device = devices.get((call.serial or "").lower())
        unclear = call.error == "Dropped" and (call.action in lost or killed)
        effect = call.error is None or unclear
        holder = device.holder if device else None
        if device and user and call.action == "DeactivateMFADevice" and effect:
            effect = holder == user.id
            devices[device.serial.lower()] = replace(device, holder=None) if effect else device
        if device and user and call.action == "EnableMFADevice" and effect:
            effect = holder is None
            devices[device.serial.lower()] = replace(device, holder=user.id) if effect else device
        left = sum(one.holder == user.id for one in devices.values()) if user else 0
        found.append(
            Call(call.action, call.user, call.serial, call.error, effect, holder, user.id if user else None, left)
        )
    return found
