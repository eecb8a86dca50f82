"""The review of a whole change: what it costs, what it never does, and what it says where AWS cannot be asked."""

from __future__ import annotations

from dataclasses import fields, replace
from threading import Event
from typing import Any

import pytest

from mfa_association.aws import errors
from mfa_association.aws.reader import Interrupted
from mfa_association.errors import MfaError
from mfa_association.lifecycle import Limits
from mfa_association.review.facts import Facts, Holder, Live, NotChecked
from mfa_association.review.live import read_live
from mfa_association.review.live.reads import reason
from tests.support.stage import user, virtual

from .stage import Account, adds, allow, moves, preview, removes

READS = ("Get", "List", "Simulate", "GenerateCredentialReport")
ONE_USER = {
    "GetCallerIdentity": 1, "GenerateCredentialReport": 2, "GetCredentialReport": 1, "SimulatePrincipalPolicy": 1,
    "GetUser": 1, "ListMFADevices": 1, "GetLoginProfile": 1, "ListAccessKeys": 1, "ListAttachedUserPolicies": 1,
    "ListUserPolicies": 1, "ListGroupsForUser": 1,
}  # fmt: skip
"""Seven calls a user; four are once for all."""


def many(account: Account, number: int) -> list[str]:
    names = [f"user-{n:04}" for n in range(number)]
    account.plant(users={name: user(virtual(name), password=True) for name in names})
    account.group("staff", *names, inline=allow("s3:*"))
    account.start_counting()
    return names


def empty(facts: Facts, why: str) -> bool:
    cells = (field.name for field in fields(Facts) if field.name not in ("holder", "administrator_by", "user_id"))
    return facts.user_id is None and {getattr(facts, name) for name in cells} == {NotChecked(why)}


def test_the_calls_of_one_user(account: Account) -> None:
    account.plant(users={"alice": user(virtual())})
    account.look(removes("alice", account.arn()))
    assert account.calls() == ONE_USER


def test_nothing_is_ever_written(account: Account) -> None:
    account.plant(users={"alice": user(virtual()), "bob": {}}, devices=[virtual("free")])
    account.look(moves("alice", "bob", account.arn()), adds("bob", account.arn("free")))
    assert [call.action for call in account.box.log() if not call.action.startswith(READS)] == []


def test_a_change_of_nobody(account: Account) -> None:
    account.plant(users={"bob": {"password": True}})
    live = account.look()
    assert (live.holders, live.predicted_failures, live.simulated_as, live.password_only_users) == (
        (),
        (),
        None,
        ("bob",),
    )
    assert live.checked_as == f"arn:aws:sts::{account.account}:assumed-role/ci/sandbox"
    assert live.checked_at


@pytest.mark.long
def test_progress_is_told(account: Account) -> None:
    names, told = many(account, 70), []
    account.look(*(removes(name, account.arn(name)) for name in names), progress=lambda *step: told.append(step))
    assert [step for step in told if step[0] == "affected users"] == [
        ("affected users", 64, 70), ("affected users", 70, 70)
    ]  # fmt: skip


NOBODY_ANSWERS = [
    ("keys that AWS does not know", {"access_key": "AKIANOBODY0000000000"}, "credentials not accepted"),
    ("no network", {"endpoints": (("iam", "http://127.0.0.1:9"), ("sts", "http://127.0.0.1:9"))}, "unreachable"),
    ("an account that is not meant", {"allowed_account_ids": ("000000000001",)},
        "account not allowed by the configuration"),
    ("an endpoint without http", {"endpoints": (("sts", "nonsense"),)}, "AWS configuration cannot be used"),
]  # fmt: skip


@pytest.mark.parametrize(("why", "settings", "told"), NOBODY_ANSWERS, ids=[row[0] for row in NOBODY_ANSWERS])
def test_where_nobody_answers_every_cell_says_so(
    why: str, settings: dict[str, Any], told: str, account: Account
) -> None:
    account.plant(users={"alice": user(virtual())})
    account.box.add({"strict_keys": True})
    try:
        live = read_live(
            replace(account.settings(), **settings),
            preview(removes("alice", account.arn())),
            clock=account.time.clock(),
        )
    finally:
        account.box.add({"strict_keys": False})
    assert (live.checked_as, live.password_only_users, live.simulated_as) == (NotChecked(told),) * 3
    assert live.predicted_failures == ()
    assert [empty(facts, told) for facts in live.holders] == [True]


def test_no_credentials_at_all(account: Account, monkeypatch: pytest.MonkeyPatch) -> None:
    account.plant(users={"alice": user(virtual())})
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", "/dev/null")
    monkeypatch.setenv("AWS_CONFIG_FILE", "/dev/null")
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_PROFILE"):
        monkeypatch.delenv(name, raising=False)
    nobody = replace(account.settings(), access_key=None, secret_key=None, token=None)
    live = read_live(nobody, preview(removes("alice", account.arn())), clock=account.time.clock())
    assert live.checked_as == NotChecked("no credentials")


def test_a_throttled_cell_is_waited_for(account: Account) -> None:
    account.plant(users={"alice": user(virtual(), password=True)})
    account.fault("GetLoginProfile", error="Throttling", times=2)
    assert account.facts(removes("alice", account.arn())).console_password is True


@pytest.mark.parametrize(
    ("error", "told"), [("Throttling", "throttled"), ("ServiceFailure", "IAM could not answer"), ("Weird", "AWS answered with an unknown error")]
)  # fmt: skip
def test_a_cell_whose_call_keeps_failing(error: str, told: str, account: Account) -> None:
    account.plant(users={"alice": user(virtual(), password=True)})
    account.fault("GetLoginProfile", error=error, times=None)
    found = account.facts(removes("alice", account.arn()))
    assert found.console_password == NotChecked(told)
    assert found.serial_numbers == (account.arn(),)


@pytest.mark.long
def test_what_is_left_when_the_time_is_over_is_not_checked(account: Account) -> None:
    names = many(account, 40)
    account.fault("ListMFADevices", error="Throttling", times=None)
    steps = [removes(name, account.arn(name)) for name in names]
    live = account.look(*steps, seconds=2, limits=Limits(retry_deadline=1))
    late = NotChecked("no time left after 2 s")
    assert late in [facts.console_password for facts in live.holders]
    assert live.password_only_users == late
    assert all(facts.serial_numbers in (late, NotChecked("throttled")) for facts in live.holders)
    assert account.time.spent < 2 + 8


def test_an_interrupt_ends_it(account: Account) -> None:
    account.plant(users={"alice": user(virtual())})
    stop = Event()
    stop.set()
    with pytest.raises(Interrupted):
        account.look(removes("alice", account.arn()), stop=stop)


KINDS = [kind for kind in vars(errors).values() if isinstance(kind, type) and issubclass(kind, errors.AwsError)]


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__)
def test_every_error_has_a_reason_without_words_of_aws(kind: type[errors.AwsError]) -> None:
    told = reason(kind("reading", "GetUser", "User: arn:aws:iam::1:user/x is not authorized <b>"))
    assert told
    assert "arn" not in told and "<" not in told


def test_an_unknown_error_has_a_reason_too() -> None:
    assert reason(MfaError("x")) == "AWS answered with an unknown error"


def test_a_review_is_made_of_plain_values(account: Account) -> None:
    account.plant(users={"alice": user(virtual())})
    first, second = (account.look(removes("alice", account.arn())) for _ in range(2))
    assert isinstance(first, Live)
    assert replace(first, checked_at=None, bare_as_of=None) == replace(second, checked_at=None, bare_as_of=None)
    assert first.holders[0].holder == Holder("alice")
