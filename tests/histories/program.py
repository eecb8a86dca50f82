"""A program as a value: the associations that it declares, and how each is written."""

from __future__ import annotations

from dataclasses import MISSING, dataclass, fields, replace
from typing import Final, Literal

ACCOUNT: Final = "111122223333"
OTHER: Final = "444455556666"
"""An account that none of the devices belongs to."""


def virtual(name: str) -> str:
    """The serial number of a virtual device."""
    return f"arn:aws:iam::{ACCOUNT}:mfa/{name}"


PHONE, SPARE, BOBS, DAVES = (virtual(name) for name in ("alice-phone", "alice-spare", "bob-phone", "dave-phone"))
TOKEN: Final = "GAHT12345678"
KEY: Final = f"arn:aws:iam::{ACCOUNT}:u2f/user/carol/key-A"
LINES: Final = {PHONE: "alice", SPARE: "alice", BOBS: "bob", TOKEN: "bob", KEY: "carol", DAVES: "dave"}
"""Every device that a program may declare, and whose it is in the beginning, or is meant to be."""

USERS: Final = ("alice", "bob", "carol", "dave")

Naming = Literal["device", "count"]
Guard = Literal["warn", "refuse"]
Enabler = Literal["", "seed", "unset"]
"""What enables a device: nothing, a seed, or a seed source whose variable is not set."""


class Brief:
    """What prints without what it leaves as it usually is, and still as the code that makes it again."""

    def __repr__(self) -> str:
        found = ((field.name, getattr(self, field.name), field.default) for field in fields(self))  # type: ignore[arg-type]
        told = (
            repr(value) if usual is MISSING else f"{name}={value!r}" for name, value, usual in found if value != usual
        )
        return f"{type(self).__name__}({', '.join(told)})"


@dataclass(frozen=True, repr=False)
class Record(Brief):
    """One association. ``label``: its name where it is not the device's; ``provider``: an alias or explicit provider."""

    serial: str
    holder: str
    label: str = ""
    parent: str = ""
    provider: str = ""
    guard: Guard = "warn"
    enabler: Enabler = ""
    renew: str = ""
    require_active: bool = False
    foreign_role: bool = False
    create_first: bool = False
    protect: bool = False
    retain: bool = False
    after_neighbour: bool = False

    @property
    def pair(self) -> tuple[str, str]:
        """Device and holder as IAM compares them."""
        return self.serial.lower(), self.holder.lower()

    @property
    def is_elsewhere(self) -> bool:
        """Whether it is about a device, and a user, of the other account: a hardware serial number tells none of its own."""
        return self.foreign_role and not self.serial.startswith("arn:")

    @property
    def short(self) -> str:
        """The device's name, as `declare` and `for_each` name its resource."""
        return self.serial.rpartition("::")[2].rpartition(":")[2]


@dataclass(frozen=True, repr=False)
class Program(Brief):
    """What one version of the program declares. ``moved``: pairs of addresses that are one resource (`moved`, aliases)."""

    records: tuple[Record, ...] = ()
    naming: Naming = "device"
    moved: tuple[tuple[str, str], ...] = ()
    max_removals: int | None = None

    def named(self) -> dict[str, Record]:
        """The records by their address. Two of one name are one, as in a roster."""
        found: dict[str, Record] = {}
        for place, record in enumerate(self.records):
            found.setdefault(self.address(place, record), record)
        return found

    def address(self, place: int, record: Record) -> str:
        """The address of the record at a place."""
        name = f"d[{place}]" if self.naming == "count" else record.label or record.short
        return f"{record.parent}/{name}" if record.parent else name

    @property
    def moves(self) -> dict[str, str]:
        """From new addresses to old ones, as far as an engine takes them: the old one is not declared any more."""
        named = self.named()
        return {new: old for old, new in self.moved if new in named and old not in named}

    @property
    def pairs(self) -> set[tuple[str, str]]:
        """What is declared in the account."""
        return {record.pair for record in self.named().values() if not record.is_elsewhere}

    def having(self, place: int, **changes: object) -> Program:
        """The program with one record changed."""
        records = list(self.records)
        records[place] = replace(records[place], **changes)  # type: ignore[arg-type]
        return replace(self, records=tuple(records))
