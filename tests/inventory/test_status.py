"""Status: the verdict on a user, the order of users, and the line of coverage."""

from __future__ import annotations

import pytest

from mfa_association.inventory.snapshot import HeldDevice, ListedHolder, Snapshot
from mfa_association.inventory.status import Coverage, coverage, is_clean, ranked, verdict
from tests.support.company import ACCOUNT, PHONE, SINCE

ONE = (HeldDevice(PHONE, SINCE),)


@pytest.mark.parametrize(
    ("user", "safe", "clean", "reason"),
    [
        (ListedHolder("a", ONE, password=True), "safe", False, "a password and a device"),
        (ListedHolder("a", password=True), "bare", False, "a password alone"),
        (ListedHolder("a", password=False), "safe", True, "neither"),
        (ListedHolder("a", ONE, password=False), "safe", False, "a device without a password"),
        (ListedHolder("a", password=None), "unknown", None, "nobody knows of a password"),
        (ListedHolder("a", ONE, password=None), "unknown", False, "a device is a device"),
        (ListedHolder("a", complete=False, password=True), "unknown", False, "there may be a token"),
        (ListedHolder("a", complete=False, password=False), "safe", None, "there may be a token to take away"),
        (ListedHolder("a", ONE, complete=False, password=True), "safe", False, "one device is enough"),
    ],
)
def test_what_is_said_of_a_user(user: ListedHolder, safe: str, clean: bool | None, reason: str) -> None:
    assert (verdict(user), is_clean(user)) == (safe, clean), reason


def test_a_password_without_a_device_comes_first_and_what_is_unknown_second() -> None:
    users = (
        ListedHolder("Anna", ONE, password=True),
        ListedHolder("berta", password=None),
        ListedHolder("Zoe", password=True),
        ListedHolder("carl", password=True),
    )
    assert [user.name for user in ranked(Snapshot(ACCOUNT, SINCE, users))] == ["carl", "Zoe", "berta", "Anna"]


@pytest.mark.parametrize(
    ("told", "line"),
    [
        (Coverage(412, 8, 0), "412 of 420 console users hold a device; 8 hold none"),
        (Coverage(0, 1, 0), "0 of 1 console user holds a device; 1 holds none"),
        (Coverage(0, 0, 0), "no user has a console password"),
        (Coverage(2, 0, 0), "2 of 2 console users hold a device; everybody holds one"),
        (Coverage(2, 0, 3), "2 of 2 console users hold a device; 3 users were not checked"),
        (Coverage(2, 1, 3), "2 of 3 console users hold a device; 1 holds none; 3 users were not checked"),
    ],
)
def test_coverage_is_one_line(told: Coverage, line: str) -> None:
    assert str(told) == line


def test_users_without_a_password_do_not_count() -> None:
    users = (ListedHolder("a", ONE, password=True), ListedHolder("b", password=False), ListedHolder("c", password=True))
    assert coverage(Snapshot(ACCOUNT, SINCE, users)) == Coverage(1, 1, 0)
