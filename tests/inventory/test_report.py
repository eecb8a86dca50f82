"""The documented form of a status: it satisfies its schema, and every cell says whether it was checked."""

from __future__ import annotations

import json
from dataclasses import replace
from importlib.resources import files
from typing import Any

import jsonschema
import pytest

from mfa_association.aws.directory import AccountSummary
from mfa_association.inventory.administrators import with_administrators
from mfa_association.inventory.benchmarks import WITH_PASSWORD, WITHOUT_PASSWORD
from mfa_association.inventory.certifications import with_certifications
from mfa_association.inventory.report import AccountResult, Report, breaks, by_serial, document
from mfa_association.inventory.roots import Roots, RootState, root_users
from mfa_association.inventory.snapshot import HeldDevice, ListedHolder, Snapshot
from mfa_association.inventory.walk import take
from mfa_association.roster import parse
from mfa_association.validation import ROOT_USER
from tests.support.company import ACCOUNT, KEY, MEMBER, PHONE, SINCE, SPARE, Company

USED = "2026-01-31T12:00:00Z"


def schema() -> jsonschema.Draft202012Validator:
    """The schema that the package ships."""
    found = json.loads((files("mfa_association") / "status.schema.json").read_text(encoding="utf-8"))
    jsonschema.Draft202012Validator.check_schema(found)
    return jsonschema.Draft202012Validator(found, format_checker=jsonschema.FormatChecker())


def read(firm: Company) -> Snapshot:
    reader = firm.reader()
    return with_administrators(reader, with_certifications(reader, take(reader, passwords=True)))


def told(firm: Company) -> dict[str, Any]:
    snapshot = read(firm)
    found = document(Report((AccountResult(ACCOUNT, snapshot),), root_users([snapshot], Roots())))
    schema().validate(found)
    return found


def users(found: dict[str, Any]) -> dict[str, Any]:
    return {user["user_name"]: user for user in found["accounts"][0]["users"]}


def test_an_account_as_it_is_told(firm: Company) -> None:
    seen = {"password": True, "password_last_used": USED, "access_keys": [USED, None]}
    firm.box.add({"accounts": {ACCOUNT: {"users": {"zoe": seen}}}})
    firm.box.client().attach_user_policy(UserName="zoe", PolicyArn="arn:aws:iam::aws:policy/AdministratorAccess")
    firm.box.reset_calls()
    found = told(firm)
    zoe, carol = users(found)["zoe"], users(found)["carol"]
    assert (zoe["password_last_used"], zoe["active_keys_last_used"]) == (USED, [USED, None])
    assert (zoe["administrator"], zoe["administrator_by"]) == ("yes", "AdministratorAccess")
    assert (zoe["breaks"], zoe["not_checked"]) == (list(WITH_PASSWORD), {})
    assert (carol["administrator"], carol["breaks"], carol["active_keys_last_used"]) == ("no", [], [])
    assert carol["devices"] == [
        {
            "serial_number": KEY,
            "device_kind": "fido",
            "enable_date": SINCE,
            "phishing_resistant": True,
            "certifications": {"FIDO": "L1"},
            "declared": None,
        }
    ]
    assert [one["broken_by"] for one in found["controls"]] == [2, 1, 0]
    (spare,) = found["accounts"][0]["unassigned_devices"]
    assert spare["delete_command"] == f"aws iam delete-virtual-mfa-device --serial-number {SPARE}"
    assert firm.only_reads()


@pytest.mark.parametrize(
    ("denied", "field", "why"),
    [
        ("GetAccountAuthorizationDetails", "administrator", "denied: iam:GetAccountAuthorizationDetails"),
        ("ListPolicies", "administrator", "denied: iam:ListPolicies"),
        ("GetCredentialReport", "active_keys_last_used", "no credential report"),
    ],
)
def test_what_is_denied_is_not_checked_and_never_no(firm: Company, denied: str, field: str, why: str) -> None:
    firm.deny(denied)
    found = told(firm)
    assert {user[field] for user in users(found).values()} == {None}
    assert all(user["not_checked"][field].startswith(why) for user in users(found).values())


def test_certifications_that_are_denied_are_told_once_and_hide_nothing_else(firm: Company) -> None:
    firm.deny("GetMFADevice")
    found = told(firm)
    (carols,) = users(found)["carol"]["devices"]
    assert carols["certifications"] is None
    assert [device["certifications"] for device in users(found)["alice"]["devices"]] == [{}]
    (sentence,) = found["accounts"][0]["not_checked"]
    assert sentence.startswith(f"reading the certifications of MFA device ({KEY})")
    assert found["accounts"][0]["not_read"] == []


