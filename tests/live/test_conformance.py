"""The conformance table in the sandbox, and the guards of its run against a real account."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import botocore
import pytest

from mfa_association.aws.session import Session
from mfa_association.aws.settings import Settings
from mfa_association.lifecycle import Clock
from mfa_association.sandbox import Sandbox
from mfa_association.validation import parse_serial_number

from . import __main__ as live
from .page import PAGE, Ran, render, verdict
from .place import PATH, PREFIX, VARIABLE, NotOurs, Place, allow, sweep
from .situations import IAM, LIFE, SITUATIONS, Situation, answered

ACCOUNT, KEY = "111122223333", "ASIASANDBOXADMIN0000"
PHONE = {"kind": "virtual", "name": "alice-phone"}
SEED = {
    "accounts": {ACCOUNT: {"users": {"alice": {"devices": [PHONE]}, f"{PREFIX}elsewhere": {}}}},
    "keys": {KEY: {"account": ACCOUNT, "role": "admin"}},
}


@pytest.fixture(scope="module")
def passing(box: Sandbox) -> Clock:
    """A clock that moves AWS's instead of sleeping."""
    spent = [0.0]

    def wait(seconds: float) -> None:
        spent[0] += seconds
        box.skew(spent[0])

    return Clock(monotonic=lambda: spent[0], sleep=wait)


@pytest.fixture(scope="module")
def box() -> Iterator[Sandbox]:
    with Sandbox(SEED) as sandbox:
        yield sandbox


@pytest.fixture(scope="module")
def place(box: Sandbox, passing: Clock) -> Place:
    endpoints = tuple((service, box.url) for service in ("iam", "sts"))
    session = Session(Settings("us-east-1", None, KEY, "secret", "token", endpoints, read_attempts=1))
    return Place(session, passing)


@pytest.mark.parametrize("situation", SITUATIONS, ids=lambda one: one.what)
def test_the_sandbox_answers_as_aws_must(situation: Situation, place: Place) -> None:
    assert answered(situation, place) == situation.expected


FOREIGN = [
    ("deactivate_mfa_device", {"UserName": "alice", "SerialNumber": f"arn:aws:iam::{ACCOUNT}:mfa/alice-phone"}),
    ("deactivate_mfa_device", {"SerialNumber": f"arn:aws:iam::{ACCOUNT}:mfa{PATH}{PREFIX}1"[:20]}),
    ("deactivate_mfa_device", {"UserName": f"{PREFIX}1", "SerialNumber": "GAHT12345678"}),
    ("delete_virtual_mfa_device", {"SerialNumber": f"arn:aws:iam::{ACCOUNT}:mfa/alice-phone"}),
    ("delete_user", {"UserName": "alice"}),
    ("update_user", {"UserName": f"{PREFIX}1", "NewUserName": "alice"}),
    ("create_virtual_mfa_device", {"VirtualMFADeviceName": "phone"}),
    ("create_account_alias", {"AccountAlias": "x-alias"}),
]


@pytest.mark.parametrize(
    ("method", "params"), FOREIGN, ids=[f"{row[0]} {number}" for number, row in enumerate(FOREIGN)]
)
def test_nothing_without_the_prefix_is_touched(method: str, params: dict[str, Any], place: Place, box: Sandbox) -> None:
    box.reset_calls()
    for client in (place.session.reader, place.session.writer):
        with pytest.raises(NotOurs, match="this run touches only what begins with"):
            getattr(client, method)(**params)
    assert box.calls() == {}


@pytest.mark.parametrize("named", [None, "", "222233334444", f"{ACCOUNT} "])
def test_an_account_that_was_not_named_is_left_alone(named: str | None) -> None:
    with pytest.raises(NotOurs, match=f"{VARIABLE} must be the id of the account"):
        allow({} if named is None else {VARIABLE: named}, lambda: ACCOUNT)
    allow({VARIABLE: ACCOUNT}, lambda: ACCOUNT)


