"""A preview or plan as one model, whichever engine made it: who holds what before, who after. Dataclasses only.

``None`` stands for what the preview does not know yet. No secret is kept: of codes and seeds only that they are given.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

from mfa_association.review.facts import Holder
from mfa_association.validation import UNKNOWN_KIND, DeviceKind, listed_serial_number

Engine = Literal["pulumi", "terraform"]
Op = Literal["create", "delete", "update", "same", "unknown"]
Grant = Literal["password", "administrator", "access-key"]
HIDDEN_USER: Final = "?"
"""Stands for a user whose name is a secret; no user can be called so."""
Risk = Literal["critical", "high", "medium", "low", "info"]
RISKS: Final[tuple[Risk, ...]] = ("critical", "high", "medium", "low", "info")
ChangeKind = Literal[
    "role-changed",
    "removal-deepened",
    "removal-spared",
    "protection-lifted",
    "connection-changed",
    "endpoint-changed",
    "limit-raised",
    "mfa-demand-lost",
    "certification-loosened",
    "uncertified",
    "provider-added",
    "not-assessed",
]


@dataclass(frozen=True)
class Name:
    """A name somebody chose, inside of a phrase: it is shown as it is and never as markup."""

    text: str


Phrase = tuple[str | Name, ...]


@dataclass(frozen=True)
class SourceLocation:
    """Where something is declared: a path inside the repository, and its line where that is known."""

    file: str
    line: int | None = None

    def __str__(self) -> str:
        return self.file if self.line is None else f"{self.file}:{self.line}"


@dataclass(frozen=True)
class Holding:
    """Who holds which device, as one side of a resource has it.

    ``active``: what was saved; None for a resource that is yet to be made. ``enables``: codes, a seed or a seed source
    are given, so a device that is not active can be enabled. ``also_deletes``: the virtual device goes with it.
    ``secret``: the holder is known to the engine and not shown. ``unexplained``: the holder or the device is not known
    yet, and nothing in the change produces it. ``fails_if_inactive``: `require_active`. ``source_mark``: tells whether a
    seed source is another one, since what looks like a seed is not kept in ``seed_source``. ``hidden``: the inputs that are
    secret or not known yet: they may be anything.
    """

    holder: Holder | None
    serial_number: str | None
    active: bool | None = None
    account_id: str | None = None
    enables: bool = False
    seed_source: str | None = None
    source_mark: int = 0
    renew: str | None = None
    role_arn: str | None = None
    on_last_device: str | None = None
    also_deletes: bool = False
    user_id: str | None = None
    secret: bool = False
    unexplained: bool = False
    fails_if_inactive: bool = False
    hidden: frozenset[str] = frozenset()

    @property
    def kind(self) -> DeviceKind:
        """What can be done with the device."""
        return listed_serial_number(self.serial_number).kind if self.serial_number else UNKNOWN_KIND

    @property
    def account(self) -> str | None:
        """The account of the holder, where it is saved or stands in the serial number."""
        return self.account_id or account_of(self.serial_number)

    @property
    def key(self) -> str | None:
        """The device without regard to case, as IAM compares."""
        return self.serial_number.lower() if self.serial_number else None


def account_of(arn: str | None) -> str | None:
    """The account in an ARN; None for anything else."""
    parts = (arn or "").split(":", 5)
    return parts[4] or None if len(parts) == 6 else None


@dataclass(frozen=True)
class DeviceStep:
    """What happens to one resource that gives a holder a device: an association, or a virtual device with a user.

    ``before`` is missing for ``create``, ``after`` for ``delete``; a replacement is two steps, ``replaces`` set, in the
    order in which the engine takes them. ``declares``: an association, which keeps its device; a virtual device does not,
    it only takes the device along when it goes. ``skipped_because``: why AWS is not called although the resource goes (retained,
    …). ``leftover``: what a failed run left behind. ``raw_op``: the engine's own name of an operation nobody knows.
    ``taken_by``: the type of another provider's resource that takes the record over, which may do anything with it.
    ``process``: what serves the resource; two of one process hear of each other.
    """

    address: str
    type: str
    op: Op
    before: Holding | None = None
    after: Holding | None = None
    declares: bool = True
    replaces: bool = False
    leftover: bool = False
    skipped_because: str | None = None
    raw_op: str = ""
    place: SourceLocation | None = None
    taken_by: str | None = None
    process: str = ""


@dataclass(frozen=True)
class UserStep:
    """An IAM user that the same preview makes, changes or deletes. ``takes_devices``: its deletion takes all of them.

    ``previous_name``: what it was called before it is renamed in place. ``account_id``: where its ARN is known.
    """

    address: str
    type: str
    op: Op
    user_name: str | None
    previous_name: str | None = None
    takes_devices: bool = False
    replaces: bool = False
    skipped_because: str | None = None
    place: SourceLocation | None = None
    account_id: str | None = None


@dataclass(frozen=True)
class GrantStep:
    """A console password, an access key, or what makes an administrator, that the same preview gives, keeps or takes.

    ``account_id``: where the user is, if that is known. ``certain``: a policy surely makes an administrator.
    """

    address: str
    type: str
    op: Op
    grant: Grant
    user_name: str | None
    place: SourceLocation | None = None
    account_id: str | None = None
    certain: bool = True


@dataclass(frozen=True)
class Widened:
    """A group or a managed policy that the change makes powerful; who is in it, or has it, only AWS may know."""

    kind: Literal["group", "policy"]
    name: str


@dataclass(frozen=True)
class Change:
    """What else a change does that makes factors weaker, or that nobody could look into; ``what`` begins with a verb."""

    kind: ChangeKind
    risk: Risk
    address: str
    what: Phrase
    place: SourceLocation | None = None


@dataclass(frozen=True)
class Preview:
    """A preview or plan. ``failure``: why it can say nothing; then nothing else in it may be believed.

    ``stack``: PROJECT/STACK, or what Terraform's workspace is called. ``engine_version`` where the document tells.
    ``code``: what runs code when it is applied, by address. ``max_removals``: the configured limit, the smallest known.
    ``detached``: users in small letters with policies of theirs that go, by ARN or, inline ones, by name.
    """

    engine: Engine
    stack: str
    devices: tuple[DeviceStep, ...] = ()
    users: tuple[UserStep, ...] = ()
    grants: tuple[GrantStep, ...] = ()
    failure: str | None = None
    engine_version: str | None = None
    notes: tuple[str, ...] = ()
    changes: tuple[Change, ...] = ()
    code: tuple[str, ...] = ()
    widened: tuple[Widened, ...] = ()
    detached: frozenset[tuple[str, str]] = frozenset()
    max_removals: int | None = None

    @property
    def ordered(self) -> bool:
        """Whether the steps are taken in their order: Pulumi removes what is no longer declared last of all."""
        return self.engine == "pulumi"


@dataclass(frozen=True)
class Planned:
    """What `up` or `apply` would do at AWS for one device.

    ``holder``: who gets it, or for ``remove`` who loses it; ``previous``: who loses it by a ``move``. ``serial_number``
    is None where all devices of the holder go (the user is deleted) or it is not known yet. ``active`` and ``user_id``:
    as saved. ``holder`` is None as well where it is secret: ask AWS who holds the serial number.
    """

    what: Literal["add", "move", "remove"]
    address: str
    holder: Holder | None
    serial_number: str | None
    previous: Holder | None = None
    kind: DeviceKind = UNKNOWN_KIND
    enables: bool = False
    active: bool | None = None
    role_arn: str | None = None
    account_id: str | None = None
    user_id: str | None = None
