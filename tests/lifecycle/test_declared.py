"""Rule 7, what the program declares stays; and rule 2, nothing is enabled again by declaring it anew."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import replace
from typing import NamedTuple

import pytest

from mfa_association import lifecycle
from mfa_association.aws import errors
from mfa_association.lifecycle import Association, Ledger, Pair, refusals
from mfa_association.validation import parse_serial_number
from tests.support.stage import OLD, Stage, failure, hardware, quietly, user, virtual

TOKEN = "GAHT12345678"
ALICES = {"users": {"alice": user(virtual(enable_date=OLD), hardware(TOKEN, enable_date=OLD), virtual("spare"))}}
OTHER_ACCOUNT = "999999999999"


class Check(NamedTuple):
    reason: str
    stays: bool
    declared: Callable[[Stage], Pair]
    serial: str = "arn"


def pair(serial: str, user: str, account: str | None = None) -> Pair:
    return Pair(parse_serial_number(serial), user, account)


CHECKS = (
    Check("for the same user", True, lambda stage: pair(stage.arn(), "alice", stage.account)),
    Check("for the same user, spelled otherwise", True, lambda stage: pair(stage.arn("Alice-Phone"), "ALICE", stage.account)),
    Check("for another user", False, lambda stage: pair(stage.arn(), "bob", stage.account)),
    Check("another device", False, lambda stage: pair(stage.arn("spare"), "alice", stage.account)),
    Check("a token of an account not known yet", True, lambda _: pair(TOKEN, "alice"), TOKEN),
    Check("a token, by a role of this account", True, lambda stage: pair(TOKEN, "alice", stage.account), TOKEN),
    Check("a token, by a role of another account", False, lambda _: pair(TOKEN, "alice", OTHER_ACCOUNT), TOKEN),
)  # fmt: skip


@pytest.mark.parametrize("case", CHECKS, ids=lambda case: case.reason)
def test_what_was_checked_for_the_user_stays(stage: Stage, case: Check) -> None:
    """Whichever run created that record: an unchanged one gets Check and no more."""
    stage.plant(**ALICES)
    run = stage.run()
    run.ledger.mark_declared(case.declared(stage))
    serial = stage.arn() if case.serial == "arn" else case.serial
    lifecycle.delete(run, stage.saved(serial, enable_date=OLD))
    assert (serial in stage.holders()["alice"]) is case.stays
    said = [f"{serial} of alice stays active: another resource declares it"]
    assert stage.warnings == (said if case.stays else [])


def test_looking_declares_nothing(stage: Stage) -> None:
    stage.plant(**ALICES)
    run, saved = stage.run(), stage.saved(enable_date=OLD)
    lifecycle.read(run, saved)
    lifecycle.check_delete(replace(run, ledger=Ledger()), saved)
    lifecycle.delete(run, saved)
    assert stage.arn() not in stage.holders()["alice"]


def test_a_failed_check_for_the_user_is_an_error(stage: Stage) -> None:
    stage.plant(**ALICES)
    run = stage.run()
    run.ledger.mark_declared(stage.wanted().pair, failed="renew: is missing")
    failure(lambda: lifecycle.delete(run, stage.saved()), refusals.DeclaredButFailed)
    assert not stage.writes()


def test_of_two_records_the_one_that_did_not_fail_counts(stage: Stage) -> None:
    stage.plant(**ALICES)
    run = stage.run()
    run.ledger.mark_declared(pair(TOKEN, "alice"), failed="no such role")
    run.ledger.mark_declared(pair(TOKEN, "alice", stage.account))
    lifecycle.delete(run, stage.saved(TOKEN))
    assert TOKEN in stage.holders()["alice"]


def test_what_is_wrong_with_the_account_is_noted_too(stage: Stage) -> None:
    """A renamed resource with a role of another account: nobody asked for the device to go."""
    stage.plant(**ALICES)
    stage.box.add({"accounts": {OTHER_ACCOUNT: {}}, "keys": {"ASIAOTHER": {"account": OTHER_ACCOUNT, "role": "ci"}}})
    ledger = Ledger()
    elsewhere = stage.run("ASIAOTHER", ledger=ledger)
    failure(lambda: lifecycle.create(elsewhere, stage.wanted()), refusals.WrongAccount)
    failure(lambda: lifecycle.delete(stage.run(ledger=ledger), stage.saved()), refusals.DeclaredButFailed)
    assert not stage.writes()


def test_carol_loses_what_is_declared_for_dave_though_that_failed(stage: Stage) -> None:
    stage.plant(users={"carol": user(virtual("carols"), virtual("spare")), "dave": {}})
    run = stage.run()
    wanted = stage.wanted(stage.arn("carols"), "dave")
    failure(lambda: lifecycle.create(run, wanted), refusals.HeldByAnother)
    lifecycle.delete(run, stage.saved(stage.arn("carols"), "carol"), "refuse")
    assert stage.holders() == {"carol": [stage.arn("spare")]}


def test_a_user_renamed_in_iam_keeps_what_is_declared_under_the_new_name(stage: Stage) -> None:
    stage.plant(users={"alice": user(virtual(enable_date=OLD))})
    saved = stage.saved(user_id=stage.user_id(), enable_date=OLD)
    stage.admin().update_user(UserName="alice", NewUserName="alicia")
    run = stage.run()
    run.ledger.mark_declared(stage.wanted(user="alicia").pair)
    lifecycle.delete(run, saved, "refuse")
    assert stage.holders() == {"alicia": [stage.arn()]}


def test_a_delete_waits_for_the_create_that_is_under_way(stage: Stage) -> None:
    """The create has the user's lock, and fails while the delete waits for it."""
    stage.plant(**ALICES)
    run, told = stage.run(), list[str]()
    stage.fault("ListMFADevices", error="AccessDenied", delay=0.3)
    wanted = stage.wanted(require_active=True)
    create = threading.Thread(target=lambda: quietly(lambda: lifecycle.create(run, wanted), errors.AccessDenied))
    create.start()
    while not stage.calls().get("ListMFADevices"):
        pass
    told.append(failure(lambda: lifecycle.delete(run, stage.saved()), refusals.DeclaredButFailed))
    create.join()
    assert not stage.writes()