def test_sweeping_removes_all_of_the_prefix_and_nothing_else(place: Place, box: Sandbox) -> None:
    place.held(place.user())
    place.device()
    assert sweep(place) >= 3
    assert sweep(place) == 0
    assert box.holders(ACCOUNT) == {"alice": [f"arn:aws:iam::{ACCOUNT}:mfa/alice-phone"]}
    users = [user["UserName"] for user in box.client("iam", KEY).list_users()["Users"]]
    assert sorted(users) == ["alice", f"{PREFIX}elsewhere"]


@pytest.fixture
def environment(box: Sandbox, monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    """The sandbox in the place of AWS."""
    for name in ("AWS_PROFILE", "AWS_SESSION_TOKEN", VARIABLE):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_ENDPOINT_URL", box.url)
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", KEY)
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "secret")
    return monkeypatch


def test_the_run_refuses_without_the_account(
    environment: pytest.MonkeyPatch, box: Sandbox, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    box.reset_calls()
    assert live.main(tmp_path / "page.md") == 1
    assert (
        "MFA_ASSOCIATION_LIVE must be the id of the account to try things in: it is not set" in capsys.readouterr().err
    )
    assert box.calls() == {}
    environment.setenv(VARIABLE, "222233334444")
    assert live.main(tmp_path / "page.md") == 1
    assert "it names 222233334444, the credentials belong to another account" in capsys.readouterr().err
    assert box.calls() == {"GetCallerIdentity": 1}
    assert not list(tmp_path.iterdir())


def test_a_run_writes_its_dated_table_and_leaves_nothing(
    environment: pytest.MonkeyPatch,
    box: Sandbox,
    passing: Clock,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    some = [IAM[0], IAM[-1], *LIFE[:2]]
    environment.setenv(VARIABLE, ACCOUNT)
    environment.setattr(live, "SITUATIONS", some)
    box.fault("GetLoginProfile", error="Throttling", times=5)
    assert live.main(tmp_path / "page.md", passing) == 3
    said, page = capsys.readouterr().out, (tmp_path / "page.md").read_text()
    assert said.endswith("3 passed, 1 failed\n")
    assert f"partition `aws`, botocore {botocore.__version__}" in page and "never been run" not in page
    assert page.count("| as expected |") == 3
    assert page.count("**differs**: Throttling 400 Rate exceeded") == 1
    assert ACCOUNT not in page.partition("## What IAM answers")[2]
    assert sorted(box.holders(ACCOUNT)) == ["alice"]


def refuses(place: Place) -> None:
    place.run().account_for(parse_serial_number("arn:aws:iam::999988887777:mfa/x"))


def leaves_something_else(place: Place) -> None:
    assert place.holds(place.user(), place.device())


@pytest.mark.parametrize(("act", "code"), [(refuses, "WrongAccount"), (leaves_something_else, "Success")])
def test_what_fails_otherwise_is_a_row_and_not_the_end(act: Callable[[Place], None], code: str, place: Place) -> None:
    assert answered(Situation("any", IAM[0].expected, act), place)[:2] == (code, 0)


def test_other_words_are_told_and_another_code_differs() -> None:
    one = IAM[0]
    code, status, _ = one.expected

    def told(*answer: Any) -> str:
        return verdict(one, Ran("2026-01-31", "aws", "1", {one.what: answer}))

    assert told(*one.expected) == "as expected"
    assert told(code, status, "It exists.") == "as expected, in other words: It exists."
    assert told("Surprise", 400, "No.") == "**differs**: Surprise 400 No."


def test_the_page_says_what_the_table_says() -> None:
    """Word for word as long as it was never run; after a run every row is still there."""
    page = PAGE.read_text()
    assert page == render() or all(f"| {one.what} |" in page for one in SITUATIONS)
    assert ("never been run against AWS" in page) == (page == render())
