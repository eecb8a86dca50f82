"""A thousand at once: what they cost in calls, and that the engine's calls do run at once."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from mfa_association.terraform.association import SCHEMA
from tests.support.stage import OLD, Stage, user, virtual
from tests.terraform.calls import Caller, State

NAMES = [f"user{number:04}" for number in range(1001)]
PAGES = {"GetCallerIdentity": 1, "ListVirtualMFADevices": 2}


def _config(stage: Stage, name: str) -> State:
    return {"user_name": name, "serial_number": stage.arn(name)}


@pytest.mark.long
def test_a_thousand_are_adopted_and_refreshed_in_two_pages(stage: Stage) -> None:
    stage.plant(users={name: user(virtual(name, enable_date=OLD)) for name in NAMES})
    with ThreadPoolExecutor(32) as engine:
        applying = Caller.configured(stage)
        made = list(engine.map(lambda name: applying.up(None, _config(stage, name)), NAMES))
        assert all(one.state("new_state")["active"] for one in made) and stage.calls() == PAGES
        states = [one.state("new_state") for one in made]
        stage.start_counting()
        refreshing = Caller.configured(stage)
        read = list(engine.map(refreshing.read, states))
        plans = list(engine.map(lambda state: refreshing.plan(state, _config(stage, state["user_name"])), states))
    assert [one.state("new_state") for one in read] == states
    assert [one.state("planned_state") for one in plans] == states
    assert stage.calls().keys() <= PAGES.keys() and stage.calls()["ListVirtualMFADevices"] == 2


def test_removals_of_different_users_wait_for_nobody(stage: Stage) -> None:
    """Each call holds its thread until all are in AWS."""
    users = [f"user{number}" for number in range(16)]
    stage.plant(users={name: user(virtual(name)) for name in users})
    caller = Caller.configured(stage)
    saved = {"active": True, "device_kind": "virtual", "account_id": stage.account}
    states = [SCHEMA.whole(saved | {"user_name": name, "serial_number": stage.arn(name)}) for name in users]
    stage.fault("DeactivateMFADevice", times=len(users), delay=20)
    with ThreadPoolExecutor(len(users)) as engine:
        done = [engine.submit(caller.apply, state, None, None) for state in states]
        while stage.box.waiting().get("DeactivateMFADevice", 0) < len(users):
            assert not any(one.done() for one in done), "they came one after the other"
            time.sleep(0.02)
        stage.box.clear_faults()
    assert not any(one.result().errors for one in done) and not stage.holders()
