"""ApplyResourceChange and ReadResource: what happens in AWS, and that the state is always true."""

from __future__ import annotations

from typing import Any

import pytest

from mfa_association.engine.inputs import UNKNOWN
from mfa_association.terraform.association import SCHEMA
from tests.support.stage import OLD, Stage, hardware, user, virtual
from tests.terraform.calls import NAME, Answer, Caller, State

TOKEN = "GAHT12345678"
SEED = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
OFF: State = {"active": False, "enable_date": None}


def _state(answer: Answer) -> State:
    assert not answer.errors, answer.errors
    state: State = answer.state("new_state")
    return state


def _config(stage: Stage, serial: str | None = None, **more: Any) -> State:
    return {"user_name": "alice", "serial_number": serial or stage.arn(), **more}


def _codes(stage: Stage, serial: str | None = None) -> State:
    first, second = stage.codes(serial)
    return {"authentication_code_1_wo": first, "authentication_code_2_wo": second}


def test_what_is_held_is_adopted_without_a_write(stage: Stage, caller: Caller) -> None:
    stage.plant(users={"alice": user(virtual(enable_date=OLD))})
    answer = caller.up(None, _config(stage, require_active=False))
    found = {"id": stage.arn(), "active": True, "device_kind": "virtual", "enable_date": OLD}
    expected = _config(stage, require_active=False) | found | {"account_id": stage.account, "user_id": stage.user_id()}
    assert _state(answer) == SCHEMA.whole(expected)
    assert not stage.writes() and not answer.told


def test_codes_enable_and_are_nowhere_afterwards(stage: Stage, caller: Caller) -> None:
    stage.plant(users={"alice": user()}, devices=[virtual()])
    codes = _codes(stage)
    answer = caller.up(None, _config(stage, **codes))
    assert _state(answer)["active"] is True and stage.holders()["alice"] == [stage.arn()]
    assert "alice holds" in answer.warnings[0]
    shown = answer.message.SerializeToString()
    assert not any(code.encode() in shown for code in codes.values())


@pytest.mark.parametrize("source", [False, True], ids=["seed_wo", "seed_source"])
def test_a_seed_enables(stage: Stage, caller: Caller, monkeypatch: pytest.MonkeyPatch, source: bool) -> None:
    stage.plant(users={"alice": user()}, devices=[virtual(seed=SEED)])
    monkeypatch.setenv("PHONE_SEED", SEED)
    answer = caller.up(None, _config(stage, **({"seed_source": "env:PHONE_SEED"} if source else {"seed_wo": SEED})))
    assert _state(answer)["active"] is True and stage.holders()["alice"] == [stage.arn()]
    assert _state(answer)["seed_source"] == ("env:PHONE_SEED" if source else None)
    assert SEED.encode() not in answer.message.SerializeToString()


def test_codes_that_are_refused_are_in_no_message(stage: Stage, caller: Caller) -> None:
    stage.plant(users={"alice": user()}, devices=[virtual()])
    answer = caller.up(None, _config(stage, authentication_code_1_wo="271828", authentication_code_2_wo="314159"))
    assert answer.state("new_state") is None and "IAM did not accept the two codes" in answer.errors[0]
    assert not any(code in answer.errors[0] for code in ("271828", "314159"))


def test_what_nobody_holds_is_recorded_with_a_warning(stage: Stage, caller: Caller) -> None:
    stage.plant(users={"alice": user()}, devices=[virtual()])
    answer = caller.up(None, _config(stage))
    assert _state(answer)["active"] is False
    assert answer.warnings == [f"alice does not hold {stage.arn()} yet: it is adopted once it is registered"]


@pytest.mark.parametrize(
    "reason, world, more, part",
    [
        ("no such user", {"users": {}, "devices": [virtual()]}, {}, "has no such user; nothing was changed"),
        ("no such device", {"users": {"alice": user()}}, {}, "there is no such device; nothing was changed"),
        ("held by another", {"users": {"alice": user(), "bob": user(virtual())}}, {}, "it is held by bob"),
        ("not active", {"users": {"alice": user()}, "devices": [virtual()]}, {"require_active": True},
         "alice does not hold it and require_active is set"),
    ],
)  # fmt: skip
def test_a_create_that_fails_leaves_no_state(
    stage: Stage, caller: Caller, reason: str, world: Any, more: State, part: str
) -> None:
    stage.plant(**world)
    answer = caller.up(None, _config(stage, **more))
    assert answer.state("new_state") is None, reason
    assert len(answer.errors) == 1 and part in answer.errors[0]
    assert answer.errors[0].startswith(f"Binding MFA device ({stage.arn()}) to user (alice): ")


