"""read: the truth about a declared device, and never that it is gone."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta, timezone
from typing import Any, NamedTuple

import pytest

from mfa_association import lifecycle
from mfa_association.aws import errors
from mfa_association.aws.errors import AwsError
from mfa_association.aws.iam import VirtualDevice
from mfa_association.lifecycle import refusals
from mfa_association.lifecycle.model import rfc3339
from tests.support.stage import OLD, Stage, failure, hardware, user, virtual

IDENTITY = {"GetCallerIdentity": 1}
WALK, LOOK = IDENTITY | {"ListVirtualMFADevices": 1}, IDENTITY | {"ListMFADevices": 1}
MISS = WALK | LOOK
TOKEN = "GAHT12345678"


class Finding(NamedTuple):
    reason: str
    seed: dict[str, Any]
    saved: dict[str, Any]
    active: bool
    calls: dict[str, int]
    warnings: tuple[str, ...] = ()
    serial: str = "arn"


HERE = {"users": {"alice": user(virtual(enable_date=OLD))}}
FINDINGS = (
    Finding("held as saved", HERE, {"enable_date": OLD}, True, WALK),
    Finding("inactive", {"users": {"alice": {}}, "devices": [virtual()]}, {"enable_date": OLD}, False, MISS),
    Finding("the device is gone", {"users": {"alice": {}}}, {"enable_date": OLD}, False, MISS),
    Finding("the user is gone", {"devices": [virtual()]}, {"enable_date": OLD}, False, MISS),
    Finding("a token is not held", {"users": {"alice": {}}}, {"enable_date": OLD}, False, LOOK, serial=TOKEN),
    Finding(
        "moved by hand",
        {"users": {"alice": {}, "bob": user(virtual())}},
        {"enable_date": OLD},
        False,
        MISS,
        ("{arn} is declared for alice but held by bob",),
    ),
    Finding(
        "moved to the root user",
        {"users": {"alice": {}}, "root": user(virtual())},
        {"enable_date": OLD},
        False,
        MISS,
        ("{arn} is declared for alice but held by arn:aws:iam::{account}:root",),
    ),
)


@pytest.mark.parametrize("case", FINDINGS, ids=lambda case: case.reason)
def test_the_truth_is_told(stage: Stage, case: Finding) -> None:
    stage.plant(**case.seed)
    saved = stage.saved(None if case.serial == "arn" else case.serial, user_id="AIDASAVED", **case.saved)
    found = lifecycle.read(stage.run(), saved)
    assert found == replace(saved, active=case.active, enable_date=OLD if case.active else None)
    assert stage.calls() == case.calls
    assert tuple(stage.warnings) == tuple(w.format(arn=stage.arn(), account=stage.account) for w in case.warnings)
    assert not stage.time.slept


BEFORE = "2024-01-31T12:00:00Z"


class Again(NamedTuple):
    reason: str
    same_user: bool
    denied: tuple[str, ...]
    active: bool
    told: tuple[str, ...] = ()


AGAIN = (
    Again("by the same user", True, (), True),
    Again("by a new user of the same name", False, (), False, ("another user is called alice now",)),
    Again("by somebody, GetUser is denied", False, ("GetUser",), True, ("whether alice is still the same user",)),
)


@pytest.mark.parametrize("case", AGAIN, ids=lambda case: case.reason)
def test_a_moved_date_means_that_it_was_registered_again(stage: Stage, case: Again) -> None:
    stage.plant(**HERE)
    user_id = stage.user_id() if case.same_user else "AIDABEFORE"
    stage.deny(*case.denied)
    stage.start_counting()
    saved = stage.saved(enable_date=BEFORE, user_id=user_id)
    found = lifecycle.read(stage.run(), saved)
    assert found == replace(saved, active=case.active, enable_date=OLD if case.active else None)
    assert stage.calls() == WALK | {"GetUser": 1}
    assert stage.warnings[0] == (
        f"{stage.arn()} of alice was enabled again at {OLD} (before: {BEFORE}): "
        "somebody removed and registered it outside this code"
    )
    assert [text[: len(told)] for text, told in zip(stage.warnings[1:], case.told, strict=True)] == list(case.told)


def test_what_its_user_registered_since_is_active(stage: Stage) -> None:
    stage.plant(**HERE)
    saved = stage.saved(active=False, user_id=stage.user_id())
    stage.start_counting()
    assert lifecycle.read(stage.run(), saved) == replace(saved, active=True, enable_date=OLD)
    assert stage.calls() == WALK | {"GetUser": 1}
    assert not stage.warnings


def test_a_new_user_of_the_old_name_is_not_believed_at_the_second_look_either(stage: Stage) -> None:
    stage.plant(**HERE)
    found = stage.saved(enable_date=BEFORE, user_id="AIDABEFORE")
    for _ in range(3):
        found = lifecycle.read(stage.run(), found)
        assert (found.active, found.user_id) == (False, "AIDABEFORE")
        assert "to accept the new user, replace the association, or give it a new renew value" in stage.warnings[-1]
    assert lifecycle.create(stage.run(), stage.wanted()).user_id == stage.user_id()


def test_an_id_that_was_not_known_is_learnt(stage: Stage) -> None:
    stage.plant(**HERE)
    user_id = stage.user_id()
    stage.start_counting()
    assert lifecycle.read(stage.run(), stage.saved(enable_date=BEFORE)).user_id == user_id
    assert stage.calls() == WALK


def test_many_misses_share_one_walk(stage: Stage) -> None:
    stage.plant(users={"alice": {}})
    run = stage.run()
    for name in ("one", "two", "three"):
        lifecycle.read(run, stage.saved(stage.arn(name)))
    assert stage.calls() == {"GetCallerIdentity": 1, "ListMFADevices": 3, "ListVirtualMFADevices": 1}


def test_a_renamed_user_still_holds_it(stage: Stage) -> None:
    stage.plant(users={"alice": user(virtual(enable_date=OLD))})
    saved = stage.saved(user_id=stage.user_id(), enable_date=OLD)
    stage.admin().update_user(UserName="alice", NewUserName="alicia")
    assert lifecycle.read(stage.run(), saved) == saved
    assert stage.warnings == [f"alice is now called alicia and still holds {stage.arn()}: declare it for the new name"]


def test_a_recreated_user_of_the_same_name_is_not_the_holder(stage: Stage) -> None:
    stage.plant(users={"alice": {}, "bob": user(virtual())})
    saved = stage.saved(user_id=stage.user_id(), enable_date=OLD)
    stage.admin().delete_user(UserName="alice")
    stage.plant(users={"alice": {}})
    assert not lifecycle.read(stage.run(), saved).active
    assert stage.warnings == [f"{stage.arn()} is declared for alice but held by bob"]


class Stale:
    """An Iam whose walk shows a holder, against the saved user's own list."""

    def __init__(self, holder: str, user_id: str | None) -> None:
        self._holder, self._user_id, self.deactivations = holder, user_id, 0

    @property
    def caller(self) -> Any:
        return type("Caller", (), {"account_id": "111122223333"})

    def list_mfa_devices(self, _user_name: str) -> list[Any]:
        return []

    def list_virtual_mfa_devices(self) -> list[VirtualDevice]:
        arn = "arn:aws:iam::111122223333:"
        moment = datetime(2025, 1, 31, 12, tzinfo=timezone.utc)
        return [
            VirtualDevice(f"{arn}mfa/alice-phone", f"{arn}user/{self._holder}", self._holder, self._user_id, moment)
        ]

    def deactivate_mfa_device(self, user_name: str, serial_number: str) -> None:
        self.deactivations += 1
        raise errors.NoSuchEntity("deactivating", "DeactivateMFADevice", "NoSuchEntity")


