"""Reports as documents, for pages; no AWS is asked."""

from __future__ import annotations

from typing import Any

from mfa_association.aws.directory import AccountSummary
from mfa_association.inventory.cells import NotChecked
from mfa_association.inventory.report import AccountResult, Report, by_serial, document
from mfa_association.inventory.rights import RightsVerdict
from mfa_association.inventory.roots import Roots, root_users
from mfa_association.inventory.snapshot import HeldDevice, ListedHolder, Snapshot
from mfa_association.roster import parse
from mfa_association.validation import ROOT_USER
from tests.support.company import ACCOUNT, KEY, MEMBER, PHONE, TOKEN

NOW, SINCE, USED = "2026-11-28T09:00:00Z", "2026-01-31T12:00:00Z", "2026-11-20T08:15:00Z"
DENIED = "333344445555"
ROSTER = f"users:\n  alice:\n    - {PHONE}\n"
NO, YES = RightsVerdict("no"), RightsVerdict("yes", "AdministratorAccess through group staff")


def user(name: str, *devices: HeldDevice, password: bool | None = True, **more: Any) -> ListedHolder:
    """A user as a snapshot has it."""
    known = {"password_last_used": USED if password else None, "keys_last_used": (), "rights": NO, "user_id": name}
    return ListedHolder(name, devices, password=password, **(known | more))


def phone(name: str) -> HeldDevice:
    """A virtual device."""
    return HeldDevice(f"arn:aws:iam::{ACCOUNT}:mfa/{name}", SINCE)


def account(number: str, *users: ListedHolder, **more: Any) -> Snapshot:
    """An account that could be read."""
    read_as = f"arn:aws:sts::{number}:assumed-role/mfa-audit/mfa-association"
    known: dict[str, Any] = {"unassigned": (), "summary": AccountSummary(1, True, True, False), "passwords_as_of": NOW}
    return Snapshot(number, NOW, users, read_as=read_as, **(known | more))


def company(**more: Any) -> dict[str, Any]:
    """Three accounts, one of them denied; everything that a page shows is somewhere in it."""
    first = account(
        ACCOUNT,
        user("alice", phone("alice-phone"), rights=YES, keys_last_used=(USED, None)),
        user("bob", HeldDevice(TOKEN, SINCE), password=False),
        user("carol", HeldDevice(KEY, SINCE, (("FIDO", "L1"), ("FIPS-140-2", "L2"))), phone("carol-phone")),
        user("dave", rights=RightsVerdict(NotChecked("denied: iam:ListPolicies"))),
        user("erin", password=None, password_last_used=NotChecked("denied: iam:ListUsers")),
        unassigned=(f"arn:aws:iam::{ACCOUNT}:mfa/spare",),
        not_checked=("reading which policies of AWS are attached in the account: not allowed",),
    )
    second = account(MEMBER, user("mallory", password_last_used=None))
    sessions = (
        ListedHolder(ROOT_USER, password=True, has_keys=False, root_account_id=MEMBER, password_last_used=USED),
        ListedHolder(
            ROOT_USER, password=False, has_keys=False, root_account_id="444455556666", password_last_used=None
        ),
    )
    told = Roots(sessions, {DENIED: "no root session is allowed there"}, frozenset({"RootCredentialsManagement"}))
    results = (
        AccountResult(ACCOUNT, first, lines=by_serial(parse(ROSTER).lines)),
        AccountResult(MEMBER, second),
        AccountResult(
            DENIED, fault="assuming role (arn:aws:iam::333344445555:role/mfa-audit): the role cannot be assumed"
        ),
    )
    roots = root_users([first, second], told, (ACCOUNT, MEMBER, DENIED))
    return document(Report(results, roots, told.features, f"arn:aws:iam::{ACCOUNT}:user/auditor")) | more


def crowd(number: int) -> dict[str, Any]:
    """So many users in two accounts, every tenth without a device, every third with two."""

    def one(account_id: str, at: int) -> ListedHolder:
        name = f"firstname.lastname-{at:05}"
        held = [] if at % 10 == 0 else [phone(f"{name}-phone")]
        if held and at % 3 == 1:
            serial = f"arn:aws:iam::{account_id}:u2f/user/{name}/yubikey-{at:026}"
            held.append(HeldDevice(serial, SINCE, (("FIDO", "L1"), ("FIPS-140-2", "L2"))))
        return user(name, *held, keys_last_used=(USED,), rights=YES if at % 50 == 0 else NO)

    halves = [
        account(number_, *(one(number_, at) for at in range(start, start + number // 2)))
        for number_, start in ((ACCOUNT, 0), (MEMBER, number // 2))
    ]
    results = tuple(AccountResult(one.account_id, one, lines=by_serial(parse(ROSTER).lines)) for one in halves)
    return document(Report(results, root_users(halves, Roots())))
