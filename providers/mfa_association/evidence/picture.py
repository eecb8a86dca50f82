"""The picture of coverage: of each account's console users, how many sign in with what."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

WIDTH = 560
"""Of a whole bar, in the units of the drawing."""


@dataclass(frozen=True)
class Part:
    """A piece of a bar. ``kind``: its class in page.css, where its colour and pattern are."""

    kind: str
    number: int
    start: float
    width: float


@dataclass(frozen=True)
class Bar:
    """One account's console users: with a phishing-resistant device, another one, none, and those not checked."""

    account_id: str
    resistant: int
    other: int
    none: int
    unknown: int

    @property
    def total(self) -> int:
        """All of them."""
        return self.resistant + self.other + self.none + self.unknown

    @property
    def parts(self) -> list[Part]:
        """The pieces from left to right; one of nobody is left out."""
        found, start = [], 0.0
        for kind in ("resistant", "other", "none", "unknown"):
            number = getattr(self, kind)
            width = WIDTH * number / self.total if number else 0.0
            if number:
                found.append(Part(kind, number, round(start, 2), round(width, 2)))
            start += width
        return found

    @property
    def sentence(self) -> str:
        """The same in words, for whoever does not see it."""
        told = f"{self.resistant} with a phishing-resistant device, {self.other} with another device, {self.none} with none"
        return f"account {self.account_id}: {told}" + (f", {self.unknown} not checked" if self.unknown else "")


def bars(accounts: Iterable[Mapping[str, Any]]) -> list[Bar]:
    """A bar for each account of a report's document that could be read."""
    return [_bar(one) for one in accounts]


def _bar(account: Mapping[str, Any]) -> Bar:
    console = [user for user in account["users"] if user["console_password"]]
    resistant = sum(any(device["phishing_resistant"] for device in user["devices"]) for user in console)
    told = account["coverage"]
    return Bar(
        account["account_id"], resistant, told["with_device"] - resistant, told["without_device"], told["not_checked"]
    )
