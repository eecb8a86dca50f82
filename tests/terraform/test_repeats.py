"""A failure of the credentials is told in full once, and every state is kept."""

from __future__ import annotations

import pytest

from mfa_association.aws.session import open_session
from mfa_association.terraform.association import SCHEMA
from tests.support.stage import Stage, user, virtual
from tests.terraform.calls import Caller, State

from .test_plan import KNOWN

NAMES = ("phone1", "phone2", "phone3")


@pytest.fixture
def states(stage: Stage) -> list[State]:
    """What the state says of three devices, under credentials that are not accepted any more."""
    stage.plant(users={"alice": user(*map(virtual, NAMES))})
    open_session.cache_clear()
    stage.fault("GetCallerIdentity", error="ExpiredToken", times=None)
    return [
        SCHEMA.whole(
            KNOWN
            | {"user_name": "alice", "serial_number": stage.arn(name), "id": stage.arn(name)}
            | {"account_id": stage.account}
        )
        for name in NAMES
    ]


def test_a_refresh_fails_once(caller: Caller, states: list[State]) -> None:
    answers = [caller.read(state) for state in states]
    assert [answer.state("new_state") for answer in answers] == states
    assert [len(answer.errors) for answer in answers] == [1, 0, 0]
    assert "the AWS session has expired; sign in again and rerun" in answers[0].errors[0]
    warned = [answer.message.diagnostics[0] for answer in answers[1:]]
    assert {one.summary for one in warned} == {"not checked for the same reason"}
    assert [one.detail for one in warned] == [f"{state['serial_number']} of alice" for state in states[1:]]


def test_a_plan_of_removals_says_once_that_nothing_was_looked_at(caller: Caller, states: list[State]) -> None:
    answers = [caller.plan(state, None) for state in states]
    assert not any(answer.errors for answer in answers)
    [first], *rest = (answer.warnings for answer in answers)
    assert "this plan did not check the removal of" in first and "the AWS session has expired" in first
    assert rest == [[f"not checked for the same reason: {state['serial_number']} of alice"] for state in states[1:]]


def test_every_apply_ends_in_an_error_the_later_ones_in_short(caller: Caller, states: list[State]) -> None:
    answers = [caller.apply(state, None, None) for state in states]
    assert [answer.state("new_state") for answer in answers] == states
    first, second, third = (answer.errors[0] for answer in answers)
    assert "sign in again and rerun" in first
    assert second == third and second.endswith("the AWS session has expired, as above; the state was kept")


def test_another_failure_is_told_in_full(stage: Stage, caller: Caller, states: list[State]) -> None:
    caller.read(states[0])
    stage.box.clear_faults()
    open_session.cache_clear()
    stage.fault("ListVirtualMFADevices", error="ServiceFailure", times=None)
    assert "internal failure" in caller.read(states[1]).errors[0]


def test_another_command_tells_it_again(stage: Stage, states: list[State]) -> None:
    for _ in range(2):
        assert Caller.configured(stage).read(states[0]).errors
