"""update: the same device for a new holder, checked whole before anything is written."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, NamedTuple

import pytest

from mfa_association import lifecycle
from mfa_association.aws import errors
from mfa_association.errors import MfaError
from mfa_association.lifecycle import Ledger, LockFiles, refusals
from mfa_association.lifecycle.refusals import MoveRefused
from mfa_association.totp import Seed, SeedUnreadable, parse_seed, parse_seed_source
from mfa_association.validation import InvalidValue, OnLastDevice
from tests.support.stage import OLD, Stage, failure, let_time_pass, user, virtual

MOVED = {
    "GetCallerIdentity": 1,
    "ListMFADevices": 4,
    "DeactivateMFADevice": 1,
    "EnableMFADevice": 1,
    "GetUser": 1,
}
BOTH = {"users": {"alice": user(virtual(), virtual("spare")), "bob": {}}}


def _move(stage: Stage, mode: OnLastDevice = "warn", **wanted: Any) -> lifecycle.Association:
    settings = {"user": "bob", **wanted}
    return lifecycle.move(
        stage.run(propagation=6.0, retry_deadline=10.0), stage.saved(), stage.wanted(**settings), mode
    )


def test_codes_move_it(stage: Stage) -> None:
    stage.plant(**BOTH)
    user_id, codes = stage.user_id("bob"), stage.codes()
    stage.start_counting()
    found = _move(stage, codes=codes)
    assert stage.holders() == {"alice": [stage.arn("spare")], "bob": [stage.arn()]}
    assert (found.user_name, found.active, found.user_id) == ("bob", True, user_id)
    assert stage.calls() == MOVED
    assert stage.writes() == ["DeactivateMFADevice", "EnableMFADevice"]


@pytest.mark.parametrize("codes", [None, ("271828", "314159")], ids=["without codes", "with codes"])
def test_a_move_by_hand_is_adopted_without_a_write(stage: Stage, codes: tuple[str, str] | None) -> None:
    stage.plant(users={"alice": {}, "bob": user(virtual(enable_date=OLD))})
    found = _move(stage, codes=codes)
    assert (found.user_name, found.active, found.enable_date) == ("bob", True, OLD)
    assert not stage.writes()


def test_a_renamed_user_is_adopted_without_a_write(stage: Stage) -> None:
    stage.plant(**BOTH)
    stage.admin().update_user(UserName="alice", NewUserName="alicia")
    stage.start_counting()
    assert _move(stage, user="alicia").active
    assert stage.calls() == {"GetCallerIdentity": 1, "ListMFADevices": 1, "ListVirtualMFADevices": 1}


def test_a_line_that_nobody_held_moves_without_codes(stage: Stage) -> None:
    stage.plant(users={"alice": {}, "bob": {}}, devices=[virtual()])
    found = _move(stage)
    assert (found.user_name, found.active) == ("bob", False)
    assert not stage.writes()


def test_a_line_that_nobody_held_is_enabled_with_codes(stage: Stage) -> None:
    stage.plant(users={"alice": {}, "bob": {}}, devices=[virtual()])
    _move(stage, codes=stage.codes())
    assert stage.holders() == {"bob": [stage.arn()]}
    assert stage.writes() == ["EnableMFADevice"]


class Refused(NamedTuple):
    reason: str
    seed: dict[str, Any]
    kind: type[MfaError]
    sentence: str
    codes: tuple[str, str] | None = ("271828", "314159")
    mode: OnLastDevice = "warn"
    serial: str = "mfa/alice-phone"


HEAD = "moving MFA device ({serial}) from user (alice) to user (bob): "
KEY = "u2f/user/alice/key-A"
REFUSALS = (
    Refused(
        "no codes",
        BOTH,
        MoveRefused,
        HEAD + "bob does not hold it, and neither codes nor a seed are given; nothing was changed, "
        "give two consecutive codes or a seed, or move it by hand first",
        codes=None,
    ),
    Refused(
        "a FIDO key",
        {"users": {"alice": user({"kind": "fido", "name": "key", "serial": f"arn:aws:iam::{{}}:{KEY}"}), "bob": {}}},
        MoveRefused,
        HEAD + "a FIDO key or passkey is registered by its own user only; nothing was changed, "
        "remove the line of alice and let bob register the key in the console",
        codes=None,
        serial=KEY,
    ),
    Refused(
        "no such user",
        {"users": {"alice": user(virtual())}},
        refusals.UserMissing,
        "binding MFA device ({serial}) to user (bob): account {account} has no such user; "
        "nothing was changed, correct user_name or create the user first",
    ),
    Refused(
        "the old holder's last",
        {"users": {"alice": user(virtual(), password=True), "bob": {}}},
        refusals.LastDevice,
        "deactivating MFA device ({serial}) of user (alice): it is the last MFA device, alice has a console "
        "password, and on_last_device is 'refuse'; nothing was changed, enroll another device first or run once with "
        "MFA_ASSOCIATION_ON_LAST_DEVICE=allow",
        mode="refuse",
    ),
    Refused(
        "in third hands",
        {"users": {"alice": {}, "bob": {}, "carol": user(virtual())}},
        refusals.HeldByAnother,
        "binding MFA device ({serial}) to user (bob): it is held by carol; "
        "nothing was changed, remove it from its present holder first",
        codes=None,
    ),
)


@pytest.mark.parametrize("case", REFUSALS, ids=lambda case: case.reason)
def test_what_cannot_be_finished_is_not_begun(stage: Stage, case: Refused) -> None:
    serial = f"arn:aws:iam::{stage.account}:{case.serial}"
    stage.plant(**_placed(case.seed, stage.account))
    before = stage.holders()
    run, wanted = stage.run(propagation=2.0), stage.wanted(serial, "bob", codes=case.codes)
    told = failure(lambda: lifecycle.move(run, stage.saved(serial), wanted, case.mode), case.kind)
    assert told == case.sentence.format(serial=serial, account=stage.account)
    assert stage.holders() == before
    assert not stage.writes()


def _placed(seed: Any, account: str) -> Any:
    """The seed with the account put into its serial numbers."""
    if isinstance(seed, dict):
        return {key: _placed(value, account) for key, value in seed.items()}
    if isinstance(seed, list):
        return [_placed(value, account) for value in seed]
    return seed.format(account) if isinstance(seed, str) else seed


def test_too_many_removals_stop_a_move_too(stage: Stage) -> None:
    stage.plant(**BOTH)
    run, wanted = stage.run(max_removals=0), stage.wanted(user="bob", codes=stage.codes())
    failure(lambda: lifecycle.move(run, stage.saved(), wanted), refusals.TooManyRemovals)
    assert not stage.writes()


def test_a_failed_first_half_changes_nothing(stage: Stage) -> None:
    stage.plant(**BOTH)
    stage.fault("DeactivateMFADevice", error="AccessDenied")
    codes = stage.codes()
    told = failure(lambda: _move(stage, codes=codes), errors.AccessDenied)
    assert told.startswith(f"deactivating MFA device ({stage.arn()}) of user (alice): ")
    assert stage.writes() == ["DeactivateMFADevice"]
    assert stage.arn() in stage.holders()["alice"]


@pytest.mark.parametrize(
    "reason, code", [("wrong codes", None), ("a denial", "AccessDenied"), ("never ready", "ConcurrentModification")]
)
def test_a_move_broken_in_the_middle_says_who_holds_nothing(stage: Stage, reason: str, code: str | None) -> None:
    stage.plant(**BOTH)
    codes = stage.codes() if code else ("271828", "314159")
    if code:
        stage.fault("EnableMFADevice", times=None, error=code)
    told = failure(lambda: _move(stage, codes=codes), refusals.MoveBroken)
    assert told.startswith(
        f"moving MFA device ({stage.arn()}) from user (alice) to user (bob): it was deactivated for alice, "
        f"then: enabling MFA device ({stage.arn()}) for user (bob): "
    ), reason
    assert told.endswith("; nobody holds it now, run again with two fresh codes")
    assert stage.holders() == {"alice": [stage.arn("spare")]}


SEED = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
FULL: dict[str, Any] = {
    "users": {"alice": user(virtual(seed=SEED)), "bob": user(*(virtual(f"phone-{n}") for n in range(8)))}
}
NO_ROOM = "the user holds as many MFA devices as IAM allows, which are "
"""No call of IAM tells the quota: GetAccountSummary has none (its summaryKeyType in botocore's model)."""


def test_a_holder_without_room_leaves_the_device_where_it_was(stage: Stage) -> None:
    """Only the refusal of the enable tells."""
    stage.plant(**FULL)
    before = stage.holders()
    told = failure(lambda: _move(stage, seed=parse_seed(SEED)), refusals.MoveTakenBack)
    assert told.startswith(
        f"moving MFA device ({stage.arn()}) from user (alice) to user (bob): enabling MFA device ({stage.arn()}) for user "
        f"(bob): {NO_ROOM}"
    )
    assert told.endswith("; it was enabled for alice again, so alice holds it as before")
    assert stage.holders() == before
    assert stage.writes() == ["DeactivateMFADevice", "EnableMFADevice", "EnableMFADevice"]


def test_given_codes_do_for_the_way_back_too(stage: Stage) -> None:
    stage.plant(**FULL)
    before = stage.holders()
    told = failure(lambda: _move(stage, codes=stage.codes()), refusals.MoveTakenBack)
    assert told.endswith("; it was enabled for alice again, so alice holds it as before")
    assert stage.holders() == before


def test_given_codes_that_are_used_up_leave_nobody_with_it(stage: Stage) -> None:
    stage.plant(**FULL)
    stage.fault("EnableMFADevice", nth=2, error="InvalidAuthenticationCode")
    told = failure(lambda: _move(stage, codes=stage.codes()), refusals.MoveBroken)
    assert f"it was deactivated for alice, then: enabling MFA device ({stage.arn()}) for user (bob): {NO_ROOM}" in told
    assert told.endswith("; nobody holds it now, run again with two fresh codes")
    assert stage.arn() not in {serial for held in stage.holders().values() for serial in held}


def test_a_way_back_that_fails_is_told(stage: Stage) -> None:
    stage.plant(users={"alice": user(virtual(seed=SEED)), "bob": {}})
    stage.fault("EnableMFADevice", error="LimitExceeded")
    stage.fault("EnableMFADevice", nth=2, error="AccessDenied")
    told = failure(lambda: _move(stage, seed=parse_seed(SEED)), refusals.MoveBroken)
    assert f"it was deactivated for alice, then: enabling MFA device ({stage.arn()}) for user (bob): " in told
    assert f"), and then: enabling MFA device ({stage.arn()}) for user (alice): the credentials in use are not" in told
    assert told.endswith("; nobody holds it now, run again with two fresh codes")


def test_a_broken_move_is_finished_by_running_again(stage: Stage) -> None:
    stage.plant(**BOTH)
    failure(lambda: _move(stage, codes=("271828", "314159")), refusals.MoveBroken)
    assert _move(stage, codes=stage.codes()).active
    assert stage.holders() == {"alice": [stage.arn("spare")], "bob": [stage.arn()]}


@pytest.mark.parametrize(
    "action, when, calls",
    [
        ("DeactivateMFADevice", "before", 2),
        ("DeactivateMFADevice", "after", 2),
        ("EnableMFADevice", "before", 2),
        ("EnableMFADevice", "after", 1),
    ],
)
def test_a_lost_answer_in_either_half_is_settled(stage: Stage, action: str, when: Any, calls: int) -> None:
    stage.plant(**BOTH)
    stage.fault(action, drop=True, when=when)
    assert _move(stage, codes=stage.codes()).active
    assert stage.holders()["bob"] == [stage.arn()]
    assert stage.writes().count(action) == calls


@pytest.mark.parametrize(
    "mode, warnings",
    [("warn", ["deactivating {} of alice: it is the last MFA device; alice has no console password"]), ("allow", [])],
)
def test_the_old_holder_is_guarded(stage: Stage, mode: OnLastDevice, warnings: list[str]) -> None:
    stage.plant(users={"alice": user(virtual()), "bob": {}})
    _move(stage, mode, codes=stage.codes())
    assert stage.warnings[:-1] == [text.format(stage.arn()) for text in warnings]


def test_a_moved_device_can_come_back_at_once(stage: Stage) -> None:
    stage.plant(**BOTH)
    runs = [stage.run(ledger=Ledger(LockFiles())) for _ in range(2)]
    lifecycle.move(runs[0], stage.saved(), stage.wanted(user="bob", codes=stage.codes()))
    lifecycle.move(runs[1], stage.saved(user="bob"), stage.wanted(codes=stage.codes()))
    assert sorted(stage.holders()["alice"]) == [stage.arn(), stage.arn("spare")]
    assert "bob" not in stage.holders()


def test_another_accounts_credentials_move_nothing(stage: Stage) -> None:
    stage.plant(**BOTH)
    saved = replace(stage.saved(), account_id="999999999999")
    failure(lambda: lifecycle.move(stage.run(), saved, stage.wanted(user="bob")), refusals.WrongAccount)
    assert stage.calls() == {"GetCallerIdentity": 1}


# Rule 9: what replaces is proven before anything is taken.


def _unset(stage: Stage) -> str:
    return "env:MFA_TEST_SEED_THAT_IS_NOT_SET"


def _no_file(stage: Stage) -> str:
    return "file:/nowhere/seed"


@pytest.mark.parametrize("source", [_unset, _no_file], ids=["unset", "no file"])
def test_a_seed_is_read_before_the_old_holder_loses_the_device(stage: Stage, source: Any) -> None:
    stage.plant(**BOTH)
    seed_source = parse_seed_source(source(stage))
    failure(lambda: _move(stage, seed_source=seed_source), SeedUnreadable)
    assert not stage.writes()


def test_a_seed_that_gives_no_codes_takes_nothing(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever turns out to be wrong with it when codes are computed."""
    stage.plant(**BOTH)

    def unusable(*_: object) -> str:
        raise InvalidValue("seed", None, "cannot be used")

    monkeypatch.setattr("mfa_association.totp.Seed.code", unusable)
    failure(lambda: _move(stage, seed=Seed("JBSWY3DPEHPK3PXP" * 2)), InvalidValue)
    assert not stage.writes()


def test_the_codes_of_a_seed_are_those_of_the_moment_of_use(stage: Stage) -> None:
    """A release that took ten minutes: the pair that was tried out before is long stale."""
    seed = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
    stage.plant(users={"alice": user(virtual(seed=seed), virtual("spare")), "bob": {}})
    stage.fault("DeactivateMFADevice", times=8, error="ConcurrentModification")
    run = stage.run(retry_deadline=1200.0)
    let_time_pass(run, stage)
    assert lifecycle.move(run, stage.saved(), stage.wanted(user="bob", seed=parse_seed(seed))).active
    assert stage.writes()[-1] == "EnableMFADevice" and stage.time.spent > 60
    assert stage.writes().count("EnableMFADevice") == 1


# Rule 10 for a move: given codes live for 60 seconds.


def test_a_release_that_is_never_answered_is_unknown_and_enables_nothing(stage: Stage) -> None:
    stage.plant(**BOTH)
    stage.fault("DeactivateMFADevice", times=None, drop=True)
    run, wanted = stage.run(), stage.wanted(user="bob", codes=stage.codes())
    told = failure(lambda: lifecycle.move(run, stage.saved(), wanted), refusals.MoveUnknown)
    assert told.startswith(
        f"moving MFA device ({stage.arn()}) from user (alice) to user (bob): whether alice still holds it is unknown ("
    )
    assert told.endswith("); it was not enabled for bob, run again with two fresh codes or a seed")
    assert "EnableMFADevice" not in stage.writes() and stage.time.spent == 20


def test_a_lost_answer_before_other_trouble_is_unknown_too(stage: Stage) -> None:
    stage.plant(**BOTH)
    stage.fault("DeactivateMFADevice", drop=True)
    stage.fault("DeactivateMFADevice", nth=2, times=None, error="Throttling")
    run, wanted = stage.run(), stage.wanted(user="bob", codes=stage.codes())
    failure(lambda: lifecycle.move(run, stage.saved(), wanted), refusals.MoveUnknown)


def test_trouble_that_changed_nothing_is_told_as_it_is(stage: Stage) -> None:
    stage.plant(**BOTH)
    stage.fault("DeactivateMFADevice", times=None, error="Throttling")
    run, wanted = stage.run(), stage.wanted(user="bob", codes=stage.codes())
    assert "tried for 20 s" in failure(lambda: lifecycle.move(run, stage.saved(), wanted), errors.Throttling)


def test_with_a_seed_the_release_is_tried_until_the_retry_deadline(stage: Stage) -> None:
    stage.plant(**BOTH)
    stage.fault("DeactivateMFADevice", times=None, drop=True)
    run, wanted = stage.run(), stage.wanted(user="bob", seed=Seed("JBSWY3DPEHPK3PXP" * 2))
    failure(lambda: lifecycle.move(run, stage.saved(), wanted), refusals.MoveUnknown)
    assert stage.time.spent == 300


def test_a_holder_renamed_in_the_pause_is_not_taken_for_the_old_one(stage: Stage) -> None:
    stage.plant(**BOTH)
    saved = stage.saved(user_id=stage.user_id())
    stage.fault("DeactivateMFADevice", drop=True)
    stage.time.at(0.5, lambda: stage.admin().update_user(UserName="alice", NewUserName="alicia"))
    run, wanted = stage.run(), stage.wanted(user="bob", codes=stage.codes())
    assert "it is held by alicia" in failure(lambda: lifecycle.move(run, saved, wanted), refusals.HeldByAnother)
    assert stage.arn() in stage.holders()["alicia"]


def test_the_cause_of_a_broken_move_keeps_its_settings_open(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever shows it spells them."""
    stage.plant(**BOTH)
    codes, iam = stage.codes(), stage.iam()

    def no_credentials(*_: object) -> None:
        raise errors.NoCredentials("enabling", "EnableMFADevice", "")

    monkeypatch.setattr(iam, "enable_mfa_device", no_credentials)
    with pytest.raises(refusals.MoveBroken) as caught:
        lifecycle.move(stage.run(iam=iam), stage.saved(), stage.wanted(user="bob", codes=codes))
    assert "then: enabling: no usable AWS credentials were found; set <profile>, sign in" in caught.value.spelled(
        lambda key: f"<{key}>"
    )
