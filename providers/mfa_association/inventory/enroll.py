"""Enrolling: a user's device made, shown, enabled; or nothing is left behind.

The device is made first, since IAM tells the seed in no other answer, and AWS is written before the roster: a line that
is missing is written in a moment, a line for a device that nobody holds would have to be explained.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from itertools import count
from typing import Final, Protocol, final

from mfa_association import lifecycle
from mfa_association.aws.credentials import Credentials, NewDevice
from mfa_association.aws.errors import (
    AwsError,
    DeleteConflict,
    EntityAlreadyExists,
    InvalidAuthenticationCode,
    NoSuchEntity,
)
from mfa_association.aws.iam import VirtualDevice
from mfa_association.errors import MfaError
from mfa_association.inventory.unassigned import delete_command
from mfa_association.lifecycle import AccountContext, Association, Declaration
from mfa_association.validation import (
    FIDO,
    VIRTUAL,
    SerialNumber,
    check_device_name,
    check_path,
    parse_serial_number,
    same,
)

TRIES: Final = 3
_LOOK: Final = 2.0
"""Seconds to wait for a device or user to appear before anybody is asked for codes."""
_MOST_OF_A_NAME: Final = 220


class EnrollmentUI(Protocol):
    """Where the user sits: what is shown and asked there."""

    def show(self, device: NewDevice) -> None:
        """Show the seed, this once."""

    def codes(self, refused: bool) -> tuple[str, str]:
        """Two codes in a row; ``refused``: the last two were. Raises ``Abandoned``."""

    def tell(self, text: str) -> None:
        """Say something."""

    def over(self, text: str) -> None:
        """Take away what was shown, which is of no use any more, and say what became of the device."""


class NotEnrolled(MfaError):
    """The user has no new device; the sentence says why."""

    def __init__(self, user_name: str, serial_number: SerialNumber, cause: str, advice: str) -> None:
        super().__init__(f"enrolling MFA device ({serial_number}) for user ({user_name}): {cause}; {advice}")


@final
class Abandoned(MfaError):
    """The user gave no codes."""

    def __init__(self) -> None:
        super().__init__("enrolling an MFA device: no codes were given; start again when the device is at hand")


def serial_of(context: AccountContext, name: str, path: str) -> SerialNumber:
    """The serial number of a virtual device to be made. Raises ``InvalidValue`` for what IAM would refuse."""
    partition = context.iam.caller.arn.split(":")[1]
    place = check_path(path, "--path") + check_device_name(name, "--name")
    return parse_serial_number(f"arn:{partition}:iam::{context.iam.caller.account_id}:{VIRTUAL.arn_type}{place}")


def enroll_new(
    context: AccountContext,
    verbs: Credentials,
    user_name: str,
    name: str,
    path: str,
    ui: EnrollmentUI,
    tags: Mapping[str, str] | None = None,
) -> Association:
    """Make a virtual device, show it, and enable it for the user with the codes it gives.

    Raises an ``MfaError`` or lets an interruption through; the device is deleted then, and ``ui`` told so.
    """
    serial = serial_of(context, name, path)
    entity = context.directory.find(serial, fresh=True)
    if entity:
        raise _there_already(context, user_name, serial, entity, f"--name {_free_name(context, name, path)}")
    with _made(context, partial(verbs.create_virtual_mfa_device, name, path, tags), serial, ui) as device:
        ui.show(device)
        return _enable(context, user_name, serial, ui)


def enroll_existing(
    context: AccountContext, user_name: str, serial_number: SerialNumber, ui: EnrollmentUI
) -> Association:
    """Enable a device that is there already; nothing is done if the user holds it. Raises ``MfaError``."""
    hasty = replace(context, limits=replace(context.limits, propagation=_LOOK), warn=lambda _: None)
    wanted = Declaration(user_name, serial_number)
    found = lifecycle.create(hasty, wanted)
    if found.active:
        ui.tell(f"{user_name} holds {serial_number} already.")
        return found
    if wanted.kind.has_entity:
        ui.tell(
            f"Whoever has seen the QR code of {serial_number} before has its codes too: if in doubt, make a new device."
        )
    if wanted.kind.console_only:
        cause = "a FIDO key or passkey is registered by its own user only"
        raise NotEnrolled(
            user_name, serial_number, cause, f"let {user_name} register it in the console, then run again"
        )
    return _enable(context, user_name, serial_number, ui)


def whole_serial_number(context: AccountContext, asked: str) -> str:
    """A device of the account as tables show it, such as ``mfa/alice-phone``, as its ARN; anything else as it is."""
    if not asked.lower().startswith(tuple(f"{kind.arn_type}/" for kind in (VIRTUAL, FIDO))):
        return asked
    partition = context.iam.caller.arn.split(":")[1]
    return f"arn:{partition}:iam::{context.iam.caller.account_id}:{asked}"


def _free_name(context: AccountContext, name: str, path: str) -> str:
    """A name like this one that no virtual device of the path has."""
    names = (f"{name[:_MOST_OF_A_NAME]}-{number}" for number in count(2))
    return next(free for free in names if context.directory.find(serial_of(context, free, path)) is None)


def _there_already(
    context: AccountContext, user_name: str, serial: SerialNumber, entity: VirtualDevice, new: str
) -> NotEnrolled:
    """A device of that name is there. Of one that nobody holds the seed is lost, or in the hands of a thief."""
    if entity.user_arn is None:
        return NotEnrolled(
            user_name,
            serial,
            "there is such a device, which nobody holds; whoever scanned its QR code has its codes",
            f"give {new} to make a new one; unless other code made the old one, delete it: {delete_command(serial)}",
        )
    if same(entity.user_name or "", user_name):
        return NotEnrolled(
            user_name,
            serial,
            "the user holds it already",
            f"give {new} to make another one, or --existing {serial} to add its line alone",
        )
    holder = entity.user_name or entity.user_arn
    return NotEnrolled(user_name, serial, f"it is held by {holder}", f"give {new} to make a new one")


def _enable(context: AccountContext, user_name: str, serial_number: SerialNumber, ui: EnrollmentUI) -> Association:
    for attempt in range(TRIES):
        codes = ui.codes(attempt > 0)
        try:
            return lifecycle.create(context, Declaration(user_name, serial_number, codes=codes))
        except InvalidAuthenticationCode:
            continue
    cause = f"IAM refused the codes {TRIES} times"
    raise NotEnrolled(user_name, serial_number, cause, "check that the clock of the device is right, and start again")


@contextmanager
def _made(
    context: AccountContext, make: Callable[[], NewDevice], serial: SerialNumber, ui: EnrollmentUI
) -> Iterator[NewDevice]:
    """A new device, which is deleted again unless the block ends well. It is known not to have been there before."""
    try:
        yield _create(context, make, serial)
    except EntityAlreadyExists:
        raise
    except BaseException:
        ui.over(_take_back(context, serial))
        raise


def _create(context: AccountContext, make: Callable[[], NewDevice], serial: SerialNumber) -> NewDevice:
    """CreateVirtualMFADevice until answered. A device whose answer was lost has lost its seed: it is deleted first."""
    made: list[NewDevice] = []

    def write() -> None:
        try:
            made.append(make())
        except AwsError as fault:
            if fault.unclear:
                _delete(context, serial)
            raise

    context.write_until_confirmed(write, lambda: False)
    return made[0]


def _delete(context: AccountContext, serial: SerialNumber) -> None:
    try:
        context.write_until_confirmed(
            lambda: context.iam.delete_virtual_mfa_device(serial.text),
            lambda: context.directory.find(serial, fresh=True) is None,
        )
    except NoSuchEntity:
        pass
    finally:
        context.ledger.invalidate_caches()


def _take_back(context: AccountContext, serial: SerialNumber) -> str:
    """Delete a device that came to nothing; the sentence that says how it went."""
    try:
        _delete(context, serial)
    except DeleteConflict:
        return (
            f"{serial} was kept, for it is enabled: add it with --existing, or remove it with `mfa-association revoke`."
        )
    except MfaError as fault:
        return f"{serial} could not be deleted and is held by nobody: {fault}. To delete it later: {delete_command(serial)}"
    return f"{serial} was deleted again: nothing is left of it."
