"""Every fault that is tried."""

from __future__ import annotations

from typing import NamedTuple

from .operations import ADOPT, DELETE, ENABLE, MOVE, VERBS, Subject, boundaries

ERRORS = ("EntityTemporarilyUnmodifiable", "ConcurrentModification")
"""What IAM answers while it is busy with a user."""
WRITE = {ENABLE: "EnableMFADevice", DELETE: "DeactivateMFADevice"}
RIVALS = {
    ADOPT: "both adopt it",
    ENABLE: "one enables it, the other adopts it",
    DELETE: "one deactivates it, the other finds it inactive",
}
"""How an operation ends that two stacks begin at once."""
FAULTS = ("provider killed", "CLI killed", "answer lost")
BACK, REMOVED = "killed, and the line put back before the rerun", "killed, and the line removed before the rerun"
RANDOM, EVERYTHING = "a schedule of all of these, drawn from a seed", "creates, moves and deletes of several users"


class Case(NamedTuple):
    """A fault that was tried. ``call``: the AWS call that it struck, where it struck one."""

    fault: str
    operation: str
    call: str = ""


BOUNDARIES = tuple(
    Case(f"{fault} {boundary.when}", boundary.operation.name, boundary.call)
    for verb in VERBS
    for boundary in boundaries(verb)
    for fault in FAULTS
)
OTHERS = (
    *(
        Case(fault, operation.name)
        for fault in ("CLI killed alone, its provider lives on", "Ctrl-C", "Ctrl-C twice")
        for operation in (ENABLE, DELETE)
    ),
    Case("throttling burst", "create of 20"),
    Case("throttling burst", "delete of 20"),
    Case("reads lag 2 s behind", ENABLE.name),
    Case("reads lag 2 s behind", MOVE.name),
    Case("reads lag 2 s behind", "delete of both devices of a user"),
    *(
        Case(f"{error} {until}", operation.name)
        for until in ("that clears", "for ever")
        for error in ERRORS
        for operation in WRITE
    ),
    *(Case("two stacks at once", operation.name) for operation in RIVALS),
    Case(RANDOM, EVERYTHING),
    Case(BACK, ENABLE.name),
    Case(BACK, MOVE.name),
    Case(BACK, DELETE.name),
    Case(REMOVED, MOVE.name),
)
CASES = frozenset({*BOUNDARIES, *OTHERS})


def one_each() -> dict[Subject, str]:
    """A subject for every write and every error of a busy IAM."""
    pairs = [(operation, error) for operation in WRITE for error in ERRORS]
    return {Subject(operation, number): error for number, (operation, error) in enumerate(pairs)}
