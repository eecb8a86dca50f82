"""What happens to users and devices outside of the code: in the console, by other tools, by people who come and go."""

from __future__ import annotations

from dataclasses import replace

from mfa_association.sandbox.accounts import Account, Device, Kind
from mfa_association.sandbox.totp import Authenticator
from tests.lifecycle.stateful.base import KEY, KINDS, NAMES, SEED, Base
from tests.lifecycle.stateful.truth import QUOTA, Person, Truth

Event = tuple[str, ...]


def events(truth: Truth) -> dict[str, list[Event]]:
    """All events that are possible now, by kind."""
    people, held = sorted(truth.people.values(), key=lambda one: one.name), truth.held
    free = [name for name in NAMES if name not in truth.people]
    takers = [one.name for one in people if len(truth.devices(one)) < QUOTA]
    loose = [serial for serial in KINDS if held.get(serial, KEY if serial == KEY else "") in (None, KEY)]
    return {
        "user created": [(verb, name) for name in free for verb in ("appear", "appear with a password")],
        "user deleted": [("disappear", one.name) for one in people if not truth.devices(one)],
        "user renamed": [("be renamed", one.name, name) for one in people for name in free],
        "device created": [("exist", serial) for serial in KINDS if serial not in held and serial != KEY],
        "device deleted": [("vanish", serial) for serial in KINDS if held.get(serial, KEY) is None],
        "device enabled": [("hold", serial, name) for serial in loose for name in takers],
        "device deactivated": [("drop", serial) for serial in KINDS if held.get(serial)],
    }


def let(stage: Base, event: Event) -> None:
    """Let one event happen, to AWS and to the model."""
    verb, what, *more = event
    account, truth = stage.box.account(), stage.truth
    if verb in ("appear", "appear with a password"):
        _appear(account, truth, what, verb != "appear")
    elif verb == "disappear":
        account.backend.delete_user(what)
        del truth.people[what]
    elif verb == "be renamed":
        account.backend.update_user(what, None, more[0])
        truth.people[more[0]] = truth.people.pop(what)
        truth.people[more[0]].name = more[0]
    elif verb == "exist":
        account.add(Device(what, KINDS[what], account.next_order(), Authenticator(SEED)))
        truth.held[what] = None
    elif verb == "vanish":
        account.drop(account.live.device(what))
        del truth.held[what]
    elif verb == "hold":
        _hold(account, truth.people[more[0]], what, int(stage.moment))
        truth.held[what] = truth.people[more[0]]
    else:
        _drop(account, what)
        truth.take(what)


def _appear(account: Account, truth: Truth, name: str, password: bool) -> None:
    user = account.backend.create_user("us-east-1", name, "/", [])
    if password:
        account.backend.create_login_profile(name, "sandbox")
    truth.people[name] = Person(str(user.id), name, password)


def _hold(account: Account, person: Person, serial: str, moment: int) -> None:
    """In the console; a FIDO key comes into being so."""
    device = account.devices.get(serial.casefold()) or Device(KEY, Kind.FIDO, account.next_order())
    account.put(replace(device, holder=person.user_id, enable_date=moment))


def _drop(account: Account, serial: str) -> None:
    device = account.live.device(serial)
    account.drop(device)
    if device.kind is not Kind.FIDO:
        account.put(replace(device, holder=None, enable_date=None))
