"""Root users: what a root session tells, what the summary of an account tells, and what follows from both.

A root session (AssumeRoot, for the audit task) tells all devices, the password and the access keys. GetAccountSummary, which
is read of each account anyway, tells only whether there is an MFA device, a password and an access key. A member account of
an organization that manages root credentials centrally may have none of the three: nobody can sign in there as root.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Literal

from mfa_association.aws.errors import AccessDenied, AwsError, NotAdministeringAccount, RootFeatureDisabled
from mfa_association.aws.reader import Reader
from mfa_association.aws.root import RootIam
from mfa_association.inventory.cells import NOT_ASKED, NotChecked
from mfa_association.inventory.snapshot import HeldDevice, ListedHolder, Snapshot, held_device, in_order, moment
from mfa_association.validation import ROOT_USER

RootState = Literal["device", "no device", "no credentials", "not checked"]
CREDENTIALS_MANAGEMENT = "RootCredentialsManagement"
"""The feature of an organization by which member accounts need no root credentials (API reference)."""


@dataclass(frozen=True)
class RootUser:
    """The root user of an account as far as it is known.

    ``complete``: all of its devices are among ``devices``; else only virtual ones are. ``reason``: why something is not
    checked. ``password`` and ``has_keys``: None where that is not known. ``was_asked``: somebody asked for this root user.
    """

    account_id: str
    state: RootState
    devices: tuple[HeldDevice, ...] = ()
    complete: bool = False
    password: bool | None = None
    has_keys: bool | None = None
    password_last_used: str | NotChecked | None = NOT_ASKED
    reason: str = ""
    was_asked: bool = False

    @property
    def is_bare(self) -> bool | None:
        """Whether it can sign in with a password alone; None where that is not known."""
        if self.state != "no device":
            return None if self.state == "not checked" else False
        return self.password


@dataclass(frozen=True)
class Roots:
    """What root sessions told, and of the others why not, by account; how the organization manages root users; and the ARN of who asked."""

    holders: tuple[ListedHolder, ...] = ()
    faults: Mapping[str, str] = field(default_factory=dict)
    features: frozenset[str] | NotChecked | None = None
    read_as: str | None = None


def read_roots(
    reader: Reader, accounts: tuple[str, ...], *, sign_in: bool = False
) -> tuple[tuple[ListedHolder, ...], dict[str, str]]:
    """The root users of these accounts with all their devices, and for each that cannot be read a sentence.

    ``sign_in``: also what else they sign in with, which takes three calls more.
    """
    unread: dict[str, str] = {}
    found: list[ListedHolder] = []
    for account, answer in reader.each("root users", accounts, lambda account: _root(reader, account, sign_in)):
        if isinstance(answer, AwsError):
            unread[account] = str(answer)
            found.append(ListedHolder(ROOT_USER, complete=False, root_account_id=account))
        else:
            found.append(answer)
    return tuple(found), unread


def _root(reader: Reader, account: str, sign_in: bool) -> ListedHolder:
    iam = RootIam(reader.settings, account)
    devices = [held_device(device.serial_number, device.enable_date) for device in iam.list_mfa_devices(ROOT_USER)]
    root = ListedHolder(ROOT_USER, in_order(devices), root_account_id=account)
    if not sign_in:
        return root
    last_used, denied = _unless_denied(lambda: moment(iam.password_last_used()))
    return replace(
        root,
        password=_unless_denied(lambda: iam.has_password(ROOT_USER))[0],
        has_keys=_unless_denied(lambda: bool(iam.access_keys()))[0],
        password_last_used=NotChecked(denied) if denied else last_used,
    )


def _unless_denied(read: Callable[[], Any]) -> tuple[Any, str]:
    """What is read, or None and why not."""
    try:
        return read(), ""
    except AccessDenied as fault:
        return None, str(fault)


def read_features(reader: Reader) -> frozenset[str] | NotChecked:
    """How the organization manages root users; none where there is no organization."""
    try:
        return reader.with_retries(reader.directory.root_features)
    except RootFeatureDisabled:
        return frozenset()
    except (AccessDenied, NotAdministeringAccount) as fault:
        return NotChecked(str(fault))


def root_users(
    snapshots: Iterable[Snapshot | None], told: Roots, accounts: tuple[str, ...] = ()
) -> tuple[RootUser, ...]:
    """The root users of these accounts, of the accounts that were read whole, and of those that were asked for."""
    read = {one.account_id: one for one in snapshots if one}
    sessions = {str(one.root_account_id): one for one in told.holders}
    asked = {*sessions, *told.faults}
    whole = {number for number, one in read.items() if one.unassigned is not None or one.summary}
    known = [*(number for number in dict.fromkeys((*accounts, *read)) if number in whole or number not in read)]
    return tuple(
        replace(
            _root_user(one, read.get(one), sessions.get(one), told.faults.get(one, "")),
            was_asked=one in asked,
        )
        for one in dict.fromkeys((*known, *sorted(asked)))
    )


def _root_user(account_id: str, snapshot: Snapshot | None, session: ListedHolder | None, why: str) -> RootUser:
    """``session``: what a root session told of it, ``why``: why none did."""
    if session and session.complete:
        state = _state(bool(session.devices), session.password, session.has_keys)
        last_used = session.password_last_used
        reason = "" if session.password is not None else "its password could not be read"
        more = (session.password, session.has_keys, last_used, reason)
        return RootUser(account_id, state, session.devices, True, *more)
    summary = snapshot.summary if snapshot else None
    if snapshot is None or summary is None or summary.root_mfa is None:
        missing = "the account could not be read" if snapshot is None else "iam:GetAccountSummary did not tell"
        return RootUser(account_id, "not checked", reason=why or missing)
    shown = next((root.devices for root in snapshot.roots if root.root_account_id == account_id), ())
    state = _state(summary.root_mfa or bool(shown), summary.root_password, summary.root_keys)
    return RootUser(account_id, state, shown, False, summary.root_password, summary.root_keys, reason=why)


def _state(device: bool, password: bool | None, keys: bool | None) -> RootState:
    if device:
        return "device"
    return "no credentials" if password is False and keys is False else "no device"
