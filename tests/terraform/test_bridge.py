"""Pulumi's bridge: one process checks, refreshes, plans and applies, and it plans removed lines too.

The orders of calls are those of the bridge's own code: Check is ValidateResourceConfig; Diff is UpgradeResourceState and
PlanResourceChange with the saved inputs; Create and Update plan, then apply; Delete applies alone.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any

import pytest

from mfa_association.terraform import block
from mfa_association.terraform.protocol import message
from tests.support.stage import Stage, user, virtual
from tests.terraform.calls import NAME, Answer, Caller, State, whole

VERSIONS = ("1.0.0+pulumi-terraform-bridge", "pulumi-terraform-bridge")
"""What the bridge gives as the version of Terraform: since v3.136.0 at the latest, and before (pkg/pf/tfbridge)."""


@dataclass
class Bridge:
    """One operation of Pulumi: a process of its own."""

    stage: Stage
    version: str = VERSIONS[0]
    caller: Caller = field(init=False)

    def __post_init__(self) -> None:
        urls = [{"iam": self.stage.box.url, "sts": self.stage.box.url, "ssm": None, "secretsmanager": None}]
        config = {"region": "us-east-1", "endpoints": urls, "assume_role": [], "propagation_time": 0, "max_removals": 3}
        self.caller = Caller()
        self.caller.call("ConfigureProvider", config=whole(block.SCHEMA, config), terraform_version=self.version)

    def check(self, config: State) -> Answer:
        return self.caller.validate(config)

    def read(self, state: State) -> State:
        found: State = self.caller.read(state).state("new_state")
        return found

    def diff(self, state: State, config: State) -> Answer:
        raw = message("RawState")(json=json.dumps(state).encode())
        self.caller.call("UpgradeResourceState", type_name=NAME, raw_state=raw)
        answer = self.caller.plan(state, config)
        assert not answer.errors, answer.errors
        return answer

    def create(self, config: State) -> Answer:
        return self.caller.up(None, config)

    def update(self, state: State, config: State) -> tuple[Answer, State]:
        """The answer, and the state that is kept: of an apply that fails the bridge drops what it says of the state."""
        self.check(config)
        self.diff(state, config)
        answer = self.caller.up(state, config)
        return answer, state if answer.errors else answer.state("new_state")

    def delete(self, state: State, *, planned: bool) -> Answer:
        """``planned``: as engines do that plan a removal first."""
        if planned:
            answer = self.caller.plan(state, None)
            assert not answer.errors, answer.errors
        return self.caller.apply(state, None, None)

    def refresh(self, state: State, config: State) -> None:
        """A refresh reads and diffs everything in the state, removed lines included."""
        self.diff(self.read(state), config)


PLANNED = pytest.mark.parametrize("planned", [False, True], ids=["delete", "plan, delete"])


def config(stage: Stage, **more: Any) -> State:
    return {"user_name": "alice", "serial_number": stage.arn(), **more}


def made(stage: Stage) -> State:
    """Alice holds a phone, which an earlier operation adopted."""
    stage.plant(users={"alice": user(virtual()), "bob": user()})
    state: State = Bridge(stage).create(config(stage)).state("new_state")
    return state


@PLANNED
@pytest.mark.parametrize("refreshed", [False, True], ids=["up", "up --refresh"])
def test_a_removed_line_goes_though_it_was_diffed(stage: Stage, planned: bool, refreshed: bool) -> None:
    state = made(stage)
    up = Bridge(stage)
    if refreshed:
        up.refresh(state, config(stage))
    gone = up.delete(state, planned=planned)
    assert not gone.errors and gone.state("new_state") is None
    assert not stage.holders() and stage.writes() == ["DeactivateMFADevice"]


@PLANNED
@pytest.mark.parametrize("refreshed", [False, True], ids=["up", "up --refresh"])
def test_a_renamed_resource_keeps_its_device(stage: Stage, planned: bool, refreshed: bool) -> None:
    state = made(stage)
    up = Bridge(stage)
    if refreshed:
        up.refresh(state, config(stage))
    up.check(config(stage))
    assert up.create(config(stage)).state("new_state")["active"] is True
    gone = up.delete(state, planned=planned)
    assert not gone.errors and "stays active" in gone.warnings[0]
    assert not stage.writes()


@PLANNED
@pytest.mark.parametrize("version", VERSIONS)
def test_a_declaration_that_an_earlier_run_made_keeps_the_device(stage: Stage, planned: bool, version: str) -> None:
    """The new record was made by a run that failed; this one has only the old record left to delete (case 01)."""
    state = made(stage)
    up = Bridge(stage, version)
    up.check(config(stage))
    up.diff(state, config(stage))
    gone = up.delete(state, planned=planned)
    assert not gone.errors and "stays active" in gone.warnings[0]
    assert not stage.writes()


@PLANNED
def test_a_declaration_that_failed_its_check_holds_the_delete_back(stage: Stage, planned: bool) -> None:
    state = made(stage)
    up = Bridge(stage)
    assert up.check(config(stage, on_last_device="never")).errors
    gone = up.delete(state, planned=planned)
    assert gone.state("new_state") == state and len(gone.errors) == 1
    assert not stage.writes()


def test_a_declaration_for_somebody_else_holds_nothing_back(stage: Stage) -> None:
    state = made(stage)
    up = Bridge(stage)
    up.check(config(stage, user_name="bob"))
    assert not up.delete(state, planned=False).errors and not stage.holders()


def test_the_check_of_a_provider_that_is_not_configured_declares_nothing(stage: Stage) -> None:
    """Terraform validates in a process of its own, which has no connection to note it in."""
    assert not Caller().validate(config(stage)).errors


def test_too_many_removals_are_counted_by_the_applies(stage: Stage) -> None:
    """What is planned in the same process takes nothing from what the applies may do."""
    names = [f"phone{number}" for number in range(5)]
    stage.plant(users={"alice": user(*map(virtual, names))})
    states = [Bridge(stage).create(config(stage, serial_number=stage.arn(name))).state("new_state") for name in names]
    up = Bridge(stage)
    answers = [up.delete(state, planned=True) for state in states]
    assert [len(answer.errors) for answer in answers] == [0, 0, 0, 1, 1]
    assert all("as many as max_removals allows" in answer.errors[0] for answer in answers[3:])


def test_a_warning_is_told_in_one_piece(stage: Stage) -> None:
    """The bridge logs the detail before the summary (pkg/pf/tfbridge/provider_diagnostics.go)."""
    state = made(stage)
    up = Bridge(stage)
    up.check(config(stage))
    (warning,) = up.delete(state, planned=False).message.diagnostics
    sentence = f"{stage.arn()} of alice stays active: another resource declares it"
    assert (warning.summary, warning.detail) == ("", sentence)


def broken(stage: Stage) -> State:
    """Alice's phone was to move to bob with codes that are wrong: nobody holds it, and the state still says alice."""
    state = made(stage)
    wrong = {"authentication_code_1_wo": "000000", "authentication_code_2_wo": "000001"}
    answer, kept = Bridge(stage).update(state, config(stage, user_name="bob", **wrong))
    assert answer.errors and kept == state and not stage.holders()
    return kept


def test_a_move_that_broke_is_taken_up_by_the_next_run(stage: Stage) -> None:
    kept = broken(stage)
    first, second = stage.codes()
    given = {"authentication_code_1_wo": first, "authentication_code_2_wo": second}
    answer, state = Bridge(stage).update(kept, config(stage, user_name="bob", **given))
    assert not answer.errors and state["user_name"] == "bob" and state["active"] is True
    assert stage.holders() == {"bob": [stage.arn()]}


def test_what_a_broken_move_left_is_removed_with_its_line(stage: Stage) -> None:
    assert not Bridge(stage).delete(broken(stage), planned=False).errors


def test_a_create_whose_record_was_dropped_is_adopted_by_the_next_run(stage: Stage) -> None:
    """Of a create that fails the bridge keeps no record, whatever was done."""
    stage.plant(users={"alice": user(virtual(held=False)), "bob": user()})
    first, second = stage.codes()
    given = {"authentication_code_1_wo": first, "authentication_code_2_wo": second}
    assert not Bridge(stage).create(config(stage, **given)).errors
    again = Bridge(stage).create(config(stage, **given))
    assert not again.errors and again.state("new_state")["active"] is True
    assert stage.writes() == ["EnableMFADevice"]
