"""A user's last device does not go for a successor that certainly fails: what the plan can know of it (rule 8)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from mfa_association.engine.inputs import UNKNOWN
from mfa_association.terraform.association import SCHEMA
from tests.support.stage import Stage, user, virtual
from tests.terraform.calls import Answer, Caller, State

from .test_plan import KNOWN

TOKEN = "GAHT12345678"
FIDO = "arn:aws:iam::{account}:u2f/user/alice/key-ABC"

Step = Callable[[Caller, Stage], Answer]


def saved(stage: Stage, serial: str | None = None, **more: Any) -> State:
    serial = serial or stage.arn()
    known = KNOWN | {"user_name": "alice", "serial_number": serial, "id": serial, "account_id": stage.account}
    return SCHEMA.whole(known | {"user_id": None} | more)


def goes(name: str = "alice-phone", **more: Any) -> Step:
    """A removed line."""
    return lambda caller, stage: caller.plan(saved(stage, stage.arn(name), **more), None)


def comes(name: Any, **more: Any) -> Step:
    """A new line; ``name``: of a virtual device unless it is a serial number."""

    def step(caller: Caller, stage: Stage) -> Answer:
        virtual_name = isinstance(name, str) and ":" not in name and name != TOKEN
        serial = stage.arn(name) if virtual_name else name
        serial = serial.format(account=stage.account) if isinstance(serial, str) else serial
        return caller.plan(None, {"user_name": "alice", "serial_number": serial} | more)

    return step


def replaced(name: str) -> Step:
    """Another serial number at the same address: two calls of the engine, of which one fails."""

    def step(caller: Caller, stage: Stage) -> Answer:
        config = {"user_name": "alice", "serial_number": stage.arn(name)}
        first = caller.plan(saved(stage), config)
        return first if first.errors else caller.plan(None, config)

    return step


def moves(name: str, old: str, new: str) -> Step:
    """A device that gets another holder at the same address."""

    def step(caller: Caller, stage: Stage) -> Answer:
        serial = stage.arn(name)
        return caller.plan(saved(stage, serial, user_name=old), {"user_name": new, "serial_number": serial})

    return step


def play(caller: Caller, stage: Stage, steps: list[Step]) -> list[Answer]:
    return [step(caller, stage) for step in steps]


@pytest.mark.parametrize("first", ["goes", "comes"])
def test_a_misspelt_successor_of_the_last_device_refuses_the_plan(stage: Stage, caller: Caller, first: str) -> None:
    stage.plant(users={"alice": user(virtual(), password=True), "bob": user(virtual("bobs"))}, devices=[virtual("new")])
    steps = [goes(), comes("nwe")] if first == "goes" else [comes("nwe"), goes()]
    earlier, later = play(caller, stage, steps)
    assert not earlier.errors
    assert later.errors == [
        f"Deactivating MFA device ({stage.arn()}) of user (alice): it is the last MFA device of alice, and there is no "
        f"such device as {stage.arn('nwe')}, which is declared to replace it; nothing was changed. If this apply creates "
        "it, reference its `arn`, or apply it first; else correct serial_number, or run once with "
        "MFA_ASSOCIATION_ON_LAST_DEVICE=allow:mfa/alice-phone"
    ]


def test_a_misspelt_successor_at_the_same_address(stage: Stage, caller: Caller) -> None:
    stage.plant(users={"alice": user(virtual())}, devices=[virtual("new")])
    [answer] = play(caller, stage, [replaced("nwe")])
    assert len(answer.errors) == 1 and stage.arn("nwe") in answer.errors[0]
    assert not Caller.configured(stage).plan(None, {"user_name": "alice", "serial_number": stage.arn("nwe")}).errors


@pytest.mark.parametrize(
    "reason, held, steps",
    [
        ("the successor exists", [], [goes(), comes("new")]),
        ("not the last: another device is kept", ["tablet"], [goes(), comes("nwe")]),
        ("alice does not hold what goes, so nothing is lost", [], [goes("new"), comes("nwe")]),
        ("somebody else's typo", [], [goes("bobs", user_name="bob"), comes("nwe")]),
        ("a leaver has no successor", ["tablet"], [goes(), goes("tablet")]),
        ("the successor is held already", ["tablet"], [goes(), comes("tablet")]),
    ],
)
def test_what_is_not_refused(stage: Stage, caller: Caller, reason: str, held: list[str], steps: list[Step]) -> None:
    alice = user(virtual(), *map(virtual, held))
    stage.plant(users={"alice": alice, "bob": user(virtual("bobs"))}, devices=[virtual("new")])
    for answer in play(caller, stage, steps):
        assert not answer.errors, reason
        assert not any("to replace it" in warning for warning in answer.warnings), reason


def test_a_user_who_was_created_anew_loses_nothing(stage: Stage, caller: Caller) -> None:
    """The removal would not touch the new user's device, so it is nobody's last one."""
    stage.plant(users={"alice": user(virtual())})
    answers = play(caller, stage, [comes("nwe"), goes(user_id="AIDAGONE")])
    assert not any(answer.errors for answer in answers)


def test_two_that_leave_for_a_misspelt_one(stage: Stage, caller: Caller) -> None:
    """The first goes, and the second is refused: with it nothing would be left."""
    stage.plant(users={"alice": user(virtual(), virtual("tablet"))})
    answers = play(caller, stage, [goes(), comes("nwe"), goes("tablet")])
    assert [len(answer.errors) for answer in answers] == [0, 0, 1]


@pytest.mark.parametrize("serial, part", [
    (UNKNOWN, "the device that is to replace it is not known before the apply"),
    (TOKEN, f"whether {TOKEN}, which is to replace it, can be held was not checked"),
    (FIDO, "whether arn:aws:iam::{account}:u2f/user/alice/key-ABC, which is to replace it, can be held was not checked"),
    ("bobs", "arn:aws:iam::{account}:mfa/bobs, which is to replace it, is held by bob until that changes"),
], ids=["not known yet", "hardware", "fido", "held by another"])  # fmt: skip
@pytest.mark.parametrize("first", ["goes", "comes"])
def test_what_no_plan_can_know_is_warned_of(stage: Stage, caller: Caller, serial: Any, part: str, first: str) -> None:
    stage.plant(users={"alice": user(virtual()), "bob": user(virtual("bobs"))})
    steps = [goes(), comes(serial)] if first == "goes" else [comes(serial), goes()]
    earlier, later = play(caller, stage, steps)
    assert not earlier.errors and not later.errors
    [warning] = [text for text in later.warnings if "to replace it" in text]
    assert part.format(account=stage.account) in warning
    assert "create_before_destroy = true and require_active = true" in warning


@pytest.mark.parametrize("denied, part", [
    ("ListVirtualMFADevices", "exists was not checked"),
    ("ListMFADevices", "whether it is the last device was not checked"),
])  # fmt: skip
def test_what_a_plans_role_may_not_look_at_is_warned_of(stage: Stage, caller: Caller, denied: str, part: str) -> None:
    stage.plant(users={"alice": user(virtual())})
    stage.deny(denied)
    answers = play(caller, stage, [comes("nwe"), goes()])
    assert not any(answer.errors for answer in answers)
    assert [part in text for text in answers[-1].warnings].count(True) == 1


@pytest.mark.parametrize("first", ["moves", "comes"])
def test_the_old_holder_of_a_move_is_left_for_a_misspelt_one(stage: Stage, caller: Caller, first: str) -> None:
    stage.plant(users={"alice": user(virtual()), "bob": user()})
    steps = [moves("alice-phone", "alice", "bob"), comes("nwe")]
    answers = play(caller, stage, steps if first == "moves" else steps[::-1])
    assert [len(answer.errors) for answer in answers] == [0, 1]


def test_a_device_that_is_moved_here_is_a_successor_too(stage: Stage, caller: Caller) -> None:
    stage.plant(users={"alice": user(virtual()), "bob": user(virtual("bobs"))})
    answers = play(caller, stage, [goes(), moves("bobs", "bob", "alice")])
    assert not any(answer.errors for answer in answers)
    assert "is held by bob until that changes" in answers[-1].warnings[-1]


def test_a_look_is_made_only_where_a_device_goes_and_another_comes(stage: Stage, caller: Caller) -> None:
    stage.plant(users={"alice": user(virtual()), "bob": user(virtual("bobs"))})
    play(caller, stage, [comes("nwe"), comes("new", user_name="bob")])
    assert not stage.calls()


def test_the_look_of_a_plan_is_a_fresh_one(stage: Stage, caller: Caller) -> None:
    """A device that was made since the first walk of this plan is no typo."""
    stage.plant(users={"alice": user(virtual())})
    caller.read(saved(stage))
    stage.plant(devices=[virtual("new")])
    assert not any(answer.errors for answer in play(caller, stage, [goes(), comes("new")]))


def test_the_looks_of_a_swap_are_counted(stage: Stage, caller: Caller) -> None:
    """One list and one walk more than the guard's own list, and nothing for what goes or comes alone."""
    stage.plant(users={"alice": user(virtual(), password=True)}, devices=[virtual("new")])
    play(caller, stage, [goes()])
    assert stage.calls() == {"GetCallerIdentity": 1, "ListMFADevices": 1, "GetLoginProfile": 1}
    stage.start_counting()
    play(caller, stage, [comes("new")])
    assert stage.calls() == {"ListMFADevices": 1, "ListVirtualMFADevices": 1}
