"""PlanResourceChange: what a plan shows, what it warns of, and that it is kept."""

from __future__ import annotations

from typing import Any, NamedTuple

import pytest

from mfa_association.engine.inputs import UNKNOWN
from mfa_association.terraform.association import SCHEMA, WRITE_ONLY
from tests.support.stage import OLD, Stage, hardware, user, virtual
from tests.terraform.calls import Caller, State

SERIAL = "arn:aws:iam::111122223333:mfa/alice-phone"
OTHER = "arn:aws:iam::111122223333:mfa/alice-tablet"
TOKEN = "GAHT12345678"
GOOD: State = {"user_name": "alice", "serial_number": SERIAL}
CODES: State = {"authentication_code_1_wo": "271828", "authentication_code_2_wo": "314159"}
KNOWN: State = {
    "id": SERIAL,
    "active": True,
    "device_kind": "virtual",
    "enable_date": OLD,
    "account_id": "111122223333",
    "user_id": "AIDA1",
}
PRIOR: State = SCHEMA.whole(GOOD | KNOWN)
FOUND: State = dict.fromkeys(("active", "enable_date", "user_id"), UNKNOWN)


def planned(answer: Any) -> State:
    state: State = answer.state("planned_state")
    return state


def test_a_new_one_is_known_as_far_as_its_serial_number_tells() -> None:
    expected = GOOD | FOUND | {"id": SERIAL, "device_kind": "virtual", "account_id": "111122223333"}
    answer = Caller().plan(None, GOOD | CODES)
    assert planned(answer) == SCHEMA.whole(expected) and not answer.told


def test_a_hardware_token_does_not_tell_its_account() -> None:
    state = planned(Caller().plan(None, GOOD | {"serial_number": TOKEN}))
    assert (state["device_kind"], state["account_id"]) == ("hardware", UNKNOWN)


def test_an_unknown_serial_number_is_planned() -> None:
    state = planned(Caller().plan(None, GOOD | {"serial_number": UNKNOWN}))
    assert [state[name] for name in ("id", "serial_number", "device_kind", "account_id")] == [UNKNOWN] * 4


def test_no_plan_holds_what_is_used_once() -> None:
    for prior in (None, PRIOR):
        state = planned(Caller().plan(prior, GOOD | CODES | {"renew": "2"}))
        assert [state[name] for name in WRITE_ONLY] == [None] * 3


class Update(NamedTuple):
    reason: str
    config: State
    changed: State
    replaces: tuple[str, ...] = ()


@pytest.mark.parametrize(
    "update",
    [
        Update("nothing", {}, {}),
        Update("codes alone", CODES, {}),
        Update("the case of the user", {"user_name": "Alice"}, {}),
        Update("the case of the device", {"serial_number": SERIAL.replace("alice", "ALICE")}, {}),
        Update("a setting", {"on_last_device": "refuse"}, {"on_last_device": "refuse"}),
        Update("what is the default anyway", {"require_active": False}, {"require_active": False}),
        Update("another holder", {"user_name": "bob"}, {"user_name": "bob"} | FOUND),
        Update("a holder not known yet", {"user_name": UNKNOWN}, {"user_name": UNKNOWN} | FOUND),
        Update("a renewal", CODES | {"renew": "2"}, {"renew": "2"} | FOUND),
        Update("a renewal not known yet", {"renew": UNKNOWN}, {"renew": UNKNOWN} | FOUND),
        Update("another device", {"serial_number": OTHER}, {"serial_number": OTHER, "id": OTHER} | FOUND,
               ("serial_number",)),
        Update("a device not known yet", {"serial_number": UNKNOWN},
               dict.fromkeys(("serial_number", "id", "device_kind", "account_id"), UNKNOWN) | FOUND, ("serial_number",)),
        Update("root instead", {"user_name": None, "root_account_id": "111122223333"},
               {"user_name": None, "root_account_id": "111122223333"} | FOUND, ("root_account_id",)),
    ],
    ids=lambda update: update.reason,
)  # fmt: skip
def test_an_update(update: Update) -> None:
    answer = Caller().plan(PRIOR, GOOD | update.config)
    assert planned(answer) == PRIOR | update.changed
    assert [path.steps[0].attribute_name for path in answer.message.requires_replace] == list(update.replaces)


