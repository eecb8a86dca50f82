"""Revoking: what a user's lost or stolen device can do, ended now; the roster and its pull request follow."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import partial

from mfa_association import lifecycle
from mfa_association.aws.credentials import Credentials
from mfa_association.aws.errors import AccessDenied
from mfa_association.aws.iam import Device, find_serial
from mfa_association.engine.contexts import Override
from mfa_association.errors import MfaError
from mfa_association.inventory.contain import PASSWORD, Outcome, Step, StepResult, carry_out, containing
from mfa_association.lifecycle import AccountContext, Association
from mfa_association.roster import Line
from mfa_association.text import show
from mfa_association.validation import OnDestroy, OnLastDevice, SerialNumber, listed_serial_number, same


class NotRevoked(MfaError):
    """Nothing was changed; the sentence says why."""

    def __init__(self, user_name: str, cause: str, advice: str) -> None:
        super().__init__(f"revoking MFA devices of user ({user_name}): {cause}; nothing was changed, {advice}")


@dataclass(frozen=True)
class RevocationTarget:
    """One device to take away, and what its line in the roster says."""

    serial_number: SerialNumber
    held: bool
    on_last_device: OnLastDevice | None = None
    on_destroy: OnDestroy = "keep"

    @property
    def stays(self) -> bool:
        """Whether the device itself is there afterwards, held by nobody."""
        return self.on_destroy == "keep"


@dataclass(frozen=True)
class RevocationRequest:
    """What is to be revoked. ``override``: of what the roster says of last devices, for this run."""

    user_name: str
    user_id: str | None
    targets: tuple[RevocationTarget, ...]
    contain: bool = False
    override: Override = field(default_factory=Override)


class Revocation:
    """The steps of one request. ``notes``: where the run's warnings and notes go, to be shown with their step."""

    def __init__(self, context: AccountContext, verbs: Credentials, order: RevocationRequest, notes: list[str]) -> None:
        self._context, self._verbs, self._order, self._notes = context, verbs, order, notes
        self._password_stays = False

    def steps(self) -> Iterator[Step]:
        """What is to be done, in order; reads only."""
        name = self._order.user_name
        if self._order.contain:
            yield from containing(self._context, self._verbs, name)
        for target in self._order.targets:
            call = f"DeactivateMFADevice UserName={name} SerialNumber={target.serial_number}"
            if target.on_destroy == "delete-virtual-device":
                call += f"\nDeleteVirtualMFADevice SerialNumber={target.serial_number}"
            yield Step(target.serial_number.text, call, partial(self._factor, target))

    def carry_out(self) -> Iterator[StepResult]:
        """Do every step and say how each went; one that fails does not stop the others."""
        for step in self.steps():
            done = carry_out(step)
            self._password_stays |= done.name == PASSWORD and done.outcome == "NOT DONE"
            yield done

    def _factor(self, target: RevocationTarget) -> tuple[Outcome, str]:
        """Deactivate one device. While a password could not be taken away, a last device is not removed either."""
        saved = Association(
            user_name=self._order.user_name,
            serial_number=target.serial_number,
            active=target.held,
            account_id=self._context.iam.caller.account_id,
            user_id=self._order.user_id,
        )
        self._notes.clear()
        declared: OnLastDevice = "refuse" if self._password_stays else target.on_last_device or "warn"
        guard = self._order.override.guard(target.serial_number, declared)
        lifecycle.delete(self._context, saved, guard, target.on_destroy)
        known = f"deactivating {target.serial_number} of {self._order.user_name}: "
        notes = f" ({'; '.join(note.removeprefix(known) for note in self._notes)})" if self._notes else ""
        if not target.held:
            return "nothing to do", f"it is inactive{notes}"
        return "done", f"it is deactivated{notes}"


def choose(
    context: AccountContext, user_name: str, asked: str | None, every: bool, lines: tuple[Line, ...]
) -> tuple[RevocationTarget, ...]:
    """The devices that are meant: one by its serial number or name, the only one, or all (``every``).

    None at all where the user has none. Raises ``NotRevoked`` where it is not clear which is meant.
    """
    declared = [line for line in lines if line.user_name and same(line.user_name, user_name)]
    devices = context.devices(user_name)
    known = _known(devices, declared)
    if every:
        return known
    if asked is None:
        return _only(user_name, known)
    targets = [target for target in known if _is_called(target.serial_number, asked)]
    return (targets[0],) if len(targets) == 1 else (_unknown(context, user_name, asked, known),)


def warning_of(context: AccountContext, order: RevocationRequest) -> str | None:
    """What weakens the account if it is done like this."""
    if order.contain or not order.targets:
        return None
    held = context.devices(order.user_name)
    going = {target.serial_number.key for target in order.targets}
    if any(device.serial_number.lower() not in going for device in held):
        return None
    try:
        password = context.retries.read(lambda: context.iam.has_password(order.user_name))
    except AccessDenied:
        return f"No device is left then. Whether {order.user_name} has a console password could not be checked."
    alone = (
        f"No device is left then: {order.user_name} could sign in with the password alone. "
        "--contain deletes the password first."
    )
    return alone if password else None


def _known(devices: list[Device], declared: list[Line]) -> tuple[RevocationTarget, ...]:
    """What the user holds and what the roster says that the user holds."""
    targets = []
    for device in devices:
        line = next((line for line in declared if same(line.serial.text, device.serial_number)), None)
        targets.append(_target(listed_serial_number(device.serial_number), True, line))
    rest = [line for line in declared if find_serial(devices, line.serial) is None]
    return tuple(sorted([*targets, *(_target(line.serial, False, line) for line in rest)], key=_serial))


def _target(serial_number: SerialNumber, held: bool, line: Line | None) -> RevocationTarget:
    if line is None:
        return RevocationTarget(serial_number, held)
    said = line.inputs()
    return RevocationTarget(serial_number, held, said["on_last_device"], said["on_destroy"] or "keep")


def _serial(target: RevocationTarget) -> str:
    return target.serial_number.key


def _only(user_name: str, known: tuple[RevocationTarget, ...]) -> tuple[RevocationTarget, ...]:
    if len(known) > 1:
        names = ", ".join(target.serial_number.text for target in known)
        raise NotRevoked(user_name, f"{user_name} has {len(known)} devices: {names}", "name one of them, or give --all")
    return known


def _is_called(serial: SerialNumber, asked: str) -> bool:
    """By the whole serial number, or by the name that ends it, with or without its type."""
    path = serial.name.partition("/")[2]
    return any(same(asked, known) for known in (serial.text, serial.name, path, path.rpartition("/")[2]))


def _unknown(
    context: AccountContext, user_name: str, asked: str, known: tuple[RevocationTarget, ...]
) -> RevocationTarget:
    """A device that the user neither holds nor is declared for: nobody's is inactive already, others' are left alone."""
    entity = context.directory.find(listed_serial_number(asked), fresh=True) if asked.startswith("arn:") else None
    if entity and not entity.user_arn:
        return RevocationTarget(listed_serial_number(entity.serial_number), held=False)
    if entity:
        holder = entity.user_name or entity.user_arn
        raise NotRevoked(user_name, f"{holder} holds {show(asked)}, not {user_name}", "name its holder")
    there = ", ".join(target.serial_number.text for target in known) or "no device"
    raise NotRevoked(user_name, f"{user_name} has {there}, not {show(asked)}", "check the name")
