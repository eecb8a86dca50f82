"""Status: who can sign in with a password alone. Pure: a snapshot in, verdicts out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from mfa_association.inventory.snapshot import ListedHolder, Snapshot

Protection = Literal["bare", "unknown", "safe"]


@dataclass(frozen=True)
class Coverage:
    """Of the users with a console password, how many hold a device; ``unknown`` users could not be told."""

    holding: int
    bare: int
    unknown: int

    def __add__(self, other: Coverage) -> Coverage:
        return Coverage(self.holding + other.holding, self.bare + other.bare, self.unknown + other.unknown)

    def __str__(self) -> str:
        console = self.holding + self.bare
        if not console and not self.unknown:
            return "no user has a console password"
        users = "console user holds" if console == 1 else "console users hold"
        told = [f"{self.holding} of {console} {users} a device"]
        if self.bare:
            told.append(f"{self.bare} {'holds' if self.bare == 1 else 'hold'} none")
        if self.unknown:
            told.append(f"{self.unknown} {'user was' if self.unknown == 1 else 'users were'} not checked")
        return "; ".join(told if len(told) > 1 else [*told, "everybody holds one"])


def verdict(user: ListedHolder) -> Protection:
    """``bare``: a console password and no device. ``unknown``: one of the two could not be told."""
    if user.password is None:
        return "unknown"
    if not user.password or user.devices:
        return "safe"
    return "bare" if user.complete else "unknown"


def is_clean(user: ListedHolder) -> bool | None:
    """Whether a user has neither a console password nor a device; None: could not be told."""
    if user.password or user.devices:
        return False
    return True if user.password is False and user.complete else None


def coverage(snapshot: Snapshot) -> Coverage:
    """The one line about the account."""
    verdicts = [verdict(user) for user in snapshot.users]
    holding = sum(bool(user.password and user.devices) for user in snapshot.users)
    return Coverage(holding, verdicts.count("bare"), verdicts.count("unknown"))


def ranked(snapshot: Snapshot) -> list[ListedHolder]:
    """Those with a console password and no device first, then the unknown ones, then the rest by name."""
    order: dict[Protection, int] = {"bare": 0, "unknown": 1, "safe": 2}
    return sorted(snapshot.users, key=lambda user: (order[verdict(user)], user.name.lower()))