@pytest.mark.parametrize("config, kept", [({}, False), ({"require_active": True}, True)])
def test_what_an_import_filled_in_is_no_change(config: State, kept: bool) -> None:
    state = planned(Caller().plan(PRIOR | {"require_active": False}, GOOD | config))
    assert state == PRIOR | {"require_active": kept}


def test_what_was_set_and_is_left_out_is_set_no_more() -> None:
    assert planned(Caller().plan(PRIOR | {"require_active": True}, GOOD))["require_active"] is None


def test_a_replacement_advises_to_make_the_new_one_first() -> None:
    [(severity, text, path)] = Caller().plan(PRIOR, GOOD | {"serial_number": OTHER}).told
    assert (severity, path) == ("warning", "serial_number")
    assert text.startswith(
        f"Replacing MFA device ({SERIAL}) of user (alice): unless the resource's lifecycle block says "
        "create_before_destroy = true, it is deactivated before"
    )


def test_every_plan_warns_of_an_inactive_device() -> None:
    answer = Caller().plan(PRIOR | {"active": False, "enable_date": None}, GOOD)
    assert planned(answer) == PRIOR | {"active": False, "enable_date": None}
    assert answer.warnings == [
        f"alice does not hold {SERIAL}: declared, not active; a new renew value with fresh codes or a seed enables it"
    ]


DEFAULTS = {"on_last_device": "refuse", "on_destroy": "delete-virtual-device"}


@pytest.mark.parametrize(
    "reason, provider, config, expected",
    [
        ("the provider's", DEFAULTS, {}, DEFAULTS),
        ("its own", DEFAULTS, {"on_last_device": "allow"}, DEFAULTS | {"on_last_device": "allow"}),
        ("the provider's, for a token", DEFAULTS, {"serial_number": TOKEN}, {"on_last_device": "refuse", "on_destroy": None}),
        ("a device not known yet", DEFAULTS, {"serial_number": UNKNOWN}, dict.fromkeys(DEFAULTS, UNKNOWN)),
        ("not known yet", dict.fromkeys(DEFAULTS, UNKNOWN), {}, dict.fromkeys(DEFAULTS, UNKNOWN)),
        ("nobody's", {}, {}, dict.fromkeys(DEFAULTS)),
    ],
)  # fmt: skip
def test_a_guard_is_saved_with_the_device(
    stage: Stage, reason: str, provider: State, config: State, expected: State
) -> None:
    state = planned(Caller.configured(stage, **provider).plan(None, GOOD | config))
    assert {name: state[name] for name in DEFAULTS} == expected, reason


# A role of another account would be saved, and every later run would read with it

ROLE = "arn:aws:iam::{}:role/mfa"


@pytest.mark.parametrize("reason, prior, config, refused", [
    ("an update", {}, {"role_arn": ROLE.format("999988887777")}, True),
    ("a create", None, {"role_arn": ROLE.format("999988887777")}, True),
    ("a token's record", {"serial_number": TOKEN, "id": TOKEN},
     {"serial_number": TOKEN, "role_arn": ROLE.format("999988887777")}, True),
    ("a new token, which does not tell its account", None,
     {"serial_number": TOKEN, "role_arn": ROLE.format("999988887777")}, False),
    ("its own account's", {}, {"role_arn": ROLE.format("111122223333")}, False),
    ("a root user's, whose role is the management account's", None,
     {"user_name": None, "root_account_id": "111122223333", "role_arn": ROLE.format("999988887777")}, False),
    ("not known yet", {}, {"role_arn": UNKNOWN}, False),
])  # fmt: skip
def test_a_role_of_another_account_is_refused(reason: str, prior: State | None, config: State, refused: bool) -> None:
    answer = Caller().plan(None if prior is None else PRIOR | prior, GOOD | config)
    assert [path for severity, _, path in answer.told if severity == "error"] == ["role_arn"] * refused, reason
    if refused:
        assert "the device belongs to account 111122223333, but role_arn arn:" in answer.errors[0]


# A serial number that says whose it is

FIDO = "arn:aws:iam::111122223333:u2f/user/{}/yubikey-ABC"


