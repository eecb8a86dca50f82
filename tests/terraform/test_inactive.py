"""What was deactivated outside is not armed again by a record that takes over (rule 2)."""

from __future__ import annotations

import json
from typing import Any

import pytest

from mfa_association.terraform.association import INACTIVE
from mfa_association.terraform.protocol import message
from tests.lifecycle.stage import Stage, user, virtual
from tests.terraform.calls import NAME, Caller, State

SEED = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"


@pytest.fixture(autouse=True)
def seed(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the seed of the robot's device is kept."""
    monkeypatch.setenv("ROBOT_SEED", SEED)


def config(stage: Stage, **more: Any) -> State:
    return {"user_name": "alice", "serial_number": stage.arn(), "seed_source": "env:ROBOT_SEED"} | more


def upgrade(caller: Caller, state: State) -> None:
    """An engine shows what its state holds."""
    raw = message("RawState")(json=json.dumps(state).encode())
    caller.call("UpgradeResourceState", type_name=NAME, raw_state=raw)


def inactive(stage: Stage, **more: Any) -> State:
    """A device with a seed that somebody deactivated, and the state that a refresh made of it."""
    stage.plant(users={"alice": user(virtual(seed=SEED))})
    state: State = Caller.configured(stage).up(None, config(stage, **more)).state("new_state")
    stage.admin().deactivate_mfa_device(UserName="alice", SerialNumber=stage.arn())
    return state | INACTIVE


def replace(stage: Stage, state: State, wanted: State, known_by: str = "a state") -> tuple[Any, Any]:
    """What -replace and a tainted resource do: a plan, then destroy and create in another process."""
    planning, applying = Caller.configured(stage), Caller.configured(stage)
    upgrade(planning, state | {"active": True} if known_by == "a refresh" else state)
    if known_by == "a refresh":
        planning.read(state | {"active": True})
    plan = planning.plan(None, wanted)
    assert not plan.errors
    upgrade(applying, state)
    gone = applying.call(
        "ApplyResourceChange", type_name=NAME, prior_state=state, planned_state=None, config=None,
        planned_private=plan.message.planned_private,
    )  # fmt: skip
    assert not gone.errors
    again = applying.plan(None, wanted)
    for name, value in plan.state("planned_state").items():
        assert value == again.state("planned_state")[name], "an engine compares its two plans"
    return plan, applying.apply(None, again.state("planned_state"), wanted)


@pytest.mark.parametrize("known_by", ["a state", "a refresh"])
def test_a_replacement_by_itself_arms_nothing(stage: Stage, known_by: str) -> None:
    state = inactive(stage, renew="1")
    stage.start_counting()
    plan, made = replace(stage, state, config(stage, renew="1"), known_by)
    told = [text for text in plan.warnings if "stays inactive, although codes or a seed are given" in text]
    assert len(told) == 1 and "a new renew value enables it" in told[0]
    assert plan.state("planned_state")["active"] is False
    assert made.state("new_state") == state and not made.errors
    assert not stage.holders() and not [call for call in stage.writes() if call.startswith("Enable")]


def test_a_new_renew_value_arms_it(stage: Stage) -> None:
    state = inactive(stage)
    _, made = replace(stage, state, config(stage, renew="2"))
    assert made.state("new_state")["active"] is True and stage.holders() == {"alice": [stage.arn()]}


@pytest.mark.parametrize("reason, of_state, of_config", [
    ("another holder", {}, {"user_name": "bob"}),
    ("it is active", {"active": True}, {}),
])  # fmt: skip
def test_what_takes_over_nothing_inactive_is_armed(
    stage: Stage, reason: str, of_state: State, of_config: State
) -> None:
    state = inactive(stage) | of_state
    stage.plant(users={"bob": user()})
    caller = Caller.configured(stage)
    upgrade(caller, state)
    made = caller.up(None, config(stage, **of_config))
    assert made.state("new_state")["active"] is True, reason


def test_a_device_that_came_back_since_the_plan_is_told(stage: Stage) -> None:
    """An engine refuses an apply that makes something else of a value that its plan knew."""
    state = inactive(stage)
    caller = Caller.configured(stage)
    upgrade(caller, state)
    planned = caller.plan(None, config(stage)).state("planned_state")
    stage.admin().enable_mfa_device(
        UserName="alice", SerialNumber=stage.arn(),
        **dict(zip(("AuthenticationCode1", "AuthenticationCode2"), stage.codes(), strict=True)),
    )  # fmt: skip
    made = caller.apply(None, planned, config(stage))
    assert made.state("new_state")["active"] is False
    assert "it is active again" in made.warnings[0] and "until the next refresh" in made.warnings[0]


def test_without_codes_and_seed_nothing_is_said_of_arming(stage: Stage) -> None:
    state = inactive(stage)
    caller = Caller.configured(stage)
    upgrade(caller, state)
    answer = caller.plan(None, config(stage, seed_source=None))
    assert not any("a new renew value enables it" in text for text in answer.warnings)
