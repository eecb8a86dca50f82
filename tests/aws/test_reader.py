"""Reading an account with patience: what is tried again, for how long, and what is not."""

from __future__ import annotations

import socket
from collections import Counter
from dataclasses import replace

import pytest

from mfa_association.aws.errors import Throttling, Unreachable
from mfa_association.aws.reader import Reader
from mfa_association.inventory.walk import take
from tests.support.company import ACCOUNT, Company, company, many


def test_a_walk_that_was_throttled_goes_on_where_it_stopped(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("mfa_association.aws.directory.PAGE_SIZE", 10)
    for firm in company(many(25)):
        firm.box.fault("ListVirtualMFADevices", nth=2, times=3, error="Throttling")
        firm.box.fault("ListUsers", nth=3, times=2, error="Throttling")
        assert len(take(firm.reader()).users) == 25
        calls = firm.box.calls()
        assert (calls["ListVirtualMFADevices"], calls["ListUsers"]) == (3 + 3, 3 + 2)
        assert firm.slept > 0


def test_of_users_that_were_throttled_only_those_are_asked_again(firm: Company) -> None:
    firm.box.fault("ListMFADevices", times=4, error="Throttling", user="bob")
    assert [len(user.devices) for user in take(firm.reader()).users] == [1, 1, 1, 0, 0]
    asked = Counter(call.user for call in firm.box.log() if call.action == "ListMFADevices")
    # Once carol's device is found there is nothing left to look for, so others may not be asked at all.
    assert asked["bob"] == 1 + 4 and {asked[user] for user in asked if user != "bob"} == {1}


def test_throttling_that_never_ends_says_for_how_long_it_was_tried(firm: Company) -> None:
    firm.box.fault("ListUsers", times=None, error="Throttling")
    with pytest.raises(Throttling, match=r"reading the users of the account: .*tried for 30 s"):
        take(firm.reader(deadline=30))


def test_a_report_that_does_not_come_is_not_waited_for_for_ever(firm: Company) -> None:
    firm.box.fault("GetCredentialReport", times=None, error="ReportInProgress")
    found = take(firm.reader(), passwords=True)
    assert (found.passwords_as_of, [user.password for user in found.users]) == (None, [True, False, True, True, False])


def test_an_endpoint_that_never_answered_is_not_waited_for(firm: Company) -> None:
    reader = firm.reader()
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        address = f"http://127.0.0.1:{closed.getsockname()[1]}"
    lost = Reader(replace(reader.settings, endpoints=(("iam", address), ("sts", address))), clock=firm.clock)
    with pytest.raises(Unreachable):
        take(lost)
    assert firm.slept == 0


def test_one_that_answered_before_is(firm: Company) -> None:
    firm.box.fault("ListUsers", times=3, drop=True)
    assert len(take(firm.reader()).users) == 5
    assert firm.slept > 0


def test_the_first_call_of_all_is_as_patient(firm: Company) -> None:
    firm.box.fault("GetCallerIdentity", times=2, error="Throttling")
    assert take(firm.reader()).account_id == ACCOUNT
