"""delete: a removed line deactivates the device, and nobody else's."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import replace
from typing import Any, NamedTuple, get_args

import pytest

from mfa_association import lifecycle
from mfa_association.aws import errors
from mfa_association.aws.errors import AwsError
from mfa_association.lifecycle import refusals
from mfa_association.lifecycle.refusals import Refusal
from mfa_association.validation import OnLastDevice
from tests.support.stage import OLD, Stage, failure, hardware, quietly, user, virtual

PLAIN = {"GetCallerIdentity": 1, "ListMFADevices": 1, "DeactivateMFADevice": 1}
LAST = PLAIN | {"GetLoginProfile": 1}
MISS = PLAIN | {"ListVirtualMFADevices": 1}
TOKEN = "GAHT12345678"
TWO = {"users": {"alice": user(virtual(enable_date=OLD), virtual("spare"))}}


class Removal(NamedTuple):
    reason: str
    seed: dict[str, Any]
    calls: dict[str, int]
    left: dict[str, list[str]]
    warnings: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    serial: str = "arn"
    saved_active: bool = True


GONE = ("{serial} of alice was already inactive",)
RENAMED = (
    "{serial} was not deactivated: there is no user alice; if alice was renamed, that user still holds the device: "
    "look under the new name (IAM shows the holders of virtual devices only)",
)
NAMESAKE = (
    "{serial} was not deactivated: another user is called alice now; if alice was renamed, that user still holds the "
    "device: look under the new name (IAM shows the holders of virtual devices only)",
)
REMOVALS = (
    Removal("one of two", TWO, PLAIN, {"alice": ["spare"]}),
    Removal("saved as inactive, yet held", TWO, PLAIN, {"alice": ["spare"]}, saved_active=False),
    Removal(
        "a hardware token",
        {"users": {"alice": user(hardware(enable_date=OLD), virtual("spare"))}},
        PLAIN,
        {"alice": ["spare"]},
        serial=TOKEN,
    ),
    Removal("already inactive", {"users": {"alice": {}}, "devices": [virtual()]}, MISS, {}, notes=GONE),
    Removal("the device is gone", {"users": {"alice": {}}}, MISS, {}, notes=GONE),
    Removal("the user is gone", {"devices": [virtual()]}, MISS, {}, notes=GONE),
    Removal(
        "a token of a user who is gone or was renamed", {}, PLAIN | {"ListMFADevices": 2}, {}, RENAMED, serial=TOKEN
    ),
    Removal(
        "moved by hand to another user",
        {"users": {"alice": {}, "bob": user(virtual())}},
        MISS,
        {"bob": ["alice-phone"]},
        ("{serial} is now assigned to bob and was not changed",),
    ),
    Removal(
        "moved by hand to the root user",
        {"users": {"alice": {}}, "root": user(virtual())},
        MISS,
        {"<root>": ["alice-phone"]},
        ("{serial} is now assigned to arn:aws:iam::{account}:root and was not changed",),
    ),
    Removal(
        "a token of a user who was renamed, with a namesake now",
        {"users": {"alice": {}, "alicia": user(hardware())}},
        PLAIN | {"ListMFADevices": 2, "GetUser": 1},
        {"alicia": [TOKEN]},
        NAMESAKE,
        serial=TOKEN,
    ),
)


@pytest.mark.parametrize("case", REMOVALS, ids=lambda case: case.reason)
def test_the_saved_pair_is_deactivated_and_nothing_else(stage: Stage, case: Removal) -> None:
    stage.plant(**case.seed)
    serial = None if case.serial == "arn" else case.serial
    saved = stage.saved(serial, user_id="AIDASAVED", enable_date=OLD, active=case.saved_active)
    lifecycle.delete(stage.run(), saved)
    assert _short(stage) == case.left
    assert stage.calls() == case.calls
    told = {"serial": saved.serial_number, "account": stage.account}
    assert stage.warnings == [text.format(**told) for text in case.warnings]
    assert stage.notes == [text.format(**told) for text in case.notes]


def _short(stage: Stage) -> dict[str, list[str]]:
    return {who: [serial.rpartition("/")[2] for serial in serials] for who, serials in stage.holders().items()}


def test_a_second_removal_finds_it_done(stage: Stage) -> None:
    stage.plant(**TWO)
    run = stage.run()
    lifecycle.delete(run, stage.saved())
    lifecycle.delete(run, stage.saved())
    assert stage.notes == [f"{stage.arn()} of alice was already inactive"]


def test_a_renamed_user_loses_it_under_the_new_name(stage: Stage) -> None:
    stage.plant(**TWO)
    saved = stage.saved(user_id=stage.user_id())
    stage.admin().update_user(UserName="alice", NewUserName="alicia")
    lifecycle.delete(stage.run(), saved)
    assert _short(stage) == {"alicia": ["spare"]}
    assert stage.warnings == [f"alice is now called alicia: deactivating {stage.arn()} under that name"]


def test_the_guard_holds_under_the_new_name_too(stage: Stage) -> None:
    stage.plant(users={"alice": user(virtual(), password=True)})
    saved = stage.saved(user_id=stage.user_id())
    stage.admin().update_user(UserName="alice", NewUserName="alicia")
    told = failure(lambda: lifecycle.delete(stage.run(), saved, "refuse"), refusals.LastDevice)
    assert told.startswith(f"deactivating MFA device ({stage.arn()}) of user (alicia): ")
    assert _short(stage) == {"alicia": ["alice-phone"]}


def test_a_renamed_user_of_unknown_id_is_left_alone(stage: Stage) -> None:
    stage.plant(**TWO)
    stage.admin().update_user(UserName="alice", NewUserName="alicia")
    lifecycle.delete(stage.run(), stage.saved(user_id=None))
    assert stage.warnings == [f"{stage.arn()} is now assigned to alicia and was not changed"]
    assert _short(stage)["alicia"] == ["alice-phone", "spare"]


def test_a_token_moved_by_hand_is_not_told_by_iam(stage: Stage) -> None:
    stage.plant(users={"alice": {}, "bob": user(hardware())})
    lifecycle.delete(stage.run(), stage.saved(TOKEN, user_id=stage.user_id()))
    assert (stage.warnings, stage.notes) == ([], [GONE[0].format(serial=TOKEN)])
    assert _short(stage) == {"bob": [TOKEN]}


class Recreated(NamedTuple):
    reason: str
    enable_date: str | None
    user_id: str | None
    left: list[str]
    calls: dict[str, int]


SOMEBODY_NEW = "AIDASOMEBODYELSE"
IDENTITIES = (
    Recreated("registered since, by somebody new", "2020-01-01T00:00:00Z", SOMEBODY_NEW, ["alice-phone", "spare"], {}),
    Recreated("never seen held, registered by somebody new", None, SOMEBODY_NEW, ["alice-phone", "spare"], {}),
    Recreated("registered since, by the same user", "2020-01-01T00:00:00Z", "same", ["spare"], {"GetUser": 1}),
    Recreated("the same registration", OLD, SOMEBODY_NEW, ["spare"], {}),
    Recreated("of unknown id", "2020-01-01T00:00:00Z", None, ["spare"], {}),
)


@pytest.mark.parametrize("kind", ["virtual", "hardware"])
@pytest.mark.parametrize("case", IDENTITIES, ids=lambda case: case.reason)
def test_the_device_of_a_new_user_of_the_old_name_is_not_touched(stage: Stage, case: Recreated, kind: str) -> None:
    first = virtual(enable_date=OLD) if kind == "virtual" else hardware(enable_date=OLD)
    stage.plant(users={"alice": user(first, virtual("spare"))})
    user_id = stage.user_id() if case.user_id == "same" else case.user_id
    stage.start_counting()
    saved = stage.saved(None if kind == "virtual" else TOKEN, user_id=user_id, enable_date=case.enable_date)
    lifecycle.delete(
        stage.run(max_removals=1), saved, "refuse", "delete-virtual-device" if kind == "virtual" else "keep"
    )
    left = [TOKEN if kind == "hardware" and name == "alice-phone" else name for name in case.left]
    assert _short(stage) == {"alice": left}
    if len(left) == 2:
        assert stage.writes() == []
        assert stage.warnings == [
            f"{saved.serial_number} stays as it is: another user is called alice now and registered it, not the user "
            "that it was bound to"
        ]
    assert stage.calls().get("GetUser", 0) == (1 if len(left) == 2 else case.calls.get("GetUser", 0))


def test_whose_device_it_is_is_asked_again_before_a_repetition(stage: Stage) -> None:
    stage.plant(users={"alice": user(virtual(enable_date=OLD), virtual("spare"))})
    saved = stage.saved(user_id=stage.user_id(), enable_date=OLD)
    stage.fault("DeactivateMFADevice", error="Throttling")

    def recreate() -> None:
        admin = stage.admin()
        for name in ("alice-phone", "spare"):
            admin.deactivate_mfa_device(UserName="alice", SerialNumber=stage.arn(name))
            admin.delete_virtual_mfa_device(SerialNumber=stage.arn(name))
        admin.delete_user(UserName="alice")
        stage.plant(users={"alice": user(virtual(), virtual("spare"))})

    stage.time.at(0.5, recreate)
    lifecycle.delete(stage.run(), saved)
    assert _short(stage) == {"alice": ["alice-phone", "spare"]}
    assert "another user is called alice now and registered it" in stage.warnings[0]


def test_where_the_user_may_not_be_looked_up_the_pair_counts(stage: Stage) -> None:
    stage.plant(**TWO)
    stage.deny("GetUser")
    lifecycle.delete(stage.run(), stage.saved(user_id="AIDASAVED"))
    assert _short(stage) == {"alice": ["spare"]}
    assert stage.warnings == [
        "whether alice is still the same user could not be checked (AccessDenied): allow iam:GetUser"
    ]


class Guard(NamedTuple):
    reason: str
    mode: OnLastDevice
    password: bool
    denied: tuple[str, ...]
    told: str | None
    refused: bool = False


LAST_ONE = "it is the last MFA device"
ANY_ONE = "whether it is the last MFA device was not checked"
UNSURE = "perhaps a console password, which could not be checked (AccessDenied)"
GUARDS = (
    Guard("password alone", "warn", True, (), f"{LAST_ONE}; alice could sign in with a password alone"),
    Guard("no password", "warn", False, (), f"{LAST_ONE}; alice has no console password"),
    Guard("password unknown", "warn", True, ("GetLoginProfile",), f"{LAST_ONE}; alice has {UNSURE}"),
    Guard(
        "devices unknown", "warn", True, ("ListMFADevices",), f"{ANY_ONE}; alice could sign in with a password alone"
    ),
    Guard("nothing known", "warn", True, ("ListMFADevices", "GetLoginProfile"), f"{ANY_ONE}; alice has {UNSURE}"),
    Guard("password alone", "refuse", True, (), f"{LAST_ONE}, alice has a console password", True),
    Guard("no password", "refuse", False, (), f"{LAST_ONE}; alice has no console password"),
    Guard("password unknown", "refuse", False, ("GetLoginProfile",), f"{LAST_ONE}, alice has {UNSURE}", True),
    Guard("devices unknown", "refuse", False, ("ListMFADevices",), f"{ANY_ONE}, alice has no console password", True),
    Guard("password alone", "allow", True, (), None),
    Guard("nothing known", "allow", True, ("ListMFADevices", "GetLoginProfile"), None),
)


@pytest.mark.parametrize("case", GUARDS, ids=lambda case: f"{case.mode}: {case.reason}")
def test_the_last_device_is_guarded(stage: Stage, case: Guard) -> None:
    stage.plant(users={"alice": user(virtual(), password=case.password)})
    stage.deny(*case.denied)
    _attempt(stage, case)
    assert stage.writes() == ([] if case.refused else ["DeactivateMFADevice"])
    assert bool(stage.holders()) is case.refused
    assert stage.calls() == ({k: v for k, v in LAST.items() if _is_made(k, case)})


def _is_made(action: str, case: Guard) -> bool:
    if action == "DeactivateMFADevice":
        return not case.refused
    return action != "GetLoginProfile" or case.mode != "allow"


def _attempt(stage: Stage, case: Guard) -> None:
    head = f"deactivating {stage.arn()} of alice: "
    if case.refused:
        assert failure(lambda: lifecycle.delete(stage.run(), stage.saved(), case.mode), refusals.LastDevice) == (
            f"deactivating MFA device ({stage.arn()}) of user (alice): {case.told}, and on_last_device is 'refuse'; "
            "nothing was changed, enroll another device first or run once with MFA_ASSOCIATION_ON_LAST_DEVICE=allow"
        )
        return
    lifecycle.delete(stage.run(), stage.saved(), case.mode)
    assert stage.warnings == ([] if case.told is None else [head + case.told])


@pytest.mark.parametrize("mode", get_args(OnLastDevice))
def test_nothing_is_asked_while_another_device_is_left(stage: Stage, mode: OnLastDevice) -> None:
    stage.plant(**TWO)
    lifecycle.delete(stage.run(), stage.saved(), mode)
    assert stage.calls() == PLAIN
    assert not stage.warnings


def test_two_leaving_together_are_not_both_the_last_but_one(stage: Stage) -> None:
    stage.plant(users={"alice": user(virtual(), virtual("spare"), password=True)})
    stage.fault("DeactivateMFADevice", times=None, delay=0.1)
    refused = _in_threads(stage, "refuse")
    assert len(refused) == 1 and isinstance(refused[0], refusals.LastDevice)
    assert len(stage.holders()["alice"]) == 1


def test_two_leaving_together_warn_once(stage: Stage) -> None:
    stage.plant(users={"alice": user(virtual(), virtual("spare"), password=True)})
    stage.fault("DeactivateMFADevice", times=None, delay=0.1)
    assert not _in_threads(stage, "warn")
    assert len(stage.warnings) == 1
    assert not stage.holders()


def test_two_leaving_together_are_seen_through_lagging_reads(stage: Stage) -> None:
    stage.plant(users={"alice": user(virtual(), virtual("spare"), password=True)})
    stage.box.lag(3600)
    assert len(_in_threads(stage, "refuse")) == 1


def _in_threads(stage: Stage, mode: OnLastDevice) -> list[Refusal]:
    run, refused = stage.run(), list[Refusal]()

    def leave(name: str) -> None:
        try:
            lifecycle.delete(run, stage.saved(stage.arn(name)), mode)
        except Refusal as refusal:
            refused.append(refusal)

    threads = [threading.Thread(target=leave, args=(name,)) for name in ("alice-phone", "spare")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return refused


RETRYABLE = (
    ("EntityTemporarilyUnmodifiable", errors.EntityTemporarilyUnmodifiable),
    ("ConcurrentModification", errors.ConcurrentModification),
    ("Throttling", errors.Throttling),
    ("ServiceFailure", errors.ServiceFailure),
)


@pytest.mark.parametrize("code, _kind", RETRYABLE)
def test_an_error_that_clears_is_waited_out(stage: Stage, code: str, _kind: type[AwsError]) -> None:
    stage.plant(**TWO)
    stage.fault("DeactivateMFADevice", times=3, error=code)
    lifecycle.delete(stage.run(), stage.saved())
    assert _short(stage) == {"alice": ["spare"]}
    assert stage.time.slept == [0.5, 1.0, 2.0]
    assert stage.calls() == {"GetCallerIdentity": 1, "ListMFADevices": 4, "DeactivateMFADevice": 4}


@pytest.mark.parametrize("code, kind", RETRYABLE)
def test_an_error_that_never_clears_says_for_how_long(stage: Stage, code: str, kind: type[AwsError]) -> None:
    stage.plant(**TWO)
    stage.fault("DeactivateMFADevice", times=None, error=code)
    told = failure(lambda: lifecycle.delete(stage.run(retry_deadline=10.0), stage.saved()), kind)
    assert told.startswith(
        f"deactivating MFA device ({stage.arn()}) of user (alice): {kind.cause}, tried for 10 s; {kind.advice} (AWS: "
    )
    assert stage.time.slept == [0.5, 1.0, 2.0, 4.0, 2.5]


@pytest.mark.parametrize(
    "reason, code, kind",
    [
        ("modelled, though no quota is known", "LimitExceeded", errors.LimitExceeded),
        ("an old token", "ExpiredToken", errors.ExpiredCredentials),
        ("nothing we know", "Surprise", AwsError),
    ],
)
def test_any_other_error_keeps_the_state(stage: Stage, reason: str, code: str, kind: type[AwsError]) -> None:
    stage.plant(**TWO)
    stage.fault("DeactivateMFADevice", error=code)
    told = failure(lambda: lifecycle.delete(stage.run(), stage.saved()), kind)
    assert told.startswith(f"deactivating MFA device ({stage.arn()}) of user (alice): {kind.cause}; "), reason
    assert stage.calls() == PLAIN


@pytest.mark.parametrize("when, walks", [("before", 0), ("after", 1)])
def test_after_a_lost_answer_the_call_is_made_again(stage: Stage, when: Any, walks: int) -> None:
    stage.plant(**TWO)
    stage.fault("DeactivateMFADevice", drop=True, when=when)
    run = stage.run(max_removals=1)
    lifecycle.delete(run, stage.saved())
    assert _short(stage) == {"alice": ["spare"]}
    assert stage.writes() == ["DeactivateMFADevice"] * 2
    assert stage.calls()["ListMFADevices"] == 2
    assert stage.calls().get("ListVirtualMFADevices", 0) == walks, "nobody holds it under a new name either"
    assert (stage.warnings, stage.notes) == ([], [])
    failure(lambda: lifecycle.delete(run, stage.saved(stage.arn("spare")), "allow"), refusals.TooManyRemovals)


def test_a_lost_answer_that_lagging_reads_hide_ends_well(stage: Stage) -> None:
    stage.plant(**TWO)
    stage.box.lag(3600)
    stage.fault("DeactivateMFADevice", drop=True, when="after")
    stage.time.at(3, lambda: stage.box.lag(0))
    lifecycle.delete(stage.run(), stage.saved())
    assert _short(stage) == {"alice": ["spare"]}
    assert 3 <= stage.time.spent <= 15


PAUSES: tuple[tuple[str, dict[str, Any]], ...] = (
    ("throttled", {"error": "Throttling"}),
    ("somebody else changes it", {"error": "ConcurrentModification"}),
    ("the request was lost", {"drop": True}),
    ("IAM failed", {"error": "ServiceFailure"}),
)


@pytest.mark.parametrize("reason, fault", PAUSES, ids=[reason for reason, _ in PAUSES])
def test_who_is_renamed_in_the_pause_loses_it_all_the_same(stage: Stage, reason: str, fault: dict[str, Any]) -> None:
    stage.plant(**TWO)
    saved = stage.saved(user_id=stage.user_id(), enable_date=OLD)
    stage.fault("DeactivateMFADevice", **fault)
    stage.time.at(0.5, lambda: stage.admin().update_user(UserName="alice", NewUserName="alicia"))
    run = stage.run(max_removals=1)
    lifecycle.delete(run, saved, "refuse")
    assert _short(stage) == {"alicia": ["spare"]}
    assert stage.warnings == [f"alice is now called alicia: deactivating {stage.arn()} under that name"]


def test_a_token_whose_holder_is_renamed_in_the_pause_is_warned_of(stage: Stage) -> None:
    stage.plant(users={"alice": user(hardware(enable_date=OLD))})
    saved = stage.saved(TOKEN, user_id=stage.user_id(), enable_date=OLD)
    stage.fault("DeactivateMFADevice", drop=True)
    stage.time.at(0.5, lambda: stage.admin().update_user(UserName="alice", NewUserName="alicia"))
    lifecycle.delete(stage.run(), saved)
    assert stage.warnings[-1] == RENAMED[0].format(serial=TOKEN)


def test_a_list_that_shows_what_nobody_can_deactivate_is_an_error(stage: Stage) -> None:
    stage.plant(**TWO)
    stage.fault("DeactivateMFADevice", times=None, error="NoSuchEntity")
    told = failure(lambda: lifecycle.delete(stage.run(), stage.saved()), errors.NoSuchEntity)
    assert "the user does not hold the device, tried for 15 s;" in told
    assert stage.holders()


@pytest.mark.parametrize("code", ["AccessDenied", "AccessDeniedException"])
def test_a_denial_names_action_and_resource(stage: Stage, code: str) -> None:
    stage.plant(**TWO)
    said = "User: ci is not authorized to perform: iam:DeactivateMFADevice on resource: user alice"
    stage.fault("DeactivateMFADevice", error=code, message=said)
    assert failure(lambda: lifecycle.delete(stage.run(), stage.saved()), errors.AccessDenied) == (
        f"deactivating MFA device ({stage.arn()}) of user (alice): the credentials in use are not allowed to do this; "
        f"allow the action that AWS names on that resource (AWS: DeactivateMFADevice: {code}: {said})"
    )


@pytest.mark.parametrize(
    "reason, caller, told",
    [("the user's own device", "Alice", True), ("another user's device", "bob", False)],
)
def test_self_management_is_explained_where_it_applies(stage: Stage, reason: str, caller: str, told: bool) -> None:
    stage.plant(users={"alice": user(virtual(), virtual("spare")), "bob": {}})
    key = stage.be_user(caller)
    stage.fault("DeactivateMFADevice", error="AccessDenied")
    text = failure(lambda: lifecycle.delete(stage.run(key), stage.saved()), errors.AccessDenied)
    note = (
        "not allowed to do this, and a user who holds an MFA device may change its own devices only in a session "
        "authenticated with one of them (AWS-2023-001): use a role; "
    )
    assert (note in text) is told, reason


def test_aws_2023_001_itself(stage: Stage) -> None:
    stage.plant(**TWO)
    text = failure(lambda: lifecycle.delete(stage.run(stage.be_user("alice")), stage.saved()), errors.AccessDenied)
    assert "(AWS-2023-001)" in text
    assert "authenticated with an MFA device that is enabled for this user" in text


@pytest.mark.parametrize(
    "reason, code",
    [("a compatible cloud on an unbound device", "InternalError"), ("IAM fails all the same", "ServiceFailure")],
)
def test_an_unclear_error_on_what_nobody_holds_is_success(stage: Stage, reason: str, code: str) -> None:
    stage.plant(users={"alice": {}}, devices=[virtual()])
    stage.fault("DeactivateMFADevice", times=None, error=code)
    lifecycle.delete(stage.run(max_removals=0), stage.saved())
    assert stage.notes == [f"{stage.arn()} of alice was already inactive"], reason
    assert len(stage.writes()) > 2, "no look stands for an answer until IAM had time to show what is new"
    assert stage.time.spent == 15


def test_a_compatible_cloud_says_not_found_in_its_own_way(stage: Stage) -> None:
    stage.plant()
    for action in ("ListMFADevices", "DeactivateMFADevice"):
        stage.fault(action, error="NoSuchEntityException")
    lifecycle.delete(stage.run(), stage.saved())
    assert stage.notes == [f"{stage.arn()} of alice was already inactive"]


@pytest.mark.parametrize("devices", [[], [virtual("spare")]], ids=["gone", "another is left"])
def test_a_denied_list_does_not_keep_what_is_gone_for_ever(stage: Stage, devices: list[dict[str, Any]]) -> None:
    stage.plant(users={"alice": user(*devices)})
    stage.deny("ListMFADevices")
    lifecycle.delete(stage.run(max_removals=1), stage.saved())
    assert stage.notes == [f"{stage.arn()} of alice was already inactive"]
    assert stage.writes() == ["DeactivateMFADevice"]


def test_a_denied_walk_does_not_keep_what_is_gone_for_ever(stage: Stage) -> None:
    stage.plant(users={"alice": {}})
    stage.deny("ListVirtualMFADevices")
    lifecycle.delete(stage.run(), stage.saved())
    assert stage.notes == [f"{stage.arn()} of alice was already inactive"]


@pytest.mark.parametrize("account", ["999999999999"])
def test_another_accounts_credentials_change_nothing(stage: Stage, account: str) -> None:
    stage.plant(users={"alice": user(hardware())})
    saved = replace(stage.saved(TOKEN), account_id=account)
    failure(lambda: lifecycle.delete(stage.run(), saved), refusals.WrongAccount)
    assert stage.calls() == {"GetCallerIdentity": 1}


FOUR = ("one", "two", "three", "four")


def _leave(stage: Stage, run: lifecycle.AccountContext, name: str) -> None:
    lifecycle.delete(run, stage.saved(stage.arn(name)), "allow")


def test_more_removals_than_allowed_fail(stage: Stage) -> None:
    stage.plant(users={"alice": user(*(virtual(name) for name in FOUR))})
    run = stage.run(max_removals=2)
    _leave(stage, run, "one")
    _leave(stage, run, "two")
    assert failure(lambda: _leave(stage, run, "three"), refusals.TooManyRemovals) == (
        f"deactivating MFA device ({stage.arn('three')}) of user (alice): this run has already deactivated 2, as many "
        "as max_removals allows; this device was not changed, check the roster, then run again or once with "
        "MFA_ASSOCIATION_MAX_REMOVALS=N"
    )
    assert _short(stage) == {"alice": ["three", "four"]}


def _denied(stage: Stage) -> None:
    stage.fault("DeactivateMFADevice", error="AccessDenied")


def _nothing(stage: Stage) -> None:
    pass


def _by_hand_while_lists_lag(stage: Stage) -> None:
    stage.box.lag(3600)
    stage.admin().deactivate_mfa_device(UserName="alice", SerialNumber=stage.arn("one"))
    stage.time.at(1, lambda: stage.box.lag(0))


@pytest.mark.parametrize(
    "reason, names, before",
    [
        ("a failed one", FOUR, _denied),
        ("an inactive one", FOUR[1:], _nothing),
        ("one that only seemed held", FOUR, _by_hand_while_lists_lag),
    ],
)
def test_only_real_removals_count(
    stage: Stage, reason: str, names: tuple[str, ...], before: Callable[[Stage], None]
) -> None:
    stage.plant(users={"alice": user(*(virtual(name) for name in names))})
    before(stage)
    run = stage.run(max_removals=1)
    quietly(lambda: _leave(stage, run, "one"), errors.AccessDenied)
    _leave(stage, run, "two")
    failure(lambda: _leave(stage, run, "three"), refusals.TooManyRemovals)


def test_a_removal_that_a_lagging_list_did_not_show_counts(stage: Stage) -> None:
    stage.plant(users={"alice": user(virtual("two"))})
    stage.box.lag(3600)
    stage.plant(users={"alice": user(virtual("one"))})
    run = stage.run(max_removals=1)
    _leave(stage, run, "one")
    failure(lambda: _leave(stage, run, "two"), refusals.TooManyRemovals)
    assert _short(stage) == {"alice": ["two"]}


def test_what_is_already_inactive_may_leave_beyond_the_limit(stage: Stage) -> None:
    stage.plant(users={"alice": {}})
    lifecycle.delete(stage.run(max_removals=0), stage.saved())
    assert len(stage.notes) == 1


def test_what_is_declared_again_in_this_run_is_kept(stage: Stage) -> None:
    stage.plant(**TWO)
    run = stage.run()
    lifecycle.create(run, stage.wanted())
    stage.start_counting()
    lifecycle.delete(run, stage.saved(stage.arn("Alice-Phone")))
    assert stage.warnings == [f"{stage.arn('Alice-Phone')} of alice stays active: another resource declares it"]
    assert not stage.calls()


def test_declared_again_for_somebody_else_it_is_taken_from_the_old_holder(stage: Stage) -> None:
    token = "GAHT12345678"
    stage.plant(users={"alice": user(hardware(token)), "bob": {}})
    run = stage.run()
    assert not lifecycle.create(run, stage.wanted(token, "bob")).active
    lifecycle.delete(run, stage.saved(token, "alice"))
    assert stage.holders() == {}


def test_declared_again_for_the_same_user_under_a_new_name_it_is_kept(stage: Stage) -> None:
    stage.plant(users={"alice": user(virtual())})
    saved = stage.saved(user_id=stage.user_id("alice"))
    stage.admin().update_user(UserName="alice", NewUserName="alicia")
    run = stage.run()
    lifecycle.create(run, stage.wanted(user="alicia"))
    lifecycle.delete(run, saved)
    assert stage.holders() == {"alicia": [stage.arn()]}
    assert stage.writes() == ["DeactivateMFADevice"]


def test_a_failed_new_declaration_for_the_same_user_is_an_error(stage: Stage) -> None:
    stage.plant(**TWO)
    run = stage.run()
    stage.fault("ListMFADevices", error="AccessDenied")
    stage.fault("ListVirtualMFADevices", error="AccessDenied")
    failure(lambda: lifecycle.create(run, stage.wanted()), errors.AccessDenied)
    assert failure(lambda: lifecycle.delete(run, stage.saved()), refusals.DeclaredButFailed) == (
        f"deactivating MFA device ({stage.arn()}) of user (alice): another resource declares the same device and "
        "failed in this run; nothing was changed, fix that and run again"
    )
    assert not stage.writes()


def test_a_failed_declaration_for_somebody_else_holds_nothing_back(stage: Stage) -> None:
    stage.plant(**TWO)
    run = stage.run(propagation=0.0)
    failure(lambda: lifecycle.create(run, stage.wanted(user="nobody")), refusals.UserMissing)
    lifecycle.delete(run, stage.saved())
    assert _short(stage) == {"alice": ["spare"]}


def test_the_next_run_knows_nothing_of_it(stage: Stage) -> None:
    stage.plant(**TWO)
    lifecycle.create(stage.run(), stage.wanted())
    lifecycle.delete(stage.run(), stage.saved())
    assert _short(stage) == {"alice": ["spare"]}


class Entity(NamedTuple):
    reason: str
    seed: dict[str, Any]
    gone: bool
    fault: dict[str, Any] | None = None
    said: tuple[str, ...] = ()
    deletions: int = 1


FREE: dict[str, Any] = {"users": {"alice": {}}, "devices": [virtual()]}
ENTITIES = (
    Entity("held until now", TWO, True),
    Entity("inactive already", FREE, True, said=GONE),
    Entity("deleted already", {"users": {"alice": {}}}, True, said=(*GONE, "{serial} was deleted already")),
    Entity(
        "in other hands",
        {"users": {"alice": {}, "bob": user(virtual())}},
        False,
        said=("{serial} is now assigned to bob and was not changed",),
        deletions=0,
    ),
    Entity(
        "registered meanwhile",
        TWO,
        False,
        {"error": "DeleteConflict"},
        ("{serial} was kept: somebody registered it meanwhile",),
    ),
    Entity("busy at first", TWO, True, {"error": "ConcurrentModification"}, deletions=2),
    Entity("answer lost before", TWO, True, {"drop": True}, deletions=2),
    Entity("answer lost after", TWO, True, {"drop": True, "when": "after"}),
    Entity("answer lost after an earlier walk", FREE, True, {"drop": True, "when": "after"}, GONE),
)


@pytest.mark.parametrize("case", ENTITIES, ids=lambda case: case.reason)
def test_the_entity_goes_too_where_the_line_says_so(stage: Stage, case: Entity) -> None:
    stage.plant(**case.seed)
    if case.fault:
        stage.fault("DeleteVirtualMFADevice", **case.fault)
    lifecycle.delete(stage.run(), stage.saved(), "warn", "delete-virtual-device")
    assert stage.calls().get("DeleteVirtualMFADevice", 0) == case.deletions
    assert (stage.arn() not in _entities(stage)) is case.gone
    assert [*stage.notes, *stage.warnings] == [text.format(serial=stage.arn()) for text in case.said]


def _entities(stage: Stage) -> list[str]:
    return [device["SerialNumber"] for device in stage.admin().list_virtual_mfa_devices()["VirtualMFADevices"]]


def test_a_failed_deletion_of_the_entity_is_finished_by_running_again(stage: Stage) -> None:
    stage.plant(**TWO)
    stage.fault("DeleteVirtualMFADevice", error="AccessDenied")
    told = failure(
        lambda: lifecycle.delete(stage.run(), stage.saved(), "warn", "delete-virtual-device"), errors.AccessDenied
    )
    assert told.startswith(f"deleting virtual MFA device ({stage.arn()}): ")
    lifecycle.delete(stage.run(), stage.saved(), "warn", "delete-virtual-device")
    assert stage.arn() not in _entities(stage)


def test_the_entity_stays_where_the_line_says_nothing(stage: Stage) -> None:
    stage.plant(**TWO)
    lifecycle.delete(stage.run(), stage.saved())
    assert stage.arn() in _entities(stage)