def test_a_move_does_not_take_what_another_record_declares_for_the_old_holder(stage: Stage) -> None:
    stage.plant(users={"alice": user(virtual()), "bob": {}})
    run = stage.run()
    run.ledger.mark_declared(stage.wanted().pair)
    wanted = stage.wanted(user="bob", codes=stage.codes())
    told = failure(lambda: lifecycle.move(run, stage.saved(), wanted), refusals.MoveRefused)
    assert "another resource declares it for alice; nothing was changed, declare it for one of them only" in told
    assert not stage.writes()


def test_the_entity_of_a_device_that_is_declared_for_somebody_else_is_kept(stage: Stage) -> None:
    stage.plant(users={"carol": user(virtual("carols")), "dave": {}})
    run = stage.run()
    run.ledger.mark_declared(pair(stage.arn("carols"), "dave", stage.account))
    lifecycle.delete(run, stage.saved(stage.arn("carols"), "carol"), "allow", "delete-virtual-device")
    assert stage.holders() == {}
    assert stage.warnings == [f"{stage.arn('carols')} was kept: it is declared for another user"]
    assert stage.admin().list_virtual_mfa_devices()["VirtualMFADevices"]


# What a delete kept, a create that fails must not lose.


@pytest.mark.parametrize("active", [True, False])
def test_a_kept_record_survives_a_create_that_fails(stage: Stage, active: bool) -> None:
    stage.plant(**ALICES)
    run, saved = stage.run(), stage.saved(enable_date=OLD, active=active)
    run.ledger.mark_declared(saved.pair)
    lifecycle.delete(run, saved)
    stage.deny("ListMFADevices")
    with pytest.raises(refusals.StateKept) as caught:
        lifecycle.create(run, stage.wanted(require_active=True))
    assert caught.value.kept == saved
    assert "reading the MFA devices of user (alice): " in str(caught.value)
    assert str(caught.value).endswith("; the device was not deactivated and its record stays in the state")
    assert not stage.writes()


def test_without_a_kept_record_the_fault_is_what_it_was(stage: Stage) -> None:
    stage.plant(**ALICES)
    stage.deny("ListMFADevices")
    failure(lambda: lifecycle.create(stage.run(), stage.wanted(require_active=True)), errors.AccessDenied)


# Rule 2: a device that was deactivated outside stays so until its renew value changes.


def _inactive(stage: Stage, renew: str | None = None) -> Association:
    stage.plant(users={"alice": user(virtual("spare"))}, devices=[virtual()])
    return stage.saved(active=False, renew=renew)


class Renewal(NamedTuple):
    reason: str
    old: str | None
    new: str | None
    enabled: bool


RENEWALS = (
    Renewal("no renew value", None, None, False),
    Renewal("the same renew value", "1", "1", False),
    Renewal("a new renew value", None, "1", True),
    Renewal("another renew value", "1", "2", True),
    Renewal("the renew value taken away", "1", None, False),
)