def test_an_enabled_device_that_cannot_be_read_back_is_no_error(stage: Stage, caller: Caller) -> None:
    """An error would taint it, and the next apply would deactivate it and ask for fresh codes."""
    stage.plant(users={"alice": user()}, devices=[virtual()])
    stage.fault("ListMFADevices", nth=2, times=None, error="ServiceFailure")
    stage.fault("GetUser", times=None, error="ServiceFailure")
    answer = caller.up(None, _config(stage, **_codes(stage)))
    assert _state(answer)["active"] is True and stage.holders()["alice"] == [stage.arn()]
    assert any("does not list it yet" in text for text in answer.warnings)


def test_a_settings_change_calls_nothing(stage: Stage, caller: Caller) -> None:
    stage.plant(users={"alice": user(virtual())})
    state = _state(caller.up(None, _config(stage)))
    stage.start_counting()
    assert _state(caller.up(state, _config(stage, on_last_device="refuse"))) == state | {"on_last_device": "refuse"}
    assert not stage.calls()


def test_a_new_holder_is_a_move_in_place(stage: Stage, caller: Caller) -> None:
    stage.plant(users={"alice": user(virtual()), "bob": user()})
    state = _state(caller.up(None, _config(stage)))
    moved = _state(Caller.configured(stage).up(state, _config(stage, user_name="bob", **_codes(stage))))
    assert stage.holders() == {"bob": [stage.arn()]}
    assert (moved["user_name"], moved["user_id"], moved["id"]) == ("bob", stage.user_id("bob"), stage.arn())


def test_a_move_that_cannot_be_finished_changes_nothing(stage: Stage, caller: Caller) -> None:
    stage.plant(users={"alice": user(virtual()), "bob": user()})
    state = _state(caller.up(None, _config(stage)))
    answer = Caller.configured(stage).up(state, _config(stage, user_name="bob"))
    assert answer.state("new_state") == state and "neither codes nor a seed are given" in answer.errors[0]
    assert not stage.writes()


def test_a_move_that_broke_says_that_nobody_holds_it(stage: Stage, caller: Caller) -> None:
    stage.plant(users={"alice": user(virtual()), "bob": user()})
    state = _state(caller.up(None, _config(stage)))
    stage.fault("EnableMFADevice", error="AccessDenied")
    answer = Caller.configured(stage).up(state, _config(stage, user_name="bob", **_codes(stage)))
    assert answer.state("new_state") == state | OFF and "nobody holds it now" in answer.errors[0]
    assert stage.holders() == {}


def test_a_move_that_was_taken_back_saves_the_new_date(stage: Stage, caller: Caller) -> None:
    """Else the next refresh would say that somebody else registered the device again."""
    stage.plant(
        users={"alice": user(virtual(seed=SEED, enable_date=OLD)), "bob": user(*(virtual(str(n)) for n in range(8)))}
    )
    state = _state(caller.up(None, _config(stage)))
    answer = Caller.configured(stage).up(state, _config(stage, user_name="bob", seed_wo=SEED))
    assert "it was enabled for alice again, so alice holds it as before" in answer.errors[0]
    kept = answer.state("new_state")
    assert kept["enable_date"] > OLD and kept | {"enable_date": OLD} == state
    again = Caller.configured(stage).read(kept)
    assert again.state("new_state") == kept and not again.told


def test_a_new_renew_value_enables_what_was_deactivated_outside(stage: Stage, caller: Caller) -> None:
    stage.plant(users={"alice": user(virtual(enable_date=OLD))})
    state = _state(caller.up(None, _config(stage)))
    stage.admin().deactivate_mfa_device(UserName="alice", SerialNumber=stage.arn())
    fresh = Caller.configured(stage)
    off = _state(fresh.read(state))
    assert off == state | OFF
    assert _state(fresh.up(off, _config(stage, **_codes(stage)))) == off, "codes alone arm nothing"
    again = _state(fresh.up(off, _config(stage, renew="2", **_codes(stage))))
    assert again["active"] is True and again["renew"] == "2"