def test_without_ids_nobody_is_taken_for_renamed(stage: Stage) -> None:
    stage.account = "111122223333"
    assert not lifecycle.read(stage.run(iam=Stale("bob", None)), stage.saved()).active
    assert stage.warnings == [f"{stage.arn()} is declared for alice but held by bob"]


def test_an_old_walk_does_not_make_a_removal_go_round_in_circles(stage: Stage) -> None:
    stage.account = "111122223333"
    iam = Stale("alice", "AIDAALICE")
    lifecycle.delete(stage.run(iam=iam), stage.saved(user_id="AIDAALICE"))
    assert iam.deactivations == 1
    assert (stage.warnings, stage.notes) == ([], [f"{stage.arn()} of alice was already inactive"])


def test_what_was_enabled_seconds_ago_is_looked_for_again(stage: Stage) -> None:
    stage.plant(users={"alice": {}})
    stage.box.lag(3600)
    stage.plant(users={"alice": user(virtual())})
    stage.time.at(4, lambda: stage.box.lag(0))
    saved = stage.saved(enable_date=rfc3339(datetime.now(timezone.utc)))
    assert lifecycle.read(stage.run(), saved).active
    assert 4 <= stage.time.spent <= 15


def test_what_was_enabled_long_ago_is_not(stage: Stage) -> None:
    stage.plant(users={"alice": {}})
    saved = stage.saved(enable_date=rfc3339(datetime.now(timezone.utc) - timedelta(minutes=2)))
    assert not lifecycle.read(stage.run(), saved).active
    assert not stage.time.slept


