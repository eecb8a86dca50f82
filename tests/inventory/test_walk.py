"""The walk: what it finds, what it calls, and what it says of what it could not read."""

from __future__ import annotations

import pytest

from mfa_association.inventory.administrators import with_administrators
from mfa_association.inventory.certifications import with_certifications
from mfa_association.inventory.snapshot import HeldDevice, ListedHolder
from mfa_association.inventory.walk import take
from mfa_association.validation import ROOT_USER
from tests.support.company import ACCOUNT, KEY, MEMBER, PHONE, ROOT_PHONE, SINCE, SPARE, TOKEN, Company, company, many


def test_the_whole_account_is_found(firm: Company) -> None:
    found = take(firm.reader())
    assert {user.name: [device.serial_number for device in user.devices] for user in found.users} == {
        "alice": [PHONE],
        "bob": [TOKEN],
        "carol": [KEY],
        "dave": [],
        "erin": [],
    }
    assert [device.kind.name for user in found.users for device in user.devices] == ["virtual", "hardware", "fido"]
    assert {device.enable_date for user in found.users for device in user.devices} == {SINCE}
    assert all(user.complete and user.user_id for user in found.users)
    assert (found.account_id, found.unassigned, found.unread) == (ACCOUNT, (SPARE,), ())
    assert firm.only_reads()


@pytest.mark.long
@pytest.mark.parametrize(("users", "pages"), [(2001, 3), (5000, 5)])
def test_users_with_virtual_devices_are_read_in_pages_of_a_thousand(users: int, pages: int) -> None:
    """Five thousand in 21 calls."""
    for firm in company(many(users)):
        reader = firm.reader()
        found = with_administrators(reader, with_certifications(reader, take(reader, passwords=True)))
        assert sum(len(user.devices) for user in found.users) == users
        assert all(user.password for user in found.users)
        assert {user.rights.administrator for user in found.users} == {"no"}
        assert firm.box.calls() == {
            "GetCallerIdentity": 1,
            "ListVirtualMFADevices": pages,
            "ListUsers": pages,
            "GetAccountSummary": 1,
            "GenerateCredentialReport": 2,
            "GetCredentialReport": 1,
            "GetAccountAuthorizationDetails": pages,
            "ListPolicies": 1,
        }


def test_one_token_is_looked_for_first_where_there_is_no_virtual_device() -> None:
    token = {"devices": [{"kind": "hardware", "serial": TOKEN}]}
    for firm in company(many(300, zoe=token)):
        found = take(firm.reader())
        assert [device.serial_number for device in found.users[-1].devices] == [TOKEN]
        assert firm.box.calls()["ListMFADevices"] <= 64


def test_a_second_device_of_another_kind_is_found_too() -> None:
    both = {"devices": [{"kind": "virtual", "name": "zoe"}, {"kind": "hardware", "serial": TOKEN}]}
    for firm in company(many(100, zoe=both)):
        zoe = take(firm.reader()).users[-1]
        assert [device.kind.name for device in zoe.devices] == ["virtual", "hardware"]


def test_users_that_are_named_are_asked_for_themselves(firm: Company) -> None:
    found = take(firm.reader(), ("ALICE", "alice", "nobody"), passwords=True)
    assert [(user.name, user.password) for user in found.users] == [("alice", True)]
    assert (found.missing, found.unassigned) == (("nobody",), None)
    assert firm.box.calls() == {"GetCallerIdentity": 1, "GetUser": 2, "ListMFADevices": 1, "GetLoginProfile": 1}


def test_root_users_of_members_are_read_with_a_root_session(firm: Company) -> None:
    (root,) = take(firm.reader(), roots=(MEMBER,)).roots
    assert root == ListedHolder(ROOT_USER, (HeldDevice(ROOT_PHONE, SINCE),), root_account_id=MEMBER)


def test_the_accounts_own_root_shows_its_virtual_devices_only(firm: Company) -> None:
    firm.box.add({"accounts": {ACCOUNT: {"root": {"devices": [{"kind": "virtual", "name": "root"}]}}}})
    (root,) = take(firm.reader()).roots
    assert (root.root_account_id, root.complete, len(root.devices)) == (ACCOUNT, False, 1)


def test_a_root_user_that_cannot_be_read_is_told(firm: Company) -> None:
    found = take(firm.reader(), roots=(ACCOUNT,))
    assert [(root.devices, root.complete) for root in found.roots] == [((), False)]
    assert "no root session is allowed there" in found.unread_roots[0]
    assert found.unread == ()


@pytest.mark.parametrize(
    ("denied", "told", "unassigned"),
    [
        ("ListVirtualMFADevices", "reading the virtual MFA devices of the account", None),
        ("ListUsers", "reading the users of the account", (SPARE,)),
        ("ListMFADevices", "reading the MFA devices of user (bob)", (SPARE,)),
        ("GetLoginProfile", "", (SPARE,)),
    ],
)
def test_what_is_denied_is_told_in_one_sentence(
    firm: Company, denied: str, told: str, unassigned: tuple[str, ...] | None
) -> None:
    firm.deny(denied)
    found = take(firm.reader(), passwords=True)
    assert len(found.unread) == bool(told)
    assert "".join(found.unread).startswith(told)
    assert found.unassigned == unassigned


def test_a_user_whose_devices_are_denied_is_not_complete(firm: Company) -> None:
    firm.deny("ListMFADevices")
    alice, bob, *_ = take(firm.reader()).users
    assert [device.serial_number for device in alice.devices] == [PHONE]
    assert (bob.devices, bob.complete) == ((), False)


def test_without_the_summary_everybody_is_asked(firm: Company) -> None:
    firm.deny("GetAccountSummary")
    assert [len(user.devices) for user in take(firm.reader()).users] == [1, 1, 1, 0, 0]
    assert firm.box.calls()["ListMFADevices"] == 5


def test_without_a_report_each_user_is_asked_for_a_password(firm: Company) -> None:
    firm.deny("GenerateCredentialReport")
    found = take(firm.reader(), passwords=True)
    assert [user.password for user in found.users] == [True, False, True, True, False]
    assert (found.passwords_as_of, found.unread) == (None, ())


def test_without_both_a_password_is_not_known(firm: Company) -> None:
    firm.deny("GenerateCredentialReport", "GetLoginProfile")
    found = take(firm.reader(), passwords=True)
    assert {user.password for user in found.users} == {None}
    assert "checking the console password of user (alice)" in found.unread[0]
    assert "(the same for 5 users in all)" in found.unread[0]


def test_a_user_younger_than_the_report_is_asked_for(firm: Company) -> None:
    first = take(firm.reader(), passwords=True)
    firm.box.add({"accounts": {ACCOUNT: {"users": {"zoe": {"password": True}}}}})
    firm.box.reset_calls()
    found = take(firm.reader(), passwords=True)
    assert found.users[-1].password is True
    assert found.passwords_as_of == first.passwords_as_of
    assert firm.box.calls()["GetLoginProfile"] == 1
