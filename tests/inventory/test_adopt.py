"""Adoption: what becomes of a roster's text, and what stays out of it."""

from __future__ import annotations

import pytest

from mfa_association.errors import MfaError
from mfa_association.inventory.adopt import ALL, Adoption, adopt
from mfa_association.inventory.snapshot import HeldDevice, ListedHolder, Snapshot
from mfa_association.lifecycle import Association
from mfa_association.validation import ROOT_USER, parse_serial_number
from tests.support.company import ACCOUNT, KEY, MEMBER, PHONE, ROOT_PHONE, SINCE, SPARE, TOKEN

ALICE = ListedHolder("alice", (HeldDevice(PHONE, SINCE),), user_id="AIDAALICE")
BOB = ListedHolder("bob", (HeldDevice(TOKEN, SINCE),), user_id="AIDABOB")
CAROL = ListedHolder("carol", (HeldDevice(KEY, SINCE),), user_id="AIDACAROL")
ROOT = ListedHolder(ROOT_USER, (HeldDevice(ROOT_PHONE, SINCE),), root_account_id=MEMBER)


def snapshot(*users: ListedHolder, roots: tuple[ListedHolder, ...] = (), unread: tuple[str, ...] = ()) -> Snapshot:
    return Snapshot(ACCOUNT, SINCE, users, roots, unassigned=(SPARE,), unread=unread)


def adopted(
    text: str, *users: ListedHolder, approved: tuple[str, ...] = (), roots: tuple[ListedHolder, ...] = ()
) -> Adoption:
    return adopt("roster.yaml", text, snapshot(*users, roots=roots), approved)


def test_a_new_roster_takes_in_all_that_is_held_in_order() -> None:
    assert adopted("", ALICE, BOB, roots=(ROOT,)).text == (
        "# Who may hold which MFA device. Deleting a line deactivates the device.\n"
        f"users:\n  alice:\n    - {PHONE}\n  bob:\n    - {TOKEN}\n"
        f'roots:\n  "{MEMBER}":\n    - {ROOT_PHONE}\n'
    )


@pytest.mark.parametrize("text", ["# ours\n", "\ufeff# ours\n\n  # users:\n", "# ours"])
def test_a_roster_of_comments_alone_is_a_new_one(text: str) -> None:
    """As the template has it."""
    found = adopted(text, ALICE, BOB)
    ended = text if text.endswith("\n") else f"{text}\n"
    assert found.text == f"{ended}users:\n  alice:\n    - {PHONE}\n  bob:\n    - {TOKEN}\n"
    assert found.waiting == ()


@pytest.mark.parametrize("text", ["allow_empty: true\n", "# ours\nusers:\n", "{}\n"])
def test_a_roster_that_was_emptied_is_no_new_one(text: str) -> None:
    found = adopted(text, ALICE)
    assert (found.text, [pair.serial_number for pair in found.waiting]) == (text, [PHONE])


def test_an_existing_roster_stays_as_it_is_and_new_devices_wait() -> None:
    text = f"# ours\nusers:\n  alice:   # on call\n    - {{serial_number: {PHONE}, on_last_device: refuse}}\n"
    found = adopted(text, ALICE, BOB)
    assert (found.text, found.added) == (text, ())
    assert [pair.serial_number for pair in found.waiting] == [TOKEN]


@pytest.mark.parametrize("approved", [(TOKEN,), (TOKEN.lower(),), (ALL,)])
def test_what_is_approved_is_added_and_all_else_stays(approved: tuple[str, ...]) -> None:
    text = f"# ours\nusers:\n  alice:   # on call\n    - {{serial_number: {PHONE}, on_last_device: refuse}}\n"
    found = adopted(text, ALICE, BOB, approved=approved)
    assert found.text == f"{text}  bob:\n    - {TOKEN}\n"
    assert found.waiting == ()


def test_a_device_is_approved_by_the_name_that_the_table_shows() -> None:
    found = adopted(
        f"users:\n  alice:\n    - {PHONE}\n", ALICE, BOB, CAROL, approved=("U2F/user/carol/yubikey-EXAMPLE",)
    )
    assert [pair.serial_number for pair in found.added] == [KEY]
    assert [pair.serial_number for pair in found.waiting] == [TOKEN]