@pytest.mark.parametrize("reason, prior, config, told", [
    ("somebody else's", None, {"serial_number": FIDO.format("bob")}, True),
    ("handed on", PRIOR | {"serial_number": FIDO.format("bob"), "user_name": "bob"},
     {"serial_number": FIDO.format("bob")}, True),
    ("her own", None, {"serial_number": FIDO.format("Alice")}, False),
    ("a user who was renamed once is not told of at every plan", PRIOR | {"serial_number": FIDO.format("bob")},
     {"serial_number": FIDO.format("bob")}, False),
    ("a user not known yet", None, {"serial_number": FIDO.format("bob"), "user_name": UNKNOWN}, False),
    ("a key of the root user", None, {"serial_number": "arn:aws:iam::111122223333:u2f/root-account/key-ABC"}, False),
])  # fmt: skip
def test_a_key_that_says_whose_it_is(
    monkeypatch: pytest.MonkeyPatch, reason: str, prior: State | None, config: State, told: bool
) -> None:
    monkeypatch.setattr("mfa_association.terraform.successors.Successors._judge", lambda *_: None)
    answer = Caller().plan(prior, GOOD | config)
    assert not answer.errors
    warned = [text for text in answer.warnings if "its serial number says that user bob registered it" in text]
    assert bool(warned) == told, reason
    if told:
        assert "correct one of the two, unless bob was renamed to alice" in warned[0]


# A planned destroy: the guards look ahead


def _saved(stage: Stage, serial: str | None = None, **more: Any) -> State:
    serial = serial or stage.arn()
    known = {"user_name": "alice", "serial_number": serial, "id": serial, "account_id": stage.account, "user_id": None}
    return SCHEMA.whole(KNOWN | known | more)


def test_the_last_device_is_told_before_it_goes(stage: Stage, caller: Caller) -> None:
    stage.plant(users={"alice": user(virtual(), password=True)})
    answer = caller.plan(_saved(stage), None)
    assert planned(answer) is None and not answer.errors
    assert answer.warnings == [
        f"Deactivating {stage.arn()} of alice: it is the last MFA device; alice could sign in with a password alone"
    ]
    assert not stage.writes()


def test_the_guard_refuses_before_anything_is_applied(stage: Stage, caller: Caller) -> None:
    stage.plant(users={"alice": user(virtual(), password=True)})
    answer = caller.plan(_saved(stage, on_last_device="refuse"), None)
    assert len(answer.errors) == 1 and "on_last_device is 'refuse'; nothing was changed" in answer.errors[0]


@pytest.mark.parametrize("denied", ["ListMFADevices", "GetLoginProfile"])
def test_what_a_plans_role_may_not_look_at_is_refused_by_the_apply_alone(
    stage: Stage, caller: Caller, denied: str
) -> None:
    stage.plant(users={"alice": user(virtual())})
    stage.deny(denied)
    answer = caller.plan(_saved(stage, on_last_device="refuse"), None)
    assert not answer.errors
    assert len(answer.warnings) == 1 and "the apply checks again" in answer.warnings[0]
    applied = Caller.configured(stage).apply(_saved(stage, on_last_device="refuse"), None, None)
    assert "on_last_device is 'refuse'; nothing was changed" in applied.errors[0] and not stage.writes()


def test_the_environment_overrides_the_guard_at_plan_time(
    stage: Stage, caller: Caller, monkeypatch: pytest.MonkeyPatch
) -> None:
    stage.plant(users={"alice": user(virtual(), password=True)})
    monkeypatch.setenv("MFA_ASSOCIATION_ON_LAST_DEVICE", "allow")
    assert not caller.plan(_saved(stage, on_last_device="refuse"), None).errors


def test_two_that_leave_together_are_not_both_not_the_last(stage: Stage, caller: Caller) -> None:
    stage.plant(users={"alice": user(virtual(), hardware(TOKEN), password=True)})
    first = caller.plan(_saved(stage), None)
    second = caller.plan(_saved(stage, TOKEN, device_kind="hardware"), None)
    assert not first.told
    assert len(second.warnings) == 1 and "it is the last MFA device" in second.warnings[0]


def test_a_foreseen_removal_is_none_yet(stage: Stage, caller: Caller) -> None:
    stage.plant(users={"alice": user(virtual())})
    saved = _saved(stage)
    caller.plan(saved, None)
    assert not caller.apply(saved, None, None).errors
    assert stage.writes() == ["DeactivateMFADevice"] and not stage.holders()


