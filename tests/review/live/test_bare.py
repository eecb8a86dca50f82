"""Users whom the change does not touch and who sign in with a password alone."""

from __future__ import annotations

from typing import Any

import pytest

from mfa_association.review.facts import NotChecked
from mfa_association.review.live import password_only
from tests.support.stage import hardware, user, virtual

from .stage import Account, removes


def company(account: Account, **more: Any) -> None:
    account.plant(users={
        "alice": user(virtual(), password=True),
        "Zoe": {"password": True},
        "bob": {"password": True},
        "carol": user(hardware(f"GAHT{account.account}"), password=True),
        "dave": {},
        **more,
    })  # fmt: skip


def test_who_has_a_password_and_no_device(account: Account) -> None:
    company(account)
    live = account.look(removes("alice", account.arn()))
    assert live.password_only_users == ("bob", "Zoe")
    assert live.bare_as_of and live.checked_at and live.bare_as_of <= live.checked_at


def test_whom_the_change_touches_is_no_news(account: Account) -> None:
    company(account)
    assert account.look(removes("ALICE", account.arn()), removes("zoe", "GAHT11111111")).password_only_users == ("bob",)


def test_who_enrolled_since_the_report_is_left_out(account: Account) -> None:
    company(account)
    account.look(removes("alice", account.arn()))
    serial = account.admin().create_virtual_mfa_device(VirtualMFADeviceName="new")["VirtualMFADevice"]["SerialNumber"]
    first, second = account.codes(serial)
    account.admin().enable_mfa_device(
        UserName="bob", SerialNumber=serial, AuthenticationCode1=first, AuthenticationCode2=second
    )
    account.admin().delete_login_profile(UserName="Zoe")
    account.admin().delete_user(UserName="Zoe")
    account.start_counting()
    assert account.look(removes("alice", account.arn())).password_only_users == ()
    assert account.calls()["ListMFADevices"] == 3


def test_who_cannot_be_asked_again_stays(account: Account) -> None:
    company(account)
    account.deny("ListMFADevices")
    assert account.look(removes("alice", account.arn())).password_only_users == ("bob", "Zoe")


def test_many_are_not_asked_again(account: Account, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(password_only, "ASKED_AGAIN", 1)
    company(account)
    assert account.look(removes("alice", account.arn())).password_only_users == ("bob", "Zoe")
    assert account.calls()["ListMFADevices"] == 1


@pytest.mark.parametrize("action", ["GenerateCredentialReport", "GetCredentialReport"])
def test_a_denied_report_is_told(action: str, account: Account) -> None:
    company(account)
    account.deny(action)
    live = account.look(removes("alice", account.arn()))
    assert (live.password_only_users, live.bare_as_of) == (NotChecked(f"denied: iam:{action}"), None)
    assert live.holders[0].console_password is True


def test_a_report_that_is_not_ready_in_time(account: Account, monkeypatch: pytest.MonkeyPatch) -> None:
    company(account)
    monkeypatch.setattr("mfa_association.aws.directory.AccountLists.start_report", lambda self: False)
    live = account.look(removes("alice", account.arn()))
    assert live.password_only_users == NotChecked("the credential report was not ready")
    assert account.time.spent == pytest.approx(password_only.REPORT_TIME, abs=1)
