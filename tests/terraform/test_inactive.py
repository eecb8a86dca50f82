"""What was deactivated outside is not armed again by a record that takes over (rule 2)."""

from __future__ import annotations

import json
from typing import Any

import pytest

from mfa_association.terraform.association import INACTIVE
from mfa_association.terraform.protocol import message
from tests.support.stage import Stage, user, virtual
from tests.terraform.calls import NAME, Caller, State

from .test_bridge import Bridge

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


@pytest.mark.parametrize("known_by", ["a state", "a refresh"])
def test_a_plan_that_would_arm_it_is_refused(stage: Stage, known_by: str) -> None:
    """-replace, a tainted resource, or another address: with create_before_destroy no apply could know it."""
    state = inactive(stage, renew="1")
    caller = Caller.configured(stage)
    upgrade(caller, state | {"active": True} if known_by == "a refresh" else state)
    if known_by == "a refresh":
        caller.read(state | {"active": True})
    answer = caller.plan(None, config(stage, renew="1"))
    assert answer.errors == [
        f"Binding MFA device ({stage.arn()}) to user (alice): it was deactivated outside this code, and replacing its record would "
        "enable it again; nothing was changed. To enable it, give a new renew value; else leave out -replace, or run "
        "`terraform untaint ADDRESS`"
    ]


@pytest.mark.parametrize("reason, of_state, of_config", [
    ("a new renew value", {}, {"renew": "2"}),
    ("another holder", {}, {"user_name": "bob"}),
    ("the newest record is active", {"active": True}, {}),
])  # fmt: skip
def test_what_is_armed(stage: Stage, reason: str, of_state: State, of_config: State) -> None:
    state = inactive(stage, renew="1") | of_state
    stage.plant(users={"bob": user()})
    caller = Caller.configured(stage)
    upgrade(caller, state)
    made = caller.up(None, config(stage) | of_config)
    assert made.state("new_state")["active"] is True, reason


def test_codes_that_come_at_apply_time_arm_nothing_either(stage: Stage) -> None:
    """Ephemeral variables: the plan had no codes, and destroys before it creates."""
    state = inactive(stage)
    first, second = stage.codes()
    wanted = config(stage, seed_source=None)
    planning, applying = Caller.configured(stage), Caller.configured(stage)
    upgrade(planning, state)
    plan = planning.plan(None, wanted)
    upgrade(applying, state)
    gone = applying.call(
        "ApplyResourceChange", type_name=NAME, prior_state=state, planned_state=None, config=None,
        planned_private=plan.message.planned_private,
    )  # fmt: skip
    assert not gone.errors
    codes = {"authentication_code_1_wo": first, "authentication_code_2_wo": second}
    made = applying.up(None, wanted | codes)
    assert made.state("new_state")["active"] is False and "a new declaration does not enable it" in made.warnings[-1]
    assert not stage.holders() and "EnableMFADevice" not in stage.writes()


def test_under_the_bridge_a_new_name_arms_nothing(stage: Stage) -> None:
    """It plans and applies in one process: the refresh showed the old record, and the new one is made inactive."""
    state = inactive(stage)
    up = Bridge(stage)
    up.refresh(state | {"active": True}, config(stage))
    up.check(config(stage))
    made = up.create(config(stage))
    assert made.state("new_state")["active"] is False and not stage.holders()


def test_without_codes_and_seed_nothing_is_refused(stage: Stage) -> None:
    state = inactive(stage)
    caller = Caller.configured(stage)
    upgrade(caller, state)
    assert not caller.plan(None, config(stage, seed_source=None)).errors
