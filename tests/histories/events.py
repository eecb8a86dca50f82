"""What happens in AWS without the program."""

from __future__ import annotations

from dataclasses import dataclass, replace

from tests.histories.account import Account
from tests.histories.history import Event
from tests.histories.program import LINES, USERS


@dataclass(frozen=True)
class Touched:
    """What an event changed: devices by serial number, and users by id. ``gave``: pairs of device and user id."""

    what: str
    serials: frozenset[str] = frozenset()
    users: frozenset[str] = frozenset()
    gave: tuple[tuple[str, str], ...] = ()

    def renamed(self, ids: dict[str, str]) -> Touched:
        """The same with other ids of users."""
        users = frozenset(ids.get(user, user) for user in self.users)
        return replace(self, users=users, gave=tuple((serial, ids.get(user, user)) for serial, user in self.gave))


def happen(account: Account, event: Event) -> Touched | None:
    """Let it happen; None where it cannot."""
    name, serial = USERS[event.at % len(USERS)], list(LINES)[event.to % len(LINES)]
    if event.what in ("deactivate", "register"):
        return _device(account, event, serial)
    user = account.users.get(name)
    if user is None:
        return None
    if event.what == "password":
        account.users[name] = replace(user, password=not user.password)
        account.changed()
        return Touched("password", users=frozenset({user.id}))
    if event.what == "rename":
        return _rename(account, name, f"{name}2")
    if event.what == "namesake":
        renamed = _rename(account, name, f"{name}2")
        if renamed:
            account.create_user(name)
        return renamed
    return _recreate(account, name, event.to)


def _device(account: Account, event: Event, serial: str) -> Touched | None:
    device = account.devices.get(serial.lower())
    if device is None:
        return None
    touched = frozenset({serial.lower()})
    if event.what == "deactivate":
        if device.holder is None:
            return None
        account.take(serial)
        return Touched("deactivate", touched)
    names = sorted(account.users)
    user = LINES[serial] if event.at % 3 else names[event.at % len(names)]
    if device.holder is not None or user not in account.users:
        return None
    account.give(user, serial)
    return Touched("register", touched, gave=((serial.lower(), account.users[user].id),))


def _rename(account: Account, name: str, new: str) -> Touched | None:
    if new in account.users:
        return None
    user = account.users.pop(name)
    account.users[new] = replace(user, name=new)
    account.changed()
    held = account.truth.held_by(account.users[new])
    return Touched("rename", frozenset(one.serial.lower() for one in held), frozenset({user.id}))


def _recreate(account: Account, name: str, again: int) -> Touched:
    """The user is deleted with all that it holds, and made anew; at times the same devices are registered anew."""
    user = account.users.pop(name)
    held = account.truth.held_by(user)
    for device in held:
        account.take(device.serial)
    account.create_user(name, password=user.password)
    new = account.users[name].id
    gave = []
    for device in held if again % 2 else []:
        account.now += 1
        account.give(name, device.serial)
        gave.append((device.serial.lower(), new))
    return Touched("recreate", frozenset(one.serial.lower() for one in held), frozenset({user.id, new}), tuple(gave))
