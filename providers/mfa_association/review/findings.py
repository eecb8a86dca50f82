"""What a review says: findings with their risk, and the report that holds them. Dataclasses only."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final, Literal

from mfa_association.review.facts import Holder, Live
from mfa_association.review.model import RISKS as RISKS
from mfa_association.review.model import Change, Engine, SourceLocation
from mfa_association.review.model import Name as Name
from mfa_association.review.model import Phrase as Phrase
from mfa_association.review.model import Risk as Risk
from mfa_association.validation import DeviceKind

Verdict = Literal["critical", "high", "medium", "low", "info", "none", "unassessed"]
AdministratorAnswer = Literal["yes", "no", "not fully determined", "not checked"]
FindingKind = Literal[
    "removed",
    "replaced",
    "moved-away",
    "redeclared",
    "left-alone",
    "user-deleted",
    "added",
    "moved-here",
    "seed-changed",
    "enabled-again",
    "guard-changed",
    "password-given",
]
LOSSES: Final = ("removed", "replaced", "moved-away", "redeclared", "left-alone", "user-deleted")


def plain(phrase: Phrase) -> str:
    """A phrase as text."""
    return "".join(part.text if isinstance(part, Name) else part for part in phrase)


def short(serial_number: str) -> str:
    """A serial number as a table shows it: of a virtual device ``mfa/NAME``, of a security key what its user calls it."""
    if not serial_number.lower().startswith("arn:"):
        return serial_number
    name = serial_number.split(":", 5)[-1]
    return name.rpartition("/")[2] or name if name.startswith("u2f/") else name


def resource_name(address: str) -> str:
    """What a resource is called in its program."""
    return address.split("::", 3)[-1] if address.startswith("urn:") else address


@dataclass(frozen=True)
class Cell:
    """An answer, and in a few words how it is known or why it is not."""

    answer: AdministratorAnswer
    note: str = ""

    @property
    def unknown(self) -> bool:
        """Whether nobody can say."""
        return self.answer in ("not checked", "not fully determined")


@dataclass(frozen=True)
class RemainingDevices:
    """The devices a holder has afterwards. ``coming``: how many of them this very change adds.

    ``basis``: ``live``, as AWS says; ``managed``, only those that the code declares, so at least as many; ``all``, every
    device goes. ``replacements``: the serial numbers of those that come. ``held_back``: if they fail, what they replace
    stays, because the same run hears of both (rule 8 of the contract).
    """

    count: int
    basis: Literal["live", "managed", "all"]
    coming: int = 0
    names: tuple[str, ...] = ()
    replacements: tuple[str, ...] = ()
    held_back: bool = False

    @property
    def staying(self) -> int:
        """How many have the holder all the time."""
        return self.count - self.coming

    @property
    def last(self) -> bool | None:
        """Whether none is left; None where that cannot be said."""
        if self.count:
            return False
        return None if self.basis == "managed" else True


@dataclass(frozen=True)
class Finding:
    """What happens to one device of one holder. ``serial_number``: None for all devices of the holder, or not known yet.

    ``counts``: the holder really loses or gains a device, and still can sign in. ``undo``: how to get it back.
    ``own_line``: the holder of a gain wrote the change. ``last_sign_in``: when the holder's password was used last,
    ``never``, or None where nobody knows. ``secret``: the holder is known to the engine and not shown.
    """

    kind: FindingKind
    risk: Risk
    holder: Holder | None
    serial_number: str | None
    device_kind: DeviceKind
    what: Phrase
    why: Phrase
    left: RemainingDevices
    console_password: Cell
    administrator: Cell
    address: str
    undo: Phrase = ()
    place: SourceLocation | None = None
    cis: tuple[str, ...] = ()
    counts: bool = True
    removal: bool = False
    own_line: bool = False
    last_sign_in: str | None = None
    secret: bool = False

    @property
    def who(self) -> str:
        """The holder, or why none is named."""
        return str(self.holder) if self.holder else "secret" if self.secret else "not known yet"

    @property
    def is_loss(self) -> bool:
        """Whether it belongs into the table of losses."""
        return self.kind in LOSSES


@dataclass(frozen=True)
class Report:
    """All that is to be said. ``failure``: why nothing could be assessed; then there are no findings.

    ``code``: addresses of what runs code when it is applied; ``files``: those that the change touches and that are no
    rosters. No preview shows what code does: ``code_risk`` is how bad that is, None for only naming it.
    """

    engine: Engine
    stack: str
    losses: tuple[Finding, ...] = ()
    gains: tuple[Finding, ...] = ()
    failure: str | None = None
    engine_version: str | None = None
    notes: tuple[str, ...] = ()
    live: Live | None = field(default=None)
    changes: tuple[Change, ...] = ()
    code: tuple[str, ...] = ()
    files: tuple[str, ...] = ()
    code_risk: Risk | None = None
    max_removals: int | None = None

    @property
    def verdict(self) -> Verdict:
        """The worst risk of all that is told."""
        if self.failure is not None:
            return "unassessed"
        return min(self.risks, key=RISKS.index, default="none")

    @property
    def risks(self) -> list[Risk]:
        """The risk of everything that has one."""
        rated: list[Risk] = [finding.risk for finding in (*self.losses, *self.gains)] + [
            change.risk for change in self.changes
        ]
        return [*rated, self.code_risk] if self.code_risk and (self.code or self.files) else rated

    @property
    def removals(self) -> int:
        """How many devices are deactivated."""
        return sum(finding.removal for finding in self.losses)