DOUBTS = (
    ("a denied look", "AccessDenied", errors.AccessDenied),
    ("an expired token", "ExpiredToken", errors.ExpiredCredentials),
    ("a failure of IAM", "ServiceFailure", errors.ServiceFailure),
    ("a compatible cloud's failure", "InternalError", AwsError),
    ("an unknown code", "Surprise", AwsError),
)


@pytest.mark.parametrize("reason, code, kind", DOUBTS)
def test_nothing_is_believed_of_a_failed_look(stage: Stage, reason: str, code: str, kind: type[AwsError]) -> None:
    stage.plant(users={"alice": {}})
    stage.fault("ListMFADevices", error=code)
    with pytest.raises(kind, match=r"^reading the MFA devices of user \(alice\): "):
        lifecycle.read(stage.run(), stage.saved())


@pytest.mark.parametrize("reason, code, kind", DOUBTS[1:])
def test_nothing_is_believed_of_a_failed_walk(stage: Stage, reason: str, code: str, kind: type[AwsError]) -> None:
    stage.plant(users={"alice": {}})
    stage.fault("ListVirtualMFADevices", error=code)
    with pytest.raises(kind, match=r"^reading the virtual MFA devices of the account: "):
        lifecycle.read(stage.run(), stage.saved())


def test_a_denied_walk_only_hides_who_else_has_it(stage: Stage) -> None:
    stage.plant(users={"alice": {}, "bob": user(virtual())})
    stage.deny("ListVirtualMFADevices")
    assert not lifecycle.read(stage.run(), stage.saved()).active
    assert stage.warnings == [
        f"alice does not hold {stage.arn()}; whether somebody else does, or alice under a new name, could not be "
        "checked (AccessDenied): allow iam:ListVirtualMFADevices"
    ]


def test_the_saved_account_is_the_only_one_believed(stage: Stage) -> None:
    stage.plant(users={"alice": user(hardware())})
    saved = replace(stage.saved(TOKEN), account_id="999999999999")
    told = failure(lambda: lifecycle.read(stage.run(), saved), refusals.WrongAccount)
    assert told.startswith(
        f"using MFA device ({TOKEN}): it belongs to AWS account 999999999999, but the credentials in use belong to {stage.account}"
    )
    assert stage.calls() == {"GetCallerIdentity": 1}
