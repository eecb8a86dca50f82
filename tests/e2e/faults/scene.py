"""A stack whose lines are changed under trouble, and what must be true of it afterwards."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any, Protocol

from mfa_association.sandbox import Sandbox
from tests.support.processes import Running
from tests.support.programs import codes, deactivate
from tests.support.stack import ACCOUNT, Output, Stack

from .operations import Boundary, Operation, Subject
from .secrecy import Secrecy

WRITES = {"EnableMFADevice", "DeactivateMFADevice"}
STEADY, STRANGER = "GAHT90000001", "GAHT90000002"
BYSTANDERS = {"steady": [STEADY], "stranger": [STRANGER]}
QUIET = ("--yes", "--skip-preview", "--non-interactive")
ONE_DAY = 86400.0


class Ended(Protocol):
    """How a command ended."""

    @property
    def code(self) -> int:
        """The exit code."""

    @property
    def text(self) -> str:
        """What it said."""


class Changing(Protocol):
    """What an engine's driver must be able to do, so that its runs can be disturbed.

    ``crash``: what the engine may say when its provider dies. ``left_locked``: the locks that its own death leaves.
    ``interrupted`` and ``terminated``: what it says to the first and to the second Ctrl-C.
    """

    crash: Sequence[str]
    left_locked: int
    interrupted: str
    terminated: str

    def canceled(self, operation: Operation) -> str:
        """What it says in the end when it was interrupted in the middle of this."""

    def lines(self, **users: list[str]) -> None:
        """Write a roster of users and their serial numbers."""

    def prepare(self, command: str, **env: str) -> None:
        """What precedes the disturbed run, once the lines have changed."""

    def change(self, command: str, **env: str) -> Ended:
        """`up` or `refresh`, to its end."""

    def start(self, command: str, **env: str) -> Running:
        """Start `up` or `refresh`."""

    def recover(self, command: str = "up", **env: str) -> Ended:
        """What docs/reliability.md tells to do after a run that was cut short."""

    def check_unchanged(self) -> None:
        """A run finds nothing to do."""

    def outputs(self) -> Mapping[str, Mapping[str, Any]]:
        """The outputs in state by name."""

    def pending(self) -> list[str]:
        """What the state says was interrupted."""

    def locks(self) -> int:
        """How many runs the backend believes to be under way."""


class FaultyStack(Stack):
    """A stack whose commands can be left running, and that shows what an interrupted one left."""

    crash: Sequence[str] = ("error reading from server: ",)
    left_locked = 1
    interrupted, terminated = "^C received; cancelling", "^C received; terminating"

    def __post_init__(self) -> None:
        self.secrecy = Secrecy(self.folder / "state")
        super().__post_init__()

    def run(self, *arguments: str, **env: str) -> Output:
        """Any command of the CLI, overheard."""
        self.secrecy.give(env)
        done = super().run(*arguments, **env)
        self.secrecy.listen(lambda: done.text)
        return done

    def canceled(self, operation: Operation) -> str:
        """What the CLI says was canceled."""
        return f"error: {'context' if operation.after == 'nobody' else 'update'} canceled"

    def prepare(self, command: str, **env: str) -> None:
        """The lock of a run that was killed before is removed."""
        if self.locks():
            self.must("cancel", "--yes", "--non-interactive")

    def change(self, command: str, **env: str) -> Output:
        """`up` or `refresh`, to its end."""
        return self.run(command, *QUIET, **env)

    def start(self, command: str, **env: str) -> Running:
        """Start `up` or `refresh`."""
        arguments = ["pulumi", "--color", "never", command, *QUIET]
        self.secrecy.give(env)
        running = Running(arguments, self.folder, {**self.environment(), **env})
        self.secrecy.listen(running.overheard)
        return running

    def pending(self) -> list[str]:
        """The operations that the state says were interrupted."""
        latest = json.loads(self.checkpoint())["checkpoint"]["latest"]
        return [f"{pending['type']} {_name(pending)}" for pending in latest.get("pending_operations") or []]

    def locks(self) -> int:
        """How many runs the backend believes to be under way."""
        return len(list((self.folder / "state").glob(".pulumi/locks/**/*.json")))

    def recover(self, command: str = "up", **env: str) -> Output:
        """What docs/reliability.md tells to do after a run that was cut short."""
        self.prepare(command)
        done = self.change(command, **env)
        if self.pending():
            self.must("refresh", *QUIET, "--clear-pending-creates")
        return done

    def check_unchanged(self) -> None:
        """`up` finds nothing to do."""
        done = self.up()
        assert done.code == 0, done.text
        assert f"{len(self.state()) + 1} unchanged" in done.text, done.text


class Scene:
    """Subjects, and bystanders: one is declared in the same stack, the others only live in the same account."""

    def __init__(self, box: Sandbox, stack: Changing, subjects: Sequence[Subject]) -> None:
        self.box, self.stack, self.subjects = box, stack, subjects
        self._others = box.holders(ACCOUNT)
        plant(box, subjects)
        self.begun: set[Subject] = set()
        self._declare()
        done = stack.recover("up")
        assert done.code == 0, done.text
        self.check()

    def begin(self, subjects: Collection[Subject]) -> dict[str, str]:
        """Change the lines of these; returns the environment with the codes they need."""
        for subject in subjects:
            if subject.operation.lost and subject not in self.begun:
                deactivate(self.box, subject.user("holder"), subject.serial)
            self.begun.add(subject)
        self._declare()
        env = self.codes(subjects)
        self.stack.prepare(next(iter(subjects)).operation.command, **env)
        self.box.reset_calls()
        return env

    def put_back(self) -> None:
        """Undo all changes of lines."""
        self.begun.clear()
        self._declare()

    def codes(self, subjects: Iterable[Subject]) -> dict[str, str]:
        """The environment with the codes that the devices of these show now."""
        given = [codes(self.box, subject.serial) for subject in subjects if subject.operation.codes]
        return {"MFA_ASSOCIATION_CODES": " ".join(bag["MFA_ASSOCIATION_CODES"] for bag in given)} if given else {}

    def faults(self, chunk: dict[Boundary, Subject], **settings: Any) -> int:
        """Set up a fault at each boundary; returns how many: some calls a process makes once for several subjects."""
        users = {boundary: subject.user(boundary.whose) for boundary, subject in chunk.items() if boundary.whose}
        strikes = dict.fromkeys((*boundary.strike[:3], users.get(boundary)) for boundary in chunk)
        for action, nth, when, user in strikes:
            self.box.fault(action, nth=nth, when=when, user=user, **settings)
        return len(strikes)

    def check(self, *, rivals: bool = False) -> None:
        """AWS is as declared, the state says the same, and nothing is left over; only rivals may enable in vain."""
        assert self.box.holders(ACCOUNT) == self._truth()
        assert self.state() == {**self._expected(), STEADY: ("steady", True)}
        assert (self.stack.pending(), self.stack.locks()) == ([], 0)
        log = self.box.log()
        touched = {call.serial for call in log if call.action in WRITES}
        assert touched <= {subject.serial for subject in self.begun}
        assert rivals or "EntityAlreadyExists" not in {call.error for call in log}, "a device was enabled twice"

    def check_settled(self) -> None:
        """One more run finds nothing to do and calls nothing."""
        self.box.reset_calls()
        self.stack.check_unchanged()
        assert self.box.calls() == {}

    def state(self) -> dict[str, tuple[str, bool]]:
        """Serial numbers to holder and ``active``, as the state has them."""
        bags = self.stack.outputs().values()
        return {bag["serial_number"]: (bag["user_name"], bag["active"]) for bag in bags}

    def writes(self, subject: Subject) -> list[tuple[str, str | None]]:
        """The writes to a subject's device since the last reset, with what they were answered."""
        found = [(call.action, call.error) for call in self.box.log() if call.serial == subject.serial]
        return [(action, error) for action, error in found if action in WRITES]

    def _who(self, subject: Subject, field: str) -> str:
        changed = "after" if field == "line" else "owner"
        first = "holder" if subject.operation.held or field == "line" else "nobody"
        before = subject.operation.before if field == "line" else first
        return str(getattr(subject.operation, changed) if subject in self.begun else before)

    def _declare(self) -> None:
        lines = {subject.serial: self._who(subject, "line") for subject in self.subjects}
        users = {subject.user(lines[subject.serial]): [subject.serial] for subject in self.subjects
                 if lines[subject.serial] != "nobody"}  # fmt: skip
        self.stack.lines(steady=[STEADY], **users)

    def _truth(self) -> dict[str, list[str]]:
        owners = {subject: self._who(subject, "owner") for subject in self.subjects}
        held = {subject.user(who): [subject.serial] for subject, who in owners.items() if who != "nobody"}
        return {**self._others, **BYSTANDERS, **held}

    def _expected(self) -> dict[str, tuple[str, bool]]:
        lines = {subject: self._who(subject, "line") for subject in self.subjects}
        return {
            subject.serial: (subject.user(line), self._who(subject, "owner") == line)
            for subject, line in lines.items()
            if line != "nobody"
        }


def plant(box: Sandbox, subjects: Iterable[Subject]) -> None:
    """Add these and the bystanders; what they hold they have held for a day."""
    box.skew(-ONE_DAY)
    box.add({"accounts": {ACCOUNT: {"users": users(subjects)}}})
    box.skew(0)


def users(subjects: Iterable[Subject]) -> dict[str, Any]:
    """The holders and heirs of these and the bystanders, in the sandbox's seed format."""
    users: dict[str, Any] = {
        user: {"devices": [{"kind": "hardware", "serial": serial, "held": True}]}
        for user, (serial,) in BYSTANDERS.items()
    }
    for subject in subjects:
        users[subject.user("holder")] = {"password": True, "devices": [_device(subject)]}
        users[subject.user("heir")] = {}
    return users


def _device(subject: Subject) -> dict[str, Any]:
    name = {"name": subject.serial.rpartition("/")[2]}
    kind = {"kind": "hardware", "serial": subject.serial} if subject.operation.hardware else {"kind": "virtual", **name}
    return {**kind, "held": subject.operation.held}


def _name(pending: dict[str, Any]) -> str:
    return str(pending["resource"]["urn"]).rpartition("::")[2]