def test_more_removals_than_allowed_are_one_error_of_the_plan(stage: Stage) -> None:
    """An engine tells removals one by one: the first that is too many fails the plan, all others have nothing to add."""
    names = [f"phone{number}" for number in range(5)]
    stage.plant(users={"alice": user(*map(virtual, names), virtual("kept"), virtual("idle"))})
    stage.admin().deactivate_mfa_device(UserName="alice", SerialNumber=stage.arn("idle"))
    caller = Caller.configured(stage, max_removals=2)
    answers = [caller.plan(_saved(stage, stage.arn(name)), None) for name in ("idle", *names)]
    assert [len(answer.errors) for answer in answers] == [0, 0, 0, 1, 0, 0], "what is inactive already is no removal"
    [error] = answers[3].errors
    assert error == (
        "Planning removals: this plan deactivates more than 2 MFA devices, and max_removals allows 2; nothing was "
        "changed, check the roster, or run once with MFA_ASSOCIATION_MAX_REMOVALS=N"
    )
    assert not any(answer.warnings for answer in answers)


def test_where_none_may_go_the_first_is_one_too_many(stage: Stage) -> None:
    stage.plant(users={"alice": user(virtual(), virtual("kept"))})
    [error] = Caller.configured(stage, max_removals=0).plan(_saved(stage), None).errors
    assert "this plan deactivates MFA devices, and max_removals allows none; nothing was changed" in error


def test_replacements_and_moves_are_removals_too(stage: Stage) -> None:
    stage.plant(users={"alice": user(virtual("one"), virtual("two"), virtual("three"), virtual("kept")), "bob": user()})
    caller = Caller.configured(stage, max_removals=1)
    replaced = caller.plan(_saved(stage, stage.arn("one")), {"user_name": "alice", "serial_number": stage.arn("new")})
    moved = caller.plan(_saved(stage, stage.arn("two")), {"user_name": "bob", "serial_number": stage.arn("two")})
    assert not replaced.errors
    assert len(moved.errors) == 1 and "deactivates more than 1 MFA device, and" in moved.errors[0]


def test_without_a_limit_no_replacement_is_looked_at(stage: Stage, caller: Caller) -> None:
    stage.plant(users={"alice": user(virtual())})
    caller.plan(_saved(stage), {"user_name": "alice", "serial_number": stage.arn("new")})
    assert not stage.calls()


def test_as_many_removals_as_allowed_are_planned(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    stage.plant(users={"alice": user(virtual(), virtual("tablet"), virtual("key"))})
    monkeypatch.setenv("MFA_ASSOCIATION_MAX_REMOVALS", "2")
    caller = Caller.configured(stage, max_removals=1)
    for name in ("alice-phone", "tablet"):
        assert not caller.plan(_saved(stage, stage.arn(name)), None).errors


def test_an_apply_keeps_a_count_of_its_own(stage: Stage) -> None:
    stage.plant(users={"alice": user(virtual(), virtual("tablet"), virtual("key"))})
    caller = Caller.configured(stage, max_removals=1)
    first, second = (caller.apply(_saved(stage, stage.arn(name)), None, None) for name in ("alice-phone", "tablet"))
    assert not first.errors and "as many as max_removals allows" in second.errors[0]
    assert stage.writes() == ["DeactivateMFADevice"]


def test_what_is_inactive_already_needs_no_guard(stage: Stage, caller: Caller) -> None:
    stage.plant(users={"alice": user(password=True)}, devices=[virtual()])
    assert not caller.plan(_saved(stage, on_last_device="refuse"), None).told


def test_what_cannot_be_looked_at_is_left_to_the_apply(stage: Stage, caller: Caller) -> None:
    stage.plant(users={"alice": user(virtual())})
    stage.fault("ListMFADevices", error="ServiceFailure", times=None)
    answer = caller.plan(_saved(stage), None)
    assert not answer.errors and planned(answer) is None
    assert len(answer.warnings) == 1 and "this plan did not check the removal of" in answer.warnings[0]


def test_a_provider_that_is_not_known_yet_plans_all_the_same(stage: Stage) -> None:
    caller = Caller.configured(stage, profile=UNKNOWN)
    saved = _saved(stage)
    assert planned(caller.plan(None, GOOD)) and planned(caller.plan(saved, None)) is None
    answer = caller.read(saved)
    assert answer.state("new_state") == saved and not answer.errors
    assert "profile of the provider configuration is not known before the apply" in answer.warnings[0]


def test_an_account_that_is_not_the_devices_is_refused_at_plan_time(stage: Stage, caller: Caller) -> None:
    stage.plant(users={})
    saved = _saved(stage) | {"account_id": "999988887777", "serial_number": TOKEN, "id": TOKEN}
    assert "it belongs to AWS account 999988887777" in caller.plan(saved, None).errors[0]
