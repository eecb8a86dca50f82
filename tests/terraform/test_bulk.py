"""A thousand at once: what they cost in calls, and that the engine's calls do run at once."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor

from mfa_association.terraform.association import SCHEMA
from tests.lifecycle.stage import OLD, Stage, user, virtual
from tests.terraform.calls import Caller, State

NAMES = [f"user{number:04}" for number in range(1001)]
PAGES = {"GetCallerIdentity": 1, "ListVirtualMFADevices": 2}


def _config(stage: Stage, name: str) -> State:
    return {"user_name": name, "serial_number": stage.arn(name)}


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
    """Each call holds its thread until the other one is in AWS too."""
    stage.plant(users={"alice": user(virtual("a")), "bob": user(virtual("b"))})
    caller = Caller.configured(stage)
    saved = {"active": True, "device_kind": "virtual", "account_id": stage.account}
    states = [
        SCHEMA.whole(saved | {"user_name": name, "serial_number": stage.arn(serial)})
        for name, serial in (("alice", "a"), ("bob", "b"))
    ]
    stage.fault("DeactivateMFADevice", times=2, delay=5)
    threads = [threading.Thread(target=caller.apply, args=(state, None, None)) for state in states]
    for thread in threads:
        thread.start()
    deadline = threading.Event()
    while stage.box.waiting().get("DeactivateMFADevice", 0) < 2 and not deadline.wait(0.02):
        assert any(thread.is_alive() for thread in threads), "they came one after the other"
    stage.box.clear_faults()
    for thread in threads:
        thread.join()
    assert not stage.holders()