def test_the_name_of_another_accounts_device_is_no_approval() -> None:
    text = f"users:\n  alice:\n    - {PHONE}\n"
    with pytest.raises(MfaError, match="there is no undeclared device 'mfa/root-phone'"):
        adopted(text, ALICE, roots=(ROOT,), approved=("mfa/root-phone",))
    assert [pair.serial_number for pair in adopted(text, ALICE, roots=(ROOT,), approved=(ROOT_PHONE,)).added] == [
        ROOT_PHONE
    ]


def test_one_approval_is_no_approval_of_the_rest() -> None:
    found = adopted(f"users:\n  alice:\n    - {PHONE}\n", ALICE, BOB, CAROL, approved=(TOKEN,))
    assert [pair.serial_number for pair in found.added] == [TOKEN]
    assert [pair.serial_number for pair in found.waiting] == [KEY]


def test_a_second_device_goes_to_its_user_in_the_rosters_spelling() -> None:
    both = ListedHolder("alice", (HeldDevice(PHONE, SINCE), HeldDevice(TOKEN, SINCE)))
    found = adopted(f"users:\n  Alice:\n    - {PHONE}\n", both, approved=(ALL,))
    assert found.text == f"users:\n  Alice:\n    - {PHONE}\n    - {TOKEN}\n"


def test_a_device_declared_for_somebody_else_is_told_and_never_added() -> None:
    text = f"users:\n  bob:\n    - {PHONE}\n"
    found = adopted(text, ALICE, approved=(ALL,))
    assert found.text == text
    assert [pair.serial_number for pair in found.differing] == [PHONE]


def test_a_device_that_no_roster_can_declare_is_told_apart() -> None:
    found = adopted("", ListedHolder("alice", (HeldDevice("sms-mfa", SINCE), HeldDevice(PHONE, SINCE))))
    assert [pair.serial_number for pair in found.odd] == ["sms-mfa"]
    assert [pair.serial_number for pair in found.added] == [PHONE]


def test_a_root_user_that_was_not_asked_for_is_left_out_and_told() -> None:
    own = ListedHolder(ROOT_USER, (HeldDevice(ROOT_PHONE, SINCE),), complete=False, root_account_id=ACCOUNT)
    found = adopted("", ALICE, roots=(own,))
    assert "roots" not in found.text
    assert found.roots == (own,)


def test_what_is_held_is_what_create_would_have_found() -> None:
    found = adopted(f"users:\n  ALICE:\n    - {PHONE}\n  bob:\n    - {SPARE}\n", ALICE, roots=(ROOT,), approved=(ALL,))
    assert [association for _, association in found.held] == [
        Association("ALICE", parse_serial_number(PHONE), True, ACCOUNT, SINCE, "AIDAALICE"),
        Association(ROOT_USER, parse_serial_number(ROOT_PHONE), True, MEMBER, SINCE, MEMBER),
    ]


@pytest.mark.parametrize(
    ("text", "found", "approved", "sentence"),
    [
        ("", snapshot(ALICE, unread=("reading users: denied",)), (), "could not be read, nothing was written; reading"),
        ("users: [", snapshot(ALICE), (), "not valid YAML"),
        (
            f"users:\n  a:\n    - {ROOT_PHONE}\n",
            snapshot(ALICE),
            (),
            f"of account {MEMBER}, but the credentials are of",
        ),
        (f"users:\n  b:\n    - {SPARE}\n", snapshot(ALICE), ("GAHT99999999",), "no undeclared device 'GAHT99999999'"),
        (f"users:\n  b:\n    - {PHONE}\n", snapshot(ALICE), (PHONE,), "no undeclared device"),
        ("", Snapshot(ACCOUNT, SINCE, (), missing=("zed",)), (), "there is no user 'zed'"),
    ],
)
def test_what_cannot_be_adopted_is_refused(
    text: str, found: Snapshot, approved: tuple[str, ...], sentence: str
) -> None:
    with pytest.raises(MfaError) as told:
        adopt("roster.yaml", text, found, approved)
    assert sentence in str(told.value)


def test_other_users_devices_are_not_missed_where_only_some_were_asked() -> None:
    text = f"users:\n  alice:\n    - {PHONE}\n  bob:\n    - {TOKEN}\n"
    found = adopt("roster.yaml", text, Snapshot(ACCOUNT, SINCE, (ALICE,)))
    assert (found.differing, found.waiting) == ((), ())