def test_a_policy_of_aws_is_read_once_for_all_who_have_it(firm: Company) -> None:
    for name in ("alice", "bob", "dave"):
        firm.box.client().attach_user_policy(UserName=name, PolicyArn="arn:aws:iam::aws:policy/IAMFullAccess")
    firm.box.reset_calls()
    found = users(told(firm))
    assert [found[name]["administrator"] for name in ("alice", "bob", "carol", "dave")] == ["yes", "yes", "no", "yes"]
    assert firm.box.calls()["GetPolicyVersion"] == 1
    firm.deny("GetPolicyVersion")
    found = users(told(firm))
    assert found["alice"]["administrator"] is None
    assert found["alice"]["not_checked"]["administrator"] == "denied: iam:GetPolicyVersion"
    assert found["carol"]["administrator"] == "no"


def test_an_account_that_could_not_be_read_satisfies_the_schema_too() -> None:
    found = document(Report((AccountResult(MEMBER, fault="assuming role: no"),), root_users([], Roots(), (MEMBER,))))
    schema().validate(found)
    assert found["accounts"] == [{"account_id": MEMBER, "error": "assuming role: no"}]
    assert found["root_users"][0]["not_checked"] == "the account could not be read"


@pytest.mark.long
def test_a_cell_more_or_less_does_not_satisfy_the_schema(firm: Company) -> None:
    found = told(firm)
    for change in ({"new": 1}, {"version": 2}, {"accounts_read": None}):
        assert not schema().is_valid(found | change)
    del found["accounts"][0]["users"][0]["breaks"]
    assert not schema().is_valid(found)


@pytest.mark.parametrize(
    ("user", "broken", "reason"),
    [
        (ListedHolder("a", password=True), WITH_PASSWORD, "a password and no device"),
        (ListedHolder("a", password=False), WITHOUT_PASSWORD, "every user should hold one"),
        (ListedHolder("a", password=None), (), "which of the two is not known"),
        (ListedHolder("a", complete=False, password=True), (), "there may be a token"),
        (ListedHolder("a", (HeldDevice(PHONE, SINCE),), password=True), (), "holds one"),
    ],
)
def test_which_controls_a_user_breaks(user: ListedHolder, broken: tuple[str, ...], reason: str) -> None:
    assert breaks(user) == broken, reason


def test_declared_is_for_this_very_holder() -> None:
    lines = by_serial(parse(f"users:\n  alice:\n    - {PHONE}\n").lines)
    held = (HeldDevice(PHONE.upper().replace("ARN:AWS:IAM", "arn:aws:iam"), SINCE),)
    both = (ListedHolder("alice", held, password=False), ListedHolder("bob", held, password=False))
    account = Snapshot(ACCOUNT, SINCE, both, read_as="arn:aws:iam::111122223333:user/x")
    found = document(Report((AccountResult(ACCOUNT, account, lines=lines),)))
    assert [user["devices"][0]["declared"] for user in found["accounts"][0]["users"]] == ["yes", "for somebody else"]


@pytest.mark.parametrize(
    ("summary", "state", "bare", "reason"),
    [
        (AccountSummary(0, True, True, False), "device", False, "a device"),
        (AccountSummary(0, False, True, False), "no device", True, "a password alone"),
        (AccountSummary(0, False, False, True), "no device", False, "access keys, and nothing to sign in with"),
        (AccountSummary(0, False, False, False), "no credentials", False, "nothing at all"),
        (AccountSummary(0, False, None, False), "no device", None, "an older cloud does not tell of the password"),
        (AccountSummary(0), "not checked", None, "nothing is told"),
        (None, "not checked", None, "denied"),
    ],
)
def test_what_the_summary_tells_of_a_root_user(
    summary: AccountSummary | None, state: RootState, bare: bool | None, reason: str
) -> None:
    account = Snapshot(ACCOUNT, SINCE, (), unassigned=(), summary=summary)
    (root,) = root_users([account], Roots())
    assert (root.state, root.is_bare) == (state, bare), reason


def test_a_root_session_is_believed_before_the_summary() -> None:
    account = Snapshot(ACCOUNT, SINCE, (), unassigned=(), summary=AccountSummary(0, True, True, True))
    session = ListedHolder(ROOT_USER, root_account_id=ACCOUNT, password=True, has_keys=False)
    (root,) = root_users([account], Roots((session,)))
    assert (root.state, root.is_bare, root.was_asked) == ("no device", True, True)
    denied = replace(session, complete=False)
    (root,) = root_users([account], Roots((denied,), {ACCOUNT: "denied"}))
    assert (root.state, root.reason) == ("device", "denied")


def test_of_users_that_are_named_the_root_user_is_none() -> None:
    assert root_users([Snapshot(ACCOUNT, SINCE, ())], Roots()) == ()