@pytest.mark.parametrize("case", RENEWALS, ids=lambda case: case.reason)
def test_what_a_refresh_saw_inactive_is_not_enabled_by_a_new_record(stage: Stage, case: Renewal) -> None:
    saved = _inactive(stage, case.old)
    run = stage.run()
    assert not lifecycle.read(run, saved).active
    found = lifecycle.create(run, stage.wanted(codes=stage.codes(), renew=case.new))
    assert found.active is case.enabled
    assert (stage.writes() == ["EnableMFADevice"]) is case.enabled
    assert ("a new declaration does not enable it for alice" in str(stage.warnings)) is not case.enabled


def test_what_the_plan_knows_to_be_inactive_is_not_enabled(stage: Stage) -> None:
    _inactive(stage)
    found = lifecycle.create(stage.run(), stage.wanted(codes=stage.codes()), stay_inactive=True)
    assert not found.active and not stage.writes()


def test_what_is_to_stay_inactive_and_must_be_active_is_told_what_helps(stage: Stage) -> None:
    """Codes were given, so the advice to give some would not help."""
    _inactive(stage)
    wanted = stage.wanted(codes=stage.codes(), require_active=True)
    told = failure(lambda: lifecycle.create(stage.run(), wanted, stay_inactive=True), refusals.NotActive)
    assert "give two codes" not in told and "change renew and give fresh codes or a seed" in told
    assert not stage.writes()


def test_who_must_register_a_key_in_the_console_is_not_advised_to_give_codes(stage: Stage) -> None:
    stage.plant(users={"alice": user()})
    key = f"arn:aws:iam::{stage.account}:u2f/user/alice/yubikey-EXAMPLE"
    told = failure(lambda: lifecycle.create(stage.run(), stage.wanted(key, require_active=True)), refusals.NotActive)
    assert told.endswith("let alice register it in the console first, or remove require_active")


def test_what_is_to_stay_inactive_is_adopted_if_its_user_registered_it(stage: Stage) -> None:
    stage.plant(**ALICES)
    assert lifecycle.create(stage.run(), stage.wanted(codes=stage.codes()), stay_inactive=True).active
    assert not stage.writes() and "does not enable it" not in str(stage.warnings)


def test_what_a_refresh_saw_active_again_may_be_enabled(stage: Stage) -> None:
    saved = _inactive(stage)
    run = stage.run()
    lifecycle.read(run, saved)
    codes = stage.codes()
    stage.admin().enable_mfa_device(
        UserName="alice", SerialNumber=stage.arn(), AuthenticationCode1=codes[0], AuthenticationCode2=codes[1]
    )
    assert lifecycle.read(run, saved).active
    stage.admin().deactivate_mfa_device(UserName="alice", SerialNumber=stage.arn())
    stage.box.skew(90)
    assert lifecycle.create(run, stage.wanted(codes=stage.codes())).active


@pytest.mark.parametrize("case", RENEWALS, ids=lambda case: case.reason)
def test_the_delete_of_an_inactive_record_takes_back_what_the_new_one_enabled(stage: Stage, case: Renewal) -> None:
    """On Pulumi without a refresh: the create cannot know that the old record was inactive."""
    saved = _inactive(stage, case.old)
    run = stage.run(max_removals=0)
    assert lifecycle.create(run, stage.wanted(codes=stage.codes(), renew=case.new)).active
    lifecycle.delete(run, saved, "refuse")
    assert (stage.arn() in stage.holders()["alice"]) is case.enabled
    assert ("another resource enabled it, so it was deactivated again" in str(stage.warnings)) is not case.enabled


def test_what_the_new_record_adopted_is_not_taken_back(stage: Stage) -> None:
    stage.plant(**ALICES)
    run = stage.run()
    lifecycle.create(run, stage.wanted())
    lifecycle.delete(run, stage.saved(active=False))
    assert not stage.writes()


def test_a_token_recorded_in_the_wrong_account_is_declared_again_once_it_left_the_state(stage: Stage) -> None:
    stage.plant(users={"alice": user(hardware(TOKEN))})
    wrong = replace(stage.saved(TOKEN, active=False), account_id=OTHER_ACCOUNT)
    for attempt in (
        lambda: lifecycle.read(stage.run(), wrong),
        lambda: lifecycle.delete(stage.run(), wrong),
        lambda: lifecycle.move(stage.run(), wrong, stage.wanted(TOKEN, "bob")),
    ):
        told = failure(attempt, refusals.WrongAccount)
        assert f"use credentials of account {OTHER_ACCOUNT}, or, if it was never held there, remove the record" in told
    assert lifecycle.create(stage.run(), stage.wanted(TOKEN)).active