def test_renew_without_anything_to_renew_with_is_an_error(stage: Stage, caller: Caller) -> None:
    stage.plant(users={"alice": user(virtual())})
    state = _state(caller.up(None, _config(stage)))
    answer = caller.up(state, _config(stage, renew="2"))
    assert answer.state("new_state") == state and "there are neither codes nor a seed" in answer.errors[0]


def test_what_goes_is_deactivated(stage: Stage, caller: Caller) -> None:
    stage.plant(users={"alice": user(virtual())})
    state = _state(caller.up(None, _config(stage)))
    assert _state(Caller.configured(stage).apply(state, None, None)) is None
    assert not stage.holders() and stage.writes() == ["DeactivateMFADevice"]


@pytest.mark.parametrize("error", ["AccessDenied", "InvalidClientTokenId", "LimitExceeded"])
def test_a_destroy_that_fails_keeps_the_state(stage: Stage, caller: Caller, error: str) -> None:
    stage.plant(users={"alice": user(virtual())})
    state = _state(caller.up(None, _config(stage)))
    stage.fault("DeactivateMFADevice", error=error)
    answer = Caller.configured(stage).apply(state, None, None)
    assert answer.state("new_state") == state and len(answer.errors) == 1
    assert answer.errors[0].startswith(f"Deactivating MFA device ({stage.arn()}) of user (alice): ")


def test_the_guard_stands_at_apply_time_too(stage: Stage, caller: Caller) -> None:
    stage.plant(users={"alice": user(virtual(), password=True)})
    state = _state(caller.up(None, _config(stage, on_last_device="refuse")))
    answer = Caller.configured(stage).apply(state, None, None)
    assert answer.state("new_state") == state and "on_last_device is 'refuse'" in answer.errors[0]
    assert stage.holders()["alice"] == [stage.arn()]


def test_what_is_gone_already_is_destroyed(stage: Stage, caller: Caller) -> None:
    stage.plant(users={"alice": user(virtual())})
    state = _state(caller.up(None, _config(stage)))
    stage.admin().deactivate_mfa_device(UserName="alice", SerialNumber=stage.arn())
    assert _state(Caller.configured(stage).apply(state, None, None)) is None


def test_a_new_address_made_first_keeps_the_device(stage: Stage, caller: Caller) -> None:
    """create_before_destroy with the same device: -replace, or a resource that was tainted."""
    stage.plant(users={"alice": user(virtual())})
    state = _state(caller.up(None, _config(stage)))
    answer = caller.apply(state, None, None)
    assert _state(answer) is None and "stays active" in answer.warnings[0]
    assert stage.holders()["alice"] == [stage.arn()]


def test_a_defect_keeps_the_state(stage: Stage, caller: Caller, monkeypatch: pytest.MonkeyPatch) -> None:
    stage.plant(users={"alice": user(virtual())})
    state = _state(caller.up(None, _config(stage)))
    monkeypatch.setattr("mfa_association.lifecycle.delete", lambda *_: 1 / 0)
    answer = caller.apply(state, None, None)
    assert answer.state("new_state") == state
    assert answer.errors[0].startswith("Answering ApplyResourceChange: ZeroDivisionError, which is a defect")


def test_defaults_that_no_plan_knew_are_found_at_apply(stage: Stage) -> None:
    stage.plant(users={"alice": user(virtual(), hardware(TOKEN))})
    planning = Caller.configured(stage, on_last_device=UNKNOWN, on_destroy=UNKNOWN)
    applying = Caller.configured(stage, on_last_device="refuse", on_destroy="delete-virtual-device")
    for serial, on_destroy in ((stage.arn(), "delete-virtual-device"), (TOKEN, None)):
        planned = planning.plan(None, _config(stage, serial)).state("planned_state")
        state = _state(applying.apply(None, planned, _config(stage, serial)))
        assert (state["on_last_device"], state["on_destroy"]) == ("refuse", on_destroy)


# Read


