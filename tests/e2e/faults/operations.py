"""The operations that are disturbed, and every AWS call of each: the boundaries at which a run can be killed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from mfa_association.sandbox.faults import When
from tests.support.stack import virtual

Who = Literal["nobody", "holder", "heir"]
BEFORE_AND_AFTER: tuple[When, When] = ("before", "after")


@dataclass(frozen=True)
class Operation:
    """A line that changes from ``before`` to ``after``; ``calls`` are ``ACTION``, ``ACTION holder`` or ``ACTION heir``.

    ``held``: the holder has the device at first. ``lost``: it is deactivated outside just before. ``refused``: the
    call that IAM refuses, which has no effect to be struck after.
    """

    name: str
    before: Who
    after: Who
    calls: tuple[str, ...]
    held: bool = True
    codes: bool = False
    lost: bool = False
    hardware: bool = False
    refused: str = ""
    command: Literal["up", "refresh"] = "up"

    @property
    def owner(self) -> Who:
        """Who has the device once all is done."""
        return "nobody" if self.lost or not (self.held or self.codes) else self.after


@dataclass(frozen=True)
class Boundary:
    """Before or after one call of an operation takes effect."""

    operation: Operation
    place: int
    when: When

    @property
    def action(self) -> str:
        """The AWS action."""
        return self.operation.calls[self.place].partition(" ")[0]

    @property
    def whose(self) -> str:
        """``holder``, ``heir``, or nothing for a call that names no user."""
        return self.operation.calls[self.place].partition(" ")[2]

    @property
    def refused(self) -> bool:
        """Whether IAM refuses the call."""
        return self.operation.calls[self.place] == self.operation.refused

    @property
    def nth(self) -> int:
        """Which of the calls of this action and user it is."""
        return Counter(self.operation.calls[: self.place + 1])[self.operation.calls[self.place]]

    @property
    def strike(self) -> tuple[str, int, When, str]:
        """What is the same for boundaries that one call reaches: a process may make it once for several operations."""
        return self.action, self.nth, self.when, self.whose

    @property
    def call(self) -> str:
        """The call, for the table."""
        again = f" ({self.nth})" if Counter(self.operation.calls)[self.operation.calls[self.place]] > 1 else ""
        moved = f" of the {self.whose}" if self.operation.after == "heir" and self.whose else ""
        return f"{self.action}{moved}{again}"


@dataclass(frozen=True)
class Subject:
    """One device, its holder, and the heir that a move gives it to."""

    operation: Operation
    number: int

    @property
    def serial(self) -> str:
        """The serial number."""
        return f"GAHT{self.number:08}" if self.operation.hardware else virtual(f"phone{self.number:02}")

    def user(self, who: str) -> str:
        """The name of the holder or heir."""
        return f"{who}{self.number:02}"


ADOPT = Operation(
    "create: adopts a virtual device",
    before="nobody",
    after="holder",
    calls=("GetCallerIdentity", "ListVirtualMFADevices"),
)
TOKEN = Operation(
    "create: adopts a hardware token",
    before="nobody",
    after="holder",
    hardware=True,
    calls=("GetCallerIdentity", "ListMFADevices holder", "GetUser holder"),
)
ENABLE = Operation(
    "create: enables",
    before="nobody",
    after="holder",
    held=False,
    codes=True,
    calls=(
        "GetCallerIdentity",
        "ListMFADevices holder",
        "EnableMFADevice holder",
        "ListMFADevices holder",
        "GetUser holder",
    ),
)
RECORD = Operation(
    "create: records as not active",
    before="nobody",
    after="holder",
    held=False,
    calls=("GetCallerIdentity", "ListVirtualMFADevices", "ListMFADevices holder", "GetUser holder"),
)
READ = Operation(
    "read: a virtual device",
    before="holder",
    after="holder",
    command="refresh",
    calls=("GetCallerIdentity", "ListVirtualMFADevices"),
)
READ_TOKEN = Operation(
    "read: a hardware token",
    before="holder",
    after="holder",
    hardware=True,
    command="refresh",
    calls=("GetCallerIdentity", "ListMFADevices holder"),
)
MISS = Operation(
    "read: no longer held",
    before="holder",
    after="holder",
    lost=True,
    command="refresh",
    calls=("GetCallerIdentity", "ListVirtualMFADevices", "ListMFADevices holder"),
)
MOVE = Operation(
    "update: moves to another user",
    before="holder",
    after="heir",
    codes=True,
    calls=(
        "GetCallerIdentity",
        "ListMFADevices heir",
        "ListMFADevices holder",
        "ListMFADevices holder",
        "GetLoginProfile holder",
        "DeactivateMFADevice holder",
        "EnableMFADevice heir",
        "ListMFADevices heir",
        "GetUser heir",
    ),
)
DELETE = Operation(
    "delete: the last device of a user",
    before="holder",
    after="nobody",
    calls=("GetCallerIdentity", "ListMFADevices holder", "GetLoginProfile holder", "DeactivateMFADevice holder"),
)
DEAD = Operation(
    "delete: inactive already",
    before="holder",
    after="nobody",
    lost=True,
    refused="DeactivateMFADevice holder",
    calls=("GetCallerIdentity", "ListMFADevices holder", "DeactivateMFADevice holder", "ListVirtualMFADevices"),
)
VERBS = {
    "create": (ADOPT, TOKEN, ENABLE, RECORD),
    "read": (READ, READ_TOKEN, MISS),
    "update": (MOVE,),
    "delete": (DELETE, DEAD),
}
OPERATIONS = tuple(operation for operations in VERBS.values() for operation in operations)
COMMANDS = {"create and update": ("create", "update"), "read": ("read",), "delete": ("delete",)}
"""The verbs that one command can have under way at once: the engine deletes last."""
WORKERS = 4
"""How many calls a dynamic provider has under way at once."""


def boundaries(verb: str) -> list[Boundary]:
    """Before and after each call of a verb; those that a process makes once for all are struck once."""
    found: list[Boundary] = []
    for operation in VERBS[verb]:
        for place, call in enumerate(operation.calls):
            if " " in call or call not in {boundary.action for boundary in found if boundary.operation != operation}:
                found += [Boundary(operation, place, when) for when in BEFORE_AND_AFTER]
    return [boundary for boundary in found if not (boundary.when == "after" and boundary.refused)]


def groups(verbs: Iterable[str], workers: int = WORKERS) -> list[dict[Boundary, Subject]]:
    """Boundaries that one command can wait at together, as few groups as that makes."""
    found = [boundary for verb in verbs for boundary in boundaries(verb)]
    chunks: list[list[Boundary]] = []
    for boundary in sorted(found, key=lambda boundary: bool(boundary.whose)):
        room = [chunk for chunk in chunks if len(chunk) < workers and all(_together(boundary, one) for one in chunk)]
        if not room:
            chunks.append([])
        (room or chunks[-1:])[0].append(boundary)
    own = {boundary: Subject(boundary.operation, number) for number, boundary in enumerate(found)}
    return [{boundary: own[boundary] for boundary in chunk} for chunk in chunks]


def _together(one: Boundary, other: Boundary) -> bool:
    return not (_in_the_way(one, other) or _in_the_way(other, one))


def _in_the_way(one: Boundary, other: Boundary) -> bool:
    """Whether the other cannot be reached while ``one`` waits at a call that the process makes once for all."""
    if one.whose or (not other.whose and one.strike == other.strike):
        return False
    return not other.whose or one.action in other.operation.calls[: other.place]
