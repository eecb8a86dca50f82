"""What AWS says of a holder, cell by cell: known, or not checked and why. A denial must never look like a "no"."""

from __future__ import annotations

from dataclasses import dataclass, field

from mfa_association.inventory.cells import NOT_ASKED
from mfa_association.inventory.cells import NotChecked as NotChecked
from mfa_association.inventory.rights import Administrator as Administrator
from mfa_association.inventory.snapshot import Certifications


@dataclass(frozen=True, order=True)
class Holder:
    """Whom a device serves; exactly one of the two is given. Compare by ``key``: IAM knows no case."""

    user_name: str | None = None
    root_account_id: str | None = None

    @property
    def key(self) -> tuple[str, str]:
        """The holder without regard to case."""
        return (self.root_account_id or "", (self.user_name or "").lower())

    def __str__(self) -> str:
        return self.user_name or f"root user of {self.root_account_id}"


@dataclass(frozen=True)
class Facts:
    """One holder as AWS has it now. ``password_last_used``: RFC 3339, or None for never.

    ``administrator_by``: the policy that makes ``administrator`` other than "no", and through whom. ``groups``: names.
    ``policies``: what must be detached or deleted before the user can be: ARNs of attached policies, names of inline ones.
    ``user_id``: None where there is no such user, or AWS did not tell.
    """

    holder: Holder
    exists: bool | NotChecked
    serial_numbers: tuple[str, ...] | NotChecked
    console_password: bool | NotChecked
    active_access_keys: int | NotChecked
    administrator: Administrator | NotChecked
    password_last_used: str | NotChecked | None
    administrator_by: str | None = None
    groups: tuple[str, ...] | NotChecked = NOT_ASKED
    policies: tuple[str, ...] | NotChecked = NOT_ASKED
    user_id: str | None = None

    @property
    def is_disabled(self) -> bool:
        """Whether nothing is left to sign in with: a leaver. False as well where that is not known."""
        return self.exists is True and self.console_password is False and self.active_access_keys == 0


@dataclass(frozen=True)
class Live:
    """All live reads of one review. ``checked_as``: the caller's ARN, or NotChecked for all of it.

    ``password_only_users``: other users, not touched by the change, who hold a console password and no device, as of ``bare_as_of``.
    ``predicted_failures``: what `up` or `apply` would run into, a sentence each, by the resource's address.
    ``simulated_as``: whose permission to do it was looked at (ARNs), or why nobody's was; None when nothing would be
    written. ``not_foreseen``: a sentence for every other obstacle that could not be looked for.
    ``present``: by serial number in small letters, who holds a device now whose holder the preview does not tell (a
    secret), or calls by a former name (the same ``user_id``); the facts of those are among ``holders``.
    ``certain``: addresses whose obstacle no other part of the change can take away, so that the run surely fails there.
    ``certifications``: of FIDO keys that users gain, by serial number in small letters, where the roster requires one.
    ``listed_at``: when the lists of the account were read from which users, groups and policies were taken, or why each
    user was asked for; None where that was cheaper.
    """

    checked_as: str | NotChecked
    checked_at: str | None = None
    holders: tuple[Facts, ...] = ()
    password_only_users: tuple[str, ...] | NotChecked = ()
    predicted_failures: tuple[tuple[str, str], ...] = field(default=())
    bare_as_of: str | None = None
    simulated_as: tuple[str, ...] | NotChecked | None = None
    not_foreseen: tuple[str, ...] = ()
    present: tuple[tuple[str, Holder], ...] = ()
    certain: frozenset[str] = frozenset()
    listed_at: str | NotChecked | None = None
    certifications: tuple[tuple[str, Certifications | NotChecked], ...] = ()