def test_read_never_says_that_it_is_gone(stage: Stage, caller: Caller) -> None:
    stage.plant(users={"alice": user(virtual(enable_date=OLD))})
    state = _state(caller.up(None, _config(stage)))
    stage.admin().deactivate_mfa_device(UserName="alice", SerialNumber=stage.arn())
    stage.admin().delete_virtual_mfa_device(SerialNumber=stage.arn())
    stage.admin().delete_user(UserName="alice")
    assert _state(Caller.configured(stage).read(state)) == state | OFF


@pytest.mark.parametrize("error", ["AccessDenied", "ExpiredToken", "ServiceFailure"])
def test_a_read_that_fails_keeps_the_state(stage: Stage, caller: Caller, error: str) -> None:
    stage.plant(users={"alice": user(hardware(TOKEN))})
    state = _state(caller.up(None, _config(stage, TOKEN)))
    stage.fault("ListMFADevices", error=error, times=None)
    answer = Caller.configured(stage, max_retries=0).read(state)
    assert answer.state("new_state") == state and len(answer.errors) == 1


# -replace and tainted resources: destroyed first, created again at once


@pytest.mark.parametrize("known_by", ["a plan", "a refresh"])
def test_what_replaces_itself_stays_active(stage: Stage, caller: Caller, known_by: str) -> None:
    stage.plant(users={"alice": user(virtual())})
    state = _state(caller.up(None, _config(stage)))
    planning, applying = Caller.configured(stage), Caller.configured(stage)
    if known_by == "a plan":
        planning.plan(state, _config(stage))
    else:
        planning.read(state)
    plan = planning.plan(None, _config(stage))
    private = plan.message.planned_private
    values = {"type_name": NAME, "prior_state": state, "planned_state": None, "config": None}
    gone = applying.call("ApplyResourceChange", **values, planned_private=private)
    assert _state(gone) is None and "stays active" in gone.warnings[0]
    made = applying.apply(None, plan.state("planned_state"), _config(stage))
    assert _state(made) == state and not stage.writes() and made.message.private == b""


def test_another_holder_is_no_replacement_by_itself(stage: Stage, caller: Caller) -> None:
    stage.plant(users={"alice": user(virtual()), "bob": user()})
    state = _state(caller.up(None, _config(stage)))
    planning = Caller.configured(stage)
    planning.plan(state, _config(stage, user_name="bob"))
    assert planning.plan(None, _config(stage, user_name="bob")).message.planned_private == b""


# Plans are kept: planned == applied but for what was unknown


@pytest.mark.parametrize("holder", ["alice", "Alice"])
@pytest.mark.parametrize("kind", ["phone", "token"])
@pytest.mark.parametrize("settings", [{}, {"on_last_device": "warn", "require_active": True, "renew": "1"}])
def test_what_was_planned_is_applied(stage: Stage, caller: Caller, holder: str, kind: str, settings: State) -> None:
    stage.plant(users={"alice": user(virtual(), hardware(TOKEN)), "bob": user()})
    config = _config(stage, TOKEN if kind == "token" else None, user_name=holder, **settings)
    prior = None
    for change in ({}, {"on_destroy": "keep"}, {"user_name": "alice"}, {"renew": None}, {"require_active": False}):
        config |= change
        planned = caller.plan(prior, config).state("planned_state")
        applied = _state(caller.apply(prior, planned, config))
        known = {name: value for name, value in planned.items() if value is not UNKNOWN}
        assert {name: applied[name] for name in known} == known
        assert set(applied) == set(planned) and UNKNOWN not in applied.values()
        assert caller.plan(applied, config).state("planned_state") == applied, "the next plan is empty"
        prior = _state(caller.read(applied))
        assert prior == applied


def test_the_identity_is_told_once_it_is_known(stage: Stage, caller: Caller) -> None:
    from mfa_association.terraform.values import decode

    stage.plant(users={"alice": user(hardware(TOKEN))})
    plan = caller.plan(None, _config(stage, TOKEN))
    assert not plan.message.planned_identity.identity_data.msgpack
    applied = caller.apply(None, plan.state("planned_state"), _config(stage, TOKEN))
    identity = {"account_id": stage.account, "serial_number": TOKEN}
    assert decode(applied.message.new_identity.identity_data.msgpack) == identity
    again = caller.plan(applied.state("new_state"), _config(stage, TOKEN))
    assert decode(again.message.planned_identity.identity_data.msgpack) == identity
