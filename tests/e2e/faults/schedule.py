"""Random fault schedules: what changes and what goes wrong in each round, drawn from a seed alone."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from random import Random
from typing import Any, Literal, get_args

from mfa_association.sandbox.faults import When
from tests.support.stack import virtual

SERIALS = tuple(virtual(f"lot{number}") for number in range(8))
USERS = ("ann", "ben", "cat", "dan", "eve")
READS, WRITES = ("ListMFADevices",), ("EnableMFADevice", "DeactivateMFADevice")
PASSING = {
    "read": ("Throttling", "ServiceFailure"),
    "write": ("Throttling", "ServiceFailure", "EntityTemporarilyUnmodifiable", "ConcurrentModification"),
}
Interruption = Literal["kill the provider", "kill the CLI", "Ctrl-C", "Ctrl-C twice"]
Call = tuple[str, str]
"""An action and the user that it names."""


@dataclass(frozen=True)
class Change:
    """A line whose holder changes; None: there is no line. ``by_hand``: the new holder has the device already."""

    serial: str
    before: str | None
    after: str | None
    by_hand: bool = False

    @property
    def calls(self) -> list[Call]:
        """Calls that it may make."""
        found = [("ListMFADevices", user) for user in (self.before, self.after) if user]
        if self.before and not self.by_hand:
            found.append(("DeactivateMFADevice", self.before))
        if self.after and not self.by_hand:
            found.append(("EnableMFADevice", self.after))
        return found


@dataclass(frozen=True)
class Round:
    """One run: its changes, the trouble that it must outlast, and where it is interrupted, if it is."""

    changes: tuple[Change, ...]
    faults: tuple[dict[str, Any], ...] = ()
    rate: float | None = None
    lag: float = 0.0
    interruption: Interruption | None = None
    where: tuple[str, str, When] = ("", "", "before")


@dataclass
class Schedule:
    """Rounds of a seed. What an interrupted run was to change stays as it is until a whole run has settled it."""

    seed: int
    lines: dict[str, str | None] = field(init=False)
    doubtful: set[str] = field(default_factory=set, init=False)

    def __post_init__(self) -> None:
        self._chance = Random(self.seed)
        self.lines = {serial: self._chance.choice((None, *USERS)) for serial in SERIALS}

    def rounds(self, count: int) -> Iterator[Round]:
        """Draw so many."""
        for _ in range(count):
            drawn = self._round()
            self.lines.update({change.serial: change.after for change in drawn.changes})
            self.doubtful = self.doubtful | {change.serial for change in drawn.changes} if drawn.interruption else set()
            yield drawn

    def _round(self) -> Round:
        idle = [serial for serial in SERIALS if serial not in self.doubtful]
        changes = tuple(map(self._change, self._chance.sample(idle, self._chance.randint(1, min(3, len(idle))))))
        interrupted = len(idle) - len(changes) > 0 and self._chance.random() < 0.75
        return Round(
            changes,
            faults=tuple(self._fault(changes) for _ in range(self._chance.randint(0, 3))),
            rate=self._chance.choice((None, None, None, 10.0)),
            lag=self._chance.choice((0.0, 0.0, 1.0)),
            interruption=self._chance.choice(get_args(Interruption)) if interrupted else None,
            where=(*self._call(changes), self._moment()),
        )

    def _change(self, serial: str) -> Change:
        before = self.lines[serial]
        after = self._chance.choice([user for user in (None, *USERS) if user != before])
        return Change(serial, before, after, by_hand=after is not None and self._chance.random() < 0.25)

    def _fault(self, changes: tuple[Change, ...]) -> dict[str, Any]:
        action, user = self._call(changes)
        told = {"action": action, "user": user, "nth": self._chance.randint(1, 2)}
        if self._chance.random() < 0.5:
            return {**told, "drop": True, "when": self._moment()}
        errors = PASSING["write" if action in WRITES else "read"]
        return {**told, "error": self._chance.choice(errors), "times": self._chance.randint(1, 2)}

    def _call(self, changes: tuple[Change, ...]) -> Call:
        return self._chance.choice(self._chance.choice(changes).calls)

    def _moment(self) -> When:
        return self._chance.choice(("before", "after"))
