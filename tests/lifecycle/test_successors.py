"""Rule 8: a last factor never goes while its successor failed. The decision table of the design, row by row."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple, get_args

import pytest

from mfa_association import lifecycle
from mfa_association.aws import errors
from mfa_association.lifecycle import AccountContext, LastDeviceGuard, Ledger, Pair, refusals
from mfa_association.validation import ROOT_USER, OnLastDevice, parse_serial_number
from tests.support.stage import OLD, Stage, failure, hardware, quietly, user, virtual

TOKEN = "GAHT12345678"
PHONE: dict[str, Any] = {"users": {"alice": user(virtual(enable_date=OLD), password=True), "bob": {}}}
TWO: dict[str, Any] = {"users": {"alice": user(virtual(enable_date=OLD), virtual("spare"), password=True), "bob": {}}}
REASON = "there is no such device"


def _fails(run: AccountContext, stage: Stage, serial: str = "new", holder: str = "alice") -> None:
    """A create that fails: a misspelt virtual device."""
    quietly(lambda: lifecycle.create(run, stage.wanted(stage.arn(serial), holder)), refusals.DeviceMissing)


def _fails_check(run: AccountContext, stage: Stage) -> None:
    run.ledger.mark_declared(Pair(parse_serial_number(TOKEN), "alice"), failed="renew: must be text")


def _fails_in_another_account(run: AccountContext, stage: Stage) -> None:
    quietly(lambda: lifecycle.create(run, stage.wanted("arn:aws:iam::999999999999:mfa/new")), refusals.WrongAccount)


def _fails_by_the_wrong_role(run: AccountContext, stage: Stage) -> None:
    stage.box.add({"accounts": {"999999999999": {}}, "keys": {"ASIAWRONG": {"account": "999999999999", "role": "ci"}}})
    wrong = stage.run("ASIAWRONG", ledger=run.ledger)
    quietly(lambda: lifecycle.create(wrong, stage.wanted(stage.arn("new"))), refusals.WrongAccount)


def _fails_to_move(run: AccountContext, stage: Stage) -> None:
    saved = stage.saved(stage.arn("bobs"), "bob")
    quietly(lambda: lifecycle.move(run, saved, stage.wanted(stage.arn("bobs"))), refusals.DeviceMissing)


def _fails_to_renew(run: AccountContext, stage: Stage) -> None:
    quietly(lambda: lifecycle.renew(run, stage.saved(TOKEN), stage.wanted(TOKEN)), refusals.RenewRefused)


def _is_recorded(run: AccountContext, stage: Stage) -> None:
    lifecycle.create(run, stage.wanted(TOKEN))


def _is_required(run: AccountContext, stage: Stage) -> None:
    quietly(lambda: lifecycle.create(run, stage.wanted(TOKEN, require_active=True)), refusals.NotActive)


def _nothing(run: AccountContext, stage: Stage) -> None:
    pass


def _fails_though_held(run: AccountContext, stage: Stage) -> None:
    stage.fault("EnableMFADevice", times=None, error="AccessDenied")
    quietly(
        lambda: lifecycle.renew(run, stage.saved(stage.arn("spare")), stage.wanted(stage.arn("spare"))),
        refusals.RenewRefused,
    )


def _fails_for_bob(run: AccountContext, stage: Stage) -> None:
    _fails(run, stage, holder="bob")


class Row(NamedTuple):
    reason: str
    seed: dict[str, Any]
    before: Callable[[AccountContext, Stage], None]
    goes: bool
    warned: bool = False


ROWS = (
    Row("last, a create failed", PHONE, _fails, False),
    Row("last, a check failed", PHONE, _fails_check, False),
    Row("last, a create has the wrong role", PHONE, _fails_by_the_wrong_role, False),
    Row("last, a create for a namesake in another account failed", PHONE, _fails_in_another_account, True, True),
    Row("last, a move to the holder failed", PHONE, _fails_to_move, False),
    Row("last, a renewal failed", PHONE, _fails_to_renew, False),
    Row("last, a required token is not registered", PHONE, _is_required, False),
    Row("last, a token is recorded only", PHONE, _is_recorded, True, True),
    Row("last, nobody comes: a leaver", PHONE, _nothing, True, True),
    Row("last, somebody else's failed", PHONE, _fails_for_bob, True, True),
    Row("not last, a create failed", TWO, _fails, True),
    Row("what failed is held all the same", TWO, _fails_though_held, True),
)


@pytest.mark.parametrize("case", ROWS, ids=lambda case: case.reason)
def test_by_default(stage: Stage, case: Row) -> None:
    stage.plant(**case.seed)
    run = stage.run(propagation=0.0)
    case.before(run, stage)
    stage.warnings.clear()
    if case.goes:
        lifecycle.delete(run, stage.saved(enable_date=OLD))
    else:
        failure(lambda: lifecycle.delete(run, stage.saved(enable_date=OLD)), refusals.SuccessorFailed)
    assert (stage.arn() not in stage.holders().get("alice", [])) is case.goes
    assert bool(stage.warnings) is case.warned


@pytest.mark.parametrize("mode", get_args(OnLastDevice))
def test_whatever_on_last_device_says(stage: Stage, mode: OnLastDevice) -> None:
    stage.plant(**PHONE)
    run = stage.run(propagation=0.0)
    _fails(run, stage)
    assert failure(lambda: lifecycle.delete(run, stage.saved(enable_date=OLD), mode), refusals.SuccessorFailed) == (
        f"deactivating MFA device ({stage.arn()}) of user (alice): it is the last MFA device, and {stage.arn('new')}, "
        f"which this run declares for alice, failed (binding MFA device ({stage.arn('new')}) to user (alice): there is no "
        "such device; nothing was changed, correct serial_number or create the device first); nothing was changed, fix "
        "that and run again, or set MFA_ASSOCIATION_ON_LAST_DEVICE=allow:mfa/alice-phone for one run"
    )
    assert not stage.writes()


def test_the_override_for_this_device_lifts_it(stage: Stage) -> None:
    stage.plant(**PHONE)
    run = stage.run(propagation=0.0)
    _fails(run, stage)
    lifecycle.delete(run, stage.saved(enable_date=OLD), "lift")
    assert not stage.holders()


def test_an_unregistered_successor_is_named_in_the_warning(stage: Stage) -> None:
    stage.plant(**PHONE)
    run = stage.run()
    _is_recorded(run, stage)
    lifecycle.delete(run, stage.saved(enable_date=OLD))
    assert stage.warnings[-1] == (
        f"deactivating {stage.arn()} of alice: it is the last MFA device; alice could sign in with a password alone; "
        f"{TOKEN} is not registered yet"
    )


def test_an_earlier_run_leaves_no_memory(stage: Stage) -> None:
    stage.plant(**PHONE)
    _fails(stage.run(propagation=0.0), stage)
    lifecycle.delete(stage.run(), stage.saved(enable_date=OLD))
    assert not stage.holders()


@pytest.mark.parametrize("failed", [True, False])
def test_an_unreadable_list(stage: Stage, failed: bool) -> None:
    stage.plant(**PHONE)
    stage.deny("ListMFADevices")
    run = stage.run(propagation=0.0)
    if failed:
        run.ledger.mark_declared(Pair(parse_serial_number(TOKEN), "alice"), failed="no such role")
        told = failure(lambda: lifecycle.delete(run, stage.saved(), "allow"), refusals.SuccessorFailed)
        assert f"whether it is the last MFA device was not checked, and {TOKEN}, which" in told
    else:
        lifecycle.delete(run, stage.saved(), "allow")
    assert bool(stage.holders()) is failed


def test_what_this_run_enabled_counts_as_held_though_no_list_shows_it(stage: Stage) -> None:
    stage.plant(**PHONE, devices=[virtual("second")])
    codes = stage.codes(stage.arn("second"))
    stage.box.lag(3600)
    run = stage.run(propagation=0.0)
    assert lifecycle.create(run, stage.wanted(stage.arn("second"), codes=codes)).active
    _fails(run, stage)
    stage.warnings.clear()
    lifecycle.delete(run, stage.saved(enable_date=OLD), "refuse")
    assert stage.holders() == {"alice": [stage.arn("second")]}
    assert not stage.warnings


def test_of_two_removals_the_second_is_refused(stage: Stage) -> None:
    stage.plant(**TWO)
    run = stage.run(propagation=0.0)
    _fails(run, stage)
    lifecycle.delete(run, stage.saved(stage.arn("spare")))
    failure(lambda: lifecycle.delete(run, stage.saved(enable_date=OLD)), refusals.SuccessorFailed)
    assert stage.holders() == {"alice": [stage.arn()]}


@pytest.mark.parametrize("name", ["alice", "alicia"])
def test_a_renamed_holder_has_the_successors_of_both_names(stage: Stage, name: str) -> None:
    stage.plant(**PHONE)
    saved = stage.saved(user_id=stage.user_id(), enable_date=OLD)
    stage.admin().update_user(UserName="alice", NewUserName="alicia")
    run = stage.run(propagation=0.0)
    run.ledger.mark_declared(Pair(parse_serial_number(TOKEN), name), failed="no such role")
    failure(lambda: lifecycle.delete(run, saved), refusals.SuccessorFailed)
    assert stage.holders() == {"alicia": [stage.arn()]}


def test_a_move_takes_no_last_device_while_its_successor_failed(stage: Stage) -> None:
    stage.plant(**PHONE)
    run = stage.run(propagation=0.0)
    _fails(run, stage)
    wanted = stage.wanted(user="bob", codes=stage.codes())
    failure(lambda: lifecycle.move(run, stage.saved(enable_date=OLD), wanted, "allow"), refusals.SuccessorFailed)
    assert not stage.writes()


def test_a_failed_move_counts_for_its_new_holder_alone(stage: Stage) -> None:
    stage.plant(users={"alice": user(virtual(enable_date=OLD)), "bob": user(virtual("bobs"), virtual("more"))})
    run = stage.run(propagation=0.0)
    stage.fault("DeactivateMFADevice", error="AccessDenied")
    wanted = stage.wanted(stage.arn("bobs"), codes=stage.codes(stage.arn("bobs")))
    saved = stage.saved(stage.arn("bobs"), "bob")
    failure(lambda: lifecycle.move(run, saved, wanted), errors.AccessDenied)
    failure(lambda: lifecycle.delete(run, stage.saved(enable_date=OLD)), refusals.SuccessorFailed)
    lifecycle.delete(run, stage.saved(stage.arn("more"), "bob"), "refuse")
    assert stage.holders() == {"alice": [stage.arn()], "bob": [stage.arn("bobs")]}


def test_root_too(stage: Stage) -> None:
    run = stage.run(ledger=Ledger())
    run.ledger.mark_declared(Pair(parse_serial_number(TOKEN), ROOT_USER, stage.account), failed="no root session")
    told = run.ledger.successors(Pair(parse_serial_number(stage.arn()), ROOT_USER, stage.account), (ROOT_USER,))
    assert [entry.reason for entry in told] == ["no root session"]
    assert not run.ledger.successors(Pair(parse_serial_number(stage.arn()), ROOT_USER, "999999999999"), (ROOT_USER,))


# What IAM does not list may be younger than the list.


def _registered_a_moment_ago(stage: Stage) -> None:
    stage.plant(users={"alice": user(password=True), "bob": {}})
    stage.box.lag(3600)
    stage.plant(users={"alice": user(virtual())})


def test_who_registered_it_a_moment_ago_does_not_lose_it_in_silence(stage: Stage) -> None:
    _registered_a_moment_ago(stage)
    lifecycle.delete(stage.run(), stage.saved())
    assert not stage.holders()
    assert stage.warnings == [
        f"deactivating {stage.arn()} of alice: it was the last MFA device, which IAM did not list yet; alice could sign "
        "in with a password alone"
    ]


REFUSING: tuple[tuple[str, LastDeviceGuard, bool], ...] = (
    ("on_last_device is 'refuse'", "refuse", False),
    ("a successor failed", "allow", True),
)


@pytest.mark.parametrize("reason, mode, failed", REFUSING)
def test_it_is_looked_for_again_before_it_is_refused(
    stage: Stage, reason: str, mode: LastDeviceGuard, failed: bool
) -> None:
    _registered_a_moment_ago(stage)
    stage.time.at(3, lambda: stage.box.lag(0))
    run = stage.run()
    if failed:
        run.ledger.mark_declared(Pair(parse_serial_number(TOKEN), "alice"), failed="no such role")
    kind = refusals.SuccessorFailed if failed else refusals.LastDevice
    failure(lambda: lifecycle.delete(run, stage.saved(), mode), kind)
    assert stage.holders() == {"alice": [stage.arn()]}, reason
    assert 3 <= stage.time.spent < 15


@pytest.mark.parametrize("reason, mode, failed", REFUSING)
def test_what_the_user_does_not_hold_goes_in_silence(
    stage: Stage, reason: str, mode: LastDeviceGuard, failed: bool
) -> None:
    stage.plant(users={"alice": user(password=True)}, devices=[virtual()])
    run = stage.run()
    if failed:
        run.ledger.mark_declared(Pair(parse_serial_number(TOKEN), "alice"), failed="no such role")
    lifecycle.delete(run, stage.saved(), mode)
    assert stage.writes() == ["DeactivateMFADevice"]
    assert (stage.warnings, stage.notes) == ([], [f"{stage.arn()} of alice was already inactive"]), reason
    assert stage.time.spent == 15


def test_what_is_not_the_last_is_not_waited_for(stage: Stage) -> None:
    stage.plant(users={"alice": user(hardware(TOKEN), password=True)}, devices=[virtual()])
    lifecycle.delete(stage.run(), stage.saved(), "refuse")
    assert stage.time.spent == 0
    assert "GetLoginProfile" not in stage.calls()


def test_a_new_user_of_the_name_that_shows_only_at_the_second_look_is_not_touched(stage: Stage) -> None:
    stage.plant(users={"alice": user(password=True), "bob": {}})
    stage.box.lag(3600)
    stage.plant(users={"alice": user(virtual(), virtual("spare"))})
    stage.time.at(3, lambda: stage.box.lag(0))
    lifecycle.delete(stage.run(), stage.saved(user_id="AIDASOMEBODYELSE", enable_date=OLD), "refuse")
    assert not stage.writes()
    assert "another user is called alice now and registered it" in stage.warnings[0]


def test_why_a_successor_failed_keeps_its_settings_open(stage: Stage) -> None:
    stage.plant(users={"alice": user(virtual())})
    run = stage.run()
    with pytest.raises(errors.NoCredentials), run.ledger.declaring(Pair(parse_serial_number(TOKEN), "alice")):
        raise errors.NoCredentials("asking", "GetCallerIdentity", "")
    with pytest.raises(refusals.SuccessorFailed) as caught:
        lifecycle.delete(run, stage.saved())
    assert "failed (asking: no usable AWS credentials were found; set <profile>, " in caught.value.spelled(
        lambda key: f"<{key}>"
    )
