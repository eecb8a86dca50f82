"""What happens to users and devices outside of the code: in the console, by other tools, by people who come and go."""

from __future__ import annotations

from dataclasses import replace

from mfa_association.sandbox.accounts import Account, Device, SandboxDeviceKind
from mfa_association.sandbox.totp import Authenticator
from tests.lifecycle.stateful.base import KEY, KINDS, NAMES, SEED, Base
from tests.lifecycle.stateful.truth import QUOTA, Line, Person, Truth

Event = tuple[str, ...]


def events(truth: Truth, about: Line | None) -> dict[str, list[Event]]:
    """The events that are possible now, by kind; ``about``: those that touch this line, if there are any."""
    possible = {kind: found for kind, found in _events(truth).items() if found}
    touching = {
        kind: [event for event in found if about and {about.serial, about.user_name} & {*event}]
        for kind, found in possible.items()
    }
    return {kind: found for kind, found in touching.items() if found} or possible


def _events(truth: Truth) -> dict[str, list[Event]]:
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
        "device registered again": [("register again", serial) for serial in KINDS if held.get(serial)],
        "device moved by hand": [("move", serial, name) for serial in KINDS if held.get(serial) for name in takers],
        "user created anew": [("come again", one.name) for one in people if truth.devices(one)],
    }


def steps(truth: Truth, event: Event) -> list[Event]:
    """An event as the single events that it is made of."""
    verb, what, *more = event
    holder = truth.held.get(what)
    if verb == "register again" and holder:
        return [("drop", what), ("hold", what, holder.name)]
    if verb == "move":
        return [("drop", what), ("hold", what, *more)]
    if verb == "come again":
        serials = truth.devices(truth.people[what])
        drops, holds = [("drop", one) for one in serials], [("hold", one, what) for one in serials]
        return [*drops, ("disappear", what), ("appear", what), *holds]
    return [event]


def let(stage: Base, event: Event) -> None:
    """Let an event happen, to AWS and to the model."""
    for one in steps(stage.truth, event):
        _let(stage, one)


def _let(stage: Base, event: Event) -> None:
    verb, what, *more = event
    account, truth = stage.box.account(), stage.truth
    if verb in ("appear", "appear with a password", "disappear", "be renamed"):
        _let_user(account, truth, event)
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


def _let_user(account: Account, truth: Truth, event: Event) -> None:
    verb, name, *new = event
    if verb == "disappear":
        account.backend.delete_user(name)
        del truth.people[name]
        return
    if new:
        account.backend.update_user(name, None, new[0])
        truth.people[new[0]] = truth.people.pop(name)
        truth.people[new[0]].name = new[0]
        return
    user = account.backend.create_user("us-east-1", name, "/", [])
    if verb == "appear with a password":
        account.backend.create_login_profile(name, "sandbox")
    truth.people[name] = Person(str(user.id), name, verb == "appear with a password")


def _hold(account: Account, person: Person, serial: str, moment: int) -> None:
    """In the console; a FIDO key comes into being so."""
    device = account.devices.get(serial.casefold()) or Device(KEY, SandboxDeviceKind.FIDO, account.next_order())
    account.put(replace(device, holder=person.user_id, enable_date=moment))


def _drop(account: Account, serial: str) -> None:
    device = account.live.device(serial)
    account.drop(device)
    if device.kind is not SandboxDeviceKind.FIDO:
        account.put(replace(device, holder=None, enable_date=None))
