"""A history as plain data, which prints as the code that makes it again, and shrinks well."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, get_args

from tests.histories.program import Brief

Engine = Literal["pulumi", "terraform"]
Way = Literal[
    "add",
    "remove",
    "rename",
    "rename moved",
    "reparent",
    "reparent all",
    "split",
    "expand",
    "move",
    "hand over",
    "serial",
    "misspell",
    "mend",
    "guard",
    "require active",
    "seed",
    "unset seed",
    "renew",
    "role",
    "alias",
    "count",
    "insert in front",
    "create first",
    "protect",
    "retain",
    "after neighbour",
    "max removals",
    "revert",
]
What = Literal["deactivate", "register", "rename", "recreate", "namesake", "password"]
Command = Literal["up", "refresh", "destroy"]
Action = Literal["ListMFADevices", "ListVirtualMFADevices", "EnableMFADevice", "DeactivateMFADevice", "GetLoginProfile"]
Error = Literal["Throttling", "ConcurrentModification", "ServiceFailure", "AccessDenied", "lost before", "lost after"]
Victim = Literal["provider", "CLI"]
WAYS: tuple[Way, ...] = get_args(Way)


@dataclass(frozen=True, repr=False)
class Change(Brief):
    """A change of the program; ``at`` and ``to`` choose among what there is."""

    way: Way
    at: int = 0
    to: int = 0


@dataclass(frozen=True, repr=False)
class Event(Brief):
    """Something that happens in AWS without the program."""

    what: What
    at: int = 0
    to: int = 0


@dataclass(frozen=True, repr=False)
class Trouble(Brief):
    """An error at the ``nth`` call of an action in one run, for so many ``times``."""

    action: Action
    error: Error
    nth: int = 1
    times: int = 1


@dataclass(frozen=True, repr=False)
class Kill(Brief):
    """kill -9 at the ``nth`` write of a run, before or after its effect."""

    victim: Victim
    nth: int = 1
    after: bool = False


@dataclass(frozen=True, repr=False)
class Run(Brief):
    """One command. ``order`` draws among the orders that the engine may take; ``pause``: what happens in AWS meanwhile."""

    command: Command = "up"
    refresh: bool = False
    keep_going: bool = False
    replace: tuple[int, ...] = ()
    target: tuple[int, ...] = ()
    neighbour_fails: bool = False
    trouble: tuple[Trouble, ...] = ()
    pause: tuple[Event, ...] = ()
    lag: bool = False
    kill: Kill | None = None
    order: int = 0


@dataclass(frozen=True, repr=False)
class Round(Brief):
    """The program changes, AWS changes, a run."""

    changes: tuple[Change, ...] = ()
    events: tuple[Event, ...] = ()
    run: Run = Run()
    soon: bool = False
    """Seconds after the round before, instead of minutes."""


@dataclass(frozen=True, repr=False)
class History(Brief):
    """``lines``: which of the devices the program declares at first."""

    engine: Engine
    lines: tuple[int, ...]
    rounds: tuple[Round, ...]
